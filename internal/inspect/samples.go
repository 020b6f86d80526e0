package inspect

import (
	"encoding/binary"
	"errors"
	"slices"
)

// sampleTable is a track's sample table (ISO/IEC 14496-12, sections 8.6 and 8.7): the content of its boxes.
type sampleTable struct {
	times, perChunk, sizes, chunks []byte // stts, stsc, stsz, and stco or co64
	wide, compact                  bool   // co64 instead of stco, stz2 instead of stsz
}

func (t *sampleTable) keep(name string, b []byte) error {
	to := map[string]*[]byte{"stts": &t.times, "stsc": &t.perChunk, "stsz": &t.sizes, "stz2": &t.sizes, "stco": &t.chunks, "co64": &t.chunks}[name]
	if *to != nil {
		return errors.New("its index lists samples twice")
	}
	t.wide, t.compact = t.wide || name == "co64", t.compact || name == "stz2"
	*to = b
	return nil
}

// complete reports whether all of the boxes are there.
func (t *sampleTable) complete() bool {
	return t.times != nil && t.perChunk != nil && t.sizes != nil && t.chunks != nil
}

// entries returns the entries of a box whose number stands in front of them, each of so many bytes.
func entries(b []byte, width int) ([]byte, error) {
	if len(b) < 8 {
		return nil, errCut
	}
	n := int64(binary.BigEndian.Uint32(b[4:]))
	if n*int64(width) > int64(len(b)-8) {
		return nil, errCut
	}
	return b[8 : 8+n*int64(width)], nil
}

var (
	errSamples = errors.New("its lists of samples contradict each other")
	errBeyond  = errors.New("its index names media beyond its end")
	errOutside = errors.New("its index names media where there are none")
	errBlank   = errors.New("a part of it is blank")
)

// check follows all chunks, and returns how many samples they hold. Each must lie within the media data, and if
// compressed is true, none may be blank.
func (t *sampleTable) check(w *boxWalk, compressed bool) (samples int64, err error) {
	if t.compact {
		return 0, notDecoded("its index is of a rare form")
	}
	width := 4
	if t.wide {
		width = 8
	}
	chunks, err := entries(t.chunks, width)
	if err != nil {
		return 0, err
	}
	groups, err := entries(t.perChunk, 12)
	if err != nil {
		return 0, err
	}
	times, err := entries(t.times, 8)
	if err != nil {
		return 0, err
	}
	timed := int64(0)
	for b := range slices.Chunk(times, 8) {
		timed += int64(binary.BigEndian.Uint32(b))
	}
	if len(t.sizes) < 12 {
		return 0, errCut
	}
	uniform, count := int64(binary.BigEndian.Uint32(t.sizes[4:])), int64(binary.BigEndian.Uint32(t.sizes[8:]))
	sizes := t.sizes[12:]
	if uniform == 0 && count*4 > int64(len(sizes)) {
		return 0, errCut
	}
	if timed != count {
		return 0, errSamples
	}
	var done, inChunk, total int64
	for i := int64(1); len(chunks) > 0; i++ {
		if len(groups) > 0 && int64(binary.BigEndian.Uint32(groups)) == i {
			inChunk = int64(binary.BigEndian.Uint32(groups[4:]))
			groups = groups[12:]
		}
		n := min(inChunk, count-done) // the very last chunk may hold fewer
		if n == 0 {
			return 0, errSamples
		}
		var at, size int64
		if t.wide {
			at = int64(binary.BigEndian.Uint64(chunks))
		} else {
			at = int64(binary.BigEndian.Uint32(chunks))
		}
		chunks = chunks[width:]
		switch {
		case uniform > 0:
			size = n * min(uniform, 1<<31) // no more than 2⁶³, and more than any file
		default:
			for range n {
				size += int64(binary.BigEndian.Uint32(sizes))
				sizes = sizes[4:]
			}
		}
		if err := w.holds(at, size, compressed); err != nil {
			return 0, err
		}
		done += n
		total += size
	}
	if done != count || len(groups) > 0 {
		return 0, errSamples
	}
	if count > 0 && total == 0 {
		return 0, errBlank
	}
	return count, nil
}

// holds reports what is wrong with a chunk.
func (w *boxWalk) holds(at, size int64, compressed bool) error {
	if at < 0 || at > w.pos || size > w.pos-at {
		return errBeyond
	}
	i, _ := slices.BinarySearchFunc(w.data, at, func(e extent, at int64) int {
		if e.to <= at {
			return -1
		}
		return 1
	})
	if size > 0 && (i == len(w.data) || w.data[i].from > at || w.data[i].to < at+size) {
		return errOutside
	}
	if !compressed || size == 0 {
		return nil
	}
	if w.zeros.in(extent{at, at + size}) {
		return errBlank
	}
	return nil
}
