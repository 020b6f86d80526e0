package inspect

import (
	"hash/maphash"
	"path"
)

// threadState is what is there of a conversation.
type threadState uint8

const (
	hasList    threadState = 1 << iota // what was said
	hasFiles                           // files that no message names
	hasUnnamed                         // files that no list names at all
)

// threads are the conversations of an export, by a hash of their folder.
type threads struct {
	states map[uint64]threadState
	seed   maphash.Seed
	hollow summary // lists of messages without a message
}

func newThreads() *threads {
	return &threads{states: make(map[uint64]threadState), seed: maphash.MakeSeed()}
}

// see notes what one entry brings to its conversation.
func (t *threads) see(e *entry) {
	folder := thread(e.rel)
	if folder == "" || path.Base(e.rel) == noData {
		return
	}
	state := threadState(0)
	switch {
	case classify(e.rel) == classMessages:
		state = hasList
		if e.mark.kind == kindHollow {
			t.hollow.add(e.rel)
		}
	case e.mark.refs == 0 && !e.mark.twin && !isList(e.rel):
		state = hasFiles | hasUnnamed
	case e.mark.refs&refMessage == 0:
		state = hasFiles
	}
	h := maphash.String(t.seed, folder)
	t.states[h] |= state
}

// judgeThreads looks for conversations of which something is missing.
func (in *inspection) judgeThreads(t *threads, r *Report) {
	look := false
	for _, state := range t.states {
		if state&hasList != 0 {
			r.Evidence.Threads++
		}
		look = look || state&hasFiles != 0 && (state&hasList == 0 || state&hasUnnamed != 0)
	}
	if t.hollow.n > 0 {
		in.add(Question, "messages-incomplete", t.hollow.first, "%d conversation files contain no messages. Are these conversations empty, or can you do "+
			"without them?", t.hollow.n)
	}
	if n := in.tally.silent; n > 0 {
		in.add(Question, "messages-incomplete", "", "%d messages in the archive are blank: no sender, no date, no text. Can you do without "+
			"them?", n)
	}
	if !look {
		return
	}
	var without, unnamed summary
	for e := range in.union.all() {
		folder := thread(e.rel)
		h := maphash.String(t.seed, folder)
		switch state := t.states[h]; {
		case folder == "":
		case state&hasList == 0 && state&hasFiles != 0:
			without.add(folder)
		case state&hasUnnamed != 0:
			unnamed.add(folder)
		default:
			continue
		}
		t.states[h] = 0 // told
	}
	if without.n > 0 {
		in.add(Error, "messages-missing", without.first, "%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.", without.n)
	}
	if unnamed.n > 0 && !in.unlisted { // a list that cannot be read may name them
		in.add(Question, "messages-incomplete", unnamed.first, "%d conversations contain files that no message mentions, so messages may be missing. Can "+
			"you do without them?", unnamed.n)
	}
}
