package daemon

import (
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/words"
)

// aboutDeletion is the code of the reason that a mail is about deleting or deactivating an account.
const aboutDeletion = "account-deletion"

// deletes keeps out the genuine mails of that kind that are about less: "a phone number was removed from your account".
var deletes = regexp.MustCompile(`(?i)delet|deactivat|elimin|desactiv`)

// counts keeps out those that may be about something else than a deletion that begins: a pause, or its end.
var counts = regexp.MustCompile(`(?i)\b(?:delet|elimin)`)

var instead = regexp.MustCompile(`(?i)deactivat|desactiv|cancel|restor|reactiv|\bnot\b|\bkept\b|\bkeep`)

// deletionMail is told of a mail that is not about an export. A genuine one about the account's deletion is told to the
// person: they asked for it, or somebody else did. Their log-in is not used any more: that could call the deletion off.
// Where the subject leaves little doubt, the days are counted from it; the person can say otherwise. Instagram's
// own words for it were never seen.
func (d *Daemon) deletionMail(tx *journal.Tx, account string, m journal.Mail, j exportmail.Judgement) error {
	about := slices.ContainsFunc(j.Reasons, func(r exportmail.Reason) bool { return r.Code == aboutDeletion })
	if !about || !deletes.MatchString(j.Subject) || !j.Authentic || time.Since(m.Received) > deletionTakes*24*time.Hour {
		return nil
	}
	_, open, err := tx.Deletion(account)
	if err != nil || open { // it is known
		return err
	}
	d.sessions.end(account)
	safe, err := anySafe(tx, account)
	if err != nil {
		return err
	}
	if counts.MatchString(j.Subject) && !instead.MatchString(j.Subject) {
		return errors.Join(
			tx.SetDeletion(account, m.Received), tx.EndDoubt(account), planCountdown(tx, account, m.Received, time.Now()), d.readSooner(tx, account),
			d.announce(tx, d.news.deletionBegun(account, m.Identity, j.Subject, m.Received, safe)),
		)
	}
	return errors.Join(tx.SetDoubt(account, m.Received), d.announce(tx, d.news.deletionMail(account, m.Identity, j.Subject, m.Received)))
}

// deletionMail asks whether the person asked for the deletion.
func (n news) deletionMail(account, identity, subject string, at time.Time) notify.Event {
	x := event("deletion-mail", journal.Export{Account: account}, identity)
	x.Title = n.Say("igwatchd: Instagram writes about deleting or deactivating an account: %s", account)
	l := n.letter()
	l.say("A genuine mail of Instagram's came on %s. Its subject: %s", words.Moment(at), words.Text(subject))
	l.say("Until you say what it is about, igwatchd does not use your log-in at Instagram: that could call a deletion off.")
	l.say("What to do: if you asked for the deletion, say so; igwatchd counts the days and watches the copies:  igwatchd deleted %s\n"+
		"If the account stays:  igwatchd deleted --cancelled %s\n"+
		"If you did not ask for anything, somebody else may have: open Instagram by hand, not by a link of the mail, and change the password.", account, account)
	x.Text = l.String()
	return x
}

// deletionBegun says that the days are counted.
func (n news) deletionBegun(account, identity, subject string, at time.Time, safe bool) notify.Event {
	x := event("deletion-mail", journal.Export{Account: account}, identity)
	x.Title = n.Say("igwatchd: Instagram writes that %s will be deleted", account)
	l := n.letter()
	l.say("A genuine mail of Instagram's came on %s. Its subject: %s", words.Moment(at), words.Text(subject))
	l.say("igwatchd takes it that the deletion is under way since then. Instagram keeps the account until about %s; logging in before that calls "+
		"the deletion off, so igwatchd does not use your log-in. It reads every copy of the archive again on the days %s, and tells you how they are.",
		words.Moment(at.AddDate(0, 0, deletionTakes)), days())
	if !safe {
		l.say("But no archive of %s is safe, so what is on Instagram may be lost with it.", account)
	}
	l.say("What to do: if you asked for it, nothing. If you asked on another day:  igwatchd deleted --on YYYY-MM-DD %s\n"+
		"If the account stays:  igwatchd deleted --cancelled %s\n"+
		"If you did not ask for anything, somebody else may have: log in at Instagram by hand, not by a link of the mail, which keeps the account; then change the password.", account, account)
	x.Text = l.String()
	return x
}
