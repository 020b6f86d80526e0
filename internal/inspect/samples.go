package inspect

import "encoding/binary"

// sampleTable is what is kept of a track's sample table (ISO/IEC 14496-12, section 8.5): enough to
// tell where its last chunk ends.
type sampleTable struct {
	chunk   int64 // where the farthest chunk begins
	chunks  int64 // how many chunks there are
	before  int64 // samples in the chunks before those that the last entry of the box speaks of
	from    int64 // the first chunk that it speaks of, from 1
	inChunk int64 // how many samples these chunks hold, but for the very last, which may hold fewer
	uniform int64 // the size of each sample, or 0 if they differ
	lasts   [256]int64
	samples int64
}

// last is the last byte of the farthest chunk, as far as is kept: at least its first one.
func (t *sampleTable) last() int64 {
	n := t.inChunk
	if rest := t.samples - t.before - (t.chunks-t.from)*t.inChunk; rest > 0 {
		n = min(n, rest)
	}
	size := t.uniform * n
	if t.uniform == 0 {
		for i := range min(n, t.samples, int64(len(t.lasts))) {
			size += t.lasts[(t.samples-1-i)%int64(len(t.lasts))]
		}
	}
	return t.chunk + max(size-1, 0)
}

// sizes reads a sample size box (section 8.7.3.2) and keeps the last ones.
func (w *boxWalk) sizes(stop int64) error {
	var b [12]byte
	if stop-w.pos < 12 {
		return errCut
	}
	if err := w.read(b[:]); err != nil {
		return err
	}
	w.table.uniform = int64(binary.BigEndian.Uint32(b[4:]))
	n := int64(binary.BigEndian.Uint32(b[8:]))
	w.table.samples = n
	if w.table.uniform != 0 {
		return nil
	}
	if n*4 > stop-w.pos {
		return errCut
	}
	for i := range n {
		if err := w.read(b[:4]); err != nil {
			return err
		}
		w.table.lasts[i%int64(len(w.table.lasts))] = int64(binary.BigEndian.Uint32(b[:]))
	}
	return nil
}

// perChunk reads a sample to chunk box (section 8.7.4), of which the last entry speaks of the last chunk.
func (w *boxWalk) perChunk(stop int64) error {
	var b [12]byte
	if stop-w.pos < 8 {
		return errCut
	}
	if err := w.read(b[:8]); err != nil {
		return err
	}
	n := int64(binary.BigEndian.Uint32(b[4:]))
	if n*12 > stop-w.pos {
		return errCut
	}
	for range n {
		if err := w.read(b[:]); err != nil {
			return err
		}
		first := int64(binary.BigEndian.Uint32(b[:]))
		if w.table.from > 0 {
			w.table.before += (first - w.table.from) * w.table.inChunk
		}
		w.table.from, w.table.inChunk = first, int64(binary.BigEndian.Uint32(b[4:]))
	}
	return nil
}
