package exportmail

import (
	"strings"
	"testing"
	"time"
)

const pass = "dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=mail.instagram.com"

// TestAuthenticationResults puts fields on top of an unsigned mail. Only the first of its
// name, in the right place and without anything odd, makes it authentic.
func TestAuthenticationResults(t *testing.T) {
	ar := func(value string) string { return "Authentication-Results: " + value + "\n" }
	received := func(by string) string {
		return "Received: from a.example (a.example. [192.0.2.1])\n by " + by + " with ESMTPS id x.1-2_3\n for <jane@example.org> (version=TLS1_3); Thu, 06 Aug 2020 19:35:36 -0700 (PDT)\n"
	}
	tests := []struct {
		name, top string
		code      string // "" = authentic
	}{
		{"Gmail", gmail, ""},
		{"alone", ar("mx.google.com; " + pass), ""},
		{"with version", ar("mx.google.com 1; " + pass), ""},
		{"name in capitals and quotes", ar(`"MX.google.com"; ` + pass), ""},
		{"name in a comment's shadow", ar("(evil.example; x) mx.google.com (y); " + pass), ""},
		{"method with version", ar("mx.google.com; " + strings.Replace(pass, "dmarc=", "dmarc/1=", 1)), ""},
		{"reason with a semicolon", ar(`mx.google.com; spf=pass reason="a; b" smtp.mailfrom=a@example.org; ` + pass), ""},
		{"below the provider's Received", received("mx.google.com") + ar("mx.google.com; "+pass), ""},
		{"above another's Received", ar("mx.google.com; "+pass) + received("evil.example"), ""},
		{"a second one below, of the sender", ar("mx.google.com; "+pass) + ar("evil.example; dmarc=fail"), ""},

		{"none", "X-Spam: no\n", "dkim-missing"},
		{"another server", ar("mx.evil.example; " + pass), "results-foreign"},
		{"name that only begins so", ar("mx.google.com.evil.example; " + pass), "results-foreign"},
		{"name that only ends so", ar("x.mx.google.com; " + pass), "results-foreign"},
		{"name in a comment", ar("(mx.google.com) evil.example; " + pass), "results-foreign"},
		{"own header below that of another", ar("evil.example; dmarc=fail") + ar("mx.google.com; "+pass), "results-foreign"},
		{"own header below the provider's", ar("mx.google.com; dmarc=fail header.from=mail.instagram.com") + ar("mx.google.com; "+pass), "results-no-pass"},
		{"below the sender's own fields", "Reply-To: x@evil.example\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below a signature", "DKIM-Signature: v=1; d=evil.example; s=a; a=rsa-sha256; h=from; bh=; b=\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below another server's Received", received("mail.example.org") + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received without by", "Received: from a; x\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with by in a comment", "Received: from a (by mx.google.com) by evil.example; x\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with by in quotes", "Received: from \"a by mx.google.com\" by evil.example; x\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with two by", "Received: from by by mx.google.com by evil.example; x\n" + ar("mx.google.com; "+pass), "results-misplaced"},

		{"fail", ar("mx.google.com; dmarc=fail header.from=mail.instagram.com"), "results-no-pass"},
		{"no dmarc", ar("mx.google.com; dkim=pass header.i=@mail.instagram.com; spf=pass smtp.mailfrom=mail.instagram.com"), "results-no-pass"},
		{"nothing", ar("mx.google.com; none"), "results-no-pass"},
		{"only the name", ar("mx.google.com"), "results-no-pass"},
		{"another domain", ar("mx.google.com; dmarc=pass header.from=evil.example"), "results-no-pass"},
		{"the parent domain", ar("mx.google.com; dmarc=pass header.from=instagram.com"), "results-no-pass"},
		{"no domain", ar("mx.google.com; dmarc=pass"), "results-no-pass"},
		{"two domains", ar("mx.google.com; " + pass + " header.from=mail.instagram.com"), "results-no-pass"},
		{"domain of another kind", ar("mx.google.com; dmarc=pass smtp.from=mail.instagram.com"), "results-no-pass"},
		{"two dmarc", ar("mx.google.com; " + pass + "; dmarc=fail header.from=mail.instagram.com"), "results-no-pass"},
		{"two dmarc that pass", ar("mx.google.com; " + pass + "; " + pass), "results-no-pass"},
		{"another method", ar("mx.google.com; x-dmarc=pass header.from=mail.instagram.com"), "results-no-pass"},

		{"in a quoted string", ar(`mx.google.com; spf=pass smtp.mailfrom="x; ` + pass + `; a=b"@evil.example; dkim=none; dmarc=fail header.from=mail.instagram.com`), "results-no-pass"},
		{"in a quoted reason", ar(`mx.google.com; spf=pass reason="x; ` + pass + `"`), "results-no-pass"},
		{"in quotes with escapes", ar(`mx.google.com; spf=pass reason="x\"; ` + pass + `; y=\""`), "results-no-pass"},
		{"in a comment", ar("mx.google.com; spf=pass (x; " + pass + ") smtp.mailfrom=evil.example"), "results-no-pass"},
		{"in a nested comment", ar("mx.google.com; spf=pass (x (y) ; dmarc=pass header.from=mail.instagram.com) smtp.mailfrom=evil.example"), "results-no-pass"},
		{"in a comment with escapes", ar(`mx.google.com; spf=pass (x \) ; dmarc=pass header.from=mail.instagram.com) smtp.mailfrom=evil.example`), "results-no-pass"},
		{"in ARC", "ARC-Authentication-Results: i=1; mx.google.com; " + pass + "\n", "dkim-missing"},
		{"in the original's field", "Authentication-Results-Original: mx.google.com; " + pass + "\n", "dkim-missing"},

		{"open comment", ar("mx.google.com; " + pass + " (x"), "results-malformed"},
		{"open quotes", ar(`mx.google.com; ` + pass + `; spf=pass reason="x`), "results-malformed"},
		{"closing comment", ar("mx.google.com; spf=pass x) ; " + pass), "results-malformed"},
		{"deep comment", ar("mx.google.com; " + strings.Repeat("(", 50) + strings.Repeat(")", 50) + pass), "results-malformed"},
		{"empty statement", ar("mx.google.com;; " + pass), "results-malformed"},
		{"semicolon at the end", ar("mx.google.com; " + pass + ";"), "results-malformed"},
		{"none and more", ar("mx.google.com; none; " + pass), "results-malformed"},
		{"version 2", ar("mx.google.com 2; " + pass), "results-malformed"},
		{"method of version 2", ar("mx.google.com; " + strings.Replace(pass, "dmarc=", "dmarc/2=", 1)), "results-malformed"},
		{"two words for a name", ar("mx.google.com evil.example; " + pass), "results-malformed"},
		{"no name", ar("; " + pass), "results-malformed"},
		{"no name, as Outlook", ar("spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=mail.instagram.com; " + pass), "results-malformed"},
		{"letters outside of ASCII", ar("mx.google.com; spf=pass (ü) smtp.mailfrom=x; " + pass), "results-malformed"},
		{"property without a dot", ar("mx.google.com; dmarc=pass from=mail.instagram.com"), "results-malformed"},
		{"property without a value", ar("mx.google.com; dmarc=pass header.from="), "results-malformed"},
		{"words stuck together", ar("mx.google.com; dmarc=pass\"\"header.from=mail.instagram.com"), "results-malformed"},
		{"words stuck together by quotes", ar(`mx.google.com; dmarc=pass reason="x"header.from=mail.instagram.com`), "results-malformed"},
		{"too long", ar("mx.google.com; " + strings.Repeat("spf=pass (x);\n ", 2000) + pass), "results-malformed"},
		{"too many", ar("mx.google.com; " + strings.Repeat("a=b;", maxStatements) + pass), "results-malformed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := testRules
			rules.AuthservID = "mx.google.com"
			raw := top(readMail(t, "ready-2026-en"), tt.top)
			j, err := Judge(t.Context(), raw, time.Time{}, rules, world())
			if err != nil {
				t.Fatal(err)
			}
			if tt.code == "" {
				if j.Decision != ExportReady || j.AuthenticatedBy != ByAuthenticationResults {
					t.Errorf("got %s:\n%s", j.Decision, list(j))
				}
				return
			}
			if j.Authentic || j.Decision != Suspicious || !hasCode(j, tt.code) {
				t.Errorf("got %s, authentic %v, want %s:\n%s", j.Decision, j.Authentic, tt.code, list(j))
			}
			rules.AuthservID = ""
			if j, _ := Judge(t.Context(), raw, time.Time{}, rules, world()); j.Authentic {
				t.Error("authentic without a pinned server")
			}
		})
	}
}

// TestAuthenticationResultsNeedOneAuthor: what the provider says helps nothing when readers
// see different authors.
func TestAuthenticationResultsNeedOneAuthor(t *testing.T) {
	rules := testRules
	rules.AuthservID = "mx.google.com"
	for name, fields := range map[string]string{
		"two From":    "From: x@evil.example\n",
		"two Subject": "Subject: x\n",
		"two types":   "Content-Type: text/plain\n",
	} {
		raw := top(readMail(t, "ready-2026-en"), gmail+fields)
		j, err := Judge(t.Context(), raw, time.Time{}, rules, world())
		if err != nil {
			t.Fatal(err)
		}
		if j.Authentic || j.Decision != Suspicious {
			t.Errorf("%s: %s\n%s", name, j.Decision, list(j))
		}
	}
}
