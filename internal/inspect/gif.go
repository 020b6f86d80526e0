package inspect

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// gifWalk follows the blocks of a GIF (GIF89a specification, appendix A).
type gifWalk struct {
	r   *bytes.Reader
	sub int // bytes left of the sub-block that is being read
	buf [4096]byte
}

// walkGIF proves a GIF whole: its blocks up to the trailer, and every pixel of every frame, unpacked. Its memory does
// not depend on their number. It returns the longer side.
func walkGIF(b []byte) (longer int, err error) {
	w := &gifWalk{r: bytes.NewReader(b)}
	var head [13]byte
	if err := w.read(head[:]); err != nil {
		return 0, err
	}
	longer = int(max(binary.LittleEndian.Uint16(head[6:]), binary.LittleEndian.Uint16(head[8:])))
	if err := w.skip(gifColors(head[10])); err != nil {
		return longer, err
	}
	frames, pixels := 0, int64(0)
	for {
		block, err := w.r.ReadByte()
		if err != nil {
			return longer, errCut
		}
		switch block {
		case 0x3b: // trailer
			if frames == 0 {
				return longer, errors.New("it has no pixels")
			}
			return longer, nil
		case 0x21: // extension: a label, then sub-blocks
			if err := w.skip(1); err != nil {
				return longer, err
			}
		case 0x2c: // frame: position, colours, code size, then sub-blocks
			var frame [9]byte
			if err := w.read(frame[:]); err != nil {
				return longer, err
			}
			n := int64(binary.LittleEndian.Uint16(frame[4:])) * int64(binary.LittleEndian.Uint16(frame[6:]))
			frames++
			if pixels += n; pixels > maxRaw {
				return longer, errLarge
			}
			if err := w.skip(gifColors(frame[8])); err != nil {
				return longer, err
			}
			if err := w.frame(n); err != nil {
				return longer, err
			}
		default:
			return longer, fmt.Errorf("a block of unknown type %#x", block)
		}
		if err := w.rest(); err != nil {
			return longer, err
		}
	}
}

// gifColors is how many bytes the table of colours takes that a packed field announces.
func gifColors(packed byte) int64 {
	if packed&0x80 == 0 {
		return 0
	}
	return 3 << (packed&7 + 1)
}

// frame unpacks the pixels of a frame, which must be so many.
func (w *gifWalk) frame(pixels int64) error {
	size, err := w.r.ReadByte()
	if err != nil {
		return errCut
	}
	if size < 2 || size > 8 {
		return errors.New("its data are wrong")
	}
	w.sub = 0
	codes := lzw.NewReader(w, lzw.LSB, int(size))
	defer codes.Close() //nolint:errcheck // it is over, and what it says now is old
	for n := pixels; n > 0; {
		k, err := io.ReadFull(codes, w.buf[:min(n, int64(len(w.buf)))])
		if n -= int64(k); err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errCut) {
				return errCut
			}
			return errors.New("its data are wrong")
		}
	}
	// Encoders leave out the code for the end now and then; more pixels are wrong.
	switch n, err := codes.Read(w.buf[:1]); {
	case n > 0, err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("its pixels do not end where they should")
	}
	return nil
}

// Read implements io.Reader over the sub-blocks up to the empty one.
func (w *gifWalk) Read(p []byte) (int, error) {
	if w.sub == 0 {
		n, err := w.r.ReadByte()
		if err != nil {
			return 0, errCut
		}
		if n == 0 {
			_ = w.r.UnreadByte() // for rest
			return 0, io.EOF
		}
		w.sub = int(n)
	}
	n, err := w.r.Read(p[:min(len(p), w.sub)])
	if w.sub -= n; err != nil {
		return n, errCut
	}
	return n, nil
}

// ReadByte lets the decoder take no more than it needs.
func (w *gifWalk) ReadByte() (byte, error) {
	var b [1]byte
	if _, err := w.Read(b[:]); err != nil {
		return 0, err
	}
	return b[0], nil
}

// rest passes over what is left of the sub-blocks.
func (w *gifWalk) rest() error {
	if err := w.skip(int64(w.sub)); err != nil {
		return err
	}
	w.sub = 0
	for {
		n, err := w.r.ReadByte()
		if err != nil {
			return errCut
		}
		if n == 0 {
			return nil
		}
		if err := w.skip(int64(n)); err != nil {
			return err
		}
	}
}

func (w *gifWalk) read(p []byte) error {
	if _, err := io.ReadFull(w.r, p); err != nil {
		return errCut
	}
	return nil
}

func (w *gifWalk) skip(n int64) error {
	if int64(w.r.Len()) < n {
		return errCut
	}
	_, err := w.r.Seek(n, io.SeekCurrent)
	return err
}
