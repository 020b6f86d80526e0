package exportmail

import (
	"regexp"
	"strings"
)

// effort counts what judging one mail takes, in bytes that are read one by one, each time that they are: its cost
// in time grows with that number. Whoever goes over what a mail holds adds to it; the bounds of this
// package keep it small whoever wrote the mail, and the tests hold them to that. A nil effort counts nothing.
type effort struct{ bytes int }

// read notes that n bytes are read.
func (e *effort) read(n int) {
	if e != nil {
		e.bytes += n
	}
}

// search notes that n bytes are searched for a fixed text or hashed, of which a processor does many at once.
func (e *effort) search(n int) { e.read(n / 16) }

// matches tells whether the pattern matches; one that is nil never does.
func (e *effort) matches(r *regexp.Regexp, text string) bool {
	if r == nil {
		return false
	}
	e.read(len(text))
	return r.MatchString(text)
}

// contains tells whether part is in text.
func (e *effort) contains(text, part string) bool {
	e.search(len(text))
	return strings.Contains(text, part)
}

// count returns how often part is in text.
func (e *effort) count(text, part string) int {
	e.search(len(text))
	return strings.Count(text, part)
}
