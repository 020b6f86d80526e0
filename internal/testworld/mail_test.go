package testworld

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

const domain = "mail.instagram.com"

// verify checks raw against the keys in dns, over the network, and returns the signatures.
func verify(t *testing.T, dns *DNS, raw []byte) []*dkim.Verification {
	t.Helper()
	resolver := resolverFor(dns)
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		LookupTXT: func(name string) ([]string, error) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			return resolver.LookupTXT(ctx, name)
		},
	})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return found
}

func resolverFor(dns *DNS) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, dns.Addr())
	}}
}

// publish makes a signer and a name server that knows its key.
func publish(t *testing.T, make func() (*Signer, error)) (*Signer, *DNS) {
	t.Helper()
	signer, err := make()
	if err != nil {
		t.Fatal(err)
	}
	name, value := signer.TXT()
	dns, err := StartDNS(map[string][]string{name: {value}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dns.Close() })
	return signer, dns
}

func TestSignedMailVerifies(t *testing.T) {
	signer, dns := publish(t, func() (*Signer, error) { return NewSigner(domain, "s2048") })
	for _, kind := range Kinds() {
		for _, multipart := range []bool{false, true} {
			raw, err := Mail{Kind: kind, Multipart: multipart}.Bytes()
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			signed, err := signer.Sign(raw)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			signed = Receipt{From: "security@" + domain, AuthServID: "mx.example.org", Results: "dkim=pass"}.Stamp(signed)
			found := verify(t, dns, signed)
			if len(found) != 1 || found[0].Err != nil || found[0].Domain != domain {
				t.Errorf("%s, multipart %v: %+v, want one valid signature of %s", kind, multipart, found, domain)
			}
			broken := bytes.Replace(signed, []byte("</body>"), []byte("x</body>"), 1)
			if found := verify(t, dns, broken); found[0].Err == nil {
				t.Errorf("%s: a changed body still verifies", kind)
			}
			broken = bytes.Replace(signed, []byte("\r\nSubject: "), []byte("\r\nSubject: x"), 1)
			if found := verify(t, dns, broken); found[0].Err == nil {
				t.Errorf("%s: a changed subject still verifies", kind)
			}
		}
	}
}

func TestFlawedSignaturesAreRefusedForTheirFlaw(t *testing.T) {
	raw, err := Mail{Kind: Ready2026}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	signer, dns := publish(t, func() (*Signer, error) { return NewSigner(domain, "s2048") })
	for flaw, want := range map[Flaw]string{
		NoFlaw: "", FlawBodyLength: "body length", FlawExpired: "expired", FlawFromUnsigned: "From field not signed",
	} {
		signed, err := signer.SignFlawed(raw, flaw)
		if err != nil {
			t.Fatal(err)
		}
		got := verify(t, dns, signed)[0].Err
		if want == "" && got != nil || want != "" && (got == nil || !strings.Contains(got.Error(), want)) {
			t.Errorf("flaw %d: error %v, want %q", flaw, got, want)
		}
	}
	weak, dns := publish(t, func() (*Signer, error) { return NewWeakSigner(domain, "s768", 768) })
	signed, err := weak.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	if got := verify(t, dns, signed)[0].Err; got == nil || !strings.Contains(got.Error(), "too short") {
		t.Errorf("weak key: error %v, want one about a short key", got)
	}
}

func TestMailSaysTheKnownWords(t *testing.T) {
	date := time.Date(2026, 5, 8, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		mail           Mail
		from, subject  string
		words, address string
	}{
		{Mail{Kind: Ready2026}, "security@mail.instagram.com", "Your Meta information download is ready", "you will have four days to download your information after you've received this email", "https://accountscenter.instagram.com/info_and_permissions/dyi/?entry_point=notification"},
		{Mail{Kind: Ready2026, Language: "es"}, "security@mail.instagram.com", "La descarga de tu información de Meta está lista", ">Descargar tu información</a>", "https://accountscenter.instagram.com/"},
		{Mail{Kind: Ready2022, Links: []string{"https://localhost:1/dyi/download/auth/x/?dyi_job_id=1&y=2"}}, "security@mail.instagram.com", "Your Instagram Data", "Download Information", "https://localhost:1/dyi/download/auth/x/?dyi_job_id=1&amp;y=2\""},
		{Mail{Kind: Ready2019}, "security@mail.instagram.com", "Your Instagram Data", ">DOWNLOAD DATA</a>", "https://www.instagram.com/download/confirm/a1B2c3D4e5/\""},
		{Mail{Kind: LoginCode}, "no-reply@mail.instagram.com", "482913 is your Instagram code", "482913", ""},
		{Mail{Kind: BusinessPhish}, "noreply@business.facebook.com", "Your Meta information download is ready: account under review", "", "https://m.me/"},
	} {
		c.mail.Date = date
		raw, err := c.mail.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.mail.Bytes()
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%s: the same mail gave other bytes", c.mail.Kind)
		}
		if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
			t.Errorf("%s: a line does not end in CRLF", c.mail.Kind)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%s: %v", c.mail.Kind, err)
		}
		if from, err := m.Header.AddressList("From"); err != nil || from[0].Address != c.from {
			t.Errorf("%s: From %v, %v, want %s", c.mail.Kind, from, err, c.from)
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil || subject != c.subject {
			t.Errorf("%s: Subject %q, %v, want %q", c.mail.Kind, subject, err, c.subject)
		}
		if when, err := m.Header.Date(); err != nil || !when.Equal(date) {
			t.Errorf("%s: Date %v, %v, want %v", c.mail.Kind, when, err, date)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		if err != nil {
			t.Fatalf("%s: %v", c.mail.Kind, err)
		}
		text := strings.ReplaceAll(string(body), "&#39;", "'")
		if !strings.Contains(text, c.words) || !strings.Contains(text, c.address) {
			t.Errorf("%s: body lacks %q or %q:\n%s", c.mail.Kind, c.words, c.address, text)
		}
	}
	if _, err := (Mail{Kind: LoginCode, Language: "es"}).Bytes(); err == nil {
		t.Error("a text that does not exist was made")
	}
	if _, err := (Mail{}).Bytes(); err == nil {
		t.Error("a mail without kind was made")
	}
}

func TestMoreLinksThanTheTextHas(t *testing.T) {
	raw, err := Mail{Kind: Ready2022, Links: []string{"https://a.example/1", "https://a.example/2"}}.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{"https://a.example/1", "https://a.example/2"} {
		if !strings.Contains(strings.ReplaceAll(string(raw), "=\r\n", ""), link) {
			t.Errorf("the mail lacks %s", link)
		}
	}
}
