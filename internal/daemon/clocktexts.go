package daemon

import (
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/verdict"
	"github.com/igwatchd/igwatchd/internal/words"
)

func (n news) deadlineNear(e journal.Export, mark string) notify.Event {
	x := event("deadline-near", e, mark)
	x.Title = n.Say("igwatchd: %s left to download the export of %s", words.Left(time.Until(e.Deadline)), e.Account)
	l := n.letter()
	l.say("The archive is not safely here yet: %s. The download is open until %s.", words.Text(stateWords[e.State]), words.Moment(e.Deadline))
	l.cause(e.Detail)
	l.say("What to do: open the page below, log in, and press Download for every file it offers. Then give the files to igwatchd:  igwatchd import FILE…")
	x.Text, x.URL = l.String(), exportPage
	return x
}

func (n news) linkEnded(e journal.Export) notify.Event {
	x := event("not-safe", e, "link-ended")
	x.Verdict = verdict.NotSafe
	x.Title = n.Say("igwatchd: do not delete %s: the download has closed", e.Account)
	l := n.letter()
	l.say("The four days are over, and the archive was not received. Nothing is lost at Instagram.")
	l.say("What to do: ask for a new export on the page below: All time, High quality, JSON, every category.")
	x.Text, x.URL = l.String(), exportPage
	return x
}

func (n news) brokenJournal(account, dir string, cause error) notify.Event {
	x := event("waiting-for-you", journal.Export{Account: account}, "journal", time.Now().Format(time.DateOnly))
	x.Time = time.Now().UTC().Truncate(time.Second)
	x.Title = n.Say("igwatchd cannot go on: its journal cannot be written")
	l := n.letter()
	l.say("Until that is mended, no mail is taken and no archive is fetched. igwatchd keeps trying.")
	l.cause(cause.Error())
	l.say("What to do: look at the folder %s. Most often the disk is full: make room on it.", dir)
	x.Text = l.String()
	return x
}

func (n news) noMailYet(account, address string, since time.Time) notify.Event {
	x := event("no-mail-yet", journal.Export{Account: account}, since.UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: no mail from Instagram yet about the export of %s", account)
	l := n.letter()
	l.say("You asked for the export on %s. Usually the mail comes within two days. igwatchd goes on watching %s.", words.Moment(since), address)
	l.say("What to do:")
	l.row("1.", words.Of("Open the page below and log in. If it says that the export is ready, press Download there; the mail is not needed."))
	l.row("2.", words.Of("If it says \"in progress\", wait: large accounts can take longer."))
	l.row("3.", words.Of("If it shows no request, ask again: All time, High quality, JSON, every category, and this mail address. Then:  igwatchd expect"))
	l.row("4.", words.Of("Look whether Instagram knows another mail address of yours."))
	x.Text, x.URL = l.String(), exportPage
	return x
}

// stillWatching is the weekly sign of life. since is zero if no mail is waited for.
func (n news) stillWatching(account string, since time.Time, open []journal.Export, now time.Time) notify.Event {
	year, week := now.ISOWeek()
	x := event("still-watching", journal.Export{Account: account}, fmt.Sprintf("%d-%02d", year, week))
	x.Title = n.Say("igwatchd: still watching for %s", account)
	l := n.letter()
	l.say("This comes once a week as long as something is open, so that you know that igwatchd is there.")
	if !since.IsZero() {
		l.say("No mail about the export that you asked for on %s has come yet.", words.Moment(since))
	}
	for _, e := range open {
		l.say("The export of %s: %s.", words.Day(e.AnnouncedAt), words.Text(stateWords[e.State]))
		l.cause(e.Detail)
	}
	switch {
	case slices.ContainsFunc(open, func(e journal.Export) bool { return e.State == "waiting-for-you" }):
		l.say("What to do: open the page below, log in, and press Download for every file it offers. Then give the files to igwatchd:  igwatchd import FILE…")
	case !since.IsZero():
		l.say("What to do: look at the page below. If it shows no request of yours, ask Instagram again.")
	default:
		l.say("You need to do nothing.")
	}
	x.Text, x.URL = l.String(), exportPage
	return x
}

// inboxDown tells of an inbox out of reach; trouble may be nil.
func (n news) inboxDown(account, address, folder string, trouble error, since time.Time) notify.Event {
	x := event("inbox-down", journal.Export{Account: account}, since.UTC().Format(time.RFC3339))
	l := n.letter()
	if folder == "INBOX" {
		x.Title = n.Say("igwatchd: no contact with the inbox %s", address)
		l.say("Since %s igwatchd cannot see whether Instagram's mail has come. It keeps trying.", words.Moment(since))
	} else {
		x.Title = n.Say("igwatchd: no contact with a folder of the inbox %s", address)
		l.say("Since %s igwatchd cannot see whether Instagram's mail has come into the folder %s. It keeps trying.", words.Moment(since), folder)
	}
	if trouble != nil {
		l.cause(trouble.Error())
	}
	l.say("If an export is under way, look into the mailbox yourself until igwatchd says that it is back.")
	if !l.hint(trouble) {
		l.say("You need to do nothing else: such an outage mostly ends by itself.")
	}
	x.Text = l.String()
	return x
}

func (n news) inboxBack(account, address string, since time.Time) notify.Event {
	x := event("inbox-back", journal.Export{Account: account}, since.UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: the inbox %s is back", address)
	l := n.letter()
	l.say("igwatchd has read everything that came meanwhile.")
	l.say("You need to do nothing.")
	x.Text = l.String()
	return x
}

// channelDown says that a way to tell the person does not work. It is told once a day.
func (n news) channelDown(account, name string, why error) notify.Event {
	x := event("channel-down", journal.Export{Account: account}, name, time.Now().UTC().Format(time.DateOnly))
	x.Title = n.Say("igwatchd cannot reach you in one of the ways you chose: %s", name)
	l := n.letter()
	l.say("What is told there waits, and you get it in the other ways meanwhile, as this here.")
	l.cause(why.Error())
	if !l.hint(why) {
		l.say("What to do: look at the lines below [notify] in igwatchd's configuration, and at the service that they name.")
	}
	x.Text = l.String()
	return x
}

// drill is what a drill ends with. It says nothing of the account: nobody may act on it.
func (n news) drill(account, nonce string) notify.Event {
	x := event("drill", journal.Export{Account: account}, nonce)
	x.Title = n.Say("igwatchd drill: this is how you would be told of %s", account)
	l := n.letter()
	l.say("This was only a drill. A made-up export has gone the whole way, from your inbox to this message. Nothing was asked of Instagram, " +
		"and it says nothing about whether your own archive is complete.")
	l.say("You need to do nothing. What matters is that this reached you: if it did not come to your telephone or wherever you expected it, look at [notify] in the configuration.")
	x.Text = l.String()
	return x
}
