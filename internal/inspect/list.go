package inspect

import (
	"errors"
	"io"
	"strings"
	"time"
)

// list reads one JSON file: every file that it names, and what its class adds. It implements visitor.
type list struct {
	rel   string
	class class
	union *union
	tally *tally

	counts
	uris     int
	read     int  // own items, counted or not
	odd      bool // something stands where no known list has it
	talks    bool // a list of messages is there, if only an empty one
	labels   []labelled
	requests []request

	item struct { // the own item that is being read
		outer, inner int64 // its time, on itself and on its first medium
		files        int
		first        uint32 // the first file, as its number in the union and one more
		named        bool   // the current medium names a file
		settled      int    // how many omissions there were before it
	}
	sent  bool                          // the file of a message that is being read has a name
	line  struct{ label, value string } // of a label_values list
	ask   request                       // the request that is being read
	item1 item1
}

// errShape is a list whose items or messages are not where they are in any known export.
var errShape = errors.New("its content is not in a form that is known here")

func newList(rel string, u *union, t *tally) *list {
	return &list{rel: rel, class: classify(rel), union: u, tally: t, counts: counts{perYear: make(map[int]int)}}
}

// readList walks a list and adds what it says to the tally. The sums of a document
// that turns out to be damaged are left out.
func readList(r io.Reader, rel string, u *union, t *tally) error {
	l := newList(rel, u, t)
	var err error
	if isPage(rel) {
		err = l.readPage(r)
	} else {
		err = walkJSON(r, l)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	if err != nil {
		return err
	}
	if l.class == classMessages && !isPage(rel) && !l.talks {
		return errShape
	}
	if l.odd || l.class.own() && l.read == 0 && l.uris > 0 {
		return errShape
	}
	t.add(&l.counts, l.labels, l.requests)
	return nil
}

func (l *list) value(path []string, v token) {
	if len(path) == 0 {
		return
	}
	key := path[len(path)-1]
	if key == "uri" {
		uri, _ := v.text()
		l.reference(holder(path), uri)
	}
	switch {
	case l.class.own():
		l.itemValue(path, v)
	case l.class == classMessages:
		switch {
		case len(path) == 2 && path[0] == "messages": // a text in the place of a message
			l.odd = true
		case key == "timestamp_ms" && len(path) == 3 && path[0] == "messages":
			l.spoke(v.number() / 1000)
		case key == "uri" && sentFile(path[:len(path)-1]):
			l.sent = true
		case sentFile(path): // a text where a file is described in all known lists
			l.lacks(referenceEmpty, Question)
		}
	case l.class == classPersonal:
		l.personalValue(path, v)
	case l.class == classSignup:
		// The labels are translated, the shape is not: the only time in there is that of signing up.
		if t := v.number(); (key == "timestamp" || key == "timestamp_value") && believable(t) {
			l.signedUp = earlier(l.signedUp, t)
		}
	case l.class == classRequests:
		l.requestValue(path, v)
	case l.class == classMedia1, l.class == classProfile1, l.class == classThreads1:
		l.value1(path, v)
	}
}

func (l *list) leave(path []string, array bool) {
	if array {
		l.talks = l.talks || len(path) == 1 && path[0] == "messages"
		if inside, listed := itemPath(path); l.class.own() && listed && len(inside) == 0 {
			l.odd = true // a list in the place of an item
		}
		return
	}
	switch {
	case l.class.own():
		l.leaveItem(path)
	case l.class == classMessages:
		switch {
		case len(path) == 2 && path[0] == "messages":
			l.messages++
		case sentFile(path):
			if !l.sent {
				l.lacks(referenceEmpty, Question)
			}
			l.sent = false
		}
	case l.class == classPersonal:
		if l.line.label != "" && l.line.value != "" {
			l.label(l.line.label, l.line.value)
		}
		l.line.label, l.line.value = "", ""
	case l.class == classRequests:
		l.leaveRequest(path)
	case l.class == classMedia1, l.class == classThreads1:
		l.leave1(path)
	}
}

// spoke notes the time of a message.
func (l *list) spoke(t int64) {
	if believable(t) {
		l.newestMessage = max(l.newestMessage, t)
	}
}

func (l *list) label(label, value string) {
	if len(l.labels) < maxLabels {
		l.labels = append(l.labels, labelled{label, value, l.rel})
	}
}

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

// isMedium reports whether a path inside an item is that of one of its media.
func isMedium(inside []string) bool {
	return len(inside) > 0 && inside[0] == "media" && (len(inside) == 1 || len(inside) == 2 && inside[1] == element)
}

func (l *list) itemValue(path []string, v token) {
	inside, listed := itemPath(path)
	if len(inside) == 0 {
		l.odd = l.odd || listed && v.kind != 'n' // a text in the place of an item
		return
	}
	key, parent := inside[len(inside)-1], inside[:len(inside)-1]
	switch {
	case key == "title" && (len(parent) == 0 || isMedium(parent)):
		if len(l.pending()) > 0 {
			s, _ := v.text()
			l.captionOmissions(s)
		}
	case key == "uri" && len(parent) == 0:
		l.item.files++
	case key == "uri" && isMedium(parent):
		l.item.named = true
	case key == "creation_timestamp" && len(parent) == 0:
		l.item.outer = v.number()
	case key == "creation_timestamp" && isMedium(parent) && l.item.inner == 0:
		l.item.inner = v.number()
	}
}

func (l *list) leaveItem(path []string) {
	inside, listed := itemPath(path)
	if isMedium(inside) {
		l.item.files++
		if !l.item.named {
			l.lacks(referenceEmpty, Error)
		}
		l.item.named = false
		return
	}
	if len(inside) > 0 || !listed && l.item.files == 0 {
		return
	}
	if l.item.files == 0 {
		l.lacks(referenceEmpty, Error)
	}
	when := l.item.outer
	if !believable(when) {
		when = l.item.inner
	}
	first := l.item.first
	l.item.outer, l.item.inner, l.item.files, l.item.first = 0, 0, 0, 0
	l.count(when, first)
}

// count adds one own item with its time and its first file, which is 0 if that is not here. It reports
// whether the item is a new one: two parts may hold the same list, and one list may name a post twice.
func (l *list) count(when int64, first uint32) bool {
	l.read++
	l.dateOmissions(when)
	if l.class == classPosts && first != 0 && l.tally.counted(l.union, first-1) {
		return false
	}
	l.items[l.class]++
	year := l.date(l.class, when)
	if (l.class == classReels || l.class == classIGTV) && first != 0 {
		l.reels = append(l.reels, reel{first - 1, year})
	}
	return true
}

// date counts an item of the account by its time, and returns the year that it was counted in, or 0.
func (l *list) date(c class, when int64) (year int) {
	switch {
	case !c.item():
	case !believable(when), l.union.until > 0 && when > l.union.until:
		l.undated++
	default:
		l.oldest, l.newest = earlier(l.oldest, when), max(l.newest, when)
		if c == classPosts || c == classStories || c == classReels {
			year = time.Unix(when, 0).UTC().Year()
			l.perYear[year]++
		}
	}
	return year
}

func (l *list) personalValue(path []string, v token) {
	s, ok := v.text()
	if !ok || len(path) < 3 {
		return
	}
	key, parent, grand := path[len(path)-1], path[len(path)-2], path[len(path)-3]
	switch {
	case grand == "string_map_data" && key == "value":
		l.label(repair(parent), repair(s))
	case grand == "label_values" && key == "label":
		l.line.label = repair(s)
	case grand == "label_values" && key == "value":
		l.line.value = repair(s)
	}
}
