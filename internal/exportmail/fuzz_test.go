package exportmail

import (
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzJudge: whatever the mail is, it is judged, and never ready without being authentic.
func FuzzJudge(f *testing.F) {
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw := readMail(f, strings.TrimSuffix(file.Name(), ".eml"))
		f.Add(raw)
		f.Add(sign(f, raw, signature{}))
		f.Add(top(raw, gmail))
	}
	rules := testRules
	rules.AuthservID = "mx.google.com"
	f.Fuzz(func(t *testing.T, raw []byte) {
		j, err := Judge(t.Context(), raw, time.Unix(1767225600, 0), rules, world())
		if err != nil {
			t.Fatal(err) // this DNS always answers
		}
		if j.Decision == ExportReady && (!j.Authentic || j.Deadline.IsZero()) {
			t.Errorf("ready, authentic %v, until %v", j.Authentic, j.Deadline)
		}
		for _, l := range j.Links {
			if l.Action == ActionRefuse {
				continue
			}
			u, err := url.Parse(l.URL)
			if err != nil || u.Scheme != "https" || j.Decision != ExportReady {
				t.Errorf("%s in a mail judged %s", l, j.Decision)
			}
		}
		if _, err := json.Marshal(j); err != nil {
			t.Error(err)
		}
		if _, _, err := readHeader(withoutEnvelope(raw)); err != nil && len(raw) > maxHeader && !Candidate(raw) {
			t.Error("an unreadable header is passed over")
		}
		_ = Candidate(raw)
		if core := Core(raw); !strings.HasSuffix(string(raw), string(core)) {
			t.Error("the core is no part of the mail")
		}
		_ = MessageID(raw)
	})
}

// FuzzLinks: no address gets through that names another host than a listed one.
func FuzzLinks(f *testing.F) {
	f.Add(`<a href="https://www.instagram.com`+authPath+`">x</a>`, "www.instagram.com")
	f.Add(`<a href="https://www.instagram.com@evil.example/">https://www.instagram.com</a>`, "")
	f.Add(`https://accountscenter.instagram.com`+center, "x")
	f.Add(`<form action="https://bigzipfiles.instagram.com`+bytePath+`"><button formaction=//x>`, "")
	f.Add("https://www.instagram.com\\@evil.example/dyi/", "http://[::1]:x/")
	f.Fuzz(func(t *testing.T, page, text string) {
		c := readContent(new(effort), header{{"Content-Type", "text/html"}}, []byte(page))
		c.plain(text)
		if len(c.links) > maxLinks {
			t.Errorf("%d links", len(c.links))
		}
		for _, raw := range c.links {
			l := testRules.judgeLink(raw).link
			if strings.Contains(RedactURL(l.URL), "dyi_job_id=1") {
				t.Errorf("not redacted: %s", RedactURL(l.URL))
			}
			if l.Action == ActionRefuse {
				continue
			}
			u, err := url.Parse(l.URL)
			if err != nil {
				t.Fatal(err)
			}
			host := strings.ToLower(strings.TrimSuffix(u.Host, ":443"))
			if !slices.Contains(testRules.LinkHosts, host) && !slices.Contains(testRules.ByteHosts, host) || u.User != nil || u.Scheme != "https" {
				t.Errorf("%q may be used", l.URL)
			}
		}
	})
}

// FuzzAuthenticationResults: with a domain of the mail's author in a comment or in quotes,
// the field never says more than it would without.
func FuzzAuthenticationResults(f *testing.F) {
	f.Add("mx.google.com; " + pass)
	f.Add(`mx.google.com; spf=pass smtp.mailfrom="x; ` + pass + `"@evil.example; dmarc=fail header.from=evil.example`)
	f.Add("mx.google.com; spf=pass (a (b) \\) ; " + pass + ") x.y=z")
	f.Add("mx.google.com 1; none")
	f.Add(`"mx.google.com"; dkim=pass reason="a\"b" header.i=@x header.b="a/b="`)
	f.Fuzz(func(t *testing.T, value string) {
		r, err := parseResults(value)
		if err == nil && r.dmarcPass("mail.instagram.com") == nil {
			if lower := strings.ToLower(value); !strings.Contains(lower, "dmarc") || !strings.Contains(lower, "pass") {
				t.Errorf("a pass from nothing: %q", value)
			}
		}
		// An author who gets his text quoted by the server changes nothing.
		q := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
		for _, frame := range []string{
			`mx.google.com; spf=pass smtp.mailfrom="` + q + `"@evil.example; dmarc=fail header.from=evil.example`,
			`mx.google.com; spf=fail reason="` + q + `"`,
			`mx.google.com; spf=fail (` + strings.NewReplacer(`\`, `\\`, `(`, `\(`, `)`, `\)`).Replace(value) + `) smtp.mailfrom=evil.example`,
		} {
			if r, err := parseResults(frame); err == nil && r.dmarcPass("mail.instagram.com") == nil {
				t.Errorf("forged by %q", value)
			}
		}
		_, _ = receivedBy(value)
	})
}
