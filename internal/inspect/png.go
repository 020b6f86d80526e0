package inspect

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

var errPNG = errors.New("a checksum in it is wrong")

// pngChunks gives out the data of a PNG's IDAT chunks (PNG specification, 3rd edition, sections 5.3 and 5.6),
// and compares the checksum of every chunk on the way.
type pngChunks struct {
	rest []byte // behind the current chunk
	data []byte // what is left of the current one
}

// next returns the kind and the data of the next chunk.
func (p *pngChunks) next() (kind string, data []byte, err error) {
	if len(p.rest) < 12 {
		return "", nil, errCut
	}
	n := int64(binary.BigEndian.Uint32(p.rest))
	if n > int64(len(p.rest)-12) {
		return "", nil, errCut
	}
	kind, data = string(p.rest[4:8]), p.rest[8:8+n]
	if crc32.ChecksumIEEE(p.rest[4:8+n]) != binary.BigEndian.Uint32(p.rest[8+n:]) {
		return "", nil, errPNG
	}
	p.rest = p.rest[12+n:]
	return kind, data, nil
}

// Read implements io.Reader; it ends with the last IDAT chunk of the row.
func (p *pngChunks) Read(b []byte) (int, error) {
	for len(p.data) == 0 {
		if len(p.rest) < 8 || string(p.rest[4:8]) != "IDAT" {
			return 0, io.EOF
		}
		var err error
		if _, p.data, err = p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.data)
	p.data = p.data[n:]
	return n, nil
}

// ReadByte lets the inflater take no more than it needs.
func (p *pngChunks) ReadByte() (byte, error) {
	var b [1]byte
	_, err := p.Read(b[:])
	return b[0], err
}

// pngFault puts what is wrong with the pixels into plain words.
func pngFault(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case errors.Is(err, errPNG):
		return err
	}
	return errors.New("its data are wrong")
}

// pngChannels is how many samples a pixel has, by colour type.
var pngChannels = map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

// pngPasses are the first column and row, and the distances to the next, of the passes of an interlaced picture
// (section 8.1).
var pngPasses = [7][4]int64{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// walkPNG proves a PNG whole: all of its chunks with their checksums, and every row of its pixels, unpacked to the
// last byte with the checksum behind it. Its memory does not depend on the number of pixels. It
// returns the longer side.
func walkPNG(b []byte) (longer int, err error) {
	p := &pngChunks{rest: b[8:]} // behind the signature, which was recognised
	kind, head, err := p.next()
	if err != nil {
		return 0, err
	}
	if kind != "IHDR" || len(head) != 13 {
		return 0, errors.New("its header is missing")
	}
	width, height := int64(binary.BigEndian.Uint32(head)), int64(binary.BigEndian.Uint32(head[4:]))
	depth, channels := int64(head[8]), pngChannels[head[9]]
	if width == 0 || height == 0 || width > 1<<24 || height > 1<<24 || channels == 0 || depth > 16 || depth&(depth-1) != 0 || depth == 0 || head[10] != 0 || head[11] != 0 || head[12] > 1 {
		return 0, errors.New("its header makes no sense")
	}
	if paletted := head[9] == 3; paletted && depth > 8 || !paletted && head[9] != 0 && depth < 8 {
		return 0, errors.New("its header makes no sense")
	}
	longer = int(max(width, height))
	if width*height > maxRaw || height*((width*depth*channels+7)/8+1) > maxRaw {
		return longer, errLarge
	}
	for len(p.rest) < 8 || string(p.rest[4:8]) != "IDAT" { // palettes, colours and words
		kind, _, err := p.next()
		if err != nil {
			return longer, err
		}
		if kind == "IEND" {
			return longer, errors.New("it has no pixels")
		}
	}
	pixels, err := zlib.NewReader(p)
	if err != nil {
		return longer, pngFault(err)
	}
	passes := [][4]int64{{0, 0, 1, 1}}
	if head[12] == 1 {
		passes = pngPasses[:]
	}
	for _, pass := range passes {
		across, down := (width-pass[0]+pass[2]-1)/pass[2], (height-pass[1]+pass[3]-1)/pass[3]
		if across <= 0 {
			continue
		}
		for range down {
			var filter [1]byte
			if _, err := io.ReadFull(pixels, filter[:]); err != nil {
				return longer, pngFault(err)
			}
			if filter[0] > 4 {
				return longer, errors.New("a row of its pixels makes no sense")
			}
			if _, err := io.CopyN(io.Discard, pixels, (across*depth*channels+7)/8); err != nil {
				return longer, pngFault(err)
			}
		}
	}
	var more [1]byte
	if _, err := io.ReadFull(pixels, more[:]); !errors.Is(err, io.EOF) { // the checksum is compared at the end
		return longer, errors.New("its pixels do not end where they should")
	}
	if len(p.data) > 0 && !bytes.Equal(p.data, make([]byte, len(p.data))) {
		return longer, errors.New("there are data behind its pixels")
	}
	for {
		kind, _, err := p.next()
		if err != nil {
			return longer, err
		}
		if kind == "IEND" {
			return longer, nil
		}
	}
}
