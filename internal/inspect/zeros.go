package inspect

import (
	"cmp"
	"slices"
)

// Runs of zeros in media data: what a disk or a program leaves where it has written nothing. Compressed
// pictures and sound hold none of that length: H.264 and H.265 break up three zeros in a row (ITU-T H.264, 7.4.1.1).
const (
	leastZeros  = 1 << 10 // bytes that count as a run
	maxZeroRuns = 1 << 12
)

// zeroRuns finds the runs of zeros in stretches of a file that are given to it piece by piece.
type zeroRuns struct {
	runs []extent
	open extent // the zeros at the end of what was given so far
}

// add takes the bytes that begin at pos.
func (z *zeroRuns) add(pos int64, b []byte) {
	i := 0
	if z.open.to == pos && z.open.to > z.open.from {
		i = zerosAt(b)
		z.open.to += int64(i)
		if i == len(b) {
			return
		}
		z.end()
	}
	// A run covers at least one of the places that are looked at.
	for at := i + leastZeros/2; at < len(b); {
		if b[at] != 0 {
			at += leastZeros / 2
			continue
		}
		from := at
		for from > i && b[from-1] == 0 {
			from--
		}
		to := at + zerosAt(b[at:])
		if to == len(b) {
			z.open = extent{pos + int64(from), pos + int64(to)}
			return
		}
		z.keep(extent{pos + int64(from), pos + int64(to)})
		i = to
		at = to + leastZeros/2
	}
	from := len(b)
	for from > i && b[from-1] == 0 {
		from--
	}
	z.open = extent{pos + int64(from), pos + int64(len(b))}
}

// end says that what comes next is another stretch.
func (z *zeroRuns) end() {
	z.keep(z.open)
	z.open = extent{}
}

func (z *zeroRuns) keep(e extent) {
	if e.to-e.from >= leastZeros && len(z.runs) < maxZeroRuns {
		z.runs = append(z.runs, e)
	}
}

// in reports whether a stretch is blank, or holds a run of zeros.
func (z *zeroRuns) in(e extent) bool {
	first, _ := slices.BinarySearchFunc(z.runs, e.from, func(r extent, from int64) int { return cmp.Compare(r.to, from+1) })
	for _, r := range z.runs[first:] {
		if r.from >= e.to {
			break
		}
		if n := min(r.to, e.to) - max(r.from, e.from); n >= leastZeros || n == e.to-e.from {
			return true
		}
	}
	return false
}

// zerosAt returns how many zeros b begins with.
func zerosAt(b []byte) int {
	for i, c := range b {
		if c != 0 {
			return i
		}
	}
	return len(b)
}
