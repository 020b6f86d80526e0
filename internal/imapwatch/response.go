package imapwatch

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// The functions here write responses anew (RFC 3501, section 7), with nothing but what this
// package needs of them and in the one form that the parser surely reads.

// unreadable is the end of the connection: without this line the answer would be wrong.
func unreadable(line []byte) error {
	return fault.Temporary(fmt.Errorf("%w: %s", errParser, quoted(string(bytes.TrimSpace(line)))), "")
}

// status writes the part of a status response after the tag: its kind, the code without what
// the parser could stumble over, and the text.
func status(kind string, rest []byte) string {
	name, args, text := cutCode(rest)
	code := ""
	switch {
	case name == "CAPABILITY":
		code = " [CAPABILITY" + capabilities(args) + "]"
	case name == "APPENDUID" || name == "COPYUID" || !isAtom(name):
	default:
		code = " [" + name + "]"
	}
	if text != "" {
		text = " " + text
	}
	return kind + code + text + "\r\n"
}

// cutCode returns the response code's name in upper case, what follows the name, and the text.
func cutCode(rest []byte) (name string, args []byte, text string) {
	rest = bytes.TrimSpace(rest)
	if bytes.HasPrefix(rest, []byte("[")) {
		if code, after, ok := bytes.Cut(rest[1:], []byte("]")); ok {
			name, args = cutWord(code)
			rest = after
		}
	}
	return name, args, strings.TrimLeft(printable(rest), " [")
}

// printable replaces control characters.
func printable(b []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, string(b)))
}

// capabilities writes a list of them, each with a space before it.
func capabilities(list []byte) string {
	var out strings.Builder
	for word := range strings.FieldsSeq(string(list)) {
		if isAtom(word) {
			out.WriteString(" " + word)
		}
	}
	return out.String()
}

// found writes what a search has found.
func found(rest []byte) ([]byte, error) {
	out := append(make([]byte, 0, len(rest)+16), "* SEARCH"...)
	for word := range bytes.FieldsSeq(rest) {
		if word[0] == '(' {
			break // MODSEQ (RFC 7162)
		}
		number, err := strconv.ParseUint(string(word), 10, 32)
		if err != nil {
			return nil, unreadable(word)
		}
		out = append(out, ' ')
		out = strconv.AppendUint(out, number, 10)
	}
	return append(out, "\r\n"...), nil
}

// foundAsSet writes the other form of the same (RFC 4731), the only one of IMAP4rev2.
func foundAsSet(rest []byte) (string, error) {
	s := scanner{b: bytes.TrimSpace(rest)}
	if s.peek() == '(' {
		if _, ok := s.value(); !ok {
			return "", unreadable(rest)
		}
	}
	out := `* ESEARCH (TAG "")` // the parser takes that for any tag, and cannot do without
	for s.spaces(); len(s.b) > 0; s.spaces() {
		name := strings.ToUpper(s.until(" "))
		if name == "UID" {
			out += " UID"
			continue
		}
		s.spaces()
		set, ok := s.value()
		if !ok {
			return "", unreadable(rest)
		}
		if name == "ALL" {
			if !isSet(string(set)) {
				return "", unreadable(rest)
			}
			return out + " ALL " + string(set) + "\r\n", nil
		}
	}
	return out + "\r\n", nil
}

// isSet tells whether a word is a set of message numbers.
func isSet(word string) bool {
	for part := range strings.SplitSeq(word, ",") {
		first, last, ranged := strings.Cut(part, ":")
		if !ranged {
			last = first
		}
		if !isNumber(first) || !isNumber(last) {
			return false
		}
	}
	return true
}

func isNumber(word string) bool {
	number, err := strconv.ParseUint(word, 10, 32)
	return err == nil && number > 0 && word[0] != '+'
}

// numbersOf writes the two numbers of a STATUS response that are asked for. It is empty if there
// is no telling: then the folder is opened to see.
func numbersOf(rest []byte) string {
	s := scanner{b: bytes.TrimSpace(rest)}
	raw, ok := s.value()
	name := unquoted(raw)
	s.spaces()
	if !ok || !nameDecodes(name) || !s.take('(') {
		return ""
	}
	var items []string
	for s.spaces(); s.peek() != ')'; s.spaces() {
		item := strings.ToUpper(s.until(" )"))
		s.spaces()
		value, ok := s.value()
		if !ok {
			return ""
		}
		if (item == "UIDNEXT" || item == "UIDVALIDITY") && isNumber(string(value)) {
			items = append(items, item+" "+string(value))
		}
	}
	return "* STATUS " + inQuotes(name) + " (" + strings.Join(items, " ") + ")\r\n"
}

// folderOf writes a LIST response. It is empty for a folder whose name cannot be read.
func folderOf(rest []byte) string {
	s := scanner{b: bytes.TrimSpace(rest)}
	list, ok := s.value()
	if !ok || list[0] != '(' {
		return ""
	}
	var marks []string
	for word := range strings.FieldsSeq(string(list[1 : len(list)-1])) {
		if strings.HasPrefix(word, `\`) && isAtom(word[1:]) {
			marks = append(marks, word)
		}
	}
	s.spaces()
	delimiter, ok := s.value()
	if !ok {
		return ""
	}
	between := "NIL"
	if c := unquoted(delimiter); len(c) == 1 && c[0] > ' ' && c[0] <= '~' {
		between = inQuotes(c)
	}
	s.spaces()
	raw, ok := s.value()
	name := unquoted(raw)
	if !ok || raw[0] == '(' || !nameDecodes(name) {
		return ""
	}
	return "* LIST (" + strings.Join(marks, " ") + ") " + between + " " + inQuotes(name) + "\r\n"
}
