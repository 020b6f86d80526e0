package imapwatch

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// errItems is what tidy returns for what is no list of items.
var errItems = errors.New("FETCH response cannot be understood")

// fetchResponse rewrites one FETCH response (RFC 3501, section 7.4.2) so that the parser gets only
// what was asked for: UID and BODY[…]. Servers add items of their own, odd flags and spare spaces, and
// send the same message's new flags in between; any of these would cost the connection or hide
// the message.
type fetchResponse struct {
	number uint32
	opened bool   // the list has begun
	begun  bool   // something was passed
	held   []byte // what is passed once there is a BODY[…]
	body   bool
}

// tidy takes the next line. If the response goes on with a literal, it returns its size and
// whether it is kept; otherwise end is true. A response without any BODY[…] yields nothing.
func (r *fetchResponse) tidy(line []byte) (out []byte, size int64, keep, end bool, err error) {
	s := scanner{b: bytes.TrimRight(line, "\r\n")}
	if !r.opened {
		if s.spaces(); !s.take('(') {
			return nil, 0, false, false, errItems
		}
		r.opened = true
		r.held = fmt.Appendf(nil, "* %d FETCH (", r.number)
	}
	for {
		if s.spaces(); s.take(')') {
			break
		}
		name := strings.ToUpper(s.until(" [(){"))
		section := ""
		if s.peek() == '[' {
			if section = s.through(']'); s.peek() == '<' {
				section += s.through('>')
			}
		}
		s.spaces()
		value, ok := s.value()
		if name == "" || !ok {
			return nil, 0, false, false, errItems
		}
		wanted := name == "UID" || name == "BODY" && section != ""
		if wanted {
			if r.begun {
				r.held = append(r.held, ' ')
			}
			r.begun = true
			r.body = r.body || name == "BODY"
			r.held = fmt.Appendf(r.held, "%s%s %s", name, section, value)
		}
		if size, ok := announced(value); ok && value[0] == '{' {
			if len(s.b) > 0 {
				return nil, 0, false, false, errItems
			}
			if wanted {
				r.held = append(r.held, "\r\n"...)
			}
			return r.release(), size, wanted, false, nil
		}
	}
	r.held = append(r.held, ")\r\n"...)
	return r.release(), 0, false, true, nil
}

// release returns what was held back, once a body has been seen.
func (r *fetchResponse) release() []byte {
	if !r.body {
		return nil
	}
	out := r.held
	r.held = nil
	return out
}

// scanner reads the elements of a response line from its beginning.
type scanner struct{ b []byte }

func (s *scanner) peek() byte {
	if len(s.b) == 0 {
		return 0
	}
	return s.b[0]
}

func (s *scanner) spaces() { s.b = bytes.TrimLeft(s.b, " ") }

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.b = s.b[1:]
	return true
}

func (s *scanner) cut(n int) []byte {
	taken := s.b[:n]
	s.b = s.b[n:]
	return taken
}

// until takes everything before the first of stops.
func (s *scanner) until(stops string) string {
	n := bytes.IndexAny(s.b, stops)
	if n < 0 {
		n = len(s.b)
	}
	return string(s.cut(n))
}

// through takes everything up to and including c, or nothing.
func (s *scanner) through(c byte) string { return string(s.cut(bytes.IndexByte(s.b, c) + 1)) }

// value takes an atom, a string, the announcement of a literal, or a list with all within it.
func (s *scanner) value() ([]byte, bool) {
	depth, i := 0, 0
	for ; i < len(s.b); i++ {
		switch s.b[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return s.cut(i), i > 0
			}
		case '"':
			for i++; i < len(s.b) && s.b[i] != '"'; i++ {
				if s.b[i] == '\\' {
					i++
				}
			}
			if i >= len(s.b) {
				return nil, false
			}
		case ' ':
			if depth == 0 {
				return s.cut(i), i > 0
			}
		}
		if depth == 0 && s.b[i] == ')' {
			return s.cut(i + 1), true
		}
	}
	return s.cut(i), i > 0 && depth == 0
}
