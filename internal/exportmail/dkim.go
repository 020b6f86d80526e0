package exportmail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/igwatchd/igwatchd/internal/words"
)

const (
	maxSignatures   = 5       // tried, from the top
	maxSignature    = 8 << 10 // bytes of one; Instagram's have about 500
	maxSignedFields = 200     // named in h=
)

// mustSign lists the fields that a signature has to cover. Instagram's cover these (seen in
// a header of 2020); without Content-Type the same signed bytes can be shown as another text.
var mustSign = []string{"From", "Subject", "Date", "Content-Type"}

// verifyDKIM looks for a valid signature (RFC 6376) of domain over raw. It returns the
// finding in words; err is set only when DNS failed for now and no signature passed.
//
// Stricter than the RFC: only keys of domain itself are asked for, which also keeps the
// author of a mail from making this machine ask his own name server; mustSign must be
// covered; keys in testing mode (t=y) do not count; i= must not name a subdomain.
//
// An x= tag is judged as of received. The library knows no time but now, so a signature that
// it calls expired, and that was not when the mail came, is verified by verifySignature.
//
// So received must be a time that the author of the mail cannot choose. The daemon passes
// the IMAP INTERNALDATE, which the server sets at delivery, and no further back than it looks
// for mail. Only where mail is imported from another mailbox may that follow the Date field
// instead, and then somebody could at most replay, late and word for word, a mail that
// Instagram did send at that Date: it is signed.
func verifyDKIM(ctx context.Context, raw []byte, h header, domain string, received time.Time, txt TXTResolver, e *effort) (ok bool, why Reason, err error) {
	fields := h.signatures()
	for _, f := range fields {
		if len(f.value) > maxSignature || strings.Count(f.value, ":") > maxSignedFields {
			return false, no("dkim-unreadable", "A DKIM signature is larger than any real one."), nil
		}
	}
	for _, f := range fields[:min(len(fields), maxSignatures)] { // what the library goes over for each
		e.search(len(raw))
		e.read(strings.Count(f.value, ":") * len(h))
	}
	key := func(name string) ([]string, error) { return lookupKey(ctx, txt, name, domain) }
	var temporary error
	results, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		MaxVerifications: maxSignatures,
		LookupTXT:        key,
	})
	// Together with any other error the library returns results whose own error it has cleared.
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return false, no("dkim-unreadable", "The DKIM signatures cannot be read."), nil
	}
	if len(results) == 0 {
		return false, no("dkim-missing", "The mail has no DKIM signature."), nil
	}
	if len(results) != min(len(fields), maxSignatures) { // the library reads other fields than we do
		return false, no("dkim-unreadable", "The DKIM signatures cannot be read."), nil
	}
	why = no("dkim-other-domain", "The mail is signed, but not by %s.", domain)
	for i, v := range results {
		if !strings.EqualFold(v.Domain, domain) {
			continue
		}
		late := expired(v) && !received.After(v.Expiration)
		if late {
			e.search(len(raw))
			_, body, _ := readHeader(raw)
			v = verifySignature(fields[i], h, body, received, key)
		}
		if v.Err != nil && dkim.IsTempFail(v.Err) || errors.Is(v.Err, unanswered{}) {
			temporary = fmt.Errorf("look up the DKIM key of %s: no answer for now", domain)
			continue
		}
		if why = weakness(v, domain); why.Code == "" {
			if late {
				return true, info("dkim-pass", "The DKIM signature of %s was valid when the mail came; it ran out on %s.", domain, v.Expiration.UTC().Format(time.DateTime)), nil
			}
			return true, info("dkim-pass", "The DKIM signature of %s is valid.", domain), nil
		}
	}
	if temporary != nil {
		return false, no("dns-temporary", "The key of the DKIM signature could not be looked up for now."), temporary
	}
	return false, why, nil
}

// expired tells whether the library stopped at the x= tag, before it looked at anything else.
func expired(v *dkim.Verification) bool {
	return v.Err != nil && v.Err.Error() == errExpired.Error() && !v.Expiration.IsZero()
}

// weakness says why a signature does not count, or nothing.
func weakness(v *dkim.Verification, domain string) Reason {
	covers := func(name string) bool {
		return slices.ContainsFunc(v.HeaderKeys, func(k string) bool { return strings.EqualFold(k, name) })
	}
	switch {
	case expired(v):
		return no("dkim-expired", "The signature ran out on %s, before the mail came.", v.Expiration.UTC().Format(time.DateTime))
	case v.Err != nil:
		// The library's words hold no text of the mail beyond tag names.
		return no("dkim-invalid", "The DKIM signature of %s is not valid: %s.", domain, words.Text(cause(v.Err)))
	case !strings.HasSuffix(strings.ToLower(v.Identifier), "@"+domain):
		return no("dkim-identity", "The signature speaks for a subdomain of %s.", domain)
	}
	for _, name := range mustSign {
		if !covers(name) {
			return no("dkim-field-not-signed", "The signature does not cover the field %s.", name)
		}
	}
	return Reason{}
}

// causes translates what the library says into a fixed set of words; none of the mail's own
// text gets through.
var causes = []struct{ of, is string }{
	{"body hash did not verify", "the text was changed on its way"},
	{"signature did not verify", "the header was changed on its way, or the key is another"},
	{"insecure body length", "it covers only a part of the text (l=)"},
	{"too weak", "it uses a weak algorithm"},
	{"too short", "its key is shorter than 1024 bits"},
	{"revoked", "its key was revoked"},
	{"testing mode", "its key is only for tests (t=y)"},
	{"multiple TXT", "there are several keys of its name"},
	{"no key for signature", "there is no such key"},
	{"no valid key", "there is no such key"},
	{"key syntax error", "its key is malformed"},
	{"made after", "it claims to be younger than the mail"},
}

func cause(err error) string {
	for _, c := range causes {
		if strings.Contains(err.Error(), c.of) {
			return c.is
		}
	}
	return "it is malformed"
}

// selector matches what may stand before "._domainkey." in the name of a key.
var selector = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9_-]{0,62})*$`)

// onlyTesting matches the flag y in the t= tag of a key record (RFC 6376, section 3.6.1).
var onlyTesting = regexp.MustCompile(`(?:^|;)\s*t\s*=(?:[^;]*:)?\s*y\s*(?:$|[:;])`)

// lookupKey returns the key record called name when it is a key of domain.
func lookupKey(ctx context.Context, txt TXTResolver, name, domain string) ([]string, error) {
	name = strings.ToLower(name)
	s, ok := strings.CutSuffix(name, "._domainkey."+domain)
	if !ok || len(name) > 253 || !selector.MatchString(s) {
		return nil, errors.New("not a key of the From domain")
	}
	records, err := txt.LookupTXT(ctx, name)
	if err != nil {
		if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
			return nil, errors.New("not found")
		}
		return nil, unanswered{}
	}
	for _, r := range records {
		if onlyTesting.MatchString(r) {
			return nil, errors.New("testing mode")
		}
	}
	return records, nil
}

// unanswered is the error by which the DKIM library knows that the answer may come later.
type unanswered struct{}

var _ net.Error = unanswered{}

func (unanswered) Error() string   { return "no answer" }
func (unanswered) Timeout() bool   { return true }
func (unanswered) Temporary() bool { return true }
