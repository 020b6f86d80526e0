package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// linkLife is how long the download stays open after the mail (its own words:
// four days after it was received).
const linkLife = 4 * 24 * time.Hour

// announcement is what of a judged mail later steps need. Its links are secret
// and stay in the journal.
type announcement struct {
	Links           []link `json:"links"`
	AuthenticatedBy string `json:"authenticated_by"`
	From            string `json:"from"`
	Subject         string `json:"subject"`

	Page      *pageOffer   `json:"page,omitempty"`       // what the download page said; nil: the browser did not get there
	PageAgain map[int]bool `json:"page_again,omitempty"` // its files that came damaged, and are fetched once more

	Wall *Wall `json:"wall,omitempty"` // what stands in the browser's way
}

type link struct {
	URL    string `json:"url"`
	Action string `json:"action"`          // fetch | open | given
	State  string `json:"state,omitempty"` // "" to be tried, or under way | done | failed

	Part  string `json:"part,omitempty"`  // SHA-256 of what it brought
	Again bool   `json:"again,omitempty"` // what it brought was damaged, and is fetched once more
	Why   string `json:"why,omitempty"`   // it brought nothing
}

// RulesFor says which mail is believed for an account.
func RulesFor(cfg *config.Config, a config.Account) exportmail.Rules {
	return exportmail.Rules{
		FromDomains: cfg.Mail.FromDomains, LinkHosts: cfg.Fetch.LinkHosts,
		ByteHosts: cfg.Fetch.ByteHosts, AuthservID: a.Inbox.AuthservID,
	}
}

// judgeMail decides what a recorded mail is and plans what follows from it.
func (d *Daemon) judgeMail(ctx context.Context, s journal.Step) (outcome, error) {
	id, err := strconv.ParseInt(s.Arg, 10, 64)
	if err != nil {
		return outcome{}, fmt.Errorf("judge mail: bad number %q", s.Arg)
	}
	var m journal.Mail
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		m, _, err = tx.Mail(id)
		return err
	}); err != nil || m.Raw == nil {
		return outcome{}, err
	}
	a, ok := d.cfg.Account(m.Account)
	if !ok { // taken out of the configuration meanwhile
		return outcome{commit: func(tx *journal.Tx) error { return tx.Judged(id, "ignored") }}, nil
	}
	j, err := exportmail.Judge(ctx, m.Raw, m.Received, RulesFor(d.cfg, a), d.resolver)
	if err != nil {
		return outcome{}, d.unjudged(ctx, m, fmt.Errorf("judge mail: %w", err))
	}
	d.log.Info("mail judged", "account", a.Username, "decision", j.Decision, "authenticated_by", j.AuthenticatedBy)
	return outcome{commit: func(tx *journal.Tx) error {
		if err := tx.Judged(id, j.Decision); err != nil {
			return err
		}
		switch j.Decision {
		case exportmail.ExportReady:
			return d.addAnnounced(tx, a.Username, m, j)
		case exportmail.Ignored:
			return d.deletionMail(tx, a.Username, m, j)
		case exportmail.Suspicious:
			return d.announce(tx, d.news.suspicious(a.Username, m.Identity, j))
		}
		return nil
	}}, nil
}

// unjudged tells the person of a mail that could not be judged for half a day,
// while it is tried further.
func (d *Daemon) unjudged(ctx context.Context, m journal.Mail, err error) error {
	if time.Since(m.Received) < 12*time.Hour {
		return err
	}
	if uerr := d.journal.Update(ctx, func(tx *journal.Tx) error {
		return d.announce(tx, d.news.unchecked(m.Account, m.Identity, err))
	}); uerr != nil {
		return uerr
	}
	return err
}

// addAnnounced records a new export and everything that is to be done about it.
func (d *Daemon) addAnnounced(tx *journal.Tx, account string, m journal.Mail, j exportmail.Judgement) error {
	var a announcement
	for _, l := range j.Links {
		same := func(x link) bool { return x.URL == l.URL }
		if l.Action != exportmail.ActionRefuse && !slices.ContainsFunc(a.Links, same) {
			a.Links = append(a.Links, link{URL: l.URL, Action: l.Action})
		}
	}
	a.AuthenticatedBy, a.From, a.Subject = j.AuthenticatedBy, j.From, j.Subject
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	now := time.Now()
	deadline := j.Deadline
	if latest := m.Received.Add(linkLife); deadline.IsZero() || deadline.After(latest) {
		deadline = latest
	}
	cause := mailCause(account, j)
	e := journal.Export{
		ID: exportID(now, cause), Account: account, Cause: cause, Route: "mail", State: "announced",
		Announcement: body, Mail: m.Raw, AnnouncedAt: j.Date, Deadline: deadline, Created: now,
	}
	added, err := tx.AddExport(e)
	if err != nil || !added {
		return err
	}
	if err := errors.Join(met(tx, account), d.announce(tx, d.news.announced(e)),
		tx.Plan(journal.Step{Kind: stepStill, Arg: account, Due: now.Add(newsEvery)})); err != nil {
		return err
	}
	if err := planReminders(tx, e, now); err != nil {
		return err
	}
	return tx.Plan(journal.Step{Export: e.ID, Kind: stepFetch, Due: now})
}

// mailCause is the same for each delivery of one announcement. It rests on what
// DKIM signs, the date and the links: the Message-ID is not signed.
func mailCause(account string, j exportmail.Judgement) string {
	var urls []string
	for _, l := range j.Links {
		urls = append(urls, l.URL)
	}
	slices.Sort(urls)
	return "mail " + account + " " + short(strconv.FormatInt(j.Date.Unix(), 10), strings.Join(slices.Compact(urls), "\n"))
}

// exportID names an export: the day it was met, and eight digits of its cause.
func exportID(at time.Time, cause string) string {
	return at.UTC().Format("20060102") + "-" + short(cause)[:8]
}

// short is a short digest of texts.
func short(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		_, _ = fmt.Fprintf(h, "%d %s\n", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
