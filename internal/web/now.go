package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// card is one account: what is happening, and the one thing that the person must do, if any.
type card struct {
	Account  string
	Sentence string
	Tone     string // calm | act | safe | wrong: how it is coloured
	Deadline string // RFC 3339; "" when nothing runs out
	Button   *button
	Exports  []daemon.Export
	Inboxes  []daemon.Inbox
	Asked    string // RFC 3339: since when a mail is waited for
}

type button struct{ Text, To string }

func (s *Server) now(w http.ResponseWriter, r *http.Request) {
	st, err := s.o.Exports.Status(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	s.showLive(w, "now.html", "Now", struct {
		Cards   []card
		Refused []daemon.Refused
	}{cards(st), st.Refused}, st)
}

// cards puts the status in order, one card for each account.
func cards(st daemon.Status) []card {
	var list []card
	at := func(account string) *card {
		i := slices.IndexFunc(list, func(c card) bool { return c.Account == account })
		if i < 0 {
			list = append(list, card{Account: account})
			i = len(list) - 1
		}
		return &list[i]
	}
	for _, in := range st.Inboxes {
		c := at(in.Account)
		c.Inboxes = append(c.Inboxes, in)
	}
	for _, e := range st.Exports {
		c := at(e.Account)
		c.Exports = append(c.Exports, e)
	}
	for _, q := range st.Requests {
		at(q.Account).Asked = q.Since
	}
	for i := range list {
		list[i].decide()
	}
	return list
}

// decide finds the sentence, and the button, for what matters most now.
func (c *card) decide() {
	slices.SortStableFunc(c.Exports, func(a, b daemon.Export) int { return urgency(a) - urgency(b) })
	c.Tone, c.Sentence = "calm", "igwatchd is watching your inbox for Instagram's mail. You need to do nothing."
	if c.Asked != "" {
		c.Sentence = "You asked Instagram for the export. igwatchd is waiting for the mail; it usually comes within two days."
	}
	if len(c.Exports) > 0 {
		c.speak(c.Exports[0])
	}
	if in := slices.IndexFunc(c.Inboxes, func(in daemon.Inbox) bool { return in.State == "auth-failed" || in.State == "stopped" }); in >= 0 && c.Tone == "calm" {
		c.Tone, c.Sentence = "wrong", "igwatchd cannot read your inbox, so it cannot see Instagram's mail."
	}
}

// urgency orders exports: what needs the person first.
func urgency(e daemon.Export) int {
	order := []string{"waiting-for-you", "fetching", "announced", "inspecting", "storing", "done", "failed"}
	n := slices.Index(order, e.State) * 10
	if e.Verdict == "questions" {
		n = 5
	}
	return n
}

func (c *card) speak(e daemon.Export) {
	to := "/export/" + e.ID
	switch {
	case e.State == "waiting-for-you":
		c.Tone, c.Deadline = "act", e.Deadline
		c.Sentence = "The archive is ready, but Instagram gives it to you alone: log in there, press Download, and hand the files over."
		c.Button = &button{"Hand over the files", "/handover?export=" + e.ID}
		if e.Wall != nil {
			c.Sentence = "igwatchd could not go on by itself: " + e.Wall.Text + ". " + wallAdvice(e.Wall.Kind)
			c.Button = &button{"What to do", to}
		}
	case e.State == "failed":
		c.Tone, c.Sentence = "wrong", "The download closed before the archive was here. Nothing is lost at Instagram: ask for a new export."
		c.Button = &button{"What to do", to}
	case e.State != "done":
		c.Sentence = e.Sentence() + ". You need to do nothing."
		if e.Progress != nil {
			c.Deadline = e.Deadline
		}
	case e.Verdict == "safe":
		c.Tone, c.Sentence = "safe", "The archive is complete, proven and stored. Deleting the account can go ahead."
		if slices.ContainsFunc(e.Reasons, func(r verdict.Reason) bool { return r.Accepted }) {
			c.Sentence = "The archive is stored, and complete but for what Instagram did not include and you accepted. Deleting the account can go ahead."
		}
		c.Button = &button{"See the proof", to}
	case e.Verdict == "questions":
		c.Tone, c.Sentence = "act", "The archive is stored, and all of it was read. Before you delete the account, igwatchd has a question that only you can answer."
		if n := len(e.Open(inspect.Question)); n > 1 {
			c.Sentence = "The archive is stored, and all of it was read. Before you delete the account, igwatchd has some questions that only you can answer."
		}
		c.Button = &button{"Answer", to}
	case verdict.Acceptable(e.Reasons):
		c.Tone, c.Sentence = "act", "Do not delete the account yet: Instagram did not include everything. Only you can say whether you can do without it."
		c.Button = &button{"See what it is", to}
	default:
		c.Tone, c.Sentence = "wrong", "Do not delete the account: the archive is not complete."
		c.Button = &button{"See what is missing", to}
	}
}

// remaining says how long a transfer takes at its present speed, or "".
func remaining(p *daemon.Progress) string {
	if p == nil || p.Speed <= 0 || p.Total <= p.Done {
		return ""
	}
	switch minutes := (p.Total - p.Done) / p.Speed / 60; {
	case minutes < 1:
		return "less than a minute left"
	case minutes < 120:
		return fmt.Sprintf("about %d minutes left", minutes+1)
	default:
		return fmt.Sprintf("about %d hours left", minutes/60+1)
	}
}

// worst says how it stands with an inbox's folders, in words, by the one that fares worst.
func worst(list []daemon.Inbox) string {
	order := []string{"auth-failed", "stopped", "connecting", "polling", "watching"}
	text := map[string]string{
		"auth-failed": "the mail server refuses the password", "stopped": "not watched", "connecting": "connecting",
		"polling": "looked at every minute", "watching": "watched",
	}
	worst := len(order) - 1
	for _, in := range list {
		if in.Folder == "INBOX" || in.Error != "" {
			worst = min(worst, max(0, slices.Index(order, in.State)))
		}
	}
	return text[order[worst]]
}
