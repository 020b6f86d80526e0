// Package deflate64 unpacks Deflate64, method 9 of zips (APPNOTE 4.4.5), which Windows uses for large files. It is
// Deflate (RFC 1951) with a window of 64 KiB, two more distances, and a last length of up to 65,538 bytes.
package deflate64

import (
	"bufio"
	"errors"
	"io"
)

// Method is how zips call it.
const Method = 9

// ErrCorrupt says that the bytes are none of Deflate64.
var ErrCorrupt = errors.New("deflate64: the packed bytes are damaged")

const (
	window   = 1 << 16
	ring     = 2 * window // what can be repeated, and what is not given out yet
	maxReady = window / 2
)

// Reader unpacks one stream. It takes no byte from its source behind the end of the stream.
type Reader struct {
	src  io.ByteReader
	err  error
	bits uint64 // not used yet, the next one lowest
	n    uint   // how many

	ring           [ring]byte
	written, given int // bytes, since the beginning

	last          bool // this block is the last one
	inBlock       bool
	stored        int // bytes that are left of a block that is not packed
	packed        bool
	length, back  int // what is left of a repetition, and how far back it lies
	literal, dist decoder
}

// NewReader returns a reader of what src has packed.
func NewReader(src io.ByteReader) *Reader {
	r := new(Reader)
	r.Reset(src)
	return r
}

// Unzip is for [archive/zip.Reader.RegisterDecompressor].
func Unzip(r io.Reader) io.ReadCloser { return io.NopCloser(NewReader(bufio.NewReader(r))) }

// Reset begins with another stream, in the same memory.
func (r *Reader) Reset(src io.ByteReader) {
	r.src, r.err, r.bits, r.n = src, nil, 0, 0
	r.written, r.given = 0, 0
	r.last, r.inBlock, r.stored, r.packed, r.length = false, false, 0, false, 0
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == r.written && r.err == nil && len(p) > 0 {
		r.err = r.unpack()
	}
	n := 0
	for n < len(p) && r.given < r.written {
		from := r.given % ring
		some := copy(p[n:], r.ring[from:min(ring, from+r.written-r.given)])
		n += some
		r.given += some
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, r.err
}

// unpack writes some bytes into the ring. It returns io.EOF behind the last of them.
func (r *Reader) unpack() error {
	for r.written-r.given < maxReady {
		var err error
		switch {
		case r.length > 0:
			r.repeat()
		case r.stored > 0:
			var b byte
			if b, err = r.src.ReadByte(); err == nil {
				r.put(b)
				r.stored--
			}
		case r.packed:
			err = r.symbol()
		case r.last:
			return io.EOF
		default:
			err = r.block()
		}
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) put(b byte) {
	r.ring[r.written%ring] = b
	r.written++
}

// repeat goes on with a repetition.
func (r *Reader) repeat() {
	for ; r.length > 0 && r.written-r.given < maxReady; r.length-- {
		r.put(r.ring[(r.written-r.back)%ring])
	}
}

// block reads the head of a block (RFC 1951, 3.2.3).
func (r *Reader) block() error {
	head, err := r.take(3)
	if err != nil {
		return err
	}
	r.last = head&1 != 0
	switch head >> 1 {
	case 0:
		r.bits, r.n = 0, 0 // no more than the rest of a byte is there
		sizes, err := r.take(32)
		if err != nil {
			return err
		}
		if sizes&0xffff != ^sizes>>16&0xffff {
			return ErrCorrupt
		}
		r.stored = int(sizes & 0xffff)
		return nil
	case 1:
		err = r.fixedCodes()
	case 2:
		err = r.dynamicCodes()
	default:
		return ErrCorrupt
	}
	r.packed = err == nil
	return err
}

// take returns the next bits, 32 at most.
func (r *Reader) take(n uint) (uint64, error) {
	for r.n < n {
		if err := r.more(); err != nil {
			return 0, err
		}
	}
	v := r.bits & (1<<n - 1)
	r.bits >>= n
	r.n -= n
	return v, nil
}

func (r *Reader) more() error {
	b, err := r.src.ReadByte()
	if err != nil {
		return err
	}
	r.bits |= uint64(b) << r.n
	r.n += 8
	return nil
}

// symbol reads a byte, a repetition, or the end of a block.
func (r *Reader) symbol() error {
	code, err := r.decode(&r.literal)
	switch {
	case err != nil:
		return err
	case code < 256:
		r.put(byte(code))
		return nil
	case code == 256:
		r.packed = false
		return nil
	case code > 285:
		return ErrCorrupt
	}
	length := lengths[code-257]
	extra, err := r.take(uint(length.bits))
	if err != nil {
		return err
	}
	far, err := r.decode(&r.dist)
	if err != nil {
		return err
	}
	distance := distances[far]
	more, err := r.take(uint(distance.bits))
	if err != nil {
		return err
	}
	r.length, r.back = length.least+int(extra), distance.least+int(more)
	if r.back > r.written {
		return ErrCorrupt
	}
	return nil
}

// reach is a length or a distance: the least, and how many bits follow that are added.
type reach struct{ least, bits int }

var (
	lengths   = reaches(29, 3, 2, func(l []reach) { l[28] = reach{3, 16} })
	distances = reaches(32, 1, 1, nil)
)

// reaches makes the tables of RFC 1951, 3.2.5. There are two to the power of step of each number of bits, and twice
// as many of none.
func reaches(n, least, step int, amend func([]reach)) []reach {
	all := make([]reach, n)
	for i := range all {
		bits := max(0, i>>step-1)
		all[i] = reach{least, bits}
		least += 1 << bits
	}
	if amend != nil {
		amend(all)
	}
	return all
}
