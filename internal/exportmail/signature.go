package exportmail

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// The DKIM library knows no time but now. This file verifies a signature as of another time,
// for those that ran out between receipt and reading; verifyDKIM asks the library first and
// uses this for nothing else. Whatever passes here has to pass there too while it is not
// expired; the tests hold both against each other.

// clockSkew is how far a signer's clock may be ahead of ours.
const clockSkew = time.Hour

// The errors bear the library's words where it has some, so that cause knows them.
var (
	errExpired     = errors.New("dkim: signature has expired")
	errBodyHash    = errors.New("dkim: body hash did not verify")
	errForged      = errors.New("dkim: signature did not verify")
	errLength      = errors.New("dkim: message contains an insecure body length tag")
	errAlgorithm   = errors.New("dkim: algorithm too weak or unknown")
	errFuture      = errors.New("dkim: made after the mail came")
	errSignature   = errors.New("dkim: malformed signature")
	errBareReturn  = errors.New("dkim: bare carriage return in the body")
	errSeveralKeys = errors.New("dkim: multiple TXT records found for key")
)

// signatureField is what one DKIM-Signature field says (RFC 6376, section 3.5).
type signatureField struct {
	algorithm                  string // "rsa" or "ed25519", always with sha256
	relaxedHeader, relaxedBody bool
	domain, selector, identity string
	fields                     []string // h=, as written
	bodyHash, signature        []byte
	made, expires              time.Time // zero: not told
	unsigned                   field     // the field itself without the value of b=
}

// signatures returns the DKIM-Signature fields, from the top.
func (h header) signatures() []field {
	return slices.DeleteFunc(slices.Clone(h), func(f field) bool { return !f.is("DKIM-Signature") })
}

// readSignature reads a DKIM-Signature field. It is narrower than the grammar:
// no white space inside of values but in h=, bh= and b=, no empty tags, numbers of digits
// only, an x= only together with an earlier t=, and never an l=.
func readSignature(f field) (signatureField, error) {
	tags, err := readTags(f.value)
	if err != nil {
		return signatureField{}, err
	}
	if _, ok := tags["l"]; ok {
		return signatureField{}, errLength
	}
	s := signatureField{domain: tags["d"].value, selector: tags["s"].value}
	s.identity = "@" + s.domain
	if i, ok := tags["i"]; ok {
		s.identity = i.value
	}
	q, asked := tags["q"]
	for _, v := range []string{s.domain, s.selector, s.identity} {
		if v == "" || strings.ContainsAny(v, " \t\r\n") {
			return s, errSignature
		}
	}
	if tags["v"].value != "1" || asked && q.value != "dns/txt" || !strings.HasSuffix(s.identity, "@"+s.domain) && !strings.HasSuffix(s.identity, "."+s.domain) {
		return s, errSignature
	}
	for name := range strings.SplitSeq(tags["h"].value, ":") {
		name = strings.Trim(name, " \t\r\n")
		if !fieldName(name) || strings.EqualFold(name, "DKIM-Signature") {
			return s, errSignature
		}
		s.fields = append(s.fields, name)
	}
	if !slices.ContainsFunc(s.fields, func(name string) bool { return strings.EqualFold(name, "From") }) {
		return s, errSignature
	}
	if err := s.readTimes(tags); err != nil {
		return s, err
	}
	switch tags["a"].value {
	case "rsa-sha256":
		s.algorithm = "rsa"
	case "ed25519-sha256": // RFC 8463
		s.algorithm = "ed25519"
	default:
		return s, errAlgorithm
	}
	c, ok := tags["c"]
	switch c.value {
	case "simple/simple", "simple":
	case "simple/relaxed":
		s.relaxedBody = true
	case "relaxed/simple", "relaxed":
		s.relaxedHeader = true
	case "relaxed/relaxed":
		s.relaxedHeader, s.relaxedBody = true, true
	default:
		if ok {
			return s, errSignature
		}
	}
	b := tags["b"]
	s.unsigned = field{f.name, f.value[:b.start] + f.value[b.end:]}
	if s.bodyHash, err = readBase64(tags["bh"].value); err != nil || len(s.bodyHash) != sha256.Size {
		return s, errSignature
	}
	if s.signature, err = readBase64(b.value); err != nil || len(s.signature) == 0 {
		return s, errSignature
	}
	return s, nil
}

// readTimes reads t= and x=, in seconds since 1970.
func (s *signatureField) readTimes(tags map[string]tag) error {
	for name, to := range map[string]*time.Time{"t": &s.made, "x": &s.expires} {
		t, ok := tags[name]
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(t.value, 10, 64)
		if err != nil || len(t.value) > 12 {
			return errSignature
		}
		*to = time.Unix(int64(n), 0)
	}
	if !s.expires.IsZero() && (s.made.IsZero() || !s.expires.After(s.made)) {
		return errSignature
	}
	return nil
}

// verifySignature verifies the signature in the DKIM-Signature field f of h (RFC 6376, section
// 6.1) as if the time were at. key returns the key records of a name; the result wraps its
// error. The fields of the result are set as far as they could be read.
func verifySignature(f field, h header, body []byte, at time.Time, key func(name string) ([]string, error)) *dkim.Verification {
	s, err := readSignature(f)
	v := &dkim.Verification{Domain: s.domain, Identifier: s.identity, HeaderKeys: s.fields, Time: s.made, Expiration: s.expires, Err: err}
	switch {
	case err != nil:
	case !s.expires.IsZero() && at.After(s.expires):
		v.Err = errExpired
	case s.made.After(at.Add(clockSkew)):
		v.Err = errFuture
	default:
		v.Err = s.verify(h, body, key)
	}
	return v
}

func (s signatureField) verify(h header, body []byte, key func(name string) ([]string, error)) error {
	records, err := key(s.selector + "._domainkey." + s.domain)
	if err != nil {
		return fmt.Errorf("dkim: no key for signature: %w", err)
	}
	if len(records) != 1 {
		return errSeveralKeys
	}
	k, err := readKey(records[0])
	if err != nil {
		return err
	}
	if bytes.Count(body, []byte("\r")) != bytes.Count(body, []byte("\r\n")) {
		return errBareReturn
	}
	hash := sha256.New()
	if err := canonicalBody(hash, body, s.relaxedBody); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(hash.Sum(nil), s.bodyHash) != 1 {
		return errBodyHash
	}
	hash.Reset()
	for _, f := range s.signed(h) {
		hash.Write([]byte(canonicalField(f, s.relaxedHeader) + "\r\n"))
	}
	hash.Write([]byte(canonicalField(s.unsigned, s.relaxedHeader)))
	if s.algorithm != k.algorithm || !k.verifies(hash.Sum(nil), s.signature) {
		return errForged
	}
	return nil
}

// signed returns the fields that h= names, those of one name from the bottom up; a name
// without a field stands for nothing (RFC 6376, section 5.4.2).
func (s signatureField) signed(h header) []field {
	var picked []field
	next := map[string]int{} // above which field to go on
	for _, name := range s.fields {
		name = strings.ToLower(name)
		if _, ok := next[name]; !ok {
			next[name] = len(h)
		}
		for next[name] > 0 {
			next[name]--
			if f := h[next[name]]; f.is(name) {
				picked = append(picked, f)
				break
			}
		}
	}
	return picked
}

// readBase64 decodes s, in which white space may stand anywhere.
func readBase64(s string) ([]byte, error) {
	return base64.StdEncoding.Strict().DecodeString(strings.NewReplacer(" ", "", "\t", "", "\r\n", "").Replace(s))
}
