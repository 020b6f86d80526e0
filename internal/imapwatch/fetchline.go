package imapwatch

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// errItems is what tidy returns for what is no list of items.
var errItems = errors.New("FETCH response cannot be understood")

// fetchResponse rewrites one FETCH response (RFC 3501, section 7.4.2) so that the parser gets only
// what was asked for: UID, INTERNALDATE and BODY[…]. Servers add items of their own, odd flags and spare spaces, and
// send the same message's new flags in between; any of these would cost the connection or hide
// the message.
type fetchResponse struct {
	number uint32
	opened bool   // the list has begun
	begun  bool   // something was passed
	held   []byte // what is passed once there is a BODY[…]
	body   bool

	released bool // something of it was passed
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
		section, wanted := sectionOf(section)
		wanted = wanted && name == "BODY"
		literal, isLiteral := announced(value)
		if name == "UID" {
			if !isNumber(string(value)) {
				return nil, 0, false, false, errItems
			}
			r.hold("UID " + string(value))
		}
		if at, ok := internalDate(name, value); ok {
			r.hold(at.Format(`INTERNALDATE "_2-Jan-2006 15:04:05 -0700"`))
		}
		if wanted {
			r.body = true
			switch {
			case isLiteral:
				r.hold(fmt.Sprintf("BODY%s {%d}\r\n", section, literal))
			case value[0] == '"':
				text := unquoted(value)
				r.hold(fmt.Sprintf("BODY%s {%d}\r\n%s", section, len(text), text))
			default: // NIL
				r.hold("BODY" + section + " NIL")
			}
		}
		if isLiteral {
			if len(s.b) > 0 {
				return nil, 0, false, false, errItems
			}
			return r.release(), literal, wanted, false, nil
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
	r.held, r.released = nil, true
	return out
}

// hold adds an item to what is passed.
func (r *fetchResponse) hold(item string) {
	if r.begun {
		r.held = append(r.held, ' ')
	}
	r.begun = true
	r.held = append(r.held, item...)
}

// internalDate reads the item of that name (RFC 3501, section 7.4.2). One that is written in another way
// is left out: it is worth no connection.
func internalDate(name string, value []byte) (time.Time, bool) {
	if name != "INTERNALDATE" || !bytes.HasPrefix(value, []byte{'"'}) {
		return time.Time{}, false
	}
	at, err := time.Parse("_2-Jan-2006 15:04:05 -0700", unquoted(value))
	return at, err == nil
}

// sectionOf writes the part of BODY[…]<…> in brackets, if it is one that is ever asked for.
func sectionOf(said string) (section string, asked bool) {
	section, origin, partial := strings.Cut(strings.ToUpper(said), "<")
	if section != "[HEADER]" && section != "[]" || partial && !strings.HasPrefix(origin, "0") {
		return "", false
	}
	if partial {
		section += "<0>"
	}
	return section, true
}
