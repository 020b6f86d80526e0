package exportmail

import (
	"bytes"
	"fmt"
	"mime"
	"slices"
	"strings"
)

// Shared is a copy of a mail that can be shown to others.
type Shared struct {
	Mail []byte // CRLF line ends, UTF-8
	// Replaced counts what was replaced, by kind, such as "address" or "token"; each value once.
	Replaced map[string]int
	LeftOut  int // parts that are no text: pictures, files
	// Remains are the words of hide that are still in the copy, because mails are made of them,
	// such as "html". The copy should not be shared then.
	Remains []string
}

// Own says whose mail it is, so that these names vanish from the text too.
type Own struct {
	Names []string // user names, addresses; besides those that the header names as recipients
	Hide  []string // more words to take out, wherever they stand
}

// Share writes a copy of a mail in which everything that may tell whose it is, or let somebody in,
// is replaced: the same value by the same placeholder each time. The words of the text stay, and so
// do the form of the mail and of its links, so that Judge finds the same in the copy; only the
// sender cannot be proven any more, because the signatures are gone.
//
// It works the other way round than a filter: the copy is written anew from what was understood of
// the mail, with what is known to be harmless. What is not understood is left out. Nothing but the
// words of the text gets through unknown, and of these none with a digit, none in mixed case, none
// longer than any word is, and none that the header calls the recipient.
func Share(raw []byte, rules Rules, own Own) Shared {
	raw = withoutEnvelope(raw)
	s := &sharer{rules: rules, names: map[string]string{}, count: map[string]int{}, content: &content{}}
	h, body, _ := readHeader(raw[:min(len(raw), maxMessage)])
	for _, w := range own.Hide {
		s.hide(w, true)
	}
	for _, w := range own.Names {
		s.hide(w, false)
	}
	s.hideRecipients(h)
	s.part(h, body, 0)
	out := Shared{Mail: bytes.ReplaceAll(s.out.Bytes(), []byte("\n"), []byte("\r\n")), Replaced: s.count, LeftOut: s.leftOut}
	text := foldMap(s.out.String()).text // all of it, where fold has a bound
	for _, w := range own.Hide {
		if f := strings.TrimSpace(fold(w)); len(f) > 3 && strings.Contains(text, f) {
			out.Remains = append(out.Remains, w)
		}
	}
	return out
}

// Words says in words what was replaced.
func (s Shared) Words() string {
	words := []struct{ kind, one, many string }{
		{"person", "mail address", "mail addresses"},
		{"name", "name", "names"},
		{"host", "host name", "host names"},
		{"token", "code or id", "codes and ids"},
		{"number", "number", "numbers"},
		{"value", "value in a link", "values in links"},
		{"field", "field of the header", "fields of the header"},
	}
	var list []string
	for _, w := range words {
		switch n := s.Replaced[w.kind]; {
		case n == 1:
			list = append(list, "1 "+w.one)
		case n > 1:
			list = append(list, fmt.Sprintf("%d %s", n, w.many))
		}
	}
	if len(list) == 0 {
		list = []string{"nothing"}
	}
	out := "Replaced: " + strings.Join(list, ", ") + "."
	if s.LeftOut > 0 {
		out += fmt.Sprintf(" Left out: %d pictures or files.", s.LeftOut)
	}
	return out
}

// sharer writes one copy.
type sharer struct {
	rules   Rules
	hidden  []hidden
	names   map[string]string // placeholders, by kind and value
	count   map[string]int
	content *content // decodes, within the bounds that hold for judging
	parts   int
	leftOut int
	out     bytes.Buffer // with LF
}

// recipientFields name whom the mail was for.
var recipientFields = []string{
	"To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "X-Envelope-To", "Original-Recipient",
	"Apparently-To", "X-Apparently-To", "Resent-To", "X-Forwarded-To", "X-Forwarded-For", "X-RCPT-To",
}

func (s *sharer) hideRecipients(h header) {
	for _, name := range recipientFields {
		for _, v := range h.all(name) {
			v = header{{name, v}}.decoded(name)
			v = v[:min(len(v), maxAddress)]
			for _, m := range addressOfMail.FindAllString(v, 20) {
				s.hide(m, false)
			}
			for one := range strings.SplitSeq(v, ",") {
				display, _, isAddress := strings.Cut(one, "<")
				if isAddress {
					s.hide(strings.Trim(display, " \"'\t"), false)
				}
			}
		}
	}
	for _, v := range h.all("Received") { // "for <jane@example.org>"
		for _, m := range addressOfMail.FindAllString(unfold(v)[:min(len(unfold(v)), maxAddress)], 5) {
			s.hide(m, false)
		}
	}
}

func (s *sharer) line(format string, args ...any) { fmt.Fprintf(&s.out, format+"\n", args...) }

// sharedTypes are those that a part which is left out may be called.
var sharedTypes = []string{
	"image/png", "image/jpeg", "image/gif", "image/svg+xml", "image/webp", "application/pdf", "application/zip",
	"application/octet-stream", "application/pkcs7-signature", "application/pgp-signature", "text/calendar",
}

// part writes a part. It walks as content.part does.
func (s *sharer) part(h header, body []byte, depth int) {
	s.fields(h)
	contentType := h.get("Content-Type")
	if contentType == "" {
		contentType = "text/plain"
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		media = strings.TrimSpace(media)
	}
	if s.parts++; s.parts > maxParts || depth > maxDepth {
		s.leave("text/plain")
		return
	}
	isMultipart := strings.HasPrefix(media, "multipart/")
	switch {
	case isMultipart && params["boundary"] != "":
		kind := strings.TrimPrefix(media, "multipart/")
		if !slices.Contains([]string{"alternative", "related", "mixed", "report", "signed", "digest"}, kind) {
			kind = "mixed"
		}
		s.multipart(kind, splitParts(body, params["boundary"]), body, depth)
	case media == "message/rfc822":
		s.line("Content-Type: message/rfc822\n")
		inner, rest, _ := readHeader(s.content.decode(h, body))
		s.hideRecipients(inner)
		s.part(inner, rest, depth+1)
	case media == "text/html":
		s.textPart("text/html", s.html(s.decoded(h, params["charset"], body)))
	case media == "text/calendar":
		s.leave(media)
	case strings.HasPrefix(media, "text/"):
		s.textPart("text/plain", s.text(unmarked(s.decoded(h, params["charset"], body))))
	case isMultipart, err != nil:
		s.unclear(h, params["charset"], body)
	default:
		s.leave(media)
	}
}

// decoded returns a text in UTF-8. One in an unknown encoding is left out.
func (s *sharer) decoded(h header, set string, body []byte) string {
	before := s.content.damaged
	s.content.damaged = false
	text := s.content.decodeText(h, set, body)
	damaged := s.content.damaged
	s.content.damaged = before || damaged
	if damaged && set != "" && !knownCharset(set) {
		return "[text in an unknown encoding, left out]"
	}
	return visible(strings.ReplaceAll(text, "\r\n", "\n"))
}

// unclear writes a part of which nobody knows how a mail program shows it, in both ways.
func (s *sharer) unclear(h header, set string, body []byte) {
	text := s.decoded(h, set, body)
	boundary := s.boundary()
	s.line("Content-Type: multipart/mixed; boundary=%q\n", boundary)
	s.line("--%s", boundary)
	s.textPart("text/html", s.html(text))
	s.line("\n--%s", boundary)
	s.textPart("text/plain", s.text(unmarked(text)))
	s.line("\n--%s--", boundary)
}

func (s *sharer) textPart(kind, text string) {
	s.line("Content-Type: %s; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", kind)
	if strings.Contains(text, "--=_igwatchd_") {
		text = strings.ReplaceAll(text, "--=_igwatchd_", "-- ")
	}
	s.out.WriteString(text)
}

// leave writes an empty part in the place of one that is no text.
func (s *sharer) leave(media string) {
	s.leftOut++
	if !slices.Contains(sharedTypes, media) {
		media = "application/octet-stream"
	}
	s.line("Content-Type: %s\n\n[left out]", media)
}
