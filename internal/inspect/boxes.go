package inspect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds on the boxes of one film; fragmented ones have some thousands.
const (
	maxBoxes = 1_000_000
	maxIndex = 32 << 20 // bytes of the index; an hour takes about one megabyte
	maxMdats = 10_000   // boxes of media data
)

// extent is a stretch of a file, in bytes from its beginning; to is behind its last byte.
type extent struct{ from, to int64 }

// boxWalk follows the boxes of a film, an ISO base media file (ISO/IEC 14496-12, section 4.2).
type boxWalk struct {
	r         io.Reader
	buf       []byte // for what is only passed over
	pos       int64
	index     []byte // the content of moov
	indexed   bool
	fragments bool
	data      []extent // of the media data boxes, in order
	zeros     zeroRuns // within them
}

// filmResult is what is known of a whole film.
type filmResult struct {
	soundOnly bool
}

// walkFilm proves a film as long as it was made: its boxes fill the file to the last byte, every sample
// that its index (moov) lists lies within the media data (mdat), and none of them is blank. That each
// frame is right is not proven. buf is used for reading.
func walkFilm(r io.Reader, size int64, buf []byte) (filmResult, error) {
	w := &boxWalk{r: r, buf: buf}
	if err := w.walk(size); err != nil {
		return filmResult{}, err
	}
	switch {
	case !w.indexed:
		return filmResult{}, errors.New("its index (moov) is missing")
	case len(w.data) == 0:
		return filmResult{}, errors.New("its media data (mdat) are missing")
	}
	m, err := readMovie(w.index)
	if err != nil {
		return filmResult{}, err
	}
	if err := m.check(w); err != nil {
		return filmResult{}, err
	}
	return filmResult{soundOnly: m.soundOnly()}, nil
}

func (w *boxWalk) walk(end int64) error {
	for boxes := 0; w.pos < end; boxes++ {
		if boxes > maxBoxes {
			return errors.New("it has too many boxes")
		}
		start := w.pos
		name, length, err := w.header(end)
		if err != nil {
			return err
		}
		if length > end-start {
			return fmt.Errorf("%w: %q needs %d bytes and has %d", errCut, name, length, end-start)
		}
		stop := start + length
		switch name {
		case "mdat":
			if stop == w.pos {
				break
			}
			if len(w.data) == maxMdats {
				return notDecoded("its media data are in too many pieces")
			}
			w.data = append(w.data, extent{w.pos, stop})
			if err := w.pass(stop, &w.zeros); err != nil {
				return err
			}
			w.zeros.end()
		case "moof":
			w.fragments = true
		case "moov":
			if w.indexed {
				return errors.New("it has two indexes (moov)")
			}
			if stop-w.pos > maxIndex {
				return notDecoded("its index is too long")
			}
			w.indexed = true
			w.index = make([]byte, stop-w.pos)
			if err := w.read(w.index); err != nil {
				return err
			}
		}
		if err := w.pass(stop, nil); err != nil {
			return err
		}
	}
	return nil
}

// header reads the header of a box. A length of 0 means to the end of the file.
func (w *boxWalk) header(end int64) (name string, length int64, err error) {
	var b [16]byte
	if end-w.pos < 8 {
		return "", 0, fmt.Errorf("%w: %d bytes are left", errCut, end-w.pos)
	}
	if err := w.read(b[:8]); err != nil {
		return "", 0, err
	}
	n := 8
	if binary.BigEndian.Uint32(b[:]) == 1 {
		n = 16
		if end-w.pos < 8 {
			return "", 0, errCut
		}
		if err := w.read(b[8:]); err != nil {
			return "", 0, err
		}
	}
	name, length, err = boxHeader(b[:n])
	if err == nil && length == 0 {
		length = end - w.pos + 8
	}
	return name, length, err
}

// boxHeader reads a header of 8 bytes, or of 16 with a long length. The length counts the header; 0 means to
// the end.
func boxHeader(b []byte) (name string, length int64, err error) {
	name, length = string(b[4:8]), int64(binary.BigEndian.Uint32(b))
	for _, c := range b[4:8] {
		if c < 0x20 && c != 0 || c == 0x7f {
			return "", 0, errors.New("bytes that are no box")
		}
	}
	if length == 1 && len(b) == 16 {
		length = int64(binary.BigEndian.Uint64(b[8:]))
	}
	if length < int64(len(b)) && (length != 0 || len(b) == 16) {
		return "", 0, fmt.Errorf("box %q of impossible length %d", name, length)
	}
	return name, length, nil
}

func (w *boxWalk) read(p []byte) error {
	n, err := io.ReadFull(w.r, p)
	w.pos += int64(n)
	if err != nil {
		return errCut
	}
	return nil
}

// pass reads on to stop, and looks for zeros on the way if it is told to.
func (w *boxWalk) pass(stop int64, zeros *zeroRuns) error {
	for w.pos < stop {
		b := w.buf[:min(int64(len(w.buf)), stop-w.pos)]
		at := w.pos
		if err := w.read(b); err != nil {
			return err
		}
		if zeros != nil {
			zeros.add(at, b)
		}
	}
	return nil
}
