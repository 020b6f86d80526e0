package inspect

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// found is what reading told about an entry.
type found struct {
	rel      string // the name below the part's root
	part     int
	twin     bool   // another part holds the same file with the same content
	same     *entry // another entry of the same canonical name and other content
	refs     refs   // which indexes name it; guarded by tally.mu
	kind     kind
	state    state
	detail   string // of the state, for the person
	pictured int    // the longer side of a picture, in pixels
}

// refs is the set of reasons for which an entry was named.
type refs uint8

const (
	refOwn      refs = 1 << iota // posts, stories, reels, profile photos and the like
	refMessage                   // direct messages
	refOther                     // anything else
	refSubtitle                  // the text that belongs to a video
)

// state is the outcome of reading an entry.
type state uint8

const (
	stateUnread    state = iota
	stateGood            // whole, as far as its kind can be checked
	stateDamaged         // length, checksum or packing wrong
	stateEmpty           // no bytes
	stateBroken          // the bytes are as packed, but the picture, video or list is not whole
	stateUnchecked       // whole, but of a kind or size that is not decoded here
)

// union is the export that all parts together make.
type union struct {
	files map[string]*entry // by canonical name
	all   []*entry          // without folders and junk, in the order of parts and bodies
}

// newUnion joins the parts' entries. Two parts may hold the same file; then one stands for
// both. If the contents differ both are kept: the last one must never win by chance.
func newUnion(parts [][]entry, roots []string, p *problems) *union {
	n := 0
	for _, entries := range parts {
		n += len(entries)
	}
	u := &union{files: make(map[string]*entry, n), all: make([]*entry, 0, n)}
	for i, entries := range parts {
		for j := range entries {
			e := &entries[j]
			e.part = i
			e.rel = strings.TrimPrefix(e.name, roots[i])
			if e.isFolder() || junk(e.name) {
				continue
			}
			u.all = append(u.all, e)
			u.insert(e, p)
		}
	}
	return u
}

func (u *union) insert(e *entry, p *problems) {
	key := canonical(e.rel)
	other, exists := u.files[key]
	if !exists {
		u.files[key] = e
		return
	}
	for o := other; o != nil; o = o.same {
		if o.crc == e.crc && o.size == e.size {
			e.twin = true
			return
		}
	}
	e.same = other.same
	other.same = e
	switch {
	case path.Base(key) == "no-data.txt", key == "media.json": // v1 has one of these in each part
	case path.Ext(key) == ".json":
		p.add(Question, "same-path-differs", e.rel, "Two parts hold this list with different content. Both are kept. "+
			"Check that all parts belong to the same export: same day, same request.")
	default:
		p.add(Info, "same-path-differs", e.rel, "Two parts hold this file with different content. Both are kept.")
	}
}

// find returns the entry that a reference names, or nil. Names are never matched loosely:
// a file that merely has the same base name is another file.
func (u *union) find(uri string) *entry {
	if e := u.files[canonical(uri)]; e != nil {
		return e
	}
	if fixed := repair(uri); fixed != uri {
		return u.find(fixed)
	}
	if bare, _, ok := strings.Cut(uri, "?"); ok {
		return u.find(bare)
	}
	return nil
}

// names yields every file's name below its root.
func (u *union) names(yield func(string) bool) {
	for _, e := range u.all {
		if !yield(e.rel) {
			return
		}
	}
}

// numbered are the lists that Instagram splits into files counted from 1.
// The lists of own content belong to them, as far as they are split.
var numbered = map[string]bool{"message": true, "followers": true}

// checkNumbering finds gaps in numbered lists, folder by folder.
func (u *union) checkNumbering(p *problems) {
	series := make(map[string][]int)
	for key := range u.files {
		stem, number, ok := splitNumber(key)
		base := path.Base(stem)
		if ok && (numbered[base] || ownLists[base] != classOther) {
			// content/ and media/ are two names of one place.
			if rest, was := strings.CutPrefix(stem, "content/"); was {
				stem = "media/" + rest
			}
			series[stem] = append(series[stem], number)
		}
	}
	for _, stem := range slices.Sorted(maps.Keys(series)) {
		got := series[stem]
		slices.Sort(got)
		got = slices.Compact(got)
		if last := got[len(got)-1]; last != len(got) || got[0] != 1 {
			missing := 1
			for missing <= len(got) && got[missing-1] == missing {
				missing++
			}
			p.add(Error, "index-gap", stem+"_"+strconv.Itoa(missing)+".json",
				"The list goes up to number %d but number %d is missing, with everything in it. "+
					"A part of the export is probably missing: give all parts together, or request a new export.", last, missing)
		}
	}
}

// splitNumber cuts "a/posts_12.json" into "a/posts" and 12.
func splitNumber(name string) (stem string, number int, ok bool) {
	rest, isJSON := strings.CutSuffix(name, ".json")
	at := strings.LastIndexByte(rest, '_')
	if !isJSON || at < 0 {
		return "", 0, false
	}
	digits := rest[at+1:]
	number, err := strconv.Atoi(digits)
	if err != nil || number < 0 || number > maxEntries || digits[0] == '+' {
		return "", 0, false
	}
	return rest[:at], number, true
}
