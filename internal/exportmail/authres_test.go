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
		{"capitals", "AUTHENTICATION-RESULTS: MX.Google.COM; DMARC=Pass Header.From=Mail.Instagram.COM\n", ""},
		{"folded everywhere", ar("\n mx.google.com;\n\tspf=pass\n (a\n b) smtp.mailfrom=x;\n dmarc=pass\n header.from=mail.instagram.com"), ""},
		{"quoted domain", ar(`mx.google.com; dmarc=pass header.from="mail.instagram.com"`), ""},
		{"reason before the domain", ar(`mx.google.com; dmarc=pass reason="ok" header.from=mail.instagram.com`), ""},
		{"below Return-Path", "Return-Path: <x@evil.example>\n" + ar("mx.google.com; "+pass), ""},
		{"below the provider's Received in capitals", received("MX.Google.com") + ar("mx.google.com; "+pass), ""},

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

		{"below Received with the name and more", received("mx.google.com.evil.example") + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with a final dot", received("mx.google.com.") + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with an open comment", "Received: by mx.google.com (x; y\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with open quotes", "Received: from \"x by mx.google.com; y\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received in other letters", "Received: by mx.google.com (\u00fc); x\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received without end", "Received: by mx.google.com " + strings.Repeat("x ", maxResults/2) + "\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below Received with by behind the semicolon", "Received: from a; by mx.google.com\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below an empty Received", "Received:\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below a second Received, of another server", received("mx.google.com") + received("evil.example") + ar("mx.google.com; "+pass), "results-misplaced"},
		{"below From", "Cc: x@evil.example\n" + ar("mx.google.com; "+pass), "results-misplaced"},
		{"own header below one without a pass", ar("mx.google.com; spf=pass smtp.mailfrom=x") + ar("mx.google.com; "+pass), "results-no-pass"},
		{"own header below one that says none", ar("mx.google.com; none") + ar("mx.google.com; "+pass), "results-no-pass"},
		{"own header below one that cannot be read", ar("mx.google.com; (") + ar("mx.google.com; "+pass), "results-malformed"},
		{"own header below one of Outlook", ar("spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=x; dmarc=fail action=none") + ar("mx.google.com; "+pass), "results-malformed"},
		{"own header below an empty one", ar("") + ar("mx.google.com; "+pass), "results-malformed"},

		{"in a longer field name", "X-Authentication-Results: mx.google.com; " + pass + "\n", "dkim-missing"},
		{"in a shorter field name", "Authentication-Result: mx.google.com; " + pass + "\n", "dkim-missing"},
		{"in a field name with an underscore", "Authentication_Results: mx.google.com; " + pass + "\n", "dkim-missing"},
		{"in another field's second line", "X-A: b\n Authentication-Results: mx.google.com; " + pass + "\n", "dkim-missing"},
		{"field name with a space", "Authentication-Results : mx.google.com; " + pass + "\n", "header-malformed"},
		{"field name with a tab", "Authentication-Results\t: mx.google.com; " + pass + "\n", "header-malformed"},
		{"field name in other letters", "\u0391uthentication-Results: mx.google.com; " + pass + "\n", "header-malformed"},
		{"line without a colon", "Authentication-Results\n" + ar("mx.google.com; "+pass), "header-malformed"},
		{"first line folded", " x\n" + ar("mx.google.com; "+pass), "header-malformed"},
		{"bare carriage return", ar("mx.google.com; spf=none\rX: y; " + pass), "header-malformed"},
		{"bare carriage return for a fold", ar("mx.google.com;\r " + pass), "header-malformed"},
		{"zero byte", ar("mx.google.com; " + pass + "\x00.evil.example"), "header-malformed"},
		{"folded line without text", ar("mx.google.com;\n \n " + pass), "results-malformed"},
		{"last line without text", ar("mx.google.com; " + pass + "\n \t"), "results-malformed"},

		{"fail", ar("mx.google.com; dmarc=fail header.from=mail.instagram.com"), "results-no-pass"},
		{"none about DMARC", ar("mx.google.com; dmarc=none header.from=mail.instagram.com"), "results-no-pass"},
		{"error for now", ar("mx.google.com; dmarc=temperror header.from=mail.instagram.com"), "results-no-pass"},
		{"best guess", ar("mx.google.com; dmarc=bestguesspass header.from=mail.instagram.com"), "results-no-pass"},
		{"result that only begins so", ar("mx.google.com; dmarc=pass-not header.from=mail.instagram.com"), "results-no-pass"},
		{"pass in a comment", ar("mx.google.com; dmarc=fail (pass) header.from=mail.instagram.com"), "results-no-pass"},
		{"pass as a reason", ar(`mx.google.com; dmarc=fail reason="pass" header.from=mail.instagram.com`), "results-no-pass"},
		{"ARC passed", ar("mx.google.com; arc=pass header.from=mail.instagram.com; dmarc=fail header.from=mail.instagram.com"), "results-no-pass"},
		{"method that only begins so", ar("mx.google.com; dmarcx=pass header.from=mail.instagram.com"), "results-no-pass"},
		{"a subdomain", ar("mx.google.com; dmarc=pass header.from=x.mail.instagram.com"), "results-no-pass"},
		{"domain that only begins so", ar("mx.google.com; dmarc=pass header.from=mail.instagram.com.evil.example"), "results-no-pass"},
		{"domain with a final dot", ar("mx.google.com; dmarc=pass header.from=mail.instagram.com."), "results-no-pass"},
		{"domain with a space in quotes", ar(`mx.google.com; dmarc=pass header.from="mail.instagram.com "`), "results-no-pass"},
		{"domain of a lookalike", ar("mx.google.com; dmarc=pass header.from=xn--mail-instagram-xyz.com"), "results-no-pass"},
		{"domain in angle brackets", ar("mx.google.com; dmarc=pass header.from=<mail.instagram.com>"), "results-no-pass"},
		{"an address", ar("mx.google.com; dmarc=pass header.from=security@mail.instagram.com"), "results-no-pass"},
		{"empty domain in quotes", ar(`mx.google.com; dmarc=pass header.from=""`), "results-no-pass"},
		{"domain in a comment", ar("mx.google.com; dmarc=pass (header.from=mail.instagram.com)"), "results-no-pass"},
		{"domain in the reason", ar(`mx.google.com; dmarc=pass reason="header.from=mail.instagram.com" header.from=evil.example`), "results-no-pass"},
		{"domain in the next statement", ar("mx.google.com; dmarc=pass; spf=pass header.from=mail.instagram.com"), "results-no-pass"},
		{"domain of the signature only", ar("mx.google.com; dmarc=pass header.d=mail.instagram.com header.i=@mail.instagram.com"), "results-no-pass"},
		{"two domains, one in capitals", ar("mx.google.com; dmarc=pass header.from=evil.example HEADER.FROM=mail.instagram.com"), "results-no-pass"},
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
		{"hiding the server's own in a comment", ar("mx.google.com; dkim=none header.i=x; " + pass + "; spf=none (; dmarc=fail header.from=mail.instagram.com; dara=none header.i=)"), "results-no-pass"},
		{"hiding the server's own in quotes", ar(`mx.google.com; dkim=none header.i=x; ` + pass + `; spf=none reason="; dmarc=fail header.from=mail.instagram.com; dara=none header.i="`), "results-no-pass"},
		{"hiding the server's own before it", ar(`mx.google.com; dmarc=none reason="x; dmarc=fail header.from=mail.instagram.com; spf=none smtp.mailfrom="; ` + pass), "results-no-pass"},
		{"in quotes that are not closed", ar(`mx.google.com; spf=pass smtp.mailfrom="x; ` + pass), "results-malformed"},
		{"in quotes closed by a folded quote", ar("mx.google.com; spf=pass reason=\"x\\\n \"; " + pass), "results-malformed"},
		{"in an address without quotes", ar("mx.google.com; spf=pass smtp.mailfrom=x;dmarc=pass@evil.example"), "results-malformed"},
		{"in a quoted authserv-id", ar(`"mx.google.com; ` + pass + `"`), "results-foreign"},
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
		{"delete character", ar("mx.google.com; dmarc=pass header.from=mail.instagram.com\x7f"), "results-malformed"},
		{"control character", ar("mx.google.com; \x0bdmarc=pass header.from=mail.instagram.com"), "results-malformed"},
		{"bytes of Latin-1", ar("mx.google.com; spf=pass (\xfc) smtp.mailfrom=x; " + pass), "results-malformed"},
		{"wide letters", ar("mx.google.com; \uff44marc=pass header.from=mail.instagram.com"), "results-malformed"},
		{"spaces around =", ar("mx.google.com; dmarc = pass header.from=mail.instagram.com"), "results-malformed"},
		{"space before a domain", ar("mx.google.com; dmarc=pass header.from= mail.instagram.com"), "results-malformed"},
		{"spaces around a dot", ar("mx.google.com; dmarc=pass header . from=mail.instagram.com"), "results-malformed"},
		{"comment before =", ar("mx.google.com; dmarc(x)=pass header.from=mail.instagram.com"), "results-malformed"},
		{"comment after =", ar("mx.google.com; dmarc=(x)pass header.from=mail.instagram.com"), "results-malformed"},
		{"result in quotes", ar(`mx.google.com; dmarc="pass" header.from=mail.instagram.com`), "results-malformed"},
		{"method in quotes", ar(`mx.google.com; "dmarc"=pass header.from=mail.instagram.com`), "results-malformed"},
		{"list of domains", ar("mx.google.com; dmarc=pass header.from=mail.instagram.com,evil.example"), "results-malformed"},
		{"two results", ar("mx.google.com; dmarc=pass fail header.from=mail.instagram.com"), "results-malformed"},
		{"commas for semicolons", ar("mx.google.com, " + pass), "results-malformed"},
		{"name with a port", ar("mx.google.com:25; " + pass), "results-malformed"},
		{"name twice", ar("mx.google.com mx.google.com; " + pass), "results-malformed"},
		{"name as an encoded word", ar("=?utf-8?q?mx.google.com?=; " + pass), "results-malformed"},
		{"name in open quotes", ar(`"mx.google.com; ` + pass), "results-malformed"},
		{"version 1.0", ar("mx.google.com 1.0; " + pass), "results-malformed"},
		{"version 01", ar("mx.google.com 01; " + pass), "results-malformed"},
		{"version twice", ar("mx.google.com 1 1; " + pass), "results-malformed"},
		{"version without a space", ar(`"mx.google.com"1; ` + pass), "results-malformed"},
		{"no semicolon", ar("mx.google.com " + pass), "results-malformed"},
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
