package inspect

import (
	"cmp"
	"slices"
)

// How often one file may be among the own media before it is asked about. In real exports one was there seven
// times at most.
const (
	usualCopies = 7
	leastAlike  = 3 // fewer media say nothing
)

// alike finds media that are the same file again and again: what a program leaves that has put one picture into the
// place of many.
type alike struct {
	all []uint64 // checksum and size of each
}

func (a *alike) add(e *entry) { a.all = append(a.all, uint64(e.crc)<<32|uint64(uint32(e.size))) }

// most returns how often the most frequent file is there.
func (a *alike) most() (key uint64, n int) {
	slices.SortFunc(a.all, cmp.Compare[uint64])
	for from := 0; from < len(a.all); {
		to := from
		for to < len(a.all) && a.all[to] == a.all[from] {
			to++
		}
		if to-from > n {
			key, n = a.all[from], to-from
		}
		from = to
	}
	return key, n
}

// ownMedium reports whether e is a picture or video that the account itself posted.
func (e *entry) ownMedium() bool {
	c := ownFolders[media(e.rel)]
	return e.isMedia() && e.mark.kind.family() != "" && (c.item() || c == classOtherContent)
}

// judgeAlike asks about media that are too much alike, or show nothing.
func (in *inspection) judgeAlike(r *Report) {
	var a alike
	for e := range in.union.all() {
		if !e.mark.twin && e.ownMedium() {
			a.add(e)
		}
	}
	key, n := a.most()
	if all := len(a.all); n > usualCopies || n >= leastAlike && 2*n > all {
		var first summary
		for e := range in.union.all() {
			if !e.mark.twin && e.ownMedium() && uint64(e.crc)<<32|uint64(uint32(e.size)) == key {
				first.add(e.rel)
			}
		}
		in.add(Question, "media-alike", first.first, "%d of the %d pictures and videos of your posts, stories and reels are one and the same file; the first is %s. "+
			"Open some of them and compare with your profile: is it right that they are all the same?", n, all, first.first)
	}
	if plain := in.tally.plain; plain >= leastAlike && 2*plain > r.Evidence.Pictures {
		in.add(Question, "media-plain", "", "%d of your %d pictures show one colour and nothing else. Open some of them and compare with your profile: are they what you posted?", plain, r.Evidence.Pictures)
	}
}
