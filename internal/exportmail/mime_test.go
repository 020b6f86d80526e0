package exportmail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"
)

const mailHead = "Date: Fri, 8 May 2026 10:12:13 -0700\r\nTo: jane@example.org\r\nSubject: Your Meta information download is ready\r\n" +
	"From: Instagram <security@mail.instagram.com>\r\nMIME-Version: 1.0\r\n"

const goodLink = "https://accountscenter.instagram.com/info_and_permissions/dyi/"

// TestMIME: damage does not hide the link, and what is larger than any export mail is not trusted.
func TestMIME(t *testing.T) {
	anchor := `<a href="` + goodLink + `">x</a>`
	part := func(typ, body string) string { return "--b\r\nContent-Type: " + typ + "\r\n\r\n" + body + "\r\n" }
	deep := func(n int) string {
		s := "Content-Type: text/html\r\n\r\n" + anchor
		for i := range n {
			s = fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n%s\r\n--b%d--\r\n", i, i, s, i)
		}
		return s
	}
	many := func(n int) string {
		return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part("text/html", anchor) + strings.Repeat(part("text/plain", "x"), n) + "--b--\r\n"
	}
	links := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<a href='https://a.example/%d'>x</a>", i)
		}
		return "Content-Type: text/html\r\n\r\n" + anchor + b.String()
	}
	tests := []struct {
		name, rest string // Content-Type and body
		decision   string
		code       string
	}{
		{"part without a head", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + goodLink + "\r\n--b--\r\n", ExportReady, "signals-agree"},
		{"no last boundary", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part("text/html", anchor), ExportReady, "mime-damaged"},
		{"no boundary at all", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + anchor, ExportReady, "mime-damaged"},
		{"no boundary parameter", "Content-Type: multipart/mixed\r\n\r\n" + anchor, ExportReady, "mime-damaged"},
		{"broken type", "Content-Type: text/html; charset=\"\r\n\r\n" + anchor, ExportReady, "mime-damaged"},
		{"no type worth the name", "Content-Type: ;;;\r\n\r\n" + anchor, ExportReady, "mime-damaged"},
		{"unknown charset", "Content-Type: text/html; charset=klingon\r\n\r\n" + anchor, ExportReady, "mime-damaged"},
		{"unknown encoding", "Content-Type: text/html\r\nContent-Transfer-Encoding: rot13\r\n\r\n" + anchor, ExportReady, "mime-damaged"},
		{"base64 cut off", "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGEgaHJlZj0iaHR0cHM6Ly9hY2NvdW50c2NlbnRlci5pbnN0YWdyYW0uY29tL2luZm9fYW5kX3Blcm1pc3Npb25zL2R5aS8iPng8L2E+eHg!\r\n", ExportReady, "mime-damaged"},
		{"Latin 1", "Content-Type: text/html; charset=iso-8859-1\r\n\r\n\xe9\xe8 " + anchor, ExportReady, "signals-agree"},
		{"not UTF-8", "Content-Type: text/html; charset=utf-8\r\n\r\n\xff\xfe " + anchor, ExportReady, "signals-agree"},
		{"only an attachment", "Content-Type: application/zip\r\n\r\n" + anchor, Suspicious, "link-not-known"},
		{"empty", "Content-Type: text/html\r\n\r\n", Suspicious, "link-not-known"},
		{"deep", deep(maxDepth), ExportReady, "signals-agree"},
		{"too deep", deep(maxDepth + 1), Suspicious, "too-large"},
		{"many parts", many(maxParts - 2), ExportReady, "signals-agree"},
		{"too many parts", many(maxParts), Suspicious, "too-large"},
		{"many links", links(maxLinks - 1), ExportReady, "signals-agree"},
		{"too many links", links(maxLinks), Suspicious, "too-large"},
		{"too much text", "Content-Type: text/html\r\n\r\n" + anchor + strings.Repeat("word ", maxText/5), Suspicious, "too-large"},
		{"too much text in parts", "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part("text/html", anchor) + strings.Repeat(part("text/plain", strings.Repeat("x", maxText/4)), 5) + "--b--\r\n", Suspicious, "too-large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j, err := Judge(t.Context(), sign(t, []byte(mailHead+tt.rest), signature{}), time.Time{}, testRules, world())
			if err != nil {
				t.Fatal(err)
			}
			if j.Decision != tt.decision || !hasCode(j, tt.code) || !j.Authentic {
				t.Errorf("got %s, want %s because of %s:\n%s", j.Decision, tt.decision, tt.code, list(j))
			}
		})
	}
}

func TestTooLargeMail(t *testing.T) {
	rules := testRules
	rules.AuthservID = "mx.google.com"
	raw := top([]byte(mailHead+"Content-Type: text/html\r\n\r\n<a href='"+goodLink+"'>x</a>"), gmail)
	raw = append(raw, bytes.Repeat([]byte("x"), maxMessage)...)
	j, err := Judge(t.Context(), raw, time.Time{}, rules, world())
	if err != nil {
		t.Fatal(err)
	}
	if j.Decision != Suspicious || !hasCode(j, "too-large") {
		t.Errorf("got %s:\n%s", j.Decision, list(j))
	}
}

// TestDecodersAgreeWithTheLibrary: what is well-formed is read as the standard library reads it.
func TestDecodersAgreeWithTheLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 500 {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte(random.IntN(256))
		}
		if out, sound := unbase64([]byte(base64.StdEncoding.EncodeToString(text))); !sound || !bytes.Equal(out, text) {
			t.Errorf("base64 of %d bytes: sound %v", n, sound)
		}
		var quoted bytes.Buffer
		w := quotedprintable.NewWriter(&quoted)
		_, _ = w.Write(text)
		_ = w.Close()
		want, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(quoted.Bytes())))
		if err != nil {
			t.Fatal(err)
		}
		out, sound := unquote(quoted.Bytes())
		same := func(b []byte) string { return strings.ReplaceAll(string(b), "\r\n", "\n") }
		if !sound || same(out) != same(want) {
			t.Errorf("quoted-printable of %d bytes: sound %v\n%q\n%q", n, sound, out, want)
		}
	}
	for in, want := range map[string]string{
		"":                                "",
		"plain":                           "plain",
		"=?utf-8?q?a=20b_c?=":             "a b c",
		"=?utf-8?q?a?= =?utf-8?q?b?=":     "ab",
		"=?utf-8?q?a?= x =?utf-8?q?b?=":   "a x b",
		"=?utf-8?q?=C3?= =?UTF-8?q?=A9?=": "é",
		"=?utf-8?b?w6k=?=":                "é",
		"=?utf-8*en?b?w6k=?=":             "é",
		"=?iso-8859-1?q?=E9?==?x?q?b?=":   "éb",
		"=?utf-8?x?a?=":                   "=?utf-8?x?a?=",
		"=?utf-8?q?open":                  "=?utf-8?q?open",
		"=?utf-8?q??=":                    "",
		"=?utf-8?q?_a_?=":                 " a ",
	} {
		if got := decodeWords(in); got != want {
			t.Errorf("decodeWords(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"  Your\u00a0Meta\r\n information\u200b ": "your meta information",
		"información está LISTA":                  "informacion esta lista",
		"informacio\u0301n":                       "informacion",
		"Yоur Mеtа":                               "your meta",
		"𝗬𝗼𝘂𝗿 𝕄𝕖𝕥𝕒":                               "your meta",
		"Ｙｏｕｒ we’ve":                              "your we've",
		"":                                        "",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// BenchmarkJudge measures the dearest mails that the bounds let through.
func BenchmarkJudge(b *testing.B) {
	big := mailHead + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<a href='https://www.instagram.com/x'>www.instagram.com a.b.c</a> word ", maxText/70)
	long := mailHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/zip\r\n\r\n" + strings.Repeat("a line of sixty characters, more or less, as in base64 \r\n", 24<<20/57) + "--b--\r\n"
	for name, raw := range map[string][]byte{
		"usual": sign(b, readMail(b, "ready-2026-en"), signature{}), "much text": sign(b, []byte(big), signature{}), "much attached": sign(b, []byte(long), signature{}),
		"much attached, unsigned": []byte(long),
	} {
		b.Run(name, func(b *testing.B) {
			dns := world()
			for b.Loop() {
				if _, err := Judge(b.Context(), raw, time.Time{}, testRules, dns); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
