package exportmail

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// shortKey is a public RSA key of 768 bits.
const shortKey = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhALdGWkdrW7Rm4mn1FA7gxlC7sLM7IS0HWkk3s8mwLrLnc/+eQ77gaE8CW7bDF/lJ+r/y8x+OKxdQNHIX6Whh28j0G/Q8oNrXMtUQ+zlTD5B8dD4R+vt/5BSmPHz/gk6sawIDAQAB"

var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func publicKey() string {
	der, err := x509.MarshalPKIXPublicKey(testKey().Public())
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// zone answers for DKIM keys; a name with the value "SERVFAIL" has no answer for now.
type zone struct {
	records map[string][]string
	asked   []string
	mu      sync.Mutex
}

func (z *zone) LookupTXT(ctx context.Context, name string) ([]string, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked = append(z.asked, name)
	r, ok := z.records[name]
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case !ok:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case r[0] == "SERVFAIL":
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return r, nil
}

// world is a DNS in which each domain has the test key under the selector "s1024-2013-q3".
func world(domains ...string) *zone {
	z := &zone{records: map[string][]string{}}
	for _, d := range append(domains, "mail.instagram.com", "business.facebook.com", "facebookmail.com", "evil.example") {
		z.records["s1024-2013-q3._domainkey."+d] = []string{"v=DKIM1; k=rsa; p=" + publicKey()}
	}
	return z
}

var testRules = Rules{
	FromDomains: []string{"mail.instagram.com"},
	LinkHosts:   []string{"www.instagram.com", "instagram.com", "accountscenter.instagram.com", "accountscenter.facebook.com"},
	ByteHosts:   []string{"bigzipfiles.instagram.com", "bigzipfiles.facebook.com"},
}

// readMail returns a mail of testdata with the line ends that a server gives it.
func readMail(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "mail", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return crlf(string(raw))
}

func crlf(s string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n"))
}

// signature is what a test wants of a DKIM signature. Zero fields stand for what Instagram
// does: c=relaxed/simple, and h= as in its mail of 2020.
type signature struct {
	domain, selector, algorithm, fields string
	extra                               string // more tags, such as "x=1"
	length                              int    // l=, when positive
}

var (
	spaces    = regexp.MustCompile(`[ \t\r\n]+`)
	emptyTail = regexp.MustCompile(`(\r\n)*$`)
)

// sign puts a DKIM signature on top of raw. It is written from RFC 6376 and shares nothing
// with the library that verifies.
func sign(t testing.TB, raw []byte, s signature) []byte {
	t.Helper()
	or := func(v *string, d string) {
		if *v == "" {
			*v = d
		}
	}
	or(&s.domain, "mail.instagram.com")
	or(&s.selector, "s1024-2013-q3")
	or(&s.algorithm, "rsa-sha256")
	or(&s.fields, "Date:To:Subject:From:MIME-Version:Content-Type")
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		t.Fatal("the mail has no body")
	}
	text := emptyTail.ReplaceAllString(string(body), "") + "\r\n"
	tags := "v=1; a=" + s.algorithm + "; c=relaxed/simple; d=" + s.domain + "; s=" + s.selector + ";"
	if s.length > 0 {
		text = text[:s.length]
		tags += " l=" + string(rune('0'+s.length)) + ";"
	}
	if s.extra != "" {
		tags += " " + s.extra + ";"
	}
	bodyHash := sha256.Sum256([]byte(text))
	tags += "\r\n bh=" + base64.StdEncoding.EncodeToString(bodyHash[:]) + ";\r\n h=" + s.fields + "; b="

	unfolded := regexp.MustCompile(`\r\n([ \t])`).ReplaceAllString(string(head), "$1")
	lines := strings.Split(unfolded, "\r\n")
	relaxed := func(name, value string) string {
		return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.TrimSpace(spaces.ReplaceAllString(value, " "))
	}
	var signed strings.Builder
	used := map[string]int{}
	for f := range strings.SplitSeq(s.fields, ":") {
		f = strings.ToLower(f)
		var found []string
		for _, l := range lines {
			name, value, _ := strings.Cut(l, ":")
			if strings.EqualFold(strings.TrimSpace(name), f) {
				found = append(found, relaxed(name, value))
			}
		}
		if n := len(found) - 1 - used[f]; n >= 0 {
			signed.WriteString(found[n] + "\r\n")
		}
		used[f]++
	}
	signed.WriteString(relaxed("DKIM-Signature", tags))
	digest := sha256.Sum256([]byte(signed.String()))
	sig, err := rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return append([]byte("DKIM-Signature: "+tags+base64.StdEncoding.EncodeToString(sig)+"\r\n"), raw...)
}

// top puts header fields on top of raw.
func top(raw []byte, fields string) []byte { return append(crlf(fields), raw...) }

func hasCode(j Judgement, code string) bool {
	for _, r := range j.Reasons {
		if r.Code == code {
			return true
		}
	}
	return false
}

// zeroTime stands for "received now".
var zeroTime time.Time
