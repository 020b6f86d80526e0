package exportmail

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

var testEdKey = sync.OnceValue(func() ed25519.PrivateKey {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

// keyOf answers with the test keys: the selector "ed" has an Ed25519 key, others an RSA key.
func keyOf(name string) ([]string, error) {
	if strings.HasPrefix(name, "ed.") {
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(testEdKey().Public().(ed25519.PublicKey))}, nil
	}
	return []string{"v=DKIM1; p=" + publicKey()}, nil
}

// signLike signs raw with the library, which shares nothing with our verifier.
func signLike(t testing.TB, raw []byte, key crypto.Signer, head, body dkim.Canonicalization, expires time.Time, fields ...string) []byte {
	t.Helper()
	o := dkim.SignOptions{
		Domain: "mail.instagram.com", Selector: "rsa", Signer: key, Expiration: expires,
		HeaderCanonicalization: head, BodyCanonicalization: body, HeaderKeys: fields,
	}
	if _, ok := key.(ed25519.PrivateKey); ok {
		o.Selector = "ed"
	}
	var b bytes.Buffer
	if err := dkim.Sign(&b, bytes.NewReader(raw), &o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bothVerify returns what the library and our verifier say of the first signature of raw.
func bothVerify(raw []byte, at time.Time) (library, ours *dkim.Verification, readable bool) {
	h, body, err := readHeader(raw)
	fields := h.signatures()
	if err != nil || len(fields) == 0 || len(fields[0].value) > maxSignature {
		return nil, nil, false
	}
	results, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: keyOf, MaxVerifications: 1})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return nil, nil, false
	}
	return results[0], verifySignature(fields[0], h, body, at, keyOf), true
}

// TestSignatureAgreesWithTheLibrary holds our verifier against the library: every canonicalization,
// both kinds of key, sound and changed in many ways, on every fifteenth mail of testdata (on all of them with
// IGWATCHD_LONG=1). The verdict has to be the same each time, and so has what was read from the field.
func TestSignatureAgreesWithTheLibrary(t *testing.T) {
	change := func(old, new string) func([]byte) []byte {
		return func(raw []byte) []byte { return bytes.Replace(raw, []byte(old), []byte(new), 1) }
	}
	changes := []func([]byte) []byte{
		func(raw []byte) []byte { return raw },
		func(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")) },
		func(raw []byte) []byte { return append(raw, "\r\n\r\n"...) },
		func(raw []byte) []byte { return append(raw, " \t\r\n"...) },
		func(raw []byte) []byte { return append(raw, "x"...) },
		func(raw []byte) []byte { return bytes.TrimRight(raw, "\r\n") },
		func(raw []byte) []byte {
			h, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
			return append(h, "\r\n\r\n"...)
		},
		change("Subject: ", "Subject:  \t"),
		change("Subject: ", "subject: "),
		change("Subject: ", "Subject:\r\n "),
		change("Subject: ", "Subject: x"),
		change("From: ", "X-From: x\r\nFrom: "),
		change("From: ", "From: x\r\nFrom: "),
		change("\r\n\r\n", "\r\nFrom: x\r\n\r\n"),
		change("Date: ", "Date: x\r\nDate: "),
		change("\r\n\r\n", "\r\nDate: x\r\n\r\n"),
		change(" the ", "  the "),
		change(" the ", " the\t"),
		change(" the ", " The "),
		change("a=", "a =  "),
		change("b=", "b=A"),
		change("bh=", "bh=A"),
		change("s=", "s=x"),
		change("t=", "t=1"),
		change("v=1", "v=1; y=b=x"),
		change("v=1", "v=1; t=1"),
		change("v=1", "v=2"),
		change("v=1", "v=1; l=0"),
		change("-sha256", "-sha1"),
		change("simple", "relaxed"),
		change("relaxed", "simple"),
		change("From:", "from:"),
		change("DKIM-Signature", "Dkim-signature"),
	}
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		t.Fatal(err)
	}
	compared, passed, every := 0, 0, 15
	if os.Getenv("IGWATCHD_LONG") != "" {
		every = 1
	}
	for i, file := range files {
		if i%every != 0 {
			continue
		}
		unsigned := readMail(t, strings.TrimSuffix(file.Name(), ".eml"))
		key := crypto.Signer(testKey())
		if i%2 == 1 {
			key = testEdKey()
		}
		for _, head := range []dkim.Canonicalization{dkim.CanonicalizationSimple, dkim.CanonicalizationRelaxed} {
			for _, body := range []dkim.Canonicalization{dkim.CanonicalizationSimple, dkim.CanonicalizationRelaxed} {
				signed := signLike(t, unsigned, key, head, body, time.Now().Add(time.Hour), "From", "From", "Subject", "Date", "To", "Content-Type")
				for n, change := range changes {
					library, ours, readable := bothVerify(change(slices.Clone(signed)), time.Now())
					if !readable {
						t.Fatalf("%s, change %d: not readable", file.Name(), n)
					}
					compared++
					if (library.Err == nil) != (ours.Err == nil) {
						t.Errorf("%s, %s/%s, change %d: the library says %v, we say %v", file.Name(), head, body, n, library.Err, ours.Err)
					}
					if ours.Err == nil {
						passed++
						if library.Domain != ours.Domain || library.Identifier != ours.Identifier || !slices.Equal(library.HeaderKeys, ours.HeaderKeys) || !library.Expiration.Equal(ours.Expiration) || !library.Time.Equal(ours.Time) {
							t.Errorf("read\n%+v\nwant\n%+v", ours, library)
						}
					}
				}
			}
		}
	}
	if passed < compared/10 || passed > compared/2 {
		t.Errorf("%d of %d signatures are valid: the changes do not change what they should", passed, compared)
	}
	t.Logf("%d signatures compared, %d valid", compared, passed)
}

const dinner = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
`

// TestSignaturesOfTheStandards verifies the examples of RFC 6376 (appendix A) and RFC 8463
// (appendix A), with the keys printed there.
func TestSignaturesOfTheStandards(t *testing.T) {
	tests := map[string]struct{ mail, key string }{
		"RFC 6376": {`DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
` + dinner, "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"},
		"RFC 8463": {`DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
` + dinner, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
	}
	for name, tt := range tests {
		h, body, err := readHeader(crlf(tt.mail))
		if err != nil {
			t.Fatal(err)
		}
		key := func(string) ([]string, error) { return []string{tt.key}, nil }
		if v := verifySignature(h.signatures()[0], h, body, time.Now(), key); v.Err != nil {
			t.Errorf("%s: %v", name, v.Err)
		}
		h[len(h)-2].value += "x"
		if v := verifySignature(h.signatures()[0], h, body, time.Now(), key); !errors.Is(v.Err, errForged) {
			t.Errorf("%s, changed: %v", name, v.Err)
		}
	}
}

// signTags signs raw with the tag list as it is, in which BH stands for the hash of the body.
// It is done with the canonical forms of the product; what is tested is the form of the list.
func signTags(t *testing.T, raw []byte, key crypto.Signer, tags string, fields ...string) (field, header, []byte) {
	t.Helper()
	h, body, err := readHeader(raw)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	if err := canonicalBody(hash, body, false); err != nil {
		t.Fatal(err)
	}
	f := field{"DKIM-Signature", strings.Replace(tags, "BH", base64.StdEncoding.EncodeToString(hash.Sum(nil)), 1)}
	f.value += " b="
	hash.Reset()
	for _, signed := range (signatureField{fields: fields}).signed(h) {
		hash.Write([]byte(canonicalField(signed, true) + "\r\n"))
	}
	hash.Write([]byte(canonicalField(f, true)))
	var opts crypto.SignerOpts = crypto.SHA256
	if _, ok := key.(ed25519.PrivateKey); ok {
		opts = crypto.Hash(0)
	}
	b, err := key.Sign(rand.Reader, hash.Sum(nil), opts)
	if err != nil {
		t.Fatal(err)
	}
	f.value += base64.StdEncoding.EncodeToString(b)
	return f, append(header{f}, h...), body
}

// TestSignatureForms: each list is signed rightly, so that only its form decides.
func TestSignatureForms(t *testing.T) {
	const sound = "v=1; a=rsa-sha256; c=relaxed/simple; d=mail.instagram.com; s=rsa; h=From:To; bh=BH; t=1767200000; x=1767225600;"
	swap := func(old, new string) string {
		if !strings.Contains(sound, old) {
			t.Fatal(old)
		}
		return strings.Replace(sound, old, new, 1)
	}
	at := time.Unix(1767210000, 0)
	tests := []struct {
		name, tags string
		at         time.Time
		want       error // nil: valid
	}{
		{"sound", sound, at, nil},
		{"at its end", sound, time.Unix(1767225600, 0), nil},
		{"behind its end", sound, time.Unix(1767225601, 0), errExpired},
		{"long before it was made", sound, time.Unix(1767200000, 0).Add(-clockSkew - 1), errFuture},
		{"for ever", swap(" x=1767225600;", ""), time.Now(), nil},
		{"no time at all", swap(" t=1767200000; x=1767225600;", ""), at, nil},
		{"only an end", swap(" t=1767200000;", ""), at, errSignature},
		{"ends when made", swap("t=1767200000", "t=1767225600"), time.Unix(1767225600, 0), errSignature},
		{"ends before made", swap("t=1767200000", "t=1767225601"), time.Unix(1767225600, 0), errSignature},
		{"many zeros", swap("t=1767200000", "t=0001767200000"), at, errSignature},
		{"end in a million years", swap("x=1767225600", "x=31556889864403"), at, errSignature},
		{"number too large", swap("x=1767225600", "x=99999999999999999999"), at, errSignature},
		{"negative", swap("t=1767200000", "t=-1"), at, errSignature},
		{"fraction", swap("t=1767200000", "t=1767200000.5"), at, errSignature},
		{"no version", swap("v=1; ", ""), at, errSignature},
		{"version 2", swap("v=1", "v=2"), at, errSignature},
		{"version 1.0", swap("v=1", "v=1.0"), at, errSignature},
		{"no domain", swap(" d=mail.instagram.com;", ""), at, errSignature},
		{"empty domain", swap("d=mail.instagram.com", "d="), at, errSignature},
		{"space in the domain", swap("d=mail", "d=mail ."), at, errSignature},
		{"fold in the domain", swap("d=mail", "d=\r\n mail\r\n ."), at, errSignature},
		{"fold before the domain", swap("d=mail", "d=\r\n mail"), at, nil},
		{"no selector", swap(" s=rsa;", ""), at, errSignature},
		{"space in the selector", swap("s=rsa", "s=r sa"), at, errSignature},
		{"no fields", swap(" h=From:To;", ""), at, errSignature},
		{"empty fields", swap("h=From:To", "h="), at, errSignature},
		{"empty field", swap("h=From:To", "h=From::To"), at, errSignature},
		{"field in two", swap("h=From:To", "h=Fr om:To"), at, errSignature},
		{"space around fields", swap("h=From:To", "h=From :\r\n To"), at, nil},
		{"without the author", swap("h=From:To", "h=To:To"), at, errSignature},
		{"other signatures", swap("h=From:To", "h=From:To:DKIM-Signature"), at, errSignature},
		{"part of the body", swap("bh=BH", "bh=BH; l=10"), at, errLength},
		{"empty part of the body", swap("bh=BH", "bh=BH; l="), at, errLength},
		{"all of the body, by number", swap("bh=BH", "l=999999; bh=BH"), at, errLength},
		{"no hash", swap(" bh=BH;", ""), at, errSignature},
		{"hash in two lines", swap("bh=BH", "bh=\r\n BH"), at, nil},
		{"hash with a stray character", swap("bh=BH", "bh=BH!"), at, errSignature},
		{"hash without its end", swap("bh=BH", "bh=AAAA"), at, errSignature},
		{"another hash", swap("bh=BH", "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), at, errBodyHash},
		{"hash with loose bits", swap("bh=BH", "bh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="), at, errSignature},
		{"SHA-1", swap("rsa-sha256", "rsa-sha1"), at, errAlgorithm},
		{"no algorithm", swap(" a=rsa-sha256;", ""), at, errAlgorithm},
		{"algorithm in capitals", swap("rsa-sha256", "RSA-SHA256"), at, errAlgorithm},
		{"kind of another key", swap("rsa-sha256", "ed25519-sha256"), at, errForged},
		{"key of another kind", swap("s=rsa", "s=ed"), at, errForged},
		{"another domain's key", swap("s=rsa", "s=none"), at, errUnknownKey},
		{"unknown canonical form", swap("relaxed/simple", "nowsp/simple"), at, errSignature},
		{"canonical form in capitals", swap("relaxed/simple", "Relaxed/Simple"), at, errSignature},
		{"empty canonical form", swap("relaxed/simple", ""), at, errSignature},
		{"canonical form of the header only", swap("relaxed/simple", "relaxed"), at, nil},
		{"canonical form not told", swap(" c=relaxed/simple;", ""), at, errForged},
		{"query method", swap("v=1", "v=1; q=dns/txt"), at, nil},
		{"other query method", swap("v=1", "v=1; q=http"), at, errSignature},
		{"identity", swap("v=1", "v=1; i=security@mail.instagram.com"), at, nil},
		{"identity of a subdomain", swap("v=1", "v=1; i=@x.mail.instagram.com"), at, nil}, // for weakness to refuse
		{"identity of a stranger", swap("v=1", "v=1; i=@evil.example"), at, errSignature},
		{"identity of a lookalike", swap("v=1", "v=1; i=@xmail.instagram.com"), at, errSignature},
		{"space in the identity", swap("v=1", "v=1; i=a @mail.instagram.com"), at, errSignature},
		{"tag twice", swap("v=1", "v=1; v=1"), at, errSignature},
		{"end twice", swap("v=1", "v=1; x=1767225600"), at, errSignature},
		{"empty tag", swap("v=1", "v=1;"), at, errSignature},
		{"empty tag first", "; " + sound, at, errSignature},
		{"word for a tag", swap("v=1", "v=1; v"), at, errSignature},
		{"name with a digit first", swap("v=1", "v=1; 1v=1"), at, errSignature},
		{"name of nothing", swap("v=1", "v=1; =1"), at, errSignature},
		{"unknown tag", swap("v=1", "v=1; zb=b=x; _=1"), at, errSignature},
		{"unknown tag that speaks of b", swap("v=1", "v=1; zb=b=x"), at, nil},
		{"letter outside of ASCII", swap("v=1", "v=1; z=\u00fc"), at, errSignature},
		{"control character", swap("v=1", "v=1\x0b"), at, errSignature},
		{"bare line end", swap("v=1;", "v=1;\n"), at, errSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			signer := crypto.Signer(testKey())
			if strings.Contains(tt.tags, "s=ed") {
				signer = testEdKey() // and yet a=rsa-sha256
			}
			f, h, body := signTags(t, readMail(t, "ready-2026-en"), signer, tt.tags, "From", "To")
			v := verifySignature(f, h, body, tt.at, func(name string) ([]string, error) {
				if strings.HasPrefix(name, "none.") {
					return nil, errUnknownKey
				}
				return keyOf(name)
			})
			if !errors.Is(v.Err, tt.want) {
				t.Errorf("got %v, want %v", v.Err, tt.want)
			}
			if tt.want == nil {
				body = append(body, 'x')
				if v := verifySignature(f, h, body, tt.at, keyOf); v.Err == nil {
					t.Error("valid with another body")
				}
			}
		})
	}
}

var errUnknownKey = errors.New("unknown key")

// TestKeyRecords: what may stand in DNS.
func TestKeyRecords(t *testing.T) {
	p := "p=" + publicKey()
	pkcs1 := "p=" + base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&testKey().PublicKey))
	ed := "p=" + base64.StdEncoding.EncodeToString(testEdKey().Public().(ed25519.PublicKey))
	for record, want := range map[string]string{
		p:                            "rsa",
		pkcs1:                        "rsa",
		"v=DKIM1;" + p:               "rsa",
		"v=DKIM1; k=rsa; " + p + ";": "rsa",
		"v=DKIM1; h=sha1 : sha256; s=*; t=s; n=note; " + p: "rsa",
		"v=DKIM1; s=web:email; " + p:                       "rsa",
		"k=ed25519; " + ed:                                 "ed25519",
		"v=DKIM1; k=ed25519; p=" + ed[2:6] + " " + ed[6:]:  "ed25519",
		"":                         "",
		"v=DKIM1":                  "",
		"v=DKIM1; p=":              "",
		"v=DKIM2; " + p:            "",
		"v=dkim1; " + p:            "",
		"v=DKIM1; h=sha1; " + p:    "",
		"v=DKIM1; h=; " + p:        "",
		"v=DKIM1; s=web; " + p:     "",
		"v=DKIM1; k=; " + p:        "",
		"v=DKIM1; k=ed25519; " + p: "",
		"v=DKIM1; k=rsa; " + ed:    "",
		"v=DKIM1; k=dsa; " + p:     "",
		"v=DKIM1; " + p + "; " + p: "",
		"v=DKIM1;; " + p:           "",
		"v=DKIM1; nonsense; " + p:  "",
		"v=DKIM1; " + p + "\n":     "",
		"v=DKIM1; n=\u00fc; " + p:  "",
		"v=DKIM1; p=" + shortKey:   "",
		"v=DKIM1; p=%%%":           "",
		"v=DKIM1; p=AAAA":          "",
	} {
		k, err := readKey(record)
		if (err == nil) != (want != "") || k.algorithm != want {
			t.Errorf("%.60q: %q, %v", record, k.algorithm, err)
		}
	}
}
