package exportmail

import (
	"errors"
	"slices"
	"strings"
)

// trustedResults tells whether the provider's Authentication-Results field says that domain
// passed DMARC. Without a field of the pinned provider there is nothing to say, and the
// reason is empty.
//
// Position is what makes the field believable, so only one field of the mail can count: the
// first of its name. It must bear exactly the pinned authserv-id, stand above every field
// that the mail was sent with, and if a Received field stands above it, the nearest of them
// must be written by that same server. Nothing of this helps when the provider does not
// write its own field on top of each mail; see Rules.AuthservID. ARC is not looked at: it
// says what somebody else claims to have seen.
func trustedResults(h header, authservID, domain string) (ok bool, why Reason) {
	at := h.index("Authentication-Results")
	if authservID == "" || at < 0 {
		return false, Reason{}
	}
	results, err := parseResults(h[at].value)
	if err != nil {
		return false, no("results-malformed", "The field Authentication-Results cannot be relied on: %s.", err)
	}
	if !strings.EqualFold(results.server, authservID) {
		return false, no("results-foreign", "The first field Authentication-Results is not that of %s.", authservID)
	}
	if slices.ContainsFunc(h[:at], field.own) {
		return false, no("results-misplaced", "The field Authentication-Results of %s stands where the sender could have put it.", authservID)
	}
	for _, f := range slices.Backward(h[:at]) {
		if f.is("Received") {
			if by, err := receivedBy(f.value); err != nil || !strings.EqualFold(by, authservID) {
				return false, no("results-misplaced", "The field Authentication-Results stands below a server other than %s.", authservID)
			}
			break
		}
	}
	if err := results.dmarcPass(domain); err != nil {
		return false, no("results-no-pass", "%s does not say that %s is authentic: %s.", authservID, domain, err)
	}
	return true, info("results-pass", "%s says that the mail passed DMARC as %s.", authservID, domain)
}

// authResults is one Authentication-Results field.
type authResults struct {
	server     string // authserv-id
	statements []statement
	mentions   int // how often the word DMARC is in it, in quotes and comments too
}

// statement is one method's result, in lower case, with its properties.
type statement struct {
	method, result string
	properties     []property
}

type property struct{ name, value string }

// dmarcPass returns nil if the field holds exactly one statement about DMARC, and that is a
// pass for domain. Nor may the word stand anywhere else: a server that copies an author's
// text as it is could be made to open quotes or a comment before its own statement and to
// close them behind it.
func (r authResults) dmarcPass(domain string) error {
	var found []statement
	for _, s := range r.statements {
		if s.method == "dmarc" {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return errors.New("it says nothing about DMARC")
	case 1:
	default:
		return errors.New("it speaks of DMARC more than once")
	}
	if r.mentions != 1 {
		return errors.New("it speaks of DMARC in quotes or comments too")
	}
	if found[0].result != "pass" {
		return errors.New("DMARC did not pass")
	}
	var from []string
	for _, p := range found[0].properties {
		if p.name == "header.from" {
			from = append(from, p.value)
		}
	}
	if len(from) != 1 || !strings.EqualFold(from[0], domain) {
		return errors.New("it speaks of another From address")
	}
	return nil
}

// receivedBy returns the server that wrote a Received field (RFC 5321, section 4.4).
func receivedBy(value string) (string, error) {
	s, err := newScanner(value)
	if err != nil {
		return "", err
	}
	by := ""
	for {
		if err := s.skip(); err != nil {
			return "", err
		}
		if s.rest == "" || s.rest[0] == ';' {
			break
		}
		word, err := s.clauseWord()
		if err != nil {
			return "", err
		}
		if !strings.EqualFold(word, "by") {
			continue
		}
		if by != "" {
			return "", errors.New("two by clauses")
		}
		if err := s.skip(); err != nil {
			return "", err
		}
		if by, err = s.clauseWord(); err != nil {
			return "", err
		}
	}
	if by == "" {
		return "", errors.New("no by clause")
	}
	return by, nil
}
