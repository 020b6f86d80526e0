package inspect

import (
	"sync"
	"time"
)

// maxMissing bounds the distinct missing files that are kept by name.
const maxMissing = 100_000

// firstDay is when Instagram opened; no item can be older.
var firstDay = time.Date(2010, 10, 1, 0, 0, 0, 0, time.UTC).Unix()

// believable reports whether a UNIX time can be that of an item.
func believable(t int64) bool { return t >= firstDay && t < 4102444800 /* the year 2100 */ }

// tally adds up what all lists of the export say. Several workers add to it.
type tally struct {
	mu sync.Mutex
	counts

	missing     map[string]missing // by the name that the list gives
	missingMore int                // further ones, not kept by name
	noFile      map[gap]int        // entries of lists that name no file
	remote      map[gap]int        // entries of lists that name an address in the web instead
	labels      []labelled
}

// counts are the sums over one list or over all of them. Times are UNIX seconds, 0 if none.
type counts struct {
	items          [classInsights + 1]int
	perYear        map[int]int
	messages       int
	undated        int
	oldest, newest int64 // own items
	newestMessage  int64
	signedUp       int64
}

// missing is a file that a list names and nobody has.
type missing struct {
	from     string
	severity Severity
}

// gap is a list with entries that lack a file.
type gap struct {
	from     string
	severity Severity
}

// labelled is one line of the list that says who the account is.
type labelled struct{ label, value, from string }

func newTally() *tally {
	return &tally{
		missing: make(map[string]missing), noFile: make(map[gap]int), remote: make(map[gap]int),
		counts: counts{perYear: make(map[int]int)},
	}
}

// add joins the sums of one list.
func (t *tally) add(c *counts, labels []labelled) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, n := range c.items {
		t.items[i] += n
	}
	for y, n := range c.perYear {
		t.perYear[y] += n
	}
	t.messages += c.messages
	t.undated += c.undated
	t.oldest, t.newest = earlier(t.oldest, c.oldest), max(t.newest, c.newest)
	t.newestMessage = max(t.newestMessage, c.newestMessage)
	t.signedUp = earlier(t.signedUp, c.signedUp)
	t.labels = append(t.labels, labels...)
}

// resolved notes that a list names e, and each other content of the same name.
func (t *tally) resolved(e *entry, why refs) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for ; e != nil; e = e.same {
		e.refs |= why
	}
}

func (t *tally) miss(name string, m missing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, known := t.missing[name]
	switch {
	case !known && len(t.missing) >= maxMissing:
		t.missingMore++
		return
	case known && (rank(old.severity) < rank(m.severity) || old.severity == m.severity && old.from <= m.from):
		return
	}
	t.missing[name] = m
}

func (t *tally) without(into map[gap]int, from string, s Severity) {
	t.mu.Lock()
	defer t.mu.Unlock()
	into[gap{from, s}]++
}

// earlier returns the smaller of two times, of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
