package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/igwatchd/igwatchd/internal/exportmail"
)

const day = "2006-01-02 15:04 MST"

// printJudgement says what a mail is, why, and what to do. now is when it is read.
func printJudgement(w io.Writer, j exportmail.Judgement, m explained, now time.Time) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("%s\n\n", map[string]string{
		exportmail.ExportReady: "This is Instagram's mail that an export is ready.",
		exportmail.Ignored:     "This mail does not announce an export; igwatchd leaves it alone.",
		exportmail.Suspicious:  "This mail is suspicious. igwatchd follows none of its links, and you should not either.",
	}[j.Decision])
	p("decision   %s\n", j.Decision)
	if m.uid != 0 {
		p("message    UID %d of %s (UIDVALIDITY %d), account %s\n", m.uid, m.folder, m.validity, m.account)
	}
	p("from       %s\nsubject    %s\n", shown(j.From, "none"), shown(j.Subject, "none"))
	if j.Authentic {
		p("authentic  yes, by %s\n", map[string]string{
			exportmail.ByDKIM:                  "dkim: Instagram's own signature",
			exportmail.ByAuthenticationResults: "authentication-results: your mail provider checked the sender",
		}[j.AuthenticatedBy])
	} else {
		p("authentic  no\n")
	}
	if m.received.IsZero() {
		p("received   not known; judged as if it came now\n")
	} else {
		p("received   %s\n", m.received.Local().Format(day))
	}
	if !j.Deadline.IsZero() {
		passed := ""
		if j.Deadline.Before(now) {
			passed = ", which is past"
		}
		p("open until %s%s\n", j.Deadline.Local().Format(day), passed)
	}
	p("\nWhy, rule by rule (! speaks against it, ? cannot be known from the mail):\n")
	for _, r := range j.Reasons {
		mark := map[string]string{exportmail.SeverityError: "!", exportmail.SeverityQuestion: "?", exportmail.SeverityInfo: " "}[r.Severity]
		p("  %s %s [%s]\n", mark, r.Text, r.Code)
	}
	if m.received.IsZero() && slices.ContainsFunc(j.Reasons, func(r exportmail.Reason) bool { return r.Code == "dkim-expired" }) {
		p("    A file does not say when the mail came. If it came before its signature ended, say when: --received TIME.\n")
	}
	if len(j.Links) == 0 {
		p("\nIt has no links.\n")
	} else {
		p("\nLinks (what is secret in them left out):\n")
	}
	for _, l := range j.Links {
		p("  %-6s %s\n         %s\n", l.Action, shown(exportmail.RedactURL(l.URL), "…"), l.Why())
	}
	p("\n%s\n", toDo(j, now))
}

// byHand is how the export is found without any mail.
const byHand = "In Instagram: Settings, Accounts Center, Your information and permissions, Export your information."

// toDo says what the person can do.
func toDo(j exportmail.Judgement, now time.Time) string {
	fetchable := slices.ContainsFunc(j.Links, func(l exportmail.Link) bool { return l.Action == exportmail.ActionFetch })
	switch {
	case j.Decision == exportmail.Suspicious:
		return "What to do: open none of its links. If you asked for an export, look for it yourself.\n" + byHand + "\nThe file that you download there goes into the drop folder, or: igwatchd import FILE"
	case j.Decision == exportmail.Ignored:
		return "What to do: nothing because of igwatchd. If you take this for the export mail, look for the export yourself.\n" + byHand
	case j.Deadline.Before(now):
		return "What to do: the time for this download has passed. Ask for a new export.\n" + byHand
	case fetchable:
		return "What to do: nothing. igwatchd fetches the archive when this mail is in a watched inbox. If Instagram wants you to log in, it tells you."
	}
	return "What to do: open the export page, log in, and download every file. igwatchd takes them from the drop folder, or: igwatchd import FILE\n" + byHand
}

// shown makes a stranger's text fit for a terminal.
func shown(text, none string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text)
	if r := []rune(text); len(r) > 500 {
		text = string(r[:500]) + "…"
	}
	if strings.TrimSpace(text) == "" {
		return none
	}
	return text
}

// source says in JSON where the mail was read.
type source struct {
	Account     string `json:"account"`
	Folder      string `json:"folder"`
	UID         uint32 `json:"uid"`
	UIDValidity uint32 `json:"uidvalidity"`
}

// judged is a judgement with where the mail was read and when it came.
type judged struct {
	judgement exportmail.Judgement
	received  time.Time
	source    *source
}

func withSource(j exportmail.Judgement, m explained) judged {
	out := judged{judgement: j, received: m.received}
	if m.uid != 0 {
		out.source = &source{m.account, m.folder, m.uid, m.validity}
	}
	return out
}

// MarshalJSON adds the keys "received" and "message", where they are known, to those of a judgement.
func (j judged) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(j.judgement)
	if err != nil || j.received.IsZero() {
		return data, err
	}
	var more struct {
		Received string  `json:"received"`
		Message  *source `json:"message,omitempty"`
	}
	more.Received, more.Message = j.received.UTC().Format(time.RFC3339), j.source
	tail, err := json.Marshal(more)
	if err != nil {
		return nil, err
	}
	return append(append(data[:len(data)-1], ','), tail[1:]...), nil // two objects, written as one
}
