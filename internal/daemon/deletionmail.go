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

// deletionMail is told of a mail that is not about an export. A genuine one about the account's deletion is told to the
// person: they asked for it, or somebody else did. Until they say which, their log-in is not used: that could call the
// deletion off. What Instagram's words for it are is not known well enough to count the days from them.
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
