package testworld

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
)

// Kind is a sort of mail that Instagram, Facebook or somebody who pretends to be them sends.
type Kind string

// Mails that announce an export.
const (
	Ready2019 Kind = "ready-2019" // a button to /download/confirm/
	Ready2022 Kind = "ready-2022" // a link to /dyi/download/auth/
	Ready2026 Kind = "ready-2026" // links to the Accounts Center alone, today's form
)

// Mails that must not be taken for an announcement. The first five come from the real senders;
// BusinessPhish is an attacker's text in a mail that Facebook itself signs; the last three are
// forgeries through and through.
const (
	InProgress     Kind = "in-progress"
	LoginCode      Kind = "login-code"
	Recovery       Kind = "recovery"
	SettingsUpdate Kind = "settings-update"
	FacebookReady  Kind = "facebook-ready" // ready, but another archive

	BusinessPhish  Kind = "business-phish"
	LookalikePhish Kind = "lookalike-phish"
	ForgedReady    Kind = "forged-ready" // the right words from a wrong domain
	ForgedFrom     Kind = "forged-from"  // the right words and From; the sender cannot sign it
)

// Kinds are all kinds, announcements first.
func Kinds() []Kind {
	return []Kind{
		Ready2019, Ready2022, Ready2026, InProgress, LoginCode, Recovery, SettingsUpdate, FacebookReady,
		BusinessPhish, LookalikePhish, ForgedReady, ForgedFrom,
	}
}

// Mail is one mail to be. Only Kind is needed.
type Mail struct {
	Kind     Kind
	Language string    // "en" (default) or "es"; es is known for Ready2026 only
	To       string    // default: the owner of the world's mailbox
	Date     time.Time // default: now
	// Links replace the kind's own links, in their order: the first one is what the mail is about.
	Links []string
	// Multipart adds a text/plain part. The one real mail that is known has text/html alone.
	Multipart bool

	// What the mail says of itself instead of what its kind does; Note is a paragraph before the others.
	From, Subject, MessageID, Note string
}

// letter is what a kind says.
type letter struct {
	from, subject string
	notify        string // X-Facebook-Notify, where it is known
	links         []string
	body          string // paragraphs; {0}, {1} … stand for links, [words] before them for their text
}

// Bytes returns the message, unsigned, with CRLF line ends and the header of the one real
// Instagram mail whose header is public. The same Mail gives the same bytes, if it has a Date.
func (m Mail) Bytes() ([]byte, error) {
	if m.To == "" {
		m.To = mailUser
	}
	if m.Date.IsZero() {
		m.Date = time.Now()
	}
	l, err := letterOf(m)
	if err != nil {
		return nil, err
	}
	links := append([]string(nil), l.links...)
	copy(links, m.Links)
	links = append(links, m.Links[min(len(m.Links), len(l.links)):]...)

	if m.From != "" {
		l.from = m.From
	}
	if m.Subject != "" {
		l.subject = m.Subject
	}
	if m.Note != "" {
		l.body = m.Note + "\n\n" + l.body
	}

	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	sum := sha256.Sum256(fmt.Appendf(nil, "%v\x00%v\x00%v\x00%v\x00%v", m.Kind, m.Language, m.To, m.Date.UnixNano(), links))
	id := hex.EncodeToString(sum[:])
	header("Date", m.Date.Format(time.RFC1123Z))
	header("To", m.To)
	header("Subject", mime.QEncoding.Encode("utf-8", l.subject))
	header("X-Priority", "3")
	header("X-Mailer", "ZuckMail [version 1.00]")
	header("From", l.from)
	if l.notify != "" {
		header("X-Facebook-Notify", l.notify+"; mailid="+id[:20])
	}
	header("X-Auto-Response-Suppress", "All")
	if m.MessageID == "" {
		m.MessageID = id[:32] + "@" + id
	}
	header("Message-ID", "<"+m.MessageID+">")
	header("MIME-Version", "1.0")
	html := l.html(m.Language, links)
	if !m.Multipart {
		header("Content-Transfer-Encoding", "quoted-printable")
		header("Content-Type", `text/html; charset="UTF-8"`)
		b.WriteString("\r\n")
		if err := quote(&b, html); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
	boundary := "b1_" + id[32:]
	header("Content-Type", `multipart/alternative; boundary="`+boundary+`"`)
	b.WriteString("\r\n")
	for _, part := range []struct{ kind, text string }{{"plain", l.plain(links)}, {"html", html}} {
		fmt.Fprintf(&b, "--%s\r\nContent-Type: text/%s; charset=\"UTF-8\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", boundary, part.kind)
		if err := quote(&b, part.text); err != nil {
			return nil, err
		}
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes(), nil
}

func quote(w io.Writer, text string) error {
	q := quotedprintable.NewWriter(w)
	if _, err := io.WriteString(q, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		return fmt.Errorf("write mail body: %w", err)
	}
	if err := q.Close(); err != nil {
		return fmt.Errorf("write mail body: %w", err)
	}
	return nil
}

// Receipt is what the receiving mail system puts on top of a message.
type Receipt struct {
	From string // the envelope's sender, for Return-Path
	// AuthServID is the name under which it reports on authentication (RFC 8601, section 2.2); if
	// it is empty there is no such report.
	AuthServID string
	// Results is the report, for instance "dkim=pass header.i=@mail.instagram.com".
	Results string
}

// Stamp returns raw with the fields that the receiving mail system puts on top. They do not
// touch a DKIM signature below.
func (r Receipt) Stamp(raw []byte) []byte {
	var b bytes.Buffer
	if r.AuthServID != "" {
		fmt.Fprintf(&b, "Authentication-Results: %s;\r\n %s\r\n", r.AuthServID, r.Results)
	}
	fmt.Fprintf(&b, "Return-Path: <%s>\r\n", r.From)
	b.WriteString("Received: from mx-out.facebook.com (69-171-232-146.mail-mail.facebook.com [69.171.232.146])\r\n" +
		" by mx.example.org with ESMTPS for <" + mailUser + ">; Thu, 06 Aug 2020 19:35:36 -0700 (PDT)\r\n")
	b.Write(raw)
	return b.Bytes()
}
