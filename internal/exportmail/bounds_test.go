//go:build unix

package exportmail

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// allowedCPU is what judging one mail may cost, whoever wrote it.
const allowedCPU = 200 * time.Millisecond

// usedCPU returns the CPU time of this process so far, on all cores: collecting garbage is a part
// of the cost.
func usedCPU(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// worst are mails that cost as much as somebody who knows this program can make them cost. Each is
// as large as a mail may be.
func worst(t testing.TB) map[string][]byte {
	t.Helper()
	const top = "Date: Fri, 8 May 2026 10:12:13 -0700\r\nTo: jane@example.org\r\nSubject: Your Meta information download is ready\r\n" +
		"From: \"Instagram\" <security@mail.instagram.com>\r\nMessage-ID: <1@mail.instagram.com>\r\nMIME-Version: 1.0\r\n"
	fill := func(piece string, n int) string { return strings.Repeat(piece, n/len(piece)+1)[:n] }
	whole := func(kind, encoding, body string) []byte {
		head := top + "Content-Type: " + kind + "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n"
		return []byte((head + body)[:min(len(head)+len(body), maxMessage)])
	}
	page := func(piece string) []byte { return whole("text/html; charset=utf-8", "8bit", fill(piece, maxMessage)) }
	many := func(n int, part func(i int) string) []byte {
		var b strings.Builder
		for i := range n {
			b.WriteString("--b\r\n" + part(i) + "\r\n")
		}
		return whole("multipart/mixed; boundary=b", "7bit", b.String()+"--b--\r\n")
	}
	nested := func(kind, inner string, depth int) []byte {
		body := "Content-Type: text/html\r\n\r\n" + inner
		for i := range depth {
			if kind == "rfc822" {
				body = "Content-Type: message/rfc822\r\n\r\n" + body
			} else {
				body = fmt.Sprintf("Content-Type: multipart/mixed; boundary=n%dn\r\n\r\n--n%dn\r\n%s\r\n--n%dn--\r\n", i, i, body, i)
			}
		}
		return []byte(top + body)
	}
	link := `<a href="https://www.instagram.com/dyi/download/auth/Ab3dEfGhIjKlMnOpQrStUvWxYz0123456789/?dyi_job_id=%d">https://www.instagram.com/ %d</a>`
	links := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, link, i, i)
		}
		return b.String()
	}
	fields := func(field string, n int) []byte {
		return []byte(strings.Repeat(field, n) + top + "Content-Type: text/html\r\n\r\n<p>x</p>")
	}
	return map[string][]byte{
		"25 MB of links":                     page(links(1000)),
		"25 MB of the same link":             page(`<a href="https://www.instagram.com/dyi/">x</a>`),
		"1,000 links of 8 KB":                page(`<a href="https://www.instagram.com/` + fill("a.b-c_", 8000) + `">www.instagram.com.` + fill("a.", 500) + `</a>`),
		"links with text of hosts":           page(`<a href="https://x.example/">` + fill("https://a.example ", 512) + `</a>`),
		"25 MB of tags without end":          page("<div "),
		"25 MB of <":                         page("<"),
		"one tag with 25 MB of attributes":   page("<a " + fill(`a=b `, maxMessage)),
		"25 MB of open anchors":              page("<a href=x>"),
		"25 MB of entities":                  page("&amp;&#x43c;&notit;"),
		"25 MB of comments":                  page("<!-- x -->"),
		"25 MB of addresses in text":         whole("text/plain", "8bit", fill("https://www.instagram.com/x) ", maxMessage)),
		"one address of 25 MB":               whole("text/plain", "8bit", "https://"+fill("a)]", maxMessage)),
		"25 MB of closing brackets":          whole("text/plain", "8bit", "https://x.example/"+fill(")", maxMessage)),
		"25 MB of base64":                    whole("text/html", "base64", base64.StdEncoding.EncodeToString([]byte(fill("<p>your meta information ", maxMessage*3/4)))),
		"25 MB of base64, a byte a line":     whole("text/html", "base64", fill("A\r\n", maxMessage)),
		"25 MB of quoted-printable":          whole("text/html", "quoted-printable", fill("=41=42=43=\r\n", maxMessage)),
		"25 MB of broken quoted-printable":   whole("text/html", "quoted-printable", fill("=4=Z=\r\n", maxMessage)),
		"25 MB of an attachment":             whole("application/zip", "base64", fill("QUJD\r\n", maxMessage)),
		"25 MB of lookalike letters":         page("Instаgrаm dоwnlоаd "),
		"25 MB of marks":                     page("a\u0301\u0323\u0302\u0301"),
		"25 MB of ligatures":                 page("ﷺ"),
		"25 MB of invisible characters":      page("\u200b\u00ad"),
		"25 MB of invalid UTF-8":             page("\xff\xfe\xc0a"),
		"25 MB in a rare encoding":           whole("text/html; charset=iso-2022-jp", "8bit", fill("\x1b$B$\"\x1b(B", maxMessage)),
		"25 MB in GB18030":                   whole("text/html; charset=gb18030", "8bit", fill("\x81\x30\x81\x30", maxMessage)),
		"25 MB in UTF-16":                    whole("text/html; charset=utf-16", "8bit", fill("\x00a\x00<", maxMessage)),
		"words that wordings begin with":     page("you will have you will have the meta information files that you requested are now available to "),
		"words that inviting begins with":    page("download a copy of your download a copy of your instagram export your "),
		"a subject of 200 KB":                []byte("Subject: " + fill("facebook download your information cancel ", 200<<10) + "\r\nFrom: x@mail.instagram.com\r\nDate: Fri, 8 May 2026 10:12:13 -0700\r\nContent-Type: text/html\r\n\r\n<p>x"),
		"a subject of encoded words":         []byte("Subject: " + fill("=?utf-8?B?ZmFjZWJvb2sg?= ", 200<<10) + "\r\nFrom: x@mail.instagram.com\r\nDate: Fri, 8 May 2026 10:12:13 -0700\r\nContent-Type: text/html\r\n\r\n<p>x"),
		"a From of 200 KB":                   []byte("From: " + fill("\"Instagram\" <a@b.example>, ", 200<<10) + "\r\nSubject: your instagram data\r\n\r\nx"),
		"a From of comments":                 []byte("From: " + fill("(", 200<<10) + "\r\nSubject: your instagram data\r\n\r\nx"),
		"1e5 header fields":                  fields("X-A: b\r\n", 100_000),
		"999 header fields":                  fields("X-A: b\r\n", 980),
		"header lines without end":           []byte(top + "X: " + fill("\r\n a", maxMessage)),
		"25 MB of header":                    []byte("X: " + fill("a", maxMessage)),
		"900 DKIM signatures":                fields("DKIM-Signature: v=1; a=rsa-sha256; d=mail.instagram.com; s=s1024-2013-q3; h=From; bh=YQ==; b=YQ==\r\n", 900),
		"five signatures over 25 MB":         append([]byte(strings.Repeat("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.instagram.com; s=s1024-2013-q3; h=From:Subject:Date:Content-Type; bh=YQ==; b=YQ==\r\n", 5)), page("a \t b  \r\n")...),
		"five signatures over 25 MB of ends": append([]byte(strings.Repeat("DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=mail.instagram.com; s=s1024-2013-q3; h=From:Subject:Date:Content-Type; bh=YQ==; b=YQ==\r\n", 5)), page("\r\n")...),
		"five signatures over 4 MB":          append([]byte(strings.Repeat("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.instagram.com; s=s1024-2013-q3; h=From:Subject:Date:Content-Type; bh=YQ==; b=YQ==\r\n", 5)), whole("text/html", "8bit", fill("a \t b  \r\n", maxSigned-5000))...),
		"a genuine signature over 4 MB":      sign(t, whole("text/html", "8bit", fill("a b ", 3<<20)), signature{}),
		"200 parts of 100 KB":                many(200, func(int) string { return "Content-Type: text/html\r\n\r\n" + fill("<p>x ", 100<<10) }),
		"1e5 parts":                          many(100_000, func(int) string { return "Content-Type: text/html\r\n\r\n<p>x" }),
		"200 parts of headers":               many(200, func(int) string { return fill("X-A: =?utf-8?q?a?=\r\n", 100<<10) + "\r\n\r\n<p>x" }),
		"25 MB of boundary lines":            whole("multipart/mixed; boundary=b", "7bit", fill("--b\r\n", maxMessage)),
		"25 MB of lines":                     whole("multipart/mixed; boundary=b", "7bit", "--b\r\n\r\n"+fill("\n", maxMessage)),
		"no boundary line in 25 MB":          whole("multipart/mixed; boundary=b", "7bit", fill("https://a.example <a href=x>", maxMessage)),
		"depth 20 around 24 MB":              nested("multipart", fill("<p>x\n", 24<<20), 20),
		"depth 1,000":                        nested("multipart", "x", 1000),
		"mails in mails, 24 MB":              nested("rfc822", fill("<p>x\n", 24<<20), 19),
		"a content type of 200 KB":           []byte(top + "Content-Type: text/html; " + fill("a*0*=utf-8''x; ", 200<<10) + "\r\n\r\n<p>x"),
		"results of 200 KB":                  []byte("Authentication-Results: mx.google.com; " + fill("a=b (((( ", 200<<10) + "\r\n" + top + "\r\n<p>x"),
	}
}

func TestJudgingAMailCostsLittleWhoeverWroteIt(t *testing.T) {
	rules := testRules
	rules.AuthservID = "mx.google.com"
	keys := world()
	for name, raw := range worst(t) {
		best := time.Hour
		for range 3 { // the least of them: other tests of the process and a busy machine only add
			runtime.GC()
			before := usedCPU(t)
			j, err := Judge(t.Context(), raw, time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), rules, keys)
			best = min(best, usedCPU(t)-before)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if j.Decision == ExportReady {
				t.Errorf("%s: taken for the export mail", name)
			}
			if best < allowedCPU/4 {
				break
			}
		}
		t.Logf("%4d ms  %s", best.Milliseconds(), name)
		if best > allowedCPU*slower {
			t.Errorf("%s: %v of CPU, more than %v", name, best, allowedCPU*slower)
		}
	}
}

func TestAMailOfWhichNotAllIsLookedAtIsSuspicious(t *testing.T) {
	genuine := readMail(t, "ready-2026-multipart")
	plain := "Content-Type: text/plain; charset=UTF-8\r\n\r\n"
	with := func(more string) []byte { // more stands behind the parts that count
		i := strings.LastIndex(string(genuine), "--=_b0undary--")
		return []byte(string(genuine[:i]) + more + string(genuine[i:]))
	}
	part := func(text string) string { return "--=_b0undary\r\n" + plain + text + "\r\n" }
	deep := ""
	for i := range maxDepth + 1 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=n%dn\r\n\r\n--n%dn\r\n", i, i)
	}
	var links strings.Builder
	for i := range maxLinks {
		fmt.Fprintf(&links, "https://www.instagram.com/%d\r\n", i)
	}
	for _, c := range []struct {
		name, code string
		raw        []byte
	}{
		{"all of it is looked at", "signals-agree", with(part("x"))},
		{"more text", "too-large", with(part(strings.Repeat("word ", maxText/5)))},
		{"more text, in base64", "too-large", with("--=_b0undary\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("word ", maxText/5))) + "\r\n")},
		{"letters that fold to many", "too-large", with(part(strings.Repeat("ﷺ", maxText/30)))},
		{"more parts", "too-large", with(strings.Repeat(part("x"), maxParts))},
		{"deeper parts", "too-large", with("--=_b0undary\r\n" + deep + plain + "x\r\n")},
		{"more links", "too-large", with(part(links.String()))},
		{"larger than signatures are checked for", "dkim-too-large", with("--=_b0undary\r\nContent-Type: image/png\r\n\r\n" + strings.Repeat("A", maxSigned))},
	} {
		raw := sign(t, c.raw, signature{})
		j, err := Judge(t.Context(), raw, time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), testRules, world())
		if err != nil {
			t.Fatal(err)
		}
		want := Suspicious
		if c.code == "signals-agree" {
			want = ExportReady
		}
		if j.Decision != want || !hasCode(j, c.code) {
			t.Errorf("%s: %s, %+v", c.name, j.Decision, j.Reasons)
		}
	}
}
