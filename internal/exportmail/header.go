package exportmail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-message/charset"
)

// Bounds of a header. Real ones have some hundred lines; verifying DKIM takes time that
// grows with the square of these numbers.
const (
	maxHeader      = 256 << 10 // bytes
	maxHeaderLines = 4000
	maxFields      = 1000
	maxAddress     = 8 << 10 // bytes of the From field
)

// field is one header field. The value is as in the mail, folds included.
type field struct{ name, value string }

func (f field) is(name string) bool { return strings.EqualFold(f.name, name) }

type header []field

// readHeader splits raw into header fields and body. The error says in words what is wrong
// with the header; what could be read is returned all the same.
//
// It reads lines as the DKIM library does, so that both see the same fields; a header on
// which readers could disagree is an error.
func readHeader(raw []byte) (h header, body []byte, err error) {
	rest := raw
	var value strings.Builder
	flush := func() {
		if len(h) > 0 {
			h[len(h)-1].value = value.String()
		}
		value.Reset()
	}
	for lines := 0; len(rest) > 0; lines++ {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			if found {
				flush()
				return h, after, err
			}
			break
		}
		if len(raw)-len(after) > maxHeader || lines >= maxHeaderLines || len(h) >= maxFields {
			flush()
			return h, nil, errors.New("it is larger than that of any real mail")
		}
		rest = after
		if bytes.ContainsAny(line, "\r\x00") {
			err = errors.New("a line holds a control character")
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(h) == 0 {
				err = errors.New("it begins with a continuation line")
				continue
			}
			value.WriteString("\r\n" + string(line))
			continue
		}
		flush()
		name, v, ok := strings.Cut(string(line), ":")
		if !ok || !fieldName(name) {
			err = errors.New("a line is no header field")
		}
		h = append(h, field{name: strings.TrimSpace(name), value: ""})
		value.WriteString(v)
	}
	flush()
	return h, nil, errors.Join(err, errors.New("it does not end"))
}

// size is how many bytes the fields have.
func (h header) size() (n int) {
	for _, f := range h {
		n += len(f.name) + len(f.value)
	}
	return n
}

// fieldName tells whether s may be the name of a header field (RFC 5322, section 2.2).
func fieldName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < 33 || r > 126 })
}

// all returns the values of the fields of that name, from the top.
func (h header) all(name string) []string {
	var values []string
	for _, f := range h {
		if f.is(name) {
			values = append(values, f.value)
		}
	}
	return values
}

// get returns the first value of that name on one line, or "".
func (h header) get(name string) string {
	if v := h.all(name); len(v) > 0 {
		return unfold(v[0])
	}
	return ""
}

func (h header) index(name string) int {
	return slices.IndexFunc(h, func(f field) bool { return f.is(name) })
}

func unfold(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", "", "\r", "", "\n", "").Replace(s))
}

var encodedWords = &mime.WordDecoder{CharsetReader: charset.Reader}

// decoded returns the first value of that name with encoded words (RFC 2047) decoded. What
// cannot be decoded stays as it is.
func (h header) decoded(name string) string { return decodeWords(h.get(name)) }

// encodedWord matches one (RFC 2047, section 2), also with the spaces that broken programs put
// into its text.
var encodedWord = regexp.MustCompile(`=\?([^\s?*]+)(?:\*[^\s?]*)?\?([BbQq])\?([^?]*)\?=`)

// decodeWords decodes the encoded words in one line. Neighbours in the same character set are
// one text: many programs cut it in the middle of a letter.
func decodeWords(raw string) string {
	var out strings.Builder
	var run []byte // decoded bytes not yet written, in the character set set
	set := ""
	flush := func() {
		if run == nil {
			return
		}
		text := run
		if !strings.EqualFold(set, "utf-8") && !strings.EqualFold(set, "us-ascii") {
			if r, err := charset.Reader(set, bytes.NewReader(run)); err == nil {
				if all, err := io.ReadAll(r); err == nil {
					text = all
				}
			}
		}
		out.Write(text)
		run = nil
	}
	at := 0
	for _, m := range encodedWord.FindAllStringSubmatchIndex(raw, -1) {
		between := raw[at:m[0]]
		if run == nil || strings.TrimSpace(between) != "" {
			flush()
			out.WriteString(between)
		}
		var text []byte
		if in := []byte(raw[m[6]:m[7]]); strings.EqualFold(raw[m[4]:m[5]], "B") {
			text, _ = unbase64(in)
		} else {
			text, _ = unquote(bytes.ReplaceAll(append(in, '.'), []byte("_"), []byte(" ")))
			text = bytes.TrimSuffix(text, []byte(".")) // which kept a space at the end
		}
		if name := raw[m[2]:m[3]]; !strings.EqualFold(name, set) {
			flush()
			set = name
		}
		run = append(run, text...)
		if run == nil {
			run = []byte{}
		}
		at = m[1]
	}
	flush()
	out.WriteString(raw[at:])
	return strings.ToValidUTF8(out.String(), "�")
}

// from returns the author's address and its domain in lower case. A mail with more or fewer
// than one author has none: readers differ in whom they show.
func (h header) from() (address, domain string, err error) {
	values := h.all("From")
	if len(values) != 1 {
		return "", "", fmt.Errorf("the mail has %d From fields instead of one", len(values))
	}
	if len(values[0]) > maxAddress {
		return "", "", errors.New("the From field is too long")
	}
	parser := mail.AddressParser{WordDecoder: encodedWords}
	list, err := parser.ParseList(unfold(values[0]))
	switch {
	case err != nil:
		return "", "", errors.New("the From field cannot be read as an address")
	case len(list) != 1:
		return "", "", fmt.Errorf("the From field holds %d addresses instead of one", len(list))
	}
	at := strings.LastIndexByte(list[0].Address, '@')
	return list[0].Address, strings.ToLower(list[0].Address[at+1:]), nil
}

// date returns the time of the Date field, or zero.
func (h header) date() time.Time {
	t, err := mail.ParseDate(h.get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}

func (h header) messageID() string {
	id := strings.Trim(h.get("Message-ID"), " \t<>")
	return strings.ToValidUTF8(id[:min(len(id), 998)], "�")
}

// MessageID returns the first Message-ID of the mail without its angle brackets, or "".
// Instagram does not sign it: anybody can write the same one.
func MessageID(raw []byte) string {
	h, _, _ := readHeader(withoutEnvelope(raw))
	return h.messageID()
}
