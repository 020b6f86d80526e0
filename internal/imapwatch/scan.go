package imapwatch

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf16"
)

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

// cutWord returns the first word of b in upper case, and what follows it.
func cutWord(b []byte) (word string, rest []byte) {
	b = bytes.TrimLeft(b, " ")
	end := bytes.IndexAny(b, " \r\n")
	if end < 0 {
		end = len(b)
	}
	return string(bytes.ToUpper(b[:end])), b[end:]
}

// announced returns the size of the literal at the end of a line: {12} or, from some, {12+}.
func announced(line []byte) (size int64, ok bool) {
	line = bytes.TrimRight(line, "\r\n")
	open := bytes.LastIndexByte(line, '{')
	if open < 0 || !bytes.HasSuffix(line, []byte("}")) {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[open+1:len(line)-1], []byte("+"))
	size, err := strconv.ParseInt(string(digits), 10, 64)
	return size, err == nil && size >= 0
}

// isAtom tells whether the parser takes a word for an atom (RFC 3501, section 9).
func isAtom(word string) bool {
	for _, c := range []byte(word) {
		if c <= ' ' || c > '~' || strings.IndexByte("(){%*\"\\]", c) >= 0 {
			return false
		}
	}
	return word != ""
}

// unquoted returns what an astring that is no literal says.
func unquoted(value []byte) string {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return string(value)
	}
	var out []byte
	for i := 1; i < len(value)-1; i++ {
		if value[i] == '\\' && i < len(value)-2 {
			i++
		}
		out = append(out, value[i])
	}
	return string(out)
}

// inQuotes is the opposite of unquoted.
func inQuotes(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

var modified64 = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

// nameDecodes tells whether the parser can read a folder's name. It takes modified UTF-7 (RFC
// 3501, section 5.1.3) as strictly as the standard has it; anything else kills it.
func nameDecodes(name string) bool {
	for _, c := range []byte(name) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	parts := strings.Split(name, "&")
	for i, part := range parts[1:] {
		code, plain, ok := strings.Cut(part, "-")
		if !ok || code != "" && (!shiftDecodes(code) || plain == "" && i+2 < len(parts)) {
			return false
		}
	}
	return true
}

// shiftDecodes tells whether base64 holds UTF-16, and nothing that should stand for itself.
func shiftDecodes(code string) bool {
	raw, err := modified64.DecodeString(code)
	if err != nil || len(raw) == 0 || len(raw)%2 == 1 {
		return false
	}
	for i := 0; i < len(raw); i += 2 {
		r := rune(raw[i])<<8 | rune(raw[i+1])
		switch {
		case r >= ' ' && r <= '~':
			return false
		case !utf16.IsSurrogate(r):
		case i+3 >= len(raw) || utf16.DecodeRune(r, rune(raw[i+2])<<8|rune(raw[i+3])) == '\uFFFD':
			return false
		default:
			i += 2
		}
	}
	return true
}
