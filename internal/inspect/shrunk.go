package inspect

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
)

// maxShrunk bounds how many conversations and lists that hold less are listed one by one.
const maxShrunk = 100

// Shrunk is a conversation or a list of which a later export holds less than an earlier one.
type Shrunk struct {
	Name   string `json:"name"` // the folder of a conversation, or a list as [listKey] names it
	Before int    `json:"before"`
	Now    int    `json:"now"`
	// The texts in it, where there are fewer or where they are shorter.
	TextsBefore int `json:"texts_before,omitempty"`
	TextsNow    int `json:"texts_now,omitempty"`
}

// Why parts of two exports could not be compared.
const (
	ByYears   = "years"   // one is of the layout before 2021: its lists and conversations are named otherwise
	ByFormat  = "format"  // one is in JSON, the other in HTML
	ByDamage  = "damage"  // lists of the earlier one cannot be read
	ByTalks   = "talks"   // not one conversation was recognised
	ByNumber  = "number"  // there are more conversations than are compared one by one
	ByPicture = "picture" // pictures of one name differ, and could not be looked at
)

// comparison is what two exports' lists are compared by.
type comparison struct {
	was, is    *census
	sameFormat bool // texts can be compared
	sameYears  bool // lists and conversations can be
}

// compareLists compares what the lists of two exports hold.
func (l *Lacking) compareLists(before, now *union) {
	seed := maphash.MakeSeed()
	old, later := findLayout(before), findLayout(now)
	c := comparison{
		was: takeCensus(before, seed), is: takeCensus(now, seed), sameFormat: old.format == later.format,
		sameYears: (old.generation == GenerationV1) == (later.generation == GenerationV1),
	}
	for why, is := range map[string]bool{
		ByFormat: !c.sameFormat, ByYears: !c.sameYears, ByDamage: c.was.unread > 0, ByNumber: c.was.tooMany || c.is.tooMany,
	} {
		if is {
			l.NotCompared = append(l.NotCompared, why)
		}
	}
	slices.Sort(l.NotCompared)
	if !c.sameYears {
		return
	}
	l.Fewer, l.FewerTalks = c.talks(before)
	l.Lists = c.lists()
}

// talks returns the conversations that hold less, the largest losses first, and how many they are.
func (c *comparison) talks(before *union) (list []Shrunk, n int) {
	less := make(map[uint64]Shrunk)
	for h, was := range c.was.talks {
		is, there := c.is.talks[h]
		if !there && len(c.is.talks) >= maxTalks {
			continue // it may be one that is not counted
		}
		s := Shrunk{Before: was.items, Now: is.items}
		if c.sameFormat && (is.texts < was.texts || fewerTexts(was, is)) {
			s.TextsBefore, s.TextsNow = was.texts, is.texts
		}
		if s.Now < s.Before || s.TextsBefore > 0 {
			less[h] = s
		}
	}
	for e := range before.all() {
		if !e.isTalk() {
			continue
		}
		h := maphash.String(c.was.seed, e.likeness())
		s, is := less[h]
		if !is {
			continue
		}
		if _, there := c.is.talks[h]; !there { // told as a conversation that is gone
			delete(less, h)
			continue
		}
		s.Name = thread(e.rel)
		less[h] = s
	}
	list = slices.SortedFunc(maps.Values(less), func(a, b Shrunk) int {
		return cmp.Or(cmp.Compare(b.Before-b.Now, a.Before-a.Now), cmp.Compare(b.TextsBefore-b.TextsNow, a.TextsBefore-a.TextsNow), cmp.Compare(a.Name, b.Name))
	})
	return list[:min(len(list), maxShrunk)], len(list)
}

// lists returns the lists that are gone or hold much less, and those whose texts are.
func (c *comparison) lists() (list []Shrunk) {
	for _, key := range slices.Sorted(maps.Keys(c.was.lists)) {
		was := c.was.lists[key]
		is, there := c.is.lists[key]
		s := Shrunk{Name: key, Before: was.items, Now: is.items}
		switch {
		case was.items > 0 && (!there || c.sameFormat && shrunk(was.items, is.items)):
		case c.sameFormat && fewerTexts(was, is):
			s.TextsBefore, s.TextsNow = was.texts, is.texts
		default:
			continue
		}
		list = append(list, s)
	}
	for _, kind := range slices.Sorted(maps.Keys(c.was.captions)) {
		was, is := c.was.captions[kind], c.is.captions[kind]
		if c.sameFormat && is.items > 0 && fewerTexts(was, is) {
			list = append(list, Shrunk{Name: captionsOf[kind], Before: was.items, Now: is.items, TextsBefore: was.texts, TextsNow: is.texts})
		}
	}
	return list[:min(len(list), maxShrunk)]
}

// captionsOf names the lists whose captions are compared.
var captionsOf = map[class]string{
	classPosts: "media/posts", classStories: "media/stories", classReels: "media/reels", classArchived: "media/archived_posts", classIGTV: "media/igtv_videos",
	classMedia1: "media",
}

// shrunk reports whether a list holds much less: nothing any more, or two and more than a tenth less. Some things go by
// themselves: others delete their accounts, or take back what they said.
func shrunk(was, is int) bool {
	return is < was && (is == 0 || was-is >= 2 && is*10 < was*9)
}

// fewerTexts reports whether texts are gone from things that are still there, or have become much shorter.
func fewerTexts(was, is amount) bool {
	if shrunk(was.texts, is.texts) && int64(is.texts)*int64(was.items)*10 < int64(was.texts)*int64(is.items)*9 {
		return true
	}
	if was.items == 0 && shrunk(was.texts, is.texts) { // a page of another form
		return true
	}
	return int64(is.items)*10 >= int64(was.items)*9 && is.bytes*2 < was.bytes && was.bytes-is.bytes >= 20
}
