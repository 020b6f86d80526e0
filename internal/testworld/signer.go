package testworld

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// signedFields are the fields that the one real Instagram mail whose header is public has
// signed. Reply-To, Message-ID and Content-Transfer-Encoding are not among them.
var signedFields = []string{"Date", "To", "Subject", "From", "MIME-Version", "Content-Type"}

// Signer signs mail with DKIM (RFC 6376) for one domain.
type Signer struct {
	domain, selector string
	key              crypto.Signer
}

// NewSigner makes a signer with a fresh RSA key of 2048 bits.
func NewSigner(domain, selector string) (*Signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make DKIM key: %w", err)
	}
	return &Signer{domain: domain, selector: selector, key: key}, nil
}

// Domain returns the domain that the signatures speak for.
func (s *Signer) Domain() string { return s.domain }

// Sign returns raw with a DKIM signature on top: rsa-sha256, relaxed/simple, and the same
// fields as in real Instagram mail.
func (s *Signer) Sign(raw []byte) ([]byte, error) { return s.SignFlawed(raw, NoFlaw) }

// SignFlawed signs raw as Sign does, but with a flaw for which the signature must not be
// trusted. It follows RFC 6376, section 3.7, by itself: libraries refuse to make such ones.
func (s *Signer) SignFlawed(raw []byte, flaw Flaw) ([]byte, error) {
	head, body, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("sign mail: it has no empty line after the header")
	}
	// The body in simple form: exactly one CRLF at its end (section 3.4.3).
	for bytes.HasSuffix(body, []byte("\r\n")) {
		body = body[:len(body)-2]
	}
	bodyHash := sha256.Sum256(slices.Concat(body, []byte("\r\n")))
	now, fields := time.Now(), signedFields
	tags := fmt.Sprintf("v=1; a=rsa-sha256; c=relaxed/simple; d=%s; s=%s;\r\n t=%d", s.domain, s.selector, now.Add(-2*time.Minute).Unix())
	switch flaw {
	case FlawBodyLength:
		tags += fmt.Sprintf("; l=%d", len(body)+2)
	case FlawExpired:
		tags += fmt.Sprintf("; x=%d", now.Add(-time.Minute).Unix())
	case FlawFromUnsigned:
		fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return f == "From" })
	}
	signature := fmt.Sprintf("%s;\r\n h=%s;\r\n bh=%s;\r\n b=", tags, strings.Join(fields, ":"), base64.StdEncoding.EncodeToString(bodyHash[:]))
	hash := sha256.New()
	for _, name := range fields {
		io.WriteString(hash, relaxed(name, field(string(head), name))+"\r\n")
	}
	io.WriteString(hash, relaxed("DKIM-Signature", signature))
	b, err := s.key.Sign(rand.Reader, hash.Sum(nil), crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("sign mail: %w", err)
	}
	return slices.Concat([]byte("DKIM-Signature: "+signature+base64.StdEncoding.EncodeToString(b)+"\r\n"), raw), nil
}

// field returns the value of a header field that occurs once, still folded.
func field(head, name string) string {
	m := regexp.MustCompile(`(?im)^` + regexp.QuoteMeta(name) + `:((?:.*\r\n[ \t])*.*)$`).FindStringSubmatch(head)
	if m == nil {
		return ""
	}
	return m[1]
}

// relaxed is the header canonicalization of section 3.4.2.
func relaxed(name, value string) string {
	return strings.ToLower(name) + ":" + strings.Join(strings.Fields(value), " ")
}

// TXT returns the DNS record that the signatures are checked with (RFC 6376, section 3.6.1).
func (s *Signer) TXT() (name, value string) {
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	if err != nil {
		panic(err) // an RSA key that was made here always has this form
	}
	return s.selector + "._domainkey." + s.domain, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}
