package inspect

import (
	"bytes"
	"strings"
	"time"
)

// item is one thing of the account's own: a post, a story, a profile photo. It has one of two forms. The plain
// one has its media under "media", or is itself one medium. The detailed one, of lists since 2026 such as
// posts.json, describes itself in "label_values": lines with a label in the account's language, of which
// one has the cover under "media", and others hold the further media in nested lines.
type item struct {
	outer, inner int64  // its time, on itself and on its first medium
	media        int    // how many media it describes
	named        bool   // the current medium names a file
	first        uint32 // the first file, as its number in the union and one more

	detailed bool
	archived bool     // one of its files lies among the archived posts
	draft    bool     // it was never published
	told     bool     // it says whether it was
	lacks    []string // what it names and nobody has: whether it was published may be said behind that
	caption  string   // if something is lacking
}

// maxLacks bounds item.lacks. A post has 20 media at most.
const maxLacks = 100

// itemPath cuts a path down to the part inside one item. An index is a list of items, a single
// item, or an object with either of these under one "ig_…" key.
func itemPath(path []string) (inside []string, listed bool) {
	if len(path) > 0 && strings.HasPrefix(path[0], "ig_") {
		path = path[1:]
	}
	if len(path) > 0 && path[0] == element {
		return path[1:], true
	}
	return path, false
}

// isMedium reports whether a path inside an item is that of one of its media: the only one, or one of a list.
func isMedium(inside []string) bool {
	n := len(inside)
	return n > 0 && inside[n-1] == "media" || isListedMedium(inside)
}

func isListedMedium(inside []string) bool {
	n := len(inside)
	return n > 1 && inside[n-1] == element && inside[n-2] == "media"
}

func (l *list) itemValue(path []string, v token) {
	inside, listed := itemPath(path)
	if len(inside) == 0 {
		switch {
		case listed && v.kind == 'n':
			l.read++
			l.unfound("", l.lackingItem())
		case listed: // a text in the place of an item
			l.odd = true
		}
		return
	}
	l.item.detailed = l.item.detailed || inside[0] == "label_values"
	l.speaks(inside)
	key, parent := inside[len(inside)-1], inside[:len(inside)-1]
	switch {
	case key == "uri":
		uri, _ := v.text()
		l.reference(holder(path), uri)
		switch {
		case len(parent) == 0:
			l.item.media++
		case isMedium(parent):
			l.item.named = true
		}
	case key == "title" && (len(parent) == 0 || isMedium(parent)):
		l.captionValue(v)
	case isMedium(inside), isLine(inside), key == "dict" && inLines(inside): // null or a text in its place
		l.lost()
	case key == "creation_timestamp" && len(parent) == 0, key == "timestamp" && len(parent) == 0:
		l.item.outer = v.number()
	case key == "creation_timestamp" && isMedium(parent) && l.item.inner == 0:
		l.item.inner = v.number()
	case inside[0] == "label_values" && (key == "label" || key == "value"):
		l.lineValue(key, v)
	}
}

// captionValue keeps what is written beside an item, if something of it is not there.
func (l *list) captionValue(v token) {
	if len(l.pending()) == 0 && len(l.item.lacks) == 0 {
		return
	}
	s, _ := v.text()
	l.captionOmissions(s)
	if l.item.caption == "" {
		l.item.caption = s
	}
}

// lost notes a medium that names no file.
func (l *list) lost() {
	l.item.media++
	if l.class == classOtherContent || l.class == classDeleted {
		l.unfound("", Question)
	} else {
		l.unfound("", Error)
	}
}

// lackingItem is what it means that an item has no medium.
func (l *list) lackingItem() Severity {
	switch l.class {
	case classDeleted: // such items stand in many exports
		return Info
	case classOtherContent:
		return Question
	}
	return Error
}

// flags are the labels of lines that say whether an item was published. They are known in English only: in other
// languages nothing is told.
var (
	flags  = [][]byte{[]byte("draft"), []byte("published")}
	truths = [][]byte{[]byte("true"), []byte("false")} // in quotes or not
)

// inLines reports whether a path inside an item lies in the lines of a detailed one.
func inLines(inside []string) bool { return len(inside) > 0 && inside[0] == "label_values" }

// isLine reports whether a path inside an item is that of a line of a detailed one, or of a line in a line.
func isLine(inside []string) bool {
	n := len(inside)
	return inLines(inside) && n > 1 && inside[n-1] == element && (inside[n-2] == "label_values" || inside[n-2] == "dict")
}

// lineKeys are what lines consist of.
var lineKeys = map[string]bool{
	"label": true, "value": true, "title": true, "href": true, "timestamp_value": true, "media": true, "dict": true,
	"vec": true, "ent_field_name": true,
}

// speaks notes that the line around this path has something in it that lines have.
func (l *list) speaks(inside []string) {
	if n := len(inside); n > 0 && isLine(inside[:n-1]) && lineKeys[inside[n-1]] {
		l.lines[n-1] = true
	}
}

// lineValue keeps one half of a line of label_values, if it is that of a flag.
func (l *list) lineValue(key string, v token) {
	known, keep := flags, &l.line.label
	if key == "value" {
		known, keep = truths, &l.line.value
	}
	*keep = ""
	for _, word := range known {
		if bytes.EqualFold(v.raw, word) {
			*keep = string(word)
		}
	}
}

// leaveLine looks whether a line of label_values says that the item was published.
func (l *list) leaveLine() {
	if l.line.label != "" && l.line.value != "" {
		l.item.told = true
		l.item.draft = l.item.draft || (l.line.label == "draft") == (l.line.value == "true")
	}
	l.line.label, l.line.value = "", ""
}

// leaveArray notes lists in places where no list is.
func (l *list) leaveArray(path []string) {
	switch inside, listed := itemPath(path); {
	case len(inside) == 0:
		l.odd = l.odd || listed // in the place of an item
	case isListedMedium(inside), isLine(inside):
		l.lost()
	default:
		l.speaks(inside)
	}
}

func (l *list) leaveItem(path []string) {
	inside, listed := itemPath(path)
	switch {
	case isMedium(inside):
		if l.item.named {
			l.item.media++
		} else {
			l.lost()
		}
		l.item.named = false
		return
	case len(inside) > 0:
		if isLine(inside) {
			l.leaveLine()
			if !l.lines[len(inside)] {
				l.lost()
			}
			l.lines[len(inside)] = false
		}
		l.speaks(inside)
		return
	}
	it := l.item
	l.item = item{}
	for _, uri := range it.lacks {
		if it.draft { // it can be made again from what it was made from
			l.tell(uri, Question)
		} else {
			l.tell(uri, Error)
		}
	}
	if !listed && it.media == 0 {
		return // the outermost brackets
	}
	switch plain := !it.detailed; {
	case it.media > 0:
	case plain:
		l.tell("", l.lackingItem())
	case l.class != classOtherContent && l.class != classDeleted && !it.draft:
		l.tell("", Question)
	}
	l.captionOmissions(it.caption)
	l.count(it)
}

// count adds one own item.
func (l *list) count(it item) {
	l.read++
	when := it.outer
	if !believable(when) {
		when = it.inner
	}
	l.dateOmissions(when)
	if l.class == classPosts && (it.detailed || l.everything) {
		l.detailed = append(l.detailed, detail{when, it.first, it.draft, it.archived, !it.told})
		return
	}
	if l.class == classPosts && it.first != 0 && l.tally.counted(l.union, it.first-1) {
		return // two parts may hold the same list, and one list may name a post twice
	}
	l.items[l.class]++
	year := l.date(l.class, when, l.union.until)
	if (l.class == classReels || l.class == classIGTV) && it.first != 0 {
		l.reels = append(l.reels, reel{it.first - 1, year})
	}
}

// date counts an item of the account by its time, and returns the year that it was counted in, or 0. Nothing
// is younger than until, if that is not 0.
func (c *counts) date(kind class, when, until int64) (year int) {
	switch {
	case !kind.item():
	case !believable(when), until > 0 && when > until:
		c.undated++
	default:
		c.oldest, c.newest = earlier(c.oldest, when), max(c.newest, when)
		if kind == classPosts || kind == classStories || kind == classReels {
			year = time.Unix(when, 0).UTC().Year()
			c.perYear[year]++
		}
	}
	return year
}
