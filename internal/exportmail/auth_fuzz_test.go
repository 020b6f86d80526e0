package exportmail

import (
	"crypto"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
)

// FuzzSignature signs a mail with the library, changes one place of it, and asks the library
// and our verifier. What ours accepts the library has to accept; what the library accepts
// ours may refuse for its form only, never because hash or signature come out differently.
func FuzzSignature(f *testing.F) {
	f.Add([]byte("Subject: a  b\r\n c\r\nDate: x\r\n"), []byte("text \t x \r\n\r\n"), byte(0), uint(0), []byte(nil))
	f.Add([]byte("subject:\r\n\r\n"), []byte(" \r\n \n\r\n"), byte(3), uint(20), []byte("b="))
	f.Add([]byte("Date: 1\nDate: 2\nX-Date: 3\n"), []byte("\n\n\na"), byte(5), uint(90), []byte(";"))
	f.Add([]byte("To: a\r\n"), []byte(""), byte(6), uint(300), []byte(" "))
	f.Add([]byte("To: a\r\n"), []byte("a\rb"), byte(7), uint(40), []byte("l=1;"))
	f.Add([]byte("To: a\r\n"), []byte(""), byte(0), uint(9), []byte("T"))
	f.Fuzz(func(t *testing.T, fields, body []byte, how byte, at uint, insert []byte) {
		raw := slices.Concat([]byte("From: security@mail.instagram.com\r\n"), fields, []byte("\r\n\r\n"), body)
		if _, _, err := readHeader(raw); err != nil || len(insert) > 100 {
			return
		}
		canon := []dkim.Canonicalization{dkim.CanonicalizationSimple, dkim.CanonicalizationRelaxed}
		key := crypto.Signer(testEdKey())
		if how&4 != 0 {
			key = testKey()
		}
		raw = signLike(t, raw, key, canon[how&1], canon[how>>1&1], time.Now().Add(time.Hour), "From", "Subject", "Date", "To", "To")
		agree(t, raw)
		n := int(at % uint(len(raw)))
		agree(t, slices.Concat(raw[:n], insert, raw[n:]))
		agree(t, slices.Concat(raw[:n], raw[min(n+len(insert)+1, len(raw)):]))
		if len(insert) > 0 {
			changed := slices.Clone(raw)
			changed[n] = insert[0]
			agree(t, changed)
		}
	})
}

func agree(t *testing.T, raw []byte) {
	t.Helper()
	library, ours, readable := bothVerify(raw, time.Now())
	if !readable {
		return
	}
	if ours.Err == nil && (library.Err != nil || !strings.EqualFold(library.Domain, ours.Domain) || library.Identifier != ours.Identifier || !slices.Equal(library.HeaderKeys, ours.HeaderKeys)) {
		t.Fatalf("accepted: %+v\nby the library: %+v\n%q", ours, library, raw)
	}
	if library.Err == nil && (errors.Is(ours.Err, errBodyHash) || errors.Is(ours.Err, errForged)) {
		t.Fatalf("%v: accepted by the library: %+v\n%q", ours.Err, library, raw)
	}
}

// FuzzTagList: whatever a tag list holds, its values stand where readTags says.
func FuzzTagList(f *testing.F) {
	f.Add("v=1; a=rsa-sha256; b=\r\n x; h=a:b")
	f.Add("v=DKIM1; p=abc=;")
	f.Add(" =; a")
	f.Fuzz(func(t *testing.T, list string) {
		tags, err := readTags(list)
		if err != nil {
			return
		}
		if n := strings.Count(list, ";"); len(tags) != n && len(tags) != n+1 {
			t.Errorf("%d tags with %d semicolons", len(tags), n)
		}
		for name, tag := range tags {
			if got := strings.Trim(list[tag.start:tag.end], " \t\r\n"); got != tag.value {
				t.Errorf("%s: %q stands where %q was read", name, got, tag.value)
			}
			if before := strings.TrimRight(list[:tag.start-1], " \t\r\n"); list[tag.start-1] != '=' || !strings.HasSuffix(before, name) {
				t.Errorf("%s: not behind its name", name)
			}
		}
		_, _ = readSignature(field{"DKIM-Signature", list})
		_, _ = readKey(list)
	})
}

// dmarcPassed reads an Authentication-Results field in another, simpler way than the product
// does: it blanks quotes and comments out, and then a pattern has to match what is left.
func dmarcPassed(value, server, domain string) bool {
	if strings.Count(strings.ToLower(value), "dmarc") != 1 {
		return false
	}
	var left strings.Builder
	quoted, depth, quotes := false, 0, []string{}
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\\' && (quoted || depth > 0):
			if i++; i < len(value) && quoted {
				quotes[len(quotes)-1] += string(value[i])
			}
		case depth > 0 && c == '(', !quoted && c == '(':
			depth++
			left.WriteByte(' ')
		case depth > 0 && c == ')':
			depth--
		case depth > 0:
		case c == '"':
			if quoted = !quoted; quoted {
				quotes = append(quotes, "")
				left.WriteString("\x01")
			}
		case quoted:
			quotes[len(quotes)-1] += string(c)
		case c == '\r', c == '\n':
		default:
			left.WriteByte(c)
		}
	}
	if quoted || depth > 0 {
		return false
	}
	// Each quoted string is back in its place as one word; odd ones as "?".
	n := -1
	text := regexp.MustCompile("\x01").ReplaceAllStringFunc(left.String(), func(string) string {
		if n++; regexp.MustCompile(`^[A-Za-z0-9.-]+$`).MatchString(quotes[n]) {
			return quotes[n]
		}
		return "?"
	})
	statements := strings.Split(text, ";")
	if !regexp.MustCompile(`(?i)^[ \t]*` + regexp.QuoteMeta(server) + `([ \t]+1)?[ \t]*$`).MatchString(statements[0]) {
		return false
	}
	domains := regexp.MustCompile(`(?i)[ \t]header\.from=`)
	pass := regexp.MustCompile(`(?i)^[ \t]*dmarc(/1)?=pass([ \t].*)?[ \t]header\.from=` + regexp.QuoteMeta(domain) + `([ \t].*)?$`)
	return slices.ContainsFunc(statements[1:], func(s string) bool {
		return pass.MatchString(s) && len(domains.FindAllString(s, -1)) == 1
	})
}

// FuzzAuthenticationResultsTwice: what the product takes for a pass is one for another
// reader too. Put into a mail, the field alone decides whether the mail is authentic.
func FuzzAuthenticationResultsTwice(f *testing.F) {
	for _, s := range []string{
		"mx.google.com; " + pass, "\"MX.google.com\" 1; " + pass, "(a) mx.google.com (b); x=y; " + pass,
		`mx.google.com; dmarc=pass reason="a; b" header.from="mail.instagram.com"`,
		`mx.google.com; dkim=none header.i=x; ` + pass + `; spf=none reason="; dmarc=fail header.from=mail.instagram.com"`,
		"mx.google.com;\r\n dmarc=pass (\r\n) header.from=mail.instagram.com; spf=pass (\\)) a.b=c",
		"mx.google.com; spf=none (; dmarc=fail; x=) ; " + pass,
	} {
		f.Add(s)
	}
	unsigned := readMail(f, "ready-2026-en")
	rules := testRules
	rules.AuthservID = "mx.google.com"
	f.Fuzz(func(t *testing.T, value string) {
		r, err := parseResults(value)
		says := err == nil && strings.EqualFold(r.server, "mx.google.com") && r.dmarcPass("mail.instagram.com") == nil
		if says && !dmarcPassed(value, "mx.google.com", "mail.instagram.com") {
			t.Errorf("only one of two readers takes it for a pass: %q", value)
		}
		raw := slices.Concat([]byte("Authentication-Results:"+value+"\r\n"), unsigned)
		j, err := Judge(t.Context(), raw, time.Unix(1767225600, 0), rules, world())
		if err != nil {
			t.Fatal(err)
		}
		if j.Authentic && !says && !strings.Contains(value, "\n") {
			t.Errorf("authentic by a field that says nothing: %q", value)
		}
	})
}
