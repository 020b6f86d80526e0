package exportmail

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// worst are mails that cost as much as somebody who knows this program can make them cost. Most are
// as large as a mail may be; each is written when its turn comes.
func worst(t testing.TB) map[string]func() []byte {
	t.Helper()
	const (
		from = "From: \"Instagram\" <security@mail.instagram.com>\r\n"
		date = "Date: Fri, 8 May 2026 10:12:13 -0700\r\n"
		top  = date + "To: jane@example.org\r\nSubject: Your Meta information download is ready\r\n" + from +
			"Message-ID: <1@mail.instagram.com>\r\nMIME-Version: 1.0\r\n"
		page = "text/html; charset=utf-8"
		mime = "multipart/mixed; boundary=b"
	)
	fill := func(piece string, n int) string { return strings.Repeat(piece, n/len(piece)+1)[:n] }
	// filled begins like head and goes on with the piece up to that size.
	filled := func(size int, head, piece string) []byte {
		raw := append(make([]byte, 0, size+len(piece)), head...)
		for len(raw) < size {
			raw = append(raw, piece...)
		}
		return raw[:size]
	}
	whole := func(kind, encoding, begin, piece string) func() []byte {
		return func() []byte {
			return filled(maxMessage, top+"Content-Type: "+kind+"\r\nContent-Transfer-Encoding: "+encoding+"\r\n\r\n"+begin, piece)
		}
	}
	text := func(piece string) func() []byte { return whole(page, "8bit", "", piece) }
	many := func(n int, part string) func() []byte {
		return func() []byte {
			return append(filled(len(top)+n*len(part), top+"Content-Type: "+mime+"\r\n\r\n", "--b\r\n"+part+"\r\n"), "\r\n--b--\r\n"...)
		}
	}
	nested := func(kind, inner string, n, depth int) func() []byte {
		return func() []byte {
			head, tail := "Content-Type: text/html\r\n\r\n", ""
			for i := range depth {
				if kind == "rfc822" {
					head = "Content-Type: message/rfc822\r\n\r\n" + head
				} else {
					head = fmt.Sprintf("Content-Type: multipart/mixed; boundary=n%dn\r\n\r\n--n%dn\r\n%s", i, i, head)
					tail += fmt.Sprintf("\r\n--n%dn--\r\n", i)
				}
			}
			return append(filled(len(top)+len(head)+n, top+head, inner), tail...)
		}
	}
	links := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<a href="https://www.instagram.com/dyi/download/auth/Ab3dEfGhIjKlMnOpQrStUvWxYz0123456789/?dyi_job_id=%d">https://www.instagram.com/ %d</a>`, i, i)
		}
		return b.String()
	}
	lines := func(begin string, n int) string { // each another
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "%s%x\n", begin, i)
		}
		return b.String()
	}
	fields := func(field string, n int) func() []byte {
		return func() []byte {
			return []byte(strings.Repeat(field, n) + top + "Content-Type: text/html\r\n\r\n<p>x</p>")
		}
	}
	field := func(name, piece, rest string) func() []byte {
		return func() []byte { return []byte(name + fill(piece, 200<<10) + "\r\n" + rest) }
	}
	signed := func(n int, canonical string, more func() []byte) func() []byte {
		return func() []byte {
			return append([]byte(strings.Repeat("DKIM-Signature: v=1; a=rsa-sha256;"+canonical+" d=mail.instagram.com; s=s1024-2013-q3; h=From:Subject:Date:Content-Type; bh=YQ==; b=YQ==\r\n", n)), more()...)
		}
	}
	const afterSubject = "From: x@mail.instagram.com\r\n" + date + "Content-Type: text/html\r\n\r\n<p>x"
	return map[string]func() []byte{
		"25 MB of links":                    text(links(1000)),
		"25 MB of the same link":            text(`<a href="https://www.instagram.com/dyi/">x</a>`),
		"1,000 links of 8 KB":               text(`<a href="https://www.instagram.com/` + fill("a.b-c_", 8000) + `">www.instagram.com.` + fill("a.", 500) + `</a>`),
		"links with text of hosts":          text(`<a href="https://x.example/">` + fill("https://a.example ", 512) + `</a>`),
		"one link around 25 MB of pictures": whole(page, "8bit", "<a href=https://x.example/>", "<img alt=a>"),
		"25 MB of tags without end":         text("<div "),
		"25 MB of <":                        text("<"),
		"one tag with 25 MB of attributes":  whole(page, "8bit", "<a ", `a=b `),
		"25 MB of open anchors":             text("<a href=x>"),
		"25 MB of entities":                 text("&amp;&#x43c;&notit;"),
		"25 MB of comments":                 text("<!-- x -->"),
		"25 MB of addresses in text":        whole("text/plain", "8bit", "", "https://www.instagram.com/x) "),
		"one address of 25 MB":              whole("text/plain", "8bit", "https://", "a)]"),
		"25 MB of closing brackets":         whole("text/plain", "8bit", "https://x.example/", ")"),
		"25 MB of base64":                   whole("text/html", "base64", "", base64.StdEncoding.EncodeToString([]byte("<p>your meta information "))+"\r\n"),
		"25 MB of base64, a byte a line":    whole("text/html", "base64", "", "A\r\n"),
		"25 MB of quoted-printable":         whole("text/html", "quoted-printable", "", "=41=42=43=\r\n"),
		"25 MB of broken quoted-printable":  whole("text/html", "quoted-printable", "", "=4=Z=\r\n"),
		"25 MB of an attachment":            whole("application/zip", "base64", "", "QUJD\r\n"),
		"25 MB of lookalike letters":        text("Instаgrаm dоwnlоаd "),
		"25 MB of marks":                    text("a\u0301\u0323\u0302\u0301"),
		"25 MB of ligatures":                text("ﷺ"),
		"25 MB of invisible characters":     text("\u200b\u00ad"),
		"25 MB of invalid UTF-8":            text("\xff\xfe\xc0a"),
		"25 MB in a rare encoding":          whole("text/html; charset=iso-2022-jp", "8bit", "", "\x1b$B$\"\x1b(B"),
		"25 MB in GB18030":                  whole("text/html; charset=gb18030", "8bit", "", "\x81\x30\x81\x30"),
		"25 MB in UTF-16":                   whole("text/html; charset=utf-16", "8bit", "", "\x00a\x00<"),
		"words that wordings begin with":    text("you will have you will have the meta information files that you requested are now available to "),
		"25 MB in no language":              text("xyzzy plugh "),
		"words that inviting begins with":   text("download a copy of your download a copy of your instagram export your "),

		"a subject of 200 KB":        field("Subject: ", "facebook download your information cancel ", afterSubject),
		"a subject of encoded words": field("Subject: ", "=?utf-8?B?ZmFjZWJvb2sg?= ", afterSubject),
		"a subject in two encodings": field("Subject: ", "=?iso-2022-jp?B?YQ==?= =?gb18030?B?YQ==?= ", afterSubject),
		"980 subjects":               fields("Subject: facebook download your information "+fill("cancel ", 200)+"\r\n", 980),
		"a From of 200 KB":           field("From: ", "\"Instagram\" <a@b.example>, ", "Subject: your instagram data\r\n\r\nx"),
		"a From of comments":         field("From: ", "(", "Subject: your instagram data\r\n\r\nx"),
		"a Date of comments":         field("Date: Fri, 8 May 2026 10:12:13 -0700", " (x)", from+"Subject: your instagram data\r\n\r\nx"),
		"1e5 header fields":          fields("X-A: b\r\n", 100_000),
		"999 header fields":          fields("X-A: b\r\n", 980),
		"header lines without end":   func() []byte { return filled(maxMessage, top+"X: ", "\r\n a") },
		"25 MB of header":            func() []byte { return filled(maxMessage, "X: ", "a") },

		"900 DKIM signatures":                signed(900, "", fields("", 0)),
		"five signatures over 25 MB":         signed(5, " c=relaxed/relaxed;", text("a \t b  \r\n")),
		"five signatures over 25 MB of ends": signed(5, " c=simple/simple;", text("\r\n")),
		"five signatures over 4 MB":          signed(5, " c=relaxed/relaxed;", func() []byte { return text("a \t b  \r\n")()[:maxSigned-5000] }),
		"a genuine signature over 4 MB":      func() []byte { return sign(t, whole("text/html", "8bit", "", "a b ")()[:3<<20], signature{}) },

		"200 parts of 100 KB":             many(200, "Content-Type: text/html\r\n\r\n"+fill("<p>x ", 100<<10)),
		"1e5 parts":                       many(100_000, "Content-Type: text/html\r\n\r\n<p>x"),
		"200 parts of headers":            many(200, fill("X-A: =?utf-8?q?a?=\r\n", 100<<10)+"\r\n\r\n<p>x"),
		"200 parts of content types":      many(200, "Content-Type: text/html; "+fill("a*0*=utf-8''x; ", 100<<10)+"\r\n\r\n<p>x"),
		"25 MB of boundary lines":         whole(mime, "7bit", "", "--b\r\n"),
		"25 MB of lines":                  whole(mime, "7bit", "--b\r\n\r\n", "\n"),
		"no boundary line in 25 MB":       whole(mime, "7bit", "", "https://a.example <a href=x>"),
		"25 MB without a boundary's name": whole("multipart/mixed", "7bit", lines("--", 16<<10), "--0 \n-"),
		"25 MB of possible boundaries":    whole("multipart/mixed", "7bit", "", lines("--", 64<<10)),
		"depth 20 around 24 MB":           nested("multipart", "<p>x\n", 24<<20, 20),
		"depth 1,000":                     nested("multipart", "x", 1, 1000),
		"mails in mails, 24 MB":           nested("rfc822", "<p>x\n", 24<<20, 19),
		"a content type of 200 KB":        field(top+"Content-Type: text/html; ", "a*0*=utf-8''x; ", "\r\n<p>x"),
		"results of 200 KB":               field("Authentication-Results: mx.google.com; ", "a=b (((( ", top+"\r\n<p>x"),
	}
}
