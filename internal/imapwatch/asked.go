package imapwatch

import (
	"bytes"
	"slices"
	"strings"
	"sync"
)

// asked is what the server owes an answer to, read off the bytes that go out. An answer to anything
// else is not for the parser, which would end the connection over it.
type asked struct {
	mu   sync.Mutex
	tags []string
	verb string        // of the last command
	plus bool          // the server may say "+" now
	idle string        // the tag of the IDLE under way
	over chan struct{} // closed when the server has answered that IDLE
}

// sent notes bytes on their way to the server. It tells whether they have to go there: a DONE
// for an IDLE that the server has ended by itself would be an unknown command.
func (a *asked) sent(p []byte) (send bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line, _, _ := bytes.Cut(p, []byte("\r\n"))
	if string(line) == "DONE" && a.verb == "IDLE" {
		return a.idle != ""
	}
	if tag, rest, ok := strings.Cut(string(line[:min(len(line), 100)]), " "); ok && isTag(tag) {
		a.tags = append(a.tags, tag)
		a.verb, _, _ = strings.Cut(rest, " ")
		if a.verb == "IDLE" {
			a.idle, a.over = tag, make(chan struct{})
		}
		a.plus = false
	}
	if a.verb == "IDLE" || a.verb == "AUTHENTICATE" || bytes.HasSuffix(p, []byte("}\r\n")) {
		a.plus = true
	}
	return true
}

// answered tells whether a tagged answer is due, and crosses it off.
func (a *asked) answered(tag string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.Index(a.tags, tag)
	if i < 0 {
		return false
	}
	a.tags = slices.Delete(a.tags, i, i+1)
	if len(a.tags) == 0 {
		a.plus = false
	}
	if tag == a.idle {
		a.idle = ""
		close(a.over)
	}
	return true
}

// goAhead tells whether a "+" is due, and crosses it off. Some servers say it again and again in IDLE.
func (a *asked) goAhead() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	due := a.plus
	a.plus = false
	return due
}

// idleOver is closed when the server ends the IDLE under way.
func (a *asked) idleOver() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.over
}

// isTag tells whether a word is one of the parser's tags.
func isTag(word string) bool {
	return len(word) > 1 && word[0] == 'T' && strings.Trim(word[1:], "0123456789") == ""
}
