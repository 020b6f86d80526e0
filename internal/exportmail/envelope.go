package exportmail

import (
	"bytes"
	"slices"
)

// ownFields are those that a mail is sent with; what stands above them was added on its way.
var ownFields = []string{
	"DKIM-Signature", "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}

func (f field) own() bool { return slices.ContainsFunc(ownFields, f.is) }

// Core returns the mail without the trace fields that each delivery adds on top: the same
// mail in two folders, or fetched twice, has the same core. It is a part of raw, not a copy.
func Core(raw []byte) []byte {
	rest := withoutEnvelope(raw)
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		name, _, ok := bytes.Cut(line, []byte(":"))
		if ok && (field{name: string(bytes.TrimSpace(name))}).own() {
			return rest
		}
		if len(bytes.TrimSuffix(line, []byte("\r"))) == 0 {
			break
		}
		rest = after
	}
	return raw
}

// withoutEnvelope drops the line "From sender date" with which mbox files begin a mail.
func withoutEnvelope(raw []byte) []byte {
	line, rest, _ := bytes.Cut(raw, []byte("\n"))
	after, ok := bytes.CutPrefix(line, []byte("From "))
	if !ok || bytes.HasPrefix(bytes.TrimSpace(after), []byte(":")) { // "From :" is a field
		return raw
	}
	return rest
}
