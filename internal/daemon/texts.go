package daemon

import (
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/verdict"
	"github.com/igwatchd/igwatchd/internal/words"
)

// Where things are at Instagram. The removal page stands in "safe" alone.
const (
	exportPage  = "https://accountscenter.instagram.com/info_and_permissions/dyi/"
	removalPage = "https://www.instagram.com/accounts/remove/request/permanent/"
)

// event makes news whose id is the same whenever kind, export and details are.
func event(kind string, e journal.Export, details ...string) notify.Event {
	return notify.Event{
		ID: short(append([]string{kind, e.Account, e.ID}, details...)...), Event: kind,
		Account: e.Account, Export: e.ID, Verdict: e.Verdict,
	}
}

func (n news) announced(e journal.Export) notify.Event {
	x := event("export-announced", e)
	x.Title = n.Say("igwatchd: Instagram says that the export of %s is ready", e.Account)
	l := n.letter()
	l.say("The mail is genuine. igwatchd now tries to get the archive. The download is open until %s.", words.Moment(e.Deadline))
	l.say("You need to do nothing yet: igwatchd tells you when the archive is here, or what it needs from you.")
	x.Text = l.String()
	return x
}

// waiting asks the person to press Download; why says what stood in the way.
func (n news) waiting(e journal.Export, why error, drops []string) notify.Event {
	x := event("waiting-for-you", e)
	x.Title = n.Say("igwatchd: please download the export of %s", e.Account)
	l := n.letter()
	l.say("The archive is ready, but Instagram gives it to you alone, after you log in.")
	l.open(e)
	if why != nil {
		l.cause(why.Error())
	}
	l.say("What to do:")
	l.byHand(drops)
	x.Text, x.URL = l.String(), exportPage
	return x
}

// linkDead says that the mail has further links, of which one leads to nothing.
func (n news) linkDead(e journal.Export, why error, drops []string) notify.Event {
	x := event("waiting-for-you", e, "dead link", why.Error())
	x.Title = n.Say("igwatchd: one file of the export of %s could not be downloaded", e.Account)
	l := n.letter()
	l.say("Instagram's mail has several links, one for each file. Not all of them lead to a file. What could be downloaded is here and is being checked.")
	l.open(e)
	l.cause(why.Error())
	l.say("What to do:")
	l.byHand(drops)
	x.Text, x.URL = l.String(), exportPage
	return x
}

// open says how long the download is open, if that is known.
func (l *letter) open(e journal.Export) {
	if !e.Deadline.IsZero() {
		l.say("The download is open until %s (%s left).", words.Moment(e.Deadline), words.Left(time.Until(e.Deadline)))
	}
}

// byHand lists the way without igwatchd's help.
func (l *letter) byHand(drops []string) {
	l.row("1.", words.Of("Open the page below and log in."))
	l.row("2.", words.Of("Press Download for every file it offers."))
	if len(drops) == 0 {
		l.row("3.", words.Of("Give the files to igwatchd:  igwatchd import FILE…"))
		return
	}
	l.row("3.", words.Of("Save the files to %s. igwatchd takes them from there by itself.", strings.Join(drops, ", ")))
}

// givenUseless says why the address that the person gave brought nothing.
func (n news) givenUseless(e journal.Export, slot string, why error) notify.Event {
	x := event("waiting-for-you", e, "given", slot, time.Now().UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: the address you gave for %s leads to no archive", e.Account)
	l := n.letter()
	l.say("Such an address works for a few minutes only, so it may just have come too late.")
	l.cause(why.Error())
	l.say("What to do: open the page below, press Download once more, and give igwatchd the new address:  igwatchd fetch -\n" +
		"Or download the file yourself:  igwatchd import FILE…")
	x.Text, x.URL = l.String(), exportPage
	return x
}

// stuck tells of trouble that does not go away by itself.
func (n news) stuck(e journal.Export, step string, why error) notify.Event {
	x := event("waiting-for-you", e, "stuck", step)
	x.Title = n.Say("igwatchd: the export of %s is stuck", e.Account)
	l := n.letter()
	l.say("It does not go on at the moment. Nothing that was received is lost, and igwatchd tries again by itself.")
	l.open(e)
	l.cause(why.Error())
	if !l.hint(why) {
		l.say("You need to do nothing yet. How far it is:  igwatchd status")
	}
	x.Text = l.String()
	return x
}

// maxListed bounds how many findings one message lists.
const maxListed = 20

// decided tells a verdict. It may be the one of last month again, with another in
// between: at tells them apart.
func (n news) decided(e journal.Export, v verdict.Verdict, at time.Time) notify.Event {
	details := []string{at.UTC().Format(time.RFC3339Nano)}
	for _, r := range v.Reasons {
		details = append(details, r.Code, r.Severity, r.Text)
	}
	x := event(v.Verdict, e, details...)
	l := n.letter()
	l.say("%s", v.Phrase(e.Account))
	l.reasons(words.Of("What is wrong:"), v.Open(inspect.Error))
	l.reasons(words.Of("What only you can answer:"), v.Open(inspect.Question))
	l.say("The archive lies in %s", e.Path)
	switch {
	case v.Verdict == verdict.Safe:
		x.Title = n.Say("igwatchd: %s can be deleted: its archive is stored", e.Account)
		x.URL = removalPage
		l.say("What to do, if you want to delete the account: Accounts Center > Personal details > Account ownership and control > Deactivation or deletion, or the address below. "+
			"Instagram keeps it for 30 days more; logging in within them cancels the deletion. When you have asked for it, tell igwatchd, which then watches over the copies:  igwatchd deleted %s", e.Account)
	case v.Verdict == verdict.Questions:
		x.Title = n.Say("igwatchd: do not delete %[2]s yet: %[1]d questions are left", len(v.Open(inspect.Question)), e.Account)
		l.say("What to do: answer with:  igwatchd confirm %s", e.ID)
	case v.OnlyAcceptable():
		x.Title = n.Say("igwatchd: do not delete %[2]s yet: Instagram did not include %[1]d items", v.Omitted, e.Account)
		x.URL = exportPage
		l.say("What to do: if you have this elsewhere, or can do without it, say so:  igwatchd confirm %s\n"+
			"It shows the list first. If not, save it from the app one by one, or request a new export on the page below.", e.ID)
	case v.Only("copy-not-proven"):
		x.Title = n.Say("igwatchd: do not delete %s yet: a copy is still to be written", e.Account)
		l.say("What to do: if a disk is missing, connect it. igwatchd goes on trying and tells you when every copy is there. Nothing has to be downloaded again.")
	case v.Only("copy-damaged"):
		x.Title = n.Say("igwatchd: do not delete %s: a stored copy is damaged", e.Account)
		x.URL = exportPage
		l.say("What to do: let igwatchd read the copies again and mend what it can:  igwatchd verify %s", e.ID)
	default:
		x.Title = n.Say("igwatchd: do not delete %s: something is wrong with its archive", e.Account)
		x.URL = exportPage
		l.say("What to do: keep the account, and do what is said beside each point above. " +
			"A new export can be requested on the page below: All time, High quality, JSON, every category.")
	}
	x.Text = l.String()
	return x
}

// reasons lists some of a verdict's reasons under a heading.
func (l *letter) reasons(head words.Phrase, list []verdict.Reason) {
	for i, r := range list {
		switch i {
		case 0:
			l.say("%s", head)
		case maxListed:
			l.row("…", words.Of("and %d more:  igwatchd status", len(list)-i))
			return
		}
		l.row("-", r.Phrase)
	}
}

func (n news) suspicious(account, identity string, j exportmail.Judgement) notify.Event {
	x := event("suspicious-mail", journal.Export{Account: account}, identity)
	l := n.letter()
	if j.Authentic {
		x.Title = n.Say("igwatchd: a mail with Instagram's signature is not understood")
		l.say("It came to the inbox of %s. It may be about your export, but not everything in it fits. igwatchd has opened none of its links, and you should not either.", account)
	} else {
		x.Title = n.Say("igwatchd: a mail only pretends to be Instagram's export mail")
		l.say("It came to the inbox of %s. igwatchd has opened none of its links, and you should not either.", account)
	}
	head := false
	for _, r := range j.Reasons {
		if r.Severity == inspect.Info {
			continue
		}
		if !head {
			l.say("Why:")
			head = true
		}
		l.row("-", r.Phrase)
	}
	l.say("What to do: leave the mail alone. If you asked for an export, open Instagram by hand (do not use a link from the mail) and look at the page below. " +
		"A file that you download there can be given to igwatchd:  igwatchd import FILE")
	x.Text, x.URL = l.String(), exportPage
	return x
}

func (n news) unchecked(account, identity string, why error) notify.Event {
	x := event("suspicious-mail", journal.Export{Account: account}, identity, "unchecked")
	x.Title = n.Say("igwatchd: a mail that may be Instagram's cannot be checked")
	l := n.letter()
	l.say("So far it could not be found out whether Instagram sent it. igwatchd keeps trying.")
	l.cause(why.Error())
	l.say("What to do: if you asked for an export, do not wait. Open the page below by hand and see whether it is ready.")
	x.Text, x.URL = l.String(), exportPage
	return x
}

func (n news) unreadable(account, address, folder string, validity, uid uint32, cause error) notify.Event {
	x := event("mail-unreadable", journal.Export{Account: account}, folder, fmt.Sprint(validity), fmt.Sprint(uid))
	x.Title = n.Say("igwatchd: a mail in %s cannot be read", address)
	l := n.letter()
	l.say("In the folder %s there is a mail that the mail server does not give to igwatchd (message number %s). It is most likely something else.", folder, fmt.Sprint(uid))
	l.cause(cause.Error())
	l.say("What to do: if you wait for Instagram's mail, look into the mailbox yourself.")
	x.Text = l.String()
	return x
}

// explain puts an error and its hint into one sentence.
func explain(err error) string {
	if hint := fault.HintOf(err); hint != "" {
		return err.Error() + " (" + hint + ")"
	}
	return err.Error()
}
