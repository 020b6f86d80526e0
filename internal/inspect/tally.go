package inspect

import (
	"strings"
	"sync"
	"time"
)

// Bounds on what is kept by name.
const (
	maxMissing     = 20_000  // distinct missing files
	maxMissingName = 1 << 10 // bytes of one of their names
	maxDetails     = 5_000   // explanations of what is wrong with a file
	maxLabels      = 1_000   // lines about who the account is
)

// firstDay is when Instagram opened; no item can be older.
var firstDay = time.Date(2010, 10, 1, 0, 0, 0, 0, time.UTC).Unix()

// believable reports whether a UNIX time can be that of an item.
func believable(t int64) bool { return t >= firstDay && t < 4102444800 /* the year 2100 */ }

// tally adds up what all lists of the export say. Several workers add to it.
type tally struct {
	mu sync.Mutex
	counts

	missing     map[string]missing // by the name that the list gives
	missingMore map[Severity]int   // further ones, not kept by name
	lacks       map[lack]int       // entries of lists that name no file of the archive
	details     map[[2]int]string  // by part and entry: what is wrong with it
	sides       map[int]int        // how many own pictures have which longer side, in pixels
	plain       int                // own pictures of one colour
	unaided     int                // pictures that only a program could check that is not installed
	labels      []labelled
	headers     []header
	stranger    string         // v1: a name in media.json that no known export has, or ""
	posted      map[int64]bool // v1: the times at which something was posted
	requests    []request
}

// counts are the sums over one list or over all of them. Times are UNIX seconds, 0 if none.
type counts struct {
	items          [classes]int
	perYear        map[int]int
	messages       int
	silent         int // messages that say nothing: neither who nor when nor what
	undated        int
	rough          int // posts whose pictures are listed one by one
	reels          []reel
	detailed       []detail
	drafts, unsure int   // of these, once they are settled
	oldest, newest int64 // own items
	newestMessage  int64
	signedUp       int64
	omissions      []Omission // own things that have no file, at most maxOmissions
	omitted        int        // all of them
}

// reel is one reel or IGTV video by its first file, and the UTC year that it was counted in, or 0.
type reel struct {
	id   uint32
	year int
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

// lack is a list with entries that name no file of the archive, and the code of that finding.
type lack struct {
	gap
	code string
}

// labelled is one line of the list that says who the account is.
type labelled struct{ label, value, from string }

func newTally() *tally {
	return &tally{
		missing: make(map[string]missing), missingMore: make(map[Severity]int), lacks: make(map[lack]int),
		details: make(map[[2]int]string), sides: make(map[int]int), posted: make(map[int64]bool),
		counts: counts{perYear: make(map[int]int)},
	}
}

// add joins the sums of one list.
func (t *tally) add(c *counts, labels []labelled, requests []request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, n := range c.items {
		t.items[i] += n
	}
	for y, n := range c.perYear {
		t.perYear[y] += n
	}
	t.messages += c.messages
	t.silent += c.silent
	t.undated += c.undated
	t.rough += c.rough
	t.reels = append(t.reels, c.reels...)
	t.detailed = append(t.detailed, c.detailed...)
	t.oldest, t.newest = earlier(t.oldest, c.oldest), max(t.newest, c.newest)
	t.newestMessage = max(t.newestMessage, c.newestMessage)
	t.omitted += c.omitted
	t.omissions = append(t.omissions, c.omissions[:min(len(c.omissions), maxOmissions-len(t.omissions))]...)
	t.signedUp = earlier(t.signedUp, c.signedUp)
	t.labels = append(t.labels, labels[:min(len(labels), maxLabels-min(maxLabels, len(t.labels)))]...)
	t.requests = append(t.requests, requests[:min(len(requests), maxLabels-min(maxLabels, len(t.requests)))]...)
}

// header keeps what the head of a page says.
func (t *tally) header(h header) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, known := range t.headers {
		if known.same(h) {
			t.headers[i].from = min(known.from, h.from)
			return
		}
	}
	if len(t.headers) < maxLabels {
		t.headers = append(t.headers, h)
	}
}

// resolved notes that a list names these entries, all of one name.
func (t *tally) resolved(u *union, ids []uint32, why refs) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		u.mark(id).refs |= why
	}
}

// strange keeps the first name of a kind of things that is not known.
func (t *tally) strange(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stranger == "" || name < t.stranger {
		t.stranger = name
	}
}

// counted reports whether a post with this first file was counted before, and notes that it was.
func (t *tally) counted(u *union, id uint32) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := u.mark(id)
	was := m.refs&refCounted != 0
	m.refs |= refCounted
	return was
}

func (t *tally) miss(name string, m missing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(name) > maxMissingName {
		name = strings.ToValidUTF8(name[:maxMissingName], "") + "…"
	}
	old, known := t.missing[name]
	switch {
	case !known && len(t.missing) >= maxMissing:
		t.missingMore[m.severity]++
		return
	case known && (rank(old.severity) < rank(m.severity) || old.severity == m.severity && old.from <= m.from):
		return
	}
	t.missing[name] = m
}

func (t *tally) without(code, from string, s Severity) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lacks[lack{gap{from, s}, code}]++
}

// explain keeps what is wrong with an entry.
func (t *tally) explain(e *entry, detail string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.details) < maxDetails {
		t.details[[2]int{e.part, e.i}] = detail
	}
}

// detail returns what explain kept.
func (t *tally) detail(e *entry) string {
	if d, ok := t.details[[2]int{e.part, e.i}]; ok {
		return d
	}
	return "like others before it"
}

// again reports whether something was posted at that time already, and remembers it.
func (t *tally) again(when int64) bool {
	if !believable(when) {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.posted[when]
	t.posted[when] = true
	return was
}

// side notes the longer side of an own picture, and whether it shows anything.
func (t *tally) side(pixels int, plain bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sides[pixels]++
	if plain {
		t.plain++
	}
}

// unaidedPicture counts a picture for which a program was not there.
func (t *tally) unaidedPicture() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unaided++
}

// earlier returns the smaller of two times, of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
