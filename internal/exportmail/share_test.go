package exportmail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// findings is what Judge finds in words and links, with nothing of the sender's proof, and without
// damage, for the copy has none.
func findings(t testing.TB, raw []byte) string {
	t.Helper()
	j, err := Judge(t.Context(), raw, time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), testRules, world())
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", j.Decision, j.Wording, j.Language)
	if !j.Deadline.IsZero() && !j.Date.IsZero() {
		fmt.Fprintf(&b, " for %v", j.Deadline.Sub(j.Date))
	}
	b.WriteByte('\n')
	for _, r := range j.Reasons {
		if !strings.HasPrefix(r.Code, "dkim-") && !strings.HasPrefix(r.Code, "deadline") && !strings.HasPrefix(r.Code, "results-") && r.Code != "mime-damaged" {
			b.WriteString(r.Code + "\n")
		}
	}
	for _, l := range j.Links {
		fmt.Fprintf(&b, "%s %s\n", l.Action, l.Reason)
	}
	return b.String()
}

func TestTheCopyIsJudgedLikeTheMail(t *testing.T) {
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw := readMail(t, strings.TrimSuffix(file.Name(), ".eml"))
		shared := Share(raw, testRules, Own{})
		for name, change := range map[string]func([]byte) []byte{
			"unsigned": func(raw []byte) []byte { return raw },
			"signed": func(raw []byte) []byte {
				if !bytes.Contains(raw, []byte("\r\n\r\n")) {
					return raw
				}
				return sign(t, raw, signature{})
			},
		} {
			was, is := findings(t, change(raw)), findings(t, change(shared.Mail))
			if was != is {
				t.Errorf("%s, %s: was\n%sis\n%s%s", file.Name(), name, was, is, shared.Mail)
			}
		}
		for _, own := range []string{"jane.doe", "jane@", "0123456789abcdef", "Ab3dEfGhIjKl"} {
			if bytes.Contains(raw, []byte(own)) && bytes.Contains(shared.Mail, []byte(own)) {
				t.Errorf("%s: %q is still there:\n%s", file.Name(), own, shared.Mail)
			}
		}
	}
}

// secretMail writes a mail with a secret in every place that it knows, in every disguise.
type secretMail struct {
	r       *rand.Rand
	secrets []string // to be sought in the copy
	first   string   // the names of the person
	last    string
	user    string
}

func (m *secretMail) pick(letters string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[m.r.IntN(len(letters))]
	}
	return string(b)
}

// token returns something that lets somebody in: at least one digit in it.
func (m *secretMail) token() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	t := m.pick(letters, 4+m.r.IntN(8)) + m.pick("23456789", 2) + m.pick(letters, 4+m.r.IntN(8))
	m.secrets = append(m.secrets, t)
	return t
}

// newName returns a name that is in no text.
func (m *secretMail) newName() string {
	n := ""
	for range 3 + m.r.IntN(2) {
		n += m.pick("bdfgjkqvwxz", 1) + m.pick("aou", 1)
	}
	return strings.ToUpper(n[:1]) + n[1:]
}

// any returns one of the secrets that may stand in any text.
func (m *secretMail) any() string {
	switch m.r.IntN(6) {
	case 0:
		return m.first
	case 1:
		return m.first + " " + m.last
	case 2:
		return m.user
	case 3:
		return m.user + "@example.org"
	case 4:
		return strings.ToUpper(m.last)
	}
	return m.token()
}

// inText disguises a secret in HTML.
func (m *secretMail) inText() string {
	secret := m.any()
	at := 1 + m.r.IntN(len(secret)-1)
	switch m.r.IntN(7) {
	case 0:
		return secret[:at] + "<b>" + secret[at:] + "</b>"
	case 1:
		return secret[:at] + "<!-- " + m.token() + " -->" + secret[at:]
	case 2:
		return secret[:at] + "\u200b" + secret[at:]
	case 3:
		return secret[:at] + "&shy;" + secret[at:]
	case 4:
		out := ""
		for _, c := range secret {
			out += fmt.Sprintf("&#x%x;", c)
		}
		return out
	case 5:
		return secret[:at] + `<a href="https://www.instagram.com/` + url.PathEscape(m.any()) + `">` + secret[at:] + "</a>"
	}
	return secret
}

func (m *secretMail) page() string {
	percent := ""
	for _, c := range []byte(m.any()) {
		percent += fmt.Sprintf("%%%02x", c)
	}
	return `<html><head><title>` + m.any() + `</title><style>.` + m.token() + `{}</style><script>var x="` + m.any() + `"</script></head>
<body class="` + m.any() + `"><!-- ` + m.any() + ` --><p id=` + m.token() + `>Hi ` + m.newUnknown() + `,</p><p>The Meta information files that you requested ` + m.inText() + ` are now
available to download, ` + m.inText() + `. Look at https://www.instagram.com/` + m.user + `/` + m.token() + `?a=` + m.token() + ` or instagram.com/` + m.user + ` or ` + m.user + `.example.net.</p>
<p>` + m.inText() + `</p><p>` + m.inText() + `'s code is ` + m.token() + `</p>
<a href="https://` + m.token() + `@www.instagram.com/dyi/download/auth/` + m.token() + `/?dyi_job_id=` + m.token() + `#` + m.token() + `" title="` + m.any() + `">` + m.inText() + `</a>
<a href="https://www.instagram.com/accounts/` + percent + `/?u=` + percent + `&` + m.token() + `">x</a>
<a href="https://` + m.token() + `.instagram.com/` + m.token() + `">y</a> <a href="mailto:` + m.user + `@example.org">z</a> <a href="javascript:` + m.token() + `">q</a>
<a href="//` + m.token() + `/\` + m.token() + `">r</a> <form action="https://` + m.token() + `.example.org/` + m.token() + `"><input value="` + m.any() + `"></form>
<img src="https://pixel.example/` + m.token() + `.gif" alt="` + m.any() + `"><` + strings.ToLower(m.token()) + `x ` + m.token() + `=` + m.token() + `>
<textarea>` + m.any() + `</textarea><svg><text>` + m.any() + `</text></svg></body></html>`
}

// newUnknown is a name that only the greeting tells.
func (m *secretMail) newUnknown() string {
	n := m.newName()
	m.secrets = append(m.secrets, n)
	return n
}

func (m *secretMail) encoded(text string) (field, body string) {
	switch m.r.IntN(4) {
	case 0:
		return "base64", base64.StdEncoding.EncodeToString([]byte(text))
	case 1:
		return "8bit", text
	case 2: // soft line breaks in the middle of everything
		out := ""
		for i, c := range []byte(text) {
			out += fmt.Sprintf("=%02X", c)
			if i%7 == 0 {
				out += "=\r\n"
			}
		}
		return "quoted-printable", out
	}
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return "quoted-printable", b.String()
}

func (m *secretMail) word(secret string) string {
	switch m.r.IntN(4) {
	case 0:
		return mime.BEncoding.Encode("utf-8", secret+"\u200b")
	case 1:
		return mime.QEncoding.Encode("utf-8", "é"+secret)
	case 2:
		at := 1 + m.r.IntN(len(secret)-1)
		return mime.BEncoding.Encode("utf-8", secret[:at]+"\u200b") + "\r\n " + mime.QEncoding.Encode("iso-8859-1", secret[at:]+"é")
	}
	return secret
}

// write returns the mail.
func (m *secretMail) write() []byte {
	m.first, m.last = m.newName(), m.newName()
	m.user = strings.ToLower(m.first + "." + m.last + m.pick("0123456789", 2))
	m.secrets = append(m.secrets, m.first, m.last, m.user)
	boundary := m.token()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("Return-Path: <bounce-%s@mail.instagram.com>", m.token())
	line("Delivered-To: %s@example.org", m.user)
	line("Received: from %s.example.net (%s [203.0.113.77])\r\n\tby mx.%s.example with ESMTPS id %s\r\n\tfor <%s@example.org>; Fri, 8 May 2026 10:12:13 -0700", m.token(), m.token(), m.token(), m.token(), m.user)
	line("Authentication-Results: mx.%s.example; dkim=pass header.b=%s smtp.mailfrom=%s@x.example", m.token(), m.token(), m.token())
	line("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=mail.instagram.com; s=%s; h=Date:To:X-%s; bh=%s=; b=%s\r\n %s; z=%s", m.token(), m.token(), m.token(), m.token(), m.token(), m.token())
	line("X-%s: %s", m.token(), m.any())
	line("X-Facebook: from 2401:db00:0:1::%s ([%s]) by www.facebook.com", m.pick("0123456789abcdef", 4), m.token())
	line("X-Facebook-Notify: export_ready; mailid=%s", m.token())
	line("X-Mailer: %s", m.any())
	line("List-Unsubscribe: <https://www.instagram.com/u/%s?k=%s>, <mailto:%s@x.example>", m.token(), m.token(), m.token())
	line("X-Custom: %s", m.word(m.any()))
	line("Date: Fri, 8 May 2026 10:12:13 -0700 (%s)", m.token())
	line("To: %s <%s@example.org>", m.word(m.first+" "+m.last), m.user)
	line("From: %q <security@mail.instagram.com>", "Instagram for "+m.first)
	line("Reply-To: %s <%s@mail.instagram.com>", m.word(m.any()), m.token())
	line("Subject: Your Meta information download is ready %s", m.word(m.any()))
	line("Message-ID: <%s@%s.example>", m.token(), m.token())
	line("MIME-Version: 1.0 (%s)", m.token())
	line("Content-Type: multipart/mixed; boundary=%q; x-%s=%q\r\n", boundary, m.token(), m.token())
	line("%s", m.any())
	for _, kind := range []string{"text/html", "text/plain", "text/html", "text/x-" + m.token(), "multipart/x-" + m.token()} {
		text := m.page()
		if kind == "text/plain" {
			text = "Hello " + m.newUnknown() + "!\r\nyour code " + m.token() + ", @" + m.user + ", " + m.any() + "\r\nhttps://www.instagram.com/" + m.token() + "/" + m.user + "\r\n"
		}
		encoding, body := m.encoded(text)
		line("--%s\r\nContent-Type: %s; charset=utf-8; name=%q\r\nContent-Transfer-Encoding: %s\r\nContent-ID: <%s>\r\nContent-Disposition: inline; filename*=utf-8''%s.html\r\n\r\n%s",
			boundary, kind, m.token(), encoding, m.token(), m.token(), body)
	}
	wide := "" // UTF-16
	for _, c := range "<p>" + m.any() + " " + m.token() + "</p>" {
		wide += "\x00" + string(c)
	}
	for _, set := range []string{"utf-16be", "x-" + m.token(), "utf-8"} {
		line("--%s\r\nContent-Type: text/html; charset=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s", boundary, set, base64.StdEncoding.EncodeToString([]byte(wide)))
	}
	line("--%s\r\nContent-Type: image/png; name=%q\r\n\r\n%s", boundary, m.token(), m.token())
	line("--%s\r\nContent-Type: message/rfc822\r\n\r\nFrom: %s <%s@example.org>\r\nTo: %s\r\nSubject: %s\r\n\r\n%s", boundary, m.first, m.user, m.user, m.any(), m.any())
	line("--%s--\r\n%s", boundary, m.any())
	return []byte(b.String())
}

// decodings returns text in every form in which a secret could be read from it.
func decodings(text string) []string {
	all := []string{text}
	add := func(s string) { all = append(all, s) }
	if q, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text))); err == nil {
		add(string(q))
	}
	for line := range strings.Lines(text) {
		for w := range strings.FieldsSeq(line) {
			if d, err := base64.StdEncoding.DecodeString(w); err == nil && len(w) >= 8 {
				add(string(d))
			}
		}
	}
	if d, err := encodedWords.DecodeHeader(text); err == nil {
		add(d)
	}
	if u, err := url.PathUnescape(strings.ReplaceAll(text, "% ", "")); err == nil {
		add(u)
	}
	add(html.UnescapeString(html.UnescapeString(text)))
	c := readContent(new(effort), header{{"Content-Type", "text/html"}}, []byte(text))
	add(c.text.String())
	for _, one := range slices.Clone(all) {
		add(strings.Join(strings.Fields(one), ""))
		add(strings.ReplaceAll(fold(one), " ", ""))
	}
	return all
}

// survives returns a secret that can be read from the copy, or "".
func survives(secrets []string, shared []byte) string {
	for _, text := range decodings(string(shared)) {
		text = strings.ToLower(text)
		for _, secret := range secrets {
			if secret = strings.ToLower(secret); strings.Contains(text, secret) {
				return secret
			}
		}
	}
	return ""
}

func TestNoSecretIsInTheCopy(t *testing.T) {
	for seed := range uint64(12) {
		m := &secretMail{r: rand.New(rand.NewPCG(seed, 7))} //nolint:gosec // the same mails each time
		raw := m.write()
		shared := Share(raw, testRules, Own{})
		if secret := survives(m.secrets, shared.Mail); secret != "" {
			t.Fatalf("seed %d: %q is still there (user %s):\n%s", seed, secret, m.user, shared.Mail)
		}
		if again := Share(raw, testRules, Own{}); !bytes.Equal(again.Mail, shared.Mail) {
			t.Fatalf("seed %d: another copy the second time", seed)
		}
		if was, is := findings(t, raw), findings(t, shared.Mail); was != is {
			t.Errorf("seed %d: was\n%sis\n%s%s", seed, was, is, shared.Mail)
		}
		// A word that nothing tells of is taken out when it is asked for.
		if shared := Share(raw, testRules, Own{Hide: []string{"requested"}}); survives([]string{"requested"}, shared.Mail) != "" {
			t.Fatalf("seed %d: a word to hide is still there:\n%s", seed, shared.Mail)
		}
	}
}
