package exportmail

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// speakingFields are those whose text may name the sender's brand.
var speakingFields = []string{
	"From", "Sender", "Reply-To", "Return-Path", "Subject", "Errors-To", "Feedback-ID",
	"X-Facebook", "X-Facebook-Notify", "X-FB-Internal-Notiftype",
}

// brand matches Meta's names in folded text.
var brand = regexp.MustCompile(`instagram|\binsta\b|facebook|\bmeta\b|metamail|\bfb\b|\big\b`)

// namesMeta tells whether text names Meta or one of its services, or looks as if it did.
func namesMeta(text string) bool {
	if brand.MatchString(fold(text)) {
		return true
	}
	s := skeleton(text)
	return strings.Contains(s, "instagram") || strings.Contains(s, "facebook")
}

// signedBy matches the d= tag of a DKIM-Signature.
var signedBy = regexp.MustCompile(`(?:^|;)\s*d\s*=\s*([^;]*)`)

// Candidate tells from a message's header whether the whole message is worth reading: it
// could be an export mail or pretend to be one. It errs on the side of yes, and says yes to
// whatever it cannot read. The header may end with or without its empty line.
func Candidate(raw []byte) bool {
	raw = withoutEnvelope(raw)
	if len(raw) > maxHeader {
		return true
	}
	h, _, err := readHeader(slices.Concat(bytes.TrimRight(raw, "\r\n"), []byte("\r\n\r\n")))
	if err != nil || len(h) == 0 {
		return true
	}
	for _, name := range speakingFields {
		for _, v := range h.all(name) {
			v = header{{name, v}}.decoded(name)
			if len(v) > 0 && namesMeta(v) {
				return true
			}
		}
	}
	for _, v := range h.all("DKIM-Signature") {
		if m := signedBy.FindStringSubmatch(unfold(v)); m != nil && namesMeta(m[1]) {
			return true
		}
	}
	return slices.ContainsFunc(h.all("Subject"), func(v string) bool {
		subject := fold(decodeWords(unfold(v)))
		w, _ := matchSubject(nil, subject)
		return w != nil || aboutExport(nil, subject)
	})
}
