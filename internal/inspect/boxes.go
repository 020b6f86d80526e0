package inspect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxBoxes bounds the boxes of one film; fragmented ones have some thousands.
const maxBoxes = 1_000_000

// boxWalk follows the boxes of an ISO base media file (ISO/IEC 14496-12, section 4.2).
type boxWalk struct {
	r                        io.Reader
	size                     int64 // of the file, in bytes
	pos                      int64
	boxes                    int
	moov, meta, media, track bool
	farthest                 int64 // the last byte of which the index says that media lie there
	table                    sampleTable
}

// maxBoxDepth bounds how deep containers lie in one another; the way to a sample table is five deep.
const maxBoxDepth = 8

// walkBoxes checks that the boxes fill the file to its last byte, that the index (moov, or meta
// for pictures) and the media data (mdat) are both there, and that no chunk that the index lists
// lies beyond the end. That proves the file to be as long as it was made, not that each frame is right.
func walkBoxes(r io.Reader, size int64, k kind) error {
	w := &boxWalk{r: r, size: size}
	if err := w.walk(size, 0); err != nil {
		return err
	}
	switch {
	case k == kindHEIF && !w.meta:
		return errors.New("the list of its pictures (meta) is missing")
	case k != kindHEIF && (!w.moov || !w.track):
		return errors.New("its index (moov) is missing")
	case !w.media:
		return errors.New("its media data (mdat) are missing")
	case w.farthest >= size:
		return fmt.Errorf("its index names media at byte %d, beyond its end", w.farthest)
	}
	return nil
}

// containers are the boxes on the way from the file to a track's chunk offsets.
var containers = map[string]bool{"moov": true, "trak": true, "mdia": true, "minf": true, "stbl": true}

func (w *boxWalk) walk(end int64, depth int) error {
	for w.pos < end {
		if w.boxes++; w.boxes > maxBoxes {
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
		switch {
		case name == "mdat" && depth == 0:
			w.media = w.media || stop > w.pos
		case name == "meta" && depth == 0:
			w.meta = true
		case containers[name] && (name == "moov") == (depth == 0):
			if depth == maxBoxDepth {
				return errors.New("its boxes lie too deep in one another")
			}
			w.moov = w.moov || name == "moov"
			w.track = w.track || name == "trak"
			w.table = sampleTable{}
			if err := w.walk(stop, depth+1); err != nil {
				return err
			}
			if name == "stbl" {
				w.farthest = max(w.farthest, w.table.last())
			}
		case (name == "stco" || name == "co64") && depth > 0:
			if err := w.offsets(stop, name == "co64"); err != nil {
				return err
			}
		case name == "stsz" && depth > 0:
			if err := w.sizes(stop); err != nil {
				return err
			}
		case name == "stsc" && depth > 0:
			if err := w.perChunk(stop); err != nil {
				return err
			}
		}
		if err := w.skip(stop - w.pos); err != nil {
			return err
		}
	}
	return nil
}

// header reads the header of a box. A length of 0 means to the end of the file.
func (w *boxWalk) header(end int64) (name string, length int64, err error) {
	var b [8]byte
	if end-w.pos < 8 {
		return "", 0, fmt.Errorf("%w: %d bytes are left", errCut, end-w.pos)
	}
	if err := w.read(b[:]); err != nil {
		return "", 0, err
	}
	name, length = string(b[4:]), int64(binary.BigEndian.Uint32(b[:]))
	for _, c := range b[4:] {
		if c < 0x20 && c != 0 || c == 0x7f {
			return "", 0, errors.New("bytes that are no box")
		}
	}
	least := int64(8)
	switch length {
	case 0:
		return name, end - w.pos + 8, nil
	case 1:
		if end-w.pos < 8 {
			return "", 0, errCut
		}
		if err := w.read(b[:]); err != nil {
			return "", 0, err
		}
		length, least = int64(binary.BigEndian.Uint64(b[:])), 16
	}
	if length < least {
		return "", 0, fmt.Errorf("box %q of impossible length %d", name, length)
	}
	return name, length, nil
}

// offsets reads a chunk offset box (section 8.7.5) and keeps the largest.
func (w *boxWalk) offsets(stop int64, wide bool) error {
	var b [8]byte
	if stop-w.pos < 8 {
		return errCut
	}
	if err := w.read(b[:]); err != nil {
		return err
	}
	n, width := int64(binary.BigEndian.Uint32(b[4:])), int64(4)
	if wide {
		width = 8
	}
	if n*width > stop-w.pos {
		return errCut
	}
	for range n {
		b = [8]byte{}
		if err := w.read(b[8-width:]); err != nil {
			return err
		}
		at := int64(binary.BigEndian.Uint64(b[:]))
		if at < 0 {
			return errors.New("a chunk before the beginning")
		}
		w.farthest = max(w.farthest, at)
		w.table.chunk = max(w.table.chunk, at)
	}
	w.table.chunks = n
	return nil
}

func (w *boxWalk) read(p []byte) error {
	n, err := io.ReadFull(w.r, p)
	w.pos += int64(n)
	if err != nil {
		return errCut
	}
	return nil
}

func (w *boxWalk) skip(n int64) error {
	m, err := io.CopyN(io.Discard, w.r, n)
	w.pos += m
	if err != nil {
		return errCut
	}
	return nil
}
