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

// TestJudge judges every mail of testdata, signed by the domain that its From names unless
// the row says otherwise.
func TestJudge(t *testing.T) {
	const (
		unsigned = "unsigned"
		byGmail  = "gmail" // not signed, but Gmail says that it is authentic
	)
	tests := []struct {
		mail     string
		how      string // "" = signed by mail.instagram.com, a domain = signed by it
		decision string
		code     string
		links    string // the actions in order, one letter each: fetch, open, refuse
	}{
		{"ready-2026-en", "", ExportReady, "signals-agree", "or"},
		{"ready-2026-en", byGmail, ExportReady, "results-pass", "or"},
		{"ready-2026-en", unsigned, Suspicious, "dkim-missing", "rr"},
		{"ready-2026-en", "evil.example", Suspicious, "dkim-other-domain", "rr"},
		{"ready-2026-en-us", "", ExportReady, "wording-known", "or"},
		{"ready-2026-facebook-center", "", ExportReady, "links-known", "or"},
		{"ready-2026-multipart", "", ExportReady, "signals-agree", "or"},
		{"ready-2026-plain", "", ExportReady, "signals-agree", "o"},
		{"ready-2026-plain", unsigned, Suspicious, "not-authentic", "r"},
		{"ready-2026-utf16", "", ExportReady, "signals-agree", "or"},
		{"ready-2026-seven-days", "", ExportReady, "deadline-in-mail", "or"},
		{"ready-2026-odd-days", "", ExportReady, "deadline-usual", "or"},
		{"ready-2026-insecure-link", "", Suspicious, "link-not-known", "rr"},
		{"ready-2026-no-link", "", Suspicious, "link-not-known", "rr"},
		{"ready-2026-new-page", "", Suspicious, "link-not-known", "rr"},
		{"ready-2026-text-differs", "", Suspicious, "link-text-differs", "rrr"},
		{"ready-2026-extra-link", "", ExportReady, "signals-agree", "orr"},
		{"ready-2026-file-en", "", ExportReady, "wording-known", "or"},
		{"ready-2024-es", "", ExportReady, "deadline-in-mail", "o"},
		{"ready-2024-es", unsigned, Suspicious, "not-authentic", "r"},
		{"ready-2023-en", "", ExportReady, "wording-known", "o"},
		{"ready-2022-auth", "", ExportReady, "links-known", "fr"},
		{"ready-2022-auth", byGmail, ExportReady, "results-pass", "fr"},
		{"ready-2022-auth", unsigned, Suspicious, "not-authentic", "rr"},
		{"ready-2022-auth-no-words", "", ExportReady, "language-not-known", "f"},
		{"ready-2022-auth-no-words", unsigned, Suspicious, "imitation", "r"},
		{"ready-2019-confirm", "", ExportReady, "signals-agree", "f"},
		{"ready-2024-bytes", "", ExportReady, "signals-agree", "f"},
		{"ready-unknown-de", "", ExportReady, "language-not-known", "o"},
		{"ready-unknown-de", unsigned, Suspicious, "imitation", "r"},
		{"ready-unknown-ja", "", ExportReady, "language-not-known", "f"},
		{"ready-new-words-en", "", ExportReady, "wording-not-known", "o"},

		{"in-progress", "", Ignored, "export-in-progress", "r"},
		{"in-progress", unsigned, Ignored, "export-in-progress", "r"},
		{"in-progress", byGmail, Ignored, "export-in-progress", "r"},
		{"in-progress-stray", unsigned, Suspicious, "imitation", "r"},
		{"in-progress-ready-body", "", Suspicious, "contradiction", "rr"},
		{"cancelled", "", Ignored, "export-trouble", "r"},
		{"facebook-requested", "facebookmail.com", Ignored, "facebook-export", ""},
		{"facebook-ready", "facebookmail.com", Ignored, "facebook-export", "r"},
		{"facebook-same-words", "facebookmail.com", Suspicious, "from-not-listed", "rr"},
		{"code", "", Ignored, "login-code", ""},
		{"code", unsigned, Ignored, "login-code", ""},
		{"confirm-address", "", Ignored, "confirm-address", "r"},
		{"back-on", "", Ignored, "recovery", "r"},
		{"verify", "", Ignored, "verify-account", ""},
		{"settings", "", Ignored, "settings-update", "rrr"},
		{"page-without-claim", "", Ignored, "no-claim", "r"},
		{"page-without-claim", unsigned, Ignored, "no-claim", "r"},

		{"copyright-lure", unsigned, Ignored, "copyright", "r"},
		{"copyright-lure-export", unsigned, Suspicious, "imitation", "r"},
		{"phish-invitation", unsigned, Suspicious, "imitation", "r"},
		{"business-partner", "business.facebook.com", Suspicious, "from-not-listed", "r"},
		{"business-partner-plain", "business.facebook.com", Ignored, "other-mail", "r"},
		{"phish-lookalike", unsigned, Suspicious, "not-authentic", "rr"},
		{"phish-lookalike", "mail-instagram.example", Suspicious, "from-not-listed", "rr"},
		{"phish-lookalike-good-link", "mail-instagram.example", Suspicious, "from-not-listed", "rr"},
		{"phish-homoglyph", unsigned, Suspicious, "not-authentic", "r"},
		{"phish-new-words", unsigned, Suspicious, "imitation", "r"},
		{"phish-suffix-domain", "mail.instagram.com.evil.example", Suspicious, "from-not-listed", "rr"},
		{"phish-subdomain", "x.mail.instagram.com", Suspicious, "from-not-listed", "rr"},
		{"phish-display-name", "evil.example", Suspicious, "from-not-listed", "rr"},
		{"phish-two-authors", "", Suspicious, "from-unclear", "rr"},
		{"phish-bytes-lookalike", unsigned, Suspicious, "imitation", "r"},
		{"phish-bytes-lookalike", "", Suspicious, "link-not-known", "r"},
		{"forwarded-inline", unsigned, Suspicious, "from-not-listed", "rr"},
		{"forwarded-attached", unsigned, Suspicious, "from-not-listed", "rr"},
		{"words-only-in-body", unsigned, Suspicious, "not-authentic", "rr"},
		{"newsletter-guide", unsigned, Ignored, "no-claim", "r"},
		{"newsletter-tracking", unsigned, Ignored, "other-mail", "r"},
		{"friend", unsigned, Ignored, "other-mail", "r"},
	}
	judged := map[string]bool{}
	for _, tt := range tests {
		judged[tt.mail] = true
		t.Run(tt.mail+"/"+tt.how, func(t *testing.T) {
			raw, rules, dns, by := readMail(t, tt.mail), testRules, world(), ""
			switch tt.how {
			case unsigned:
			case byGmail:
				raw, rules.AuthservID, by = top(raw, gmail), "mx.google.com", ByAuthenticationResults
			case "":
				raw, by = sign(t, raw, signature{}), ByDKIM
			default:
				dns = world(tt.how)
				raw = sign(t, raw, signature{domain: tt.how})
			}
			if tt.mail == "phish-two-authors" {
				by = ""
			}
			j, err := Judge(t.Context(), raw, time.Time{}, rules, dns)
			if err != nil {
				t.Fatal(err)
			}
			if j.Decision != tt.decision || !hasCode(j, tt.code) {
				t.Errorf("decision %q, want %q because of %q; reasons:\n%s", j.Decision, tt.decision, tt.code, list(j))
			}
			if j.AuthenticatedBy != by || j.Authentic != (by != "") {
				t.Errorf("authenticated by %q, want %q", j.AuthenticatedBy, by)
			}
			actions := ""
			for _, l := range j.Links {
				actions += l.Action[:1]
			}
			if actions != tt.links {
				t.Errorf("links %q, want %q: %v", actions, tt.links, j.Links)
			}
			if (j.Decision == ExportReady) == j.Deadline.IsZero() {
				t.Errorf("deadline %v of a mail judged %s", j.Deadline, j.Decision)
			}
			if j.Decision == ExportReady && !j.Authentic {
				t.Error("ready without being authentic")
			}
		})
	}
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".eml"); !judged[name] {
			t.Errorf("%s is in testdata and not in the table", name)
		}
	}
}

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
	other := []string{"friend", "newsletter-guide", "words-only-in-body", "forwarded-attached"}
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
