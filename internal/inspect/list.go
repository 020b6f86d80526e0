package inspect

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
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
	uris   int
	labels []labelled

	item struct { // the own item that is being read
		outer, inner int64 // its time, on itself and on its first medium
		files        int
		named        bool // the current medium names a file
	}
	line struct{ label, value string } // of a label_values list
}

// errShape is a list of own content whose items are not where they are in any known export.
var errShape = errors.New("it names files in a form that is not known here")

// readList walks a JSON document and adds what it says to the tally. The sums of a document
// that turns out to be damaged are left out.
func readList(r io.Reader, rel string, u *union, t *tally) error {
	l := &list{rel: rel, class: classify(rel), union: u, tally: t, counts: counts{perYear: make(map[int]int)}}
	if err := walkJSON(r, l); err != nil {
		return err
	}
	if l.class.own() && l.items[l.class] == 0 && l.uris > 0 {
		return errShape
	}
	t.add(&l.counts, l.labels)
	return nil
}

func (l *list) value(path []string, v json.Token) {
	if len(path) == 0 {
		return
	}
	key := path[len(path)-1]
	if key == "uri" {
		l.reference(path, v)
	}
	switch {
	case l.class.own():
		l.itemValue(path, v)
	case l.class == classMessages:
		if key == "timestamp_ms" && len(path) == 3 && path[0] == "messages" {
			if t := number(v) / 1000; believable(t) {
				l.newestMessage = max(l.newestMessage, t)
			}
		}
	case l.class == classPersonal:
		l.personalValue(path, v)
	case l.class == classSignup:
		// The labels are translated, the shape is not: the only time in there is that of signing up.
		if t := number(v); (key == "timestamp" || key == "timestamp_value") && believable(t) {
			l.signedUp = earlier(l.signedUp, t)
		}
	}
}

func (l *list) leave(path []string, array bool) {
	if array {
		return
	}
	switch {
	case l.class.own():
		l.leaveItem(path)
	case l.class == classMessages:
		if len(path) == 2 && path[0] == "messages" {
			l.messages++
		}
	case l.class == classPersonal:
		if l.line.label != "" && l.line.value != "" {
			l.labels = append(l.labels, labelled{l.line.label, l.line.value, l.rel})
		}
		l.line.label, l.line.value = "", ""
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

func (l *list) itemValue(path []string, v json.Token) {
	inside, _ := itemPath(path)
	if len(inside) == 0 {
		return
	}
	key, parent := inside[len(inside)-1], inside[:len(inside)-1]
	switch {
	case key == "uri" && len(parent) == 0:
		l.item.files++
	case key == "uri" && isMedium(parent):
		l.item.named = true
	case key == "creation_timestamp" && len(parent) == 0:
		l.item.outer = number(v)
	case key == "creation_timestamp" && isMedium(parent) && l.item.inner == 0:
		l.item.inner = number(v)
	}
}

func (l *list) leaveItem(path []string) {
	inside, listed := itemPath(path)
	if isMedium(inside) {
		l.item.files++
		if !l.item.named {
			l.tally.without(l.tally.noFile, l.rel, Error)
		}
		l.item.named = false
		return
	}
	if len(inside) > 0 || !listed && l.item.files == 0 {
		return
	}
	if l.item.files == 0 {
		l.tally.without(l.tally.noFile, l.rel, Error)
	}
	l.items[l.class]++
	when := l.item.outer
	if !believable(when) {
		when = l.item.inner
	}
	l.item.outer, l.item.inner, l.item.files = 0, 0, 0
	switch {
	case !l.class.item():
	case !believable(when):
		l.undated++
	default:
		l.oldest, l.newest = earlier(l.oldest, when), max(l.newest, when)
		if l.class == classPosts || l.class == classStories || l.class == classReels {
			l.perYear[time.Unix(when, 0).UTC().Year()]++
		}
	}
}

func (l *list) personalValue(path []string, v json.Token) {
	s, ok := v.(string)
	if !ok || len(path) < 3 {
		return
	}
	key, parent, grand := path[len(path)-1], path[len(path)-2], path[len(path)-3]
	switch {
	case grand == "string_map_data" && key == "value":
		l.labels = append(l.labels, labelled{repair(parent), repair(s), l.rel})
	case grand == "label_values" && key == "label":
		l.line.label = repair(s)
	case grand == "label_values" && key == "value":
		l.line.value = repair(s)
	}
}

// reference looks up one file that the list names.
func (l *list) reference(path []string, v json.Token) {
	l.uris++
	uri, _ := v.(string)
	why, severity := refOther, Question
	switch l.class {
	case classPersonal:
		why, severity = refOwn, Error
	case classMessages:
		why = refMessage
	case classInsights:
		severity = Info // thumbnails of what the archive holds in full elsewhere
	default:
		if l.class.own() {
			why, severity = refOwn, Error
		}
	}
	field := holder(path)
	switch {
	case uri == "", strings.Contains(uri, "://"):
		// Comments and shared stickers often name no file, or one in the web, that is not the
		// account's. Where the file is the very content, it is missing from the archive.
		if !l.class.own() && (l.class != classMessages || !messageFiles[field]) {
			severity = Info
		}
		if uri == "" {
			l.tally.without(l.tally.noFile, l.rel, severity)
		} else {
			l.tally.without(l.tally.remote, l.rel, severity)
		}
	default:
		e := l.union.find(uri)
		if e == nil {
			l.tally.miss(uri, missing{l.rel, severity})
			return
		}
		if field == "subtitles" {
			why |= refSubtitle
		}
		l.tally.resolved(e, why)
	}
}

// messageFiles are the fields of a message that hold what somebody sent.
var messageFiles = map[string]bool{"photos": true, "videos": true, "audio_files": true}

// holder returns the key of the object or list in which a uri stands.
func holder(path []string) string {
	for _, key := range slices.Backward(path[:len(path)-1]) {
		if key != element {
			return key
		}
	}
	return ""
}
