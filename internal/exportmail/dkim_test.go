package exportmail

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// TestDKIM breaks a signature in every known way. The mail has the words of the export mail
// and is never ready when its signature does not count.
func TestDKIM(t *testing.T) {
	const name = "s1024-2013-q3._domainkey.mail.instagram.com"
	record := "v=DKIM1; k=rsa; p=" + publicKey()
	replace := func(old, new string) func([]byte) []byte {
		return func(raw []byte) []byte {
			if !bytes.Contains(raw, []byte(old)) {
				t.Fatalf("nothing to replace: %s", old)
			}
			return bytes.Replace(raw, []byte(old), []byte(new), 1)
		}
	}
	onTop := func(f string) func([]byte) []byte { return func(raw []byte) []byte { return top(raw, f+"\n") } }
	unix := func(d time.Duration) string { return "x=" + strconv.FormatInt(time.Now().Add(d).Unix(), 10) }
	tests := []struct {
		name  string
		sig   signature
		spoil func([]byte) []byte // after signing
		key   []string            // nil: the right one
		code  string              // "" = authentic
		words string              // in the reason
	}{
		{name: "sound"},
		{name: "trace fields on top", spoil: onTop("Received: by mx.example.org; Thu, 06 Aug 2020 19:35:37 -0700\nX-Spam: no")},
		{name: "line ends of Unix", spoil: func(raw []byte) []byte { return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")) }},
		{name: "mbox line", spoil: onTop("From security@mail.instagram.com Fri May  8 10:12:13 2026")},
		{name: "not yet expired", sig: signature{extra: unix(time.Hour)}},
		{name: "domain in capitals", sig: signature{domain: "MAIL.Instagram.com"}},
		{name: "identity", sig: signature{extra: "i=security@mail.instagram.com"}},
		{name: "signature of a mailing list on top", spoil: func(raw []byte) []byte { return sign(t, raw, signature{domain: "evil.example"}) }},
		{name: "oversigned", sig: signature{fields: "From:From:Subject:Subject:Date:Content-Type"}},

		{name: "text changed", spoil: replace("The Meta Privacy Team", "The Meta Privacy Crew"), code: "dkim-invalid", words: "text was changed"},
		{name: "text added", spoil: func(raw []byte) []byte { return append(raw, "more\r\n"...) }, code: "dkim-invalid", words: "text was changed"},
		{name: "subject changed", spoil: replace("Subject: Your", "Subject: Yours"), code: "dkim-invalid", words: "header was changed"},
		{name: "date changed", spoil: replace("Date: Fri, 8 May", "Date: Sat, 9 May"), code: "dkim-invalid", words: "header was changed"},
		{name: "no signature", spoil: func(raw []byte) []byte { return replace("DKIM-Signature:", "X-Signature:")(raw) }, code: "dkim-missing"},
		{name: "malformed", spoil: replace("v=1; a=", "v=1; nonsense; a="), code: "dkim-other-domain"},
		{name: "version 2", spoil: replace("v=1;", "v=2;"), code: "dkim-other-domain"},
		{name: "of the parent domain", sig: signature{domain: "instagram.com"}, code: "dkim-other-domain"},
		{name: "of a subdomain", sig: signature{domain: "x.mail.instagram.com"}, code: "dkim-other-domain"},
		{name: "of another domain of Meta", sig: signature{domain: "business.facebook.com"}, code: "dkim-other-domain"},
		{name: "of a stranger", sig: signature{domain: "evil.example"}, code: "dkim-other-domain"},
		{name: "identity of a subdomain", sig: signature{extra: "i=a@x.mail.instagram.com"}, code: "dkim-identity"},
		{name: "identity of a stranger", sig: signature{extra: "i=a@evil.example"}, code: "dkim-invalid"},
		{name: "subject not covered", sig: signature{fields: "From:Date:Content-Type"}, code: "dkim-field-not-signed", words: "Subject"},
		{name: "date not covered", sig: signature{fields: "From:Subject:Content-Type"}, code: "dkim-field-not-signed", words: "Date"},
		{name: "type not covered", sig: signature{fields: "From:Subject:Date"}, code: "dkim-field-not-signed", words: "Content-Type"},
		{name: "author not covered", sig: signature{fields: "Subject:Date:Content-Type"}, code: "dkim-invalid"},
		{name: "part of the text", sig: signature{length: 9}, code: "dkim-invalid", words: "only a part"},
		{name: "part of the text, text added", sig: signature{length: 9}, spoil: func(raw []byte) []byte { return append(raw, "<a href=https://evil.example>x</a>"...) }, code: "dkim-invalid", words: "only a part"},
		{name: "expired", sig: signature{extra: unix(-time.Hour)}, code: "dkim-expired", words: "before the mail came"},
		{name: "weak hash", sig: signature{algorithm: "rsa-sha1"}, code: "dkim-invalid", words: "weak algorithm"},
		{name: "no such selector", sig: signature{selector: "other"}, code: "dkim-invalid", words: "no such key"},
		{name: "selector reaching elsewhere", sig: signature{selector: "a._domainkey.evil.example.x y"}, code: "dkim-invalid"},
		{name: "key revoked", key: []string{"v=DKIM1; p="}, code: "dkim-invalid", words: "revoked"},
		{name: "two keys", key: []string{record, record}, code: "dkim-invalid", words: "several keys"},
		{name: "short key", key: []string{"v=DKIM1; p=" + shortKey}, code: "dkim-invalid", words: "shorter"},
		{name: "key for tests", key: []string{"v=DKIM1; t=y; p=" + publicKey()}, code: "dkim-invalid", words: "only for tests"},
		{name: "key for tests, among flags", key: []string{"v=DKIM1; t=s : y; p=" + publicKey()}, code: "dkim-invalid", words: "only for tests"},
		{name: "key for subdomains too", key: []string{"v=DKIM1; t=s; p=" + publicKey()}},
		{name: "key not for mail", key: []string{"v=DKIM1; s=web; p=" + publicKey()}, code: "dkim-invalid"},
		{name: "key is nonsense", key: []string{"hello"}, code: "dkim-invalid"},
		{name: "another key", key: []string{"v=DKIM1; p=" + strings.Replace(publicKey(), "A", "B", 40)}, code: "dkim-invalid"},

		{name: "second author on top", spoil: onTop("From: <x@evil.example>"), code: "from-unclear"},
		{name: "second author with a space", spoil: onTop("From : <x@evil.example>"), code: "header-malformed"},
		{name: "second author below", spoil: replace("X-Mailer:", "From: <x@evil.example>\r\nX-Mailer:"), code: "from-unclear"},
		{name: "second subject", spoil: onTop("Subject: Your account"), code: "field-count"},
		{name: "second date", spoil: onTop("Date: Sat, 9 May 2026 10:12:13 -0700"), code: "field-count"},
		{name: "second type", spoil: onTop("Content-Type: text/plain"), code: "field-count"},
		{name: "second encoding", spoil: onTop("Content-Transfer-Encoding: base64"), code: "field-count"},
		{name: "field name outside of ASCII", spoil: onTop("\u017fubject: x"), code: "header-malformed"},
		{name: "bare carriage return", spoil: onTop("X-A: b\rFrom: <x@evil.example>"), code: "header-malformed"},
		{name: "continuation first", spoil: onTop(" x"), code: "header-malformed"},
		{name: "header without end", spoil: func(raw []byte) []byte { h, _, _ := bytes.Cut(raw, []byte("\r\n\r\n")); return append(h, "\r\n\r"...) }, code: "header-malformed"},
		{name: "header too large", spoil: onTop("X-Filler: " + strings.Repeat("x", maxHeader)), code: "header-malformed"},
		{name: "header of too many lines", spoil: onTop("X-Filler: x" + strings.Repeat("\n x", maxHeaderLines)), code: "header-malformed"},
		{name: "too many fields", spoil: onTop(strings.Repeat("A: x\n", maxFields) + "A: x"), code: "header-malformed"},
		{name: "long signature", sig: signature{extra: "z=" + strings.Repeat("x", maxSignature)}, code: "dkim-unreadable"},
		{name: "too many signed fields", sig: signature{fields: "From:Subject:Date:Content-Type" + strings.Repeat(":a", maxSignedFields)}, code: "dkim-unreadable"},
		{name: "too many signatures above", spoil: func(raw []byte) []byte {
			for range maxSignatures {
				raw = sign(t, raw, signature{domain: "evil.example"})
			}
			return raw
		}, code: "dkim-other-domain"},
	}
	judge := func(t *testing.T, sig signature, spoil func([]byte) []byte, key []string, received time.Time) (Judgement, *zone) {
		t.Helper()
		raw := sign(t, readMail(t, "ready-2026-en"), sig)
		if spoil != nil {
			raw = spoil(raw)
		}
		dns := world("instagram.com", "x.mail.instagram.com")
		if key != nil {
			dns.records[name] = key
		}
		j, err := Judge(t.Context(), raw, received, testRules, dns)
		if err != nil {
			t.Fatal(err)
		}
		return j, dns
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check := func(t *testing.T, j Judgement, dns *zone) {
				t.Helper()
				if tt.code == "" {
					if j.Decision != ExportReady || j.AuthenticatedBy != ByDKIM {
						t.Errorf("got %s:\n%s", j.Decision, list(j))
					}
					return
				}
				if j.Authentic || j.Decision == ExportReady || !hasCode(j, tt.code) || !strings.Contains(list(j), tt.words) {
					t.Errorf("got %s, authentic %v, want the reason %s (%s):\n%s", j.Decision, j.Authentic, tt.code, tt.words, list(j))
				}
				for _, q := range dns.asked {
					if !strings.HasSuffix(q, "._domainkey.mail.instagram.com") {
						t.Errorf("asked for %s: the author of a mail must not choose whom this machine asks", q)
					}
				}
			}
			j, dns := judge(t, tt.sig, tt.spoil, tt.key, time.Now())
			check(t, j, dns)
			if strings.Contains(tt.sig.extra, "x=") {
				return
			}
			// The same, read after the signature ran out: nothing may be forgiven.
			late := tt.sig
			late.extra = strings.TrimPrefix(late.extra+"; t=1767200000; x=1767225600", "; ")
			if j, dns = judge(t, late, tt.spoil, tt.key, time.Unix(1767210000, 0)); tt.code == "" && !strings.Contains(list(j), "was valid when the mail came") {
				t.Errorf("late: not judged as of the time of receipt:\n%s", list(j))
			}
			check(t, j, dns)
			if j, _ = judge(t, late, tt.spoil, tt.key, time.Unix(1767225601, 0)); j.Authentic {
				t.Errorf("received after it ran out, and yet authentic:\n%s", list(j))
			}
		})
	}
}

// TestExpirationIsJudgedAtReceipt: a mail that waited is as good as it was when it came, and
// one that came with a dead signature is as bad.
func TestExpirationIsJudgedAtReceipt(t *testing.T) {
	made, expires := time.Unix(1767200000, 0), time.Unix(1767225600, 0) // 2025-12-31, 2026-01-01
	const both = "t=1767200000; x=1767225600"
	tests := []struct {
		name     string
		extra    string
		received time.Time
		spoil    func([]byte) []byte
		code     string // "" = authentic
	}{
		{"while valid", both, made.Add(time.Minute), nil, ""},
		{"in the last second", both, expires, nil, ""},
		{"a second late", both, expires.Add(time.Second), nil, "dkim-expired"},
		{"now", both, time.Now(), nil, "dkim-expired"},
		{"time of receipt unknown", both, zeroTime, nil, "dkim-expired"},
		{"our clock a little behind", both, made.Add(-clockSkew), nil, ""},
		{"before it was made", both, made.Add(-clockSkew - time.Second), nil, "dkim-invalid"},
		{"our clock at 1970", both, time.Unix(0, 0), nil, "dkim-invalid"},
		{"not told when made", "x=1767225600", made, nil, "dkim-invalid"},
		{"made when it ran out", "t=1767225600; x=1767225600", made, nil, "dkim-invalid"},
		{"made after it ran out", "t=1767225601; x=1767225600", made, nil, "dkim-invalid"},
		{"with a sign", "t=+1767200000; x=1767225600", made, nil, "dkim-invalid"},
		{"expiration with a sign", "t=1767200000; x=+1767225600", made, nil, "dkim-invalid"},
		{"of 1970", "t=1; x=2", time.Unix(1, 0), nil, ""},
		{"before 1970", "t=-2; x=-1", time.Unix(-2, 0), nil, "dkim-invalid"},
		{"two expirations", both + "; x=1767225601", made, nil, "dkim-other-domain"},
		{"two times", "t=1767200000; " + both, made, nil, "dkim-other-domain"},
		{"time is no number", "t=soon; x=1767225600", made, nil, "dkim-invalid"},
		{"spaces in a number", "t=17672 00000; x=1767225600", made, nil, "dkim-invalid"},
		{"spaces around", "t = 1767200000 ; x = 1767225600 ", made, nil, ""},
		{"empty tag", both + ";", made, nil, "dkim-invalid"},
		{"other query method", both + "; q=dns/txt:x", made, nil, "dkim-invalid"},
		{"unknown tag", both + "; y=1", made, nil, ""},
		{"name of a tag in capitals", both + "; X=1", made, nil, ""},
		{"name of a tag with a dot", both + "; y.z=1", made, nil, "dkim-invalid"},
		{"letters outside of ASCII", both + "; y=\u00fc", made, nil, "dkim-invalid"},
		{"expiration moved by the sender", both, expires.Add(time.Second), func(raw []byte) []byte {
			return bytes.Replace(raw, []byte("x=1767225600"), []byte("x=1767225700"), 1)
		}, "dkim-invalid"},
		{"expiration taken out by the sender", both, expires.Add(time.Second), func(raw []byte) []byte {
			return bytes.Replace(raw, []byte(" x=1767225600;"), nil, 1)
		}, "dkim-invalid"},
		{"text changed", both, made, func(raw []byte) []byte { return bytes.Replace(raw, []byte("Privacy"), []byte("privacy"), 1) }, "dkim-invalid"},
		{"bare carriage return in the text", both, made, func(raw []byte) []byte { return append(raw, '\r') }, "dkim-invalid"},
		{"empty lines at the end", both, made, func(raw []byte) []byte { return append(raw, "\r\n\n\r\n"...) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := sign(t, readMail(t, "ready-2026-en"), signature{extra: tt.extra})
			if tt.spoil != nil {
				raw = tt.spoil(raw)
			}
			j, err := Judge(t.Context(), raw, tt.received, testRules, world())
			if err != nil {
				t.Fatal(err)
			}
			if ok := tt.code == ""; j.Authentic != ok || (j.Decision == ExportReady) != ok || !ok && !hasCode(j, tt.code) {
				t.Errorf("got %s, authentic %v, want %q:\n%s", j.Decision, j.Authentic, tt.code, list(j))
			}
		})
	}
	t.Run("no answer from DNS", func(t *testing.T) {
		dns := world()
		dns.records["s1024-2013-q3._domainkey.mail.instagram.com"] = []string{"SERVFAIL"}
		raw := sign(t, readMail(t, "ready-2026-en"), signature{extra: both})
		if j, err := Judge(t.Context(), raw, made, testRules, dns); fault.KindOf(err) != fault.TemporaryKind || j.Authentic {
			t.Errorf("got %s, %v", j.Decision, err)
		}
	})
	t.Run("a valid one below", func(t *testing.T) {
		raw := sign(t, sign(t, readMail(t, "ready-2026-en"), signature{}), signature{extra: both})
		if j, err := Judge(t.Context(), raw, time.Now(), testRules, world()); err != nil || j.Decision != ExportReady {
			t.Errorf("got %s, %v\n%s", j.Decision, err, list(j))
		}
	})
}

func TestNoAnswerFromDNS(t *testing.T) {
	const name = "s1024-2013-q3._domainkey.mail.instagram.com"
	silent := world()
	silent.records[name] = []string{"SERVFAIL"}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	ready := sign(t, readMail(t, "ready-2022-auth"), signature{})
	tests := []struct {
		name     string
		ctx      context.Context
		raw      []byte
		dns      *zone
		id       string
		decision string // "" = judge again later
	}{
		{"the decision hangs on it", t.Context(), ready, silent, "", ""},
		{"stopped while asking", cancelled, ready, world(), "", ""},
		{"nothing hangs on it", t.Context(), sign(t, readMail(t, "code"), signature{}), silent, "", Ignored},
		{"the provider vouches", t.Context(), top(ready, gmail), silent, "mx.google.com", ExportReady},
		{"another signature passes", t.Context(), sign(t, sign(t, readMail(t, "ready-2022-auth"), signature{selector: "second"}), signature{}), silent, "", ExportReady},
		{"not the sender's key", t.Context(), sign(t, readMail(t, "phish-lookalike"), signature{domain: "mail-instagram.example"}), silent, "", Suspicious},
	}
	silent.records["second._domainkey.mail.instagram.com"] = []string{"v=DKIM1; p=" + publicKey()}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := testRules
			rules.AuthservID = tt.id
			j, err := Judge(tt.ctx, tt.raw, time.Time{}, rules, tt.dns)
			if tt.decision != "" {
				if err != nil || j.Decision != tt.decision {
					t.Errorf("got %s, %v\n%s", j.Decision, err, list(j))
				}
				return
			}
			if fault.KindOf(err) != fault.TemporaryKind {
				t.Fatalf("error %v of kind %q, want a temporary one", err, fault.KindOf(err))
			}
			if j.Decision == ExportReady || j.Authentic || j.Links[0].Action != ActionRefuse {
				t.Errorf("who overlooks the error gets %s %v", j.Decision, j.Links)
			}
		})
	}
}
