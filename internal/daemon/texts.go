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
)

// Where things are at Instagram. The removal page stands in "safe" alone.
const (
	exportPage  = "https://accountscenter.instagram.com/info_and_permissions/dyi/"
	removalPage = "https://www.instagram.com/accounts/remove/request/permanent/"
	removalMenu = "Accounts Center > Personal details > Account ownership and control > Deactivation or deletion"
)

// event makes news whose id is the same whenever kind, export and details are.
func event(kind string, e journal.Export, details ...string) notify.Event {
	return notify.Event{
		ID: short(append([]string{kind, e.Account, e.ID}, details...)...), Event: kind,
		Account: e.Account, Export: e.ID, Verdict: e.Verdict,
	}
}

func announced(e journal.Export) notify.Event {
	n := event("export-announced", e)
	n.Title = "igwatchd: Instagram says that the export of " + e.Account + " is ready"
	n.Text = "The mail is genuine. igwatchd now tries to get the archive; you need to do nothing yet.\n" +
		"The download is open until " + moment(e.Deadline) + "."
	return n
}

// waiting asks the person to press Download; why says what stood in the way.
func waiting(e journal.Export, why error, drops []string) notify.Event {
	n := event("waiting-for-you", e)
	n.Title = "igwatchd: please download the export of " + e.Account
	var b strings.Builder
	b.WriteString("The archive is ready, but Instagram gives it to you alone, after you log in.\n\n")
	b.WriteString("What to do:\n  1. Open the page below and log in.\n  2. Press Download for every file it offers.\n")
	if len(drops) > 0 {
		fmt.Fprintf(&b, "  3. Save the files to %s. igwatchd takes them from there by itself.\n", strings.Join(drops, " or "))
	} else {
		b.WriteString("  3. Give the files to igwatchd:  igwatchd import FILE…\n")
	}
	if !e.Deadline.IsZero() {
		fmt.Fprintf(&b, "\nThe download is open until %s (%s left).\n", moment(e.Deadline), left(time.Until(e.Deadline)))
	}
	if why != nil {
		fmt.Fprintf(&b, "\nWhat igwatchd tried: %s.\n", strings.ReplaceAll(why.Error(), "\n", "; "))
	}
	n.Text, n.URL = b.String(), exportPage
	return n
}

// givenUseless says why the address that the person gave brought nothing.
func givenUseless(e journal.Export, slot string, why error) notify.Event {
	n := event("waiting-for-you", e, "given", slot, time.Now().UTC().Format(time.RFC3339))
	n.Title = "igwatchd: the address you gave for " + e.Account + " leads to no archive"
	n.Text = "What happened: " + why.Error() + ".\n\nSuch addresses work for a few minutes only. Open the page below, press Download once more, and give\n" +
		"igwatchd the new address:  igwatchd fetch -\nOr download the file yourself:  igwatchd import FILE…\n"
	n.URL = exportPage
	return n
}

// stuck tells of trouble that does not go away by itself.
func stuck(e journal.Export, step string) notify.Event {
	n := event("waiting-for-you", e, "stuck", step)
	n.Title = "igwatchd: the export of " + e.Account + " is stuck"
	n.Text = "It does not go on because of this:\n\n  " + e.Detail + "\n\nigwatchd tries again by itself. Nothing that was received is lost."
	if !e.Deadline.IsZero() {
		n.Text += "\nThe download is open until " + moment(e.Deadline) + "."
	}
	return n
}

// decided tells a verdict. It may be the one of last month again, with another in
// between: at tells them apart.
func decided(e journal.Export, v verdict.Verdict, at time.Time) notify.Event {
	details := []string{at.UTC().Format(time.RFC3339Nano)}
	for _, r := range v.Reasons {
		details = append(details, r.Code, r.Severity, r.Text)
	}
	n := event(v.Verdict, e, details...)
	var b strings.Builder
	b.WriteString(v.Sentence(e.Account) + "\n")
	list := func(head, severity string) {
		if reasons := v.Open(severity); len(reasons) > 0 {
			b.WriteString("\n" + head + "\n")
			for i, r := range reasons {
				if i == maxListed {
					fmt.Fprintf(&b, "  … and %d more: igwatchd status\n", len(reasons)-i)
					break
				}
				fmt.Fprintf(&b, "  - %s\n", r.Text)
			}
		}
	}
	list("What is wrong:", inspect.Error)
	list("What only you can answer:", inspect.Question)
	fmt.Fprintf(&b, "\nThe archive lies in %s\n", e.Path)
	switch v.Verdict {
	case verdict.Safe:
		n.Title = "igwatchd: " + e.Account + " can be deleted: the archive is complete and stored"
		n.URL = removalPage
		b.WriteString("\nIf you want to delete the account: " + removalMenu + ", or the address below. " +
			"Instagram keeps it for 30 days more; logging in within them cancels the deletion.\n")
	case verdict.Questions:
		n.Title = "igwatchd: do not delete " + e.Account + " yet: questions are left"
		fmt.Fprintf(&b, "\nAnswer them with:  igwatchd confirm %s\n", e.ID)
	default:
		n.Title = "igwatchd: do not delete " + e.Account + ": its archive is not complete"
		n.URL = exportPage
		switch {
		case v.Only("copy-not-proven"):
			n.Title = "igwatchd: do not delete " + e.Account + " yet: a copy is still to be written"
			n.URL = ""
			b.WriteString("\nigwatchd goes on trying and tells you when every copy is there. Nothing has to be downloaded again.\n")
		case v.Only("copy-damaged"):
			n.Title = "igwatchd: do not delete " + e.Account + ": a stored copy is damaged"
		}
	}
	n.Text = b.String()
	return n
}

// maxListed bounds how many findings one message lists.
const maxListed = 20

func suspicious(account, identity string, j exportmail.Judgement) notify.Event {
	n := event("suspicious-mail", journal.Export{Account: account}, identity)
	n.Title = "igwatchd: a mail only pretends to be Instagram's export mail"
	var b strings.Builder
	fmt.Fprintf(&b, "It came to the inbox of %s. igwatchd has not opened any of its links, and you should not either.\n\nWhy:\n", account)
	for _, r := range j.Reasons {
		if r.Severity != inspect.Info {
			fmt.Fprintf(&b, "  - %s\n", r.Text)
		}
	}
	b.WriteString("\nIf you asked for an export, open Instagram by hand (do not use a link from the mail) and look at the page below. " +
		"A file that you download there can be given to igwatchd:  igwatchd import FILE\n")
	n.Text, n.URL = b.String(), exportPage
	return n
}

func unchecked(account, identity string, why error) notify.Event {
	n := event("suspicious-mail", journal.Export{Account: account}, identity, "unchecked")
	n.Title = "igwatchd: a mail that may be Instagram's cannot be checked"
	n.Text = "So far it could not be found out whether Instagram sent it: " + why.Error() + ".\n" +
		"igwatchd keeps trying. If you asked for an export, do not wait: open the page below by hand and see whether it is ready."
	n.URL = exportPage
	return n
}

func deadlineNear(e journal.Export, mark string) notify.Event {
	n := event("deadline-near", e, mark)
	n.Title = fmt.Sprintf("igwatchd: %s left to download the export of %s", left(time.Until(e.Deadline)), e.Account)
	n.Text = "The archive is not safely here yet. State: " + sentence(e.State, e.Detail) + "\n" +
		"The download is open until " + moment(e.Deadline) + ". Open the page below, log in, and press Download.\n"
	n.URL = exportPage
	return n
}

func linkEnded(e journal.Export) notify.Event {
	n := event("not-safe", e, "link-ended")
	n.Verdict = verdict.NotSafe
	n.Title = "igwatchd: do not delete " + e.Account + ": the download has closed"
	n.Text = "The four days are over, and the archive was not received. Nothing is lost at Instagram.\n" +
		"Ask for a new export on the page below: All time, High quality, JSON, every category."
	n.URL = exportPage
	return n
}

func brokenJournal(account, dir string, cause error) notify.Event {
	n := event("waiting-for-you", journal.Export{Account: account}, "journal", time.Now().Format(time.DateOnly))
	n.Time = time.Now().UTC().Truncate(time.Second)
	n.Title = "igwatchd cannot go on: its journal cannot be written"
	n.Text = "The folder " + dir + " cannot be written: " + cause.Error() + ".\n" +
		"Until that is mended, no mail is taken and no archive is fetched. Most often the disk is full. igwatchd keeps trying."
	return n
}

func noMailYet(account, address string, since time.Time) notify.Event {
	n := event("no-mail-yet", journal.Export{Account: account}, since.UTC().Format(time.RFC3339))
	n.Title = "igwatchd: no mail from Instagram yet about the export of " + account
	n.Text = "You asked for the export on " + moment(since) + ". Usually the mail comes within two days. igwatchd goes on watching " + address + ".\n\n" +
		"What to do:\n" +
		"  1. Open the page below and log in. If it says that the export is ready, press Download there; the mail is not needed.\n" +
		"  2. If it says \"in progress\", wait: large accounts can take longer.\n" +
		"  3. If it shows no request, ask again: All time, High quality, JSON, every category, and this mail address. Then: igwatchd expect\n" +
		"  4. Look whether Instagram knows another mail address of yours.\n"
	n.URL = exportPage
	return n
}

// stillWatching is the weekly sign of life. since is zero if no mail is waited for.
func stillWatching(account string, since time.Time, open []journal.Export, now time.Time) notify.Event {
	year, week := now.ISOWeek()
	n := event("still-watching", journal.Export{Account: account}, fmt.Sprintf("%d-%02d", year, week))
	n.Title = "igwatchd: still watching for " + account
	var b strings.Builder
	if !since.IsZero() {
		fmt.Fprintf(&b, "No mail about the export that you asked for on %s has come yet. You may ask Instagram again.\n", moment(since))
	}
	for _, e := range open {
		fmt.Fprintf(&b, "The export of %s: %s.\n", e.AnnouncedAt.Local().Format("2 January"), sentence(e.State, e.Detail))
	}
	b.WriteString("\nThis comes once a week as long as something is open, so that you know that igwatchd is there.")
	n.Text, n.URL = b.String(), exportPage
	return n
}

func inboxDown(account, address, folder, trouble string, since time.Time) notify.Event {
	n := event("inbox-down", journal.Export{Account: account}, since.UTC().Format(time.RFC3339))
	n.Title = "igwatchd: no contact with the inbox " + address
	where := ""
	if folder != "INBOX" {
		n.Title = "igwatchd: no contact with a folder of the inbox " + address
		where = " in the folder " + folder
	}
	n.Text = "Since " + moment(since) + " igwatchd cannot see whether Instagram's mail has come" + where + ". It keeps trying.\n" +
		"If an export is under way, look into the mailbox yourself until igwatchd says that it is back.\n"
	if trouble != "" {
		n.Text += "\nWhat is wrong: " + trouble + "\n"
	}
	return n
}

func inboxBack(account, address string, since time.Time) notify.Event {
	n := event("inbox-back", journal.Export{Account: account}, since.UTC().Format(time.RFC3339))
	n.Title = "igwatchd: the inbox " + address + " is back"
	n.Text = "igwatchd has read everything that came meanwhile. You need to do nothing."
	return n
}

func unreadable(account, address, folder string, validity, uid uint32, cause error) notify.Event {
	n := event("mail-unreadable", journal.Export{Account: account}, folder, fmt.Sprint(validity), fmt.Sprint(uid))
	n.Title = "igwatchd: a mail in " + address + " cannot be read"
	n.Text = "In the folder " + folder + " there is a mail that the mail server does not give to igwatchd (message number " + fmt.Sprint(uid) + ").\n" +
		"It is most likely something else. But if you wait for Instagram's mail, look into the mailbox yourself.\n\nWhat happened: " + cause.Error() + "\n"
	return n
}

// explain puts an error and its hint into one sentence.
func explain(err error) string {
	if hint := fault.HintOf(err); hint != "" {
		return err.Error() + " (" + hint + ")"
	}
	return err.Error()
}

// moment shows a time so that it is understood anywhere.
func moment(t time.Time) string { return t.Local().Format("Monday 2 January, 15:04 MST") }

// left shows a duration as people say it.
func left(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}
