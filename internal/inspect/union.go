package inspect

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// refs is the set of reasons for which an entry was named.
type refs uint16

const (
	refOwn      refs = 1 << iota // posts, stories, reels, profile photos and the like
	refMessage                   // direct messages
	refOther                     // anything else
	refSubtitle                  // the text that belongs to a video
	refPost                      // the list of the profile's posts, among others
	refCounted                   // it is the first file of a post that was counted
	refDetailed                  // the list of everything ever posted
	refArchived                  // the list of archived posts
)

// state is the outcome of reading an entry.
type state uint8

const (
	stateUnread    state = iota
	stateGood            // whole, as far as its kind can be checked
	stateDamaged         // length, checksum or packing wrong
	stateEmpty           // no bytes
	stateBroken          // the bytes are as packed, but the picture, video or list is not whole
	stateUnchecked       // as packed, but of a kind or size that is not decoded here
	stateSound           // whole, and there is nothing in it to see
)

// union is the export that all parts together make.
type union struct {
	tables []*table
	first  []int // the number of each part's first entry
	names  *lookup
	pages  bool  // the export is one in HTML: its pages are its lists
	until  int64 // UNIX seconds: nothing in the export can be younger; 0 if that is not known

	overlaps []bool // per part: two folders in it hold a file of the same name
}

// newUnion joins the parts' entries. Two parts may hold the same file; then one stands for
// both. If the contents differ both are kept: the last one must never win by chance. names is
// a table whose memory can be used.
func newUnion(tables []*table, names *lookup, p *problems) *union {
	u, n := numberUnion(tables, names)
	u.names.reset(n)
	for e := range u.all() {
		u.names.add(canonical(e.rel), u.number(e))
	}
	u.names.sort()
	u.overlaps = make([]bool, len(tables))
	u.names.runs(func(ids []uint32) {
		if len(ids) > 1 {
			u.compare(ids, p)
		}
	})
	for i, overlaps := range u.overlaps {
		if overlaps {
			p.rootMixed(tables[i].src.part.Name)
		}
	}
	return u
}

// numberUnion gives all entries numbers, of which there are n. Their names are still to be added.
func numberUnion(tables []*table, names *lookup) (u *union, n int) {
	u = &union{tables: tables, names: names}
	for _, t := range tables {
		u.first = append(u.first, n)
		n += len(t.at)
	}
	return u, n
}

func (u *union) number(e *entry) int { return u.first[e.part] + e.i }

// all yields every entry but folders and junk, in the order of parts and bodies. Each is valid for one turn.
func (u *union) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for _, t := range u.tables {
			for e := range t.entries() {
				if !uncounted(e) && !yield(e) {
					return
				}
			}
		}
	}
}

// uncounted reports whether an entry is nothing of Instagram's.
func uncounted(e *entry) bool { return e.isFolder() || exportroot.Junk(e.name) }

// entry reads the directory's record of one entry.
func (u *union) entry(id uint32) (*entry, error) {
	part, exact := slices.BinarySearch(u.first, int(id))
	if !exact {
		part--
	}
	for part+1 < len(u.first) && u.first[part+1] == int(id) {
		part++ // behind parts without entries
	}
	c := cursor{table: u.tables[part]}
	return c.entry(int(id) - u.first[part])
}

func (u *union) mark(id uint32) *mark {
	for part, t := range slices.Backward(u.tables) {
		if int(id) >= u.first[part] {
			return &t.marks[int(id)-u.first[part]]
		}
	}
	return nil
}

// compare looks at entries of one name.
func (u *union) compare(ids []uint32, p *problems) {
	type content struct {
		crc  uint32
		size int64
	}
	seen := make(map[content]bool)
	var first *entry
	for _, id := range ids {
		e, err := u.entry(id)
		if err != nil {
			return // kept by the source
		}
		if first == nil {
			first = e
		}
		if e.part == first.part && e.root != first.root && !inEachPart(canonical(e.rel)) {
			u.overlaps[e.part] = true
		}
		c := content{e.crc, e.size}
		e.mark.twin = seen[c]
		seen[c] = true
		if e.mark.twin || len(seen) == 1 {
			continue
		}
		switch key := canonical(e.rel); {
		case inEachPart(key):
		case isList(key):
			p.add(Question, "same-path-differs", e.rel, "Two parts hold this list with different content. Both are kept. "+
				"Do all parts belong to the same export: same day, same request?")
		default:
			p.add(Info, "same-path-differs", e.rel, "Two parts hold this file with different content. Both are kept.")
		}
	}
}

// inEachPart reports whether each part can hold its own file of this name: notes, the list of v1, the start page
// and what it shows.
func inEachPart(key string) bool {
	return path.Base(key) == noData || key == "media.json" || isPage(key) && path.Dir(key) == "." || strings.HasPrefix(key, "files/")
}

// find returns the numbers of the entries that a reference names. Names are never matched
// loosely: a file that merely has the same base name is another file.
func (u *union) find(uri string) []uint32 {
	if ids := u.names.find(canonical(uri)); len(ids) > 0 {
		return ids
	}
	if fixed := repair(uri); fixed != uri {
		return u.find(fixed)
	}
	if bare, _, ok := strings.Cut(uri, "?"); ok {
		return u.find(bare)
	}
	return nil
}
