package inspect

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// list reads one JSON file: every file that it names, and what its class adds. It implements visitor.
type list struct {
	rel   string
	class class
	union *union
	tally *tally

	counts
	uris   int
	read   int  // own items, counted or not
	odd    bool // something stands where no known list has it
	talks  bool // a list of messages is there, if only an empty one
	filled bool // something stands in a list in it, or there is a block in the page

	everything bool // a page with all that was ever posted, which does not say so by its form

	labels   []labelled
	requests []request

	lines   [maxDepth + 1]bool            // which of the lines around have something in them, by their depth
	item    item                          // the own item that is being read
	settled int                           // how many omissions there were before it
	sent    bool                          // the file of a message that is being read has a name
	files   int                           // how many files of one kind the message has
	says    bool                          // there is something in it
	line    struct{ label, value string } // of a label_values list
	ask     request                       // the request that is being read
	item1   item1
}

// errShape is a list whose items or messages are not where they are in any known export.
var errShape = errors.New("its content is not in a form that is known here")

func newList(rel string, u *union, t *tally) *list {
	l := &list{rel: rel, class: classify(rel), union: u, tally: t, counts: counts{perYear: make(map[int]int)}}
	_, _, numbered := splitNumber(rel)
	l.everything = l.class == classPosts && isPage(rel) && !numbered
	return l
}

// readList walks a list and adds what it says to the tally. The sums of a document
// that turns out to be damaged are left out. hollow says that the list is sound and holds nothing.
func readList(r io.Reader, rel string, u *union, t *tally) (hollow bool, err error) {
	l := newList(rel, u, t)
	if isPage(rel) {
		err = l.readPage(r)
	} else {
		err = walkJSON(r, l)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return false, errCut
	}
	if err != nil {
		return false, err
	}
	if l.class == classMessages && !isPage(rel) && !l.talks {
		return false, errShape
	}
	if l.odd || l.class.own() && l.read == 0 && l.uris > 0 {
		return false, errShape
	}
	t.add(&l.counts, l.labels, l.requests)
	return l.hollow(), nil
}

// hollow reports whether nothing of what the list is for is in it.
func (l *list) hollow() bool {
	switch {
	case l.class.own():
		return l.read == 0
	case l.class == classMessages:
		return l.messages == 0
	}
	return !l.filled
}

func (l *list) value(path []string, v token) {
	if len(path) == 0 {
		return
	}
	key := path[len(path)-1]
	l.filled = l.filled || v.kind != 'n' && l.fills(path)
	if key == "uri" && !l.class.own() {
		uri, _ := v.text()
		l.reference(holder(path), uri)
	}
	switch {
	case l.class.own():
		l.itemValue(path, v)
	case l.class == classMessages:
		l.messageValue(path, v)
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

// fills reports whether a path is that of something listed, and not that of what an error says. Those of v1 list
// by name too.
func (l *list) fills(path []string) bool {
	return slices.Contains(path, element) || len(path) > 1 && !strings.Contains(l.rel, "/")
}

func (l *list) leave(path []string, array bool) {
	switch {
	case l.class.own() && array:
		l.leaveArray(path)
	case l.class.own():
		l.leaveItem(path)
	case l.class == classMessages:
		l.leaveMessage(path, array)
	case l.class == classMedia1, l.class == classThreads1:
		l.leave1(path, array)
	case array:
	case l.class == classPersonal:
		if l.line.label != "" && l.line.value != "" {
			l.label(l.line.label, l.line.value)
		}
		l.line.label, l.line.value = "", ""
	case l.class == classRequests:
		l.leaveRequest(path)
	}
}

func (l *list) label(label, value string) {
	if len(l.labels) < maxLabels {
		l.labels = append(l.labels, labelled{label, value, l.rel})
	}
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
