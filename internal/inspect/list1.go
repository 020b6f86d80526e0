package inspect

import (
	"strings"
	"time"
)

// The lists of v1, the exports of 2018 to early 2021: media.json with everything of one's own,
// by kind, in each part; messages.json with all conversations; profile.json.

// item1 is one entry of media.json or one message.
type item1 struct {
	when int64
	file bool

	caption string
}

// inItem1 reports whether a path lies in an entry of media.json: one of a list, or the only one.
func inItem1(path []string) bool {
	return len(path) == 2 && path[1] != element || len(path) == 3 && path[1] == element
}

// The forms of times in v1: with and without an offset, and a fraction of a second.
var times1 = []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999"}

// time1 returns a time as UNIX seconds, 0 if it is none. Without an offset it is UTC.
func time1(s string) int64 {
	for _, form := range times1 {
		if t, err := time.Parse(form, s); err == nil {
			return t.Unix()
		}
	}
	return 0
}

func (l *list) value1(path []string, v token) {
	key := path[len(path)-1]
	s, ok := v.text()
	switch {
	case l.class == classMedia1 && len(path) == 1 && path[0] != element: // in the place of a list of things
		l.odd = true
	case l.class == classMedia1 && len(path) == 2 && path[1] == element: // in the place of a thing
		l.without1(path[0])
	case l.class == classThreads1 && (len(path) == 2 || len(path) == 3) && path[1] == "conversation":
		l.odd = true // in the place of messages
	case l.class == classThreads1 && len(path) == 1 && path[0] == element && !ok:
		l.odd = true // in the place of a conversation; a text says that there is none
	case !ok:
	case l.class == classProfile1 && len(path) == 1:
		switch key {
		case "username", "name":
			l.label(key, s)
		case "date_joined":
			if t := time1(s); believable(t) {
				l.signedUp = earlier(l.signedUp, t)
			}
		}
	case l.class == classMedia1 && key == "path" && !inItem1(path):
		l.odd = true
	case l.class == classMedia1 && inItem1(path):
		switch key {
		case "caption":
			l.item1.caption = s
		case "taken_at":
			l.item1.when = time1(s)
		case "path":
			l.item1.file = true
			l.uris++
			if ownKeys[path[0]] == classMessages {
				l.named("photos", s, refMessage, Question)
			} else {
				l.named(path[0], s, refOwn, Error)
			}
		}
	case l.class == classThreads1 && len(path) == 4 && path[1] == "conversation":
		l.says = l.says || key == "sender" || key == "created_at" || key == "text"
		switch {
		case key == "created_at":
			l.spoke(time1(s))
		case key == "media" && s != "":
			l.named("photos", s, refMessage, Question)
		case strings.HasSuffix(key, "_url") && s != "":
			l.named(key, s, refMessage, Info) // what others show elsewhere
		}
	}
}

// without1 notes a thing that names no file.
func (l *list) without1(kind string) {
	if ownKeys[kind] == classMessages {
		l.tell("", Question)
	} else {
		l.tell("", Error)
	}
}

func (l *list) leave1(path []string, array bool) {
	switch {
	case array:
		if l.class == classMedia1 && len(path) == 2 && path[1] == element {
			l.without1(path[0])
		}
		message := len(path) == 3 && path[1] == "conversation"
		talk := len(path) == 1 && path[0] == element
		l.odd = l.odd || l.class == classThreads1 && (message || talk) // in the place of one
		l.talks = l.talks || l.class == classThreads1 && len(path) == 2 && path[1] == "conversation"
	case l.class == classThreads1 && len(path) == 2 && path[1] == "conversation":
		l.odd = true
	case l.class == classThreads1 && len(path) == 3 && path[1] == "conversation":
		l.leaveOneMessage()
	case l.class == classThreads1 && len(path) == 1 && path[0] == element: // a conversation
		if !l.talks {
			l.silent++
		}
		l.talks = false
	case l.class == classMedia1 && (len(path) == 2 && path[1] == element || len(path) == 1 && path[0] != element):
		c, known := ownKeys[path[0]]
		if !known {
			c = classOtherContent
			l.tally.strange(path[0])
		}
		if !l.item1.file {
			l.without1(path[0])
		}
		for i := range l.pending() {
			l.pending()[i].Kind = omit("", c, "").Kind
		}
		l.captionOmissions(l.item1.caption)
		l.dateOmissions(l.item1.when)
		switch {
		case c == classMessages: // media of messages, which are counted where they stand
		case c == classPosts && l.tally.again(l.item1.when):
			// Another picture of the same post, of which each part may hold some. What else was
			// posted within the same second cannot be told from it.
		default:
			if c == classPosts {
				l.rough++
			}
			l.items[c]++
			l.date(c, l.item1.when, l.union.until)
		}
		l.item1 = item1{}
	}
}
