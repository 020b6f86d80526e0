package exportmail

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// gmail is what Gmail puts on top of a mail, with its own name for the result.
const gmail = `Delivered-To: jane@example.org
Received: by 2002:a05:6402:1234:b0:1:2:3 with SMTP id x9csp123; Thu, 6 Aug 2020 19:35:37 -0700 (PDT)
X-Received: by 2002:a17:902:7288:: with SMTP id d8mr1; Thu, 06 Aug 2020 19:35:36 -0700 (PDT)
Return-Path: <security@mail.instagram.com>
Received: from 69-171-232-146.mail-mail.facebook.com (69-171-232-146.mail-mail.facebook.com. [69.171.232.146])
 by mx.google.com with ESMTPS id a1-20020a170902b.2020.08.06 for <jane@example.org>
 (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128);
 Thu, 06 Aug 2020 19:35:36 -0700 (PDT)
Received-SPF: pass (google.com: domain of security@mail.instagram.com designates 69.171.232.146 as permitted sender) client-ip=69.171.232.146;
Authentication-Results: mx.google.com;
       dkim=pass header.i=@mail.instagram.com header.s=s1024-2013-q3 header.b="Ab/+cdEf";
       spf=pass (google.com: domain of security@mail.instagram.com designates 69.171.232.146 as permitted sender) smtp.mailfrom=security@mail.instagram.com;
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=mail.instagram.com
`

func list(j Judgement) string {
	var b strings.Builder
	for _, r := range j.Reasons {
		b.WriteString("  " + r.Code + " (" + r.Severity + "): " + r.Text + "\n")
	}
	return b.String()
}

// TestCandidate: what names Meta or speaks of an export passes the pre-filter; mail of
// people and shops whose header does neither is not even fetched.
func TestCandidate(t *testing.T) {
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		t.Fatal(err)
	}
	other := []string{"friend", "newsletter-guide", "words-only-in-body", "forwarded-attached", "phish-hidden-words"}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".eml")
		h, _, _ := strings.Cut(string(readMail(t, name)), "\r\n\r\n")
		if got, want := Candidate([]byte(h)), !slices.Contains(other, name); got != want {
			t.Errorf("Candidate(%s) = %v, want %v", name, got, want)
		}
		if got := Candidate([]byte(h + "\r\n\r\n")); got != !slices.Contains(other, name) {
			t.Errorf("Candidate(%s) with an empty line = %v", name, got)
		}
	}
	for name, h := range map[string]string{
		"nothing":               "",
		"garbage":               "no header at all",
		"too large":             "Subject: x\r\n" + strings.Repeat("X-Filler: 1\r\n", maxHeader/10),
		"signed by Meta":        "From: a@example.org\r\nSubject: Hi\r\nDKIM-Signature: v=1; d=facebookmail.com; s=x",
		"encoded name":          "From: =?UTF-8?B?SW5zdGFncmFt?= <a@example.org>\r\nSubject: Hi",
		"lookalike address":     "From: Help <a@lnstagrarn.example>\r\nSubject: Hi",
		"known subject":         "From: a@example.org\r\nSubject: Your information download is ready",
		"subject about exports": "From: a@example.org\r\nSubject: Your data is available",
	} {
		if !Candidate([]byte(h)) {
			t.Errorf("Candidate refuses %s", name)
		}
	}
}

func TestDeadline(t *testing.T) {
	date := time.Date(2026, 5, 8, 17, 12, 13, 0, time.UTC)
	received := date.Add(3 * time.Hour)
	for mail, days := range map[string]int{
		"ready-2026-en": 4, "ready-2026-seven-days": 7, "ready-2026-odd-days": 4, "ready-unknown-de": 4,
	} {
		j, err := Judge(t.Context(), sign(t, readMail(t, mail), signature{}), received, testRules, world())
		if err != nil {
			t.Fatal(err)
		}
		if want := date.AddDate(0, 0, days); !j.Deadline.Equal(want) {
			t.Errorf("%s: deadline %v, want %v", mail, j.Deadline.UTC(), want)
		}
	}
}

func TestJudgementTellsAboutTheMail(t *testing.T) {
	j, err := Judge(t.Context(), sign(t, readMail(t, "ready-2024-es"), signature{}), time.Time{}, testRules, world())
	if err != nil {
		t.Fatal(err)
	}
	if j.Subject != "La descarga de tu información de Meta está lista" || j.Language != "es" ||
		j.Wording != "meta-information-download-es" || j.From != `"Instagram" <security@mail.instagram.com>` ||
		j.MessageID != "0123456789abcdef0123456789abcdef@mail.instagram.com" || j.Date.IsZero() {
		t.Errorf("got %+v", j)
	}
}

// TestTestWorld: hosts with a port follow the same rules.
func TestTestWorld(t *testing.T) {
	rules := Rules{
		FromDomains: []string{"mail.instagram.com"},
		LinkHosts:   []string{"localhost:4433"},
		ByteHosts:   []string{"localhost:4433"},
	}
	raw := strings.ReplaceAll(string(readMail(t, "ready-2022-auth")), "www.instagram.com", "localhost:4433")
	j, err := Judge(t.Context(), sign(t, []byte(raw), signature{}), time.Time{}, rules, world())
	if err != nil {
		t.Fatal(err)
	}
	if j.Decision != ExportReady || j.Links[0].Action != ActionFetch {
		t.Errorf("got %s, %v\n%s", j.Decision, j.Links, list(j))
	}
}

func TestCoreIsTheSameInEveryFolder(t *testing.T) {
	raw := sign(t, readMail(t, "ready-2026-en"), signature{})
	if string(Core(top(raw, gmail))) != string(raw) {
		t.Error("the trace fields of a delivery are part of the core")
	}
	if other := sign(t, readMail(t, "ready-2026-en-us"), signature{}); string(Core(other)) == string(Core(raw)) {
		t.Error("two mails have one core")
	}
	if s := "no header"; string(Core([]byte(s))) != s {
		t.Error("a mail without header fields has no core")
	}
	if MessageID(raw) != "0123456789abcdef0123456789abcdef@mail.instagram.com" {
		t.Errorf("MessageID = %q", MessageID(raw))
	}
}
