package daemon

import (
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// harm lists damaged files.
func harm(b *strings.Builder, damage []vault.Damage) {
	for i, d := range damage {
		if i == maxListed {
			fmt.Fprintf(b, "  … and %d more\n", len(damage)-i)
			return
		}
		fmt.Fprintf(b, "  - %s: %s\n", d.Name, d.What)
	}
}

func damaged(e journal.Export, place string, damage []vault.Damage) notify.Event {
	n := event("copy-damaged", e, place, fmt.Sprint(damage), time.Now().UTC().Format(time.RFC3339))
	n.Title = "igwatchd: a stored copy of " + e.Account + " is not as it was"
	var b strings.Builder
	fmt.Fprintf(&b, "The copy in %s was read again, and these files are not what was written:\n", called(place))
	harm(&b, damage)
	b.WriteString("\nNo other copy could mend it. The disk may be failing: take what is important off it.\n" +
		"Do not delete the account. If its deletion is under way, log in at Instagram: that calls it off.\n" +
		"Then ask for the export again, and let igwatchd store it on another disk.\n")
	n.Text, n.URL = b.String(), exportPage
	return n
}

func repaired(e journal.Export, r Reading) notify.Event {
	n := event("copy-damaged", e, r.Place, "repaired", fmt.Sprint(r.found), time.Now().UTC().Format(time.RFC3339))
	n.Title = "igwatchd: a stored copy of " + e.Account + " was damaged, and is whole again"
	var b strings.Builder
	fmt.Fprintf(&b, "The copy in %s was read again, and these files were not what had been written:\n", called(r.Place))
	harm(&b, r.found)
	fmt.Fprintf(&b, "\nThey were written anew from the copy in %s, and read back: every byte is right again. You need to do nothing today.\n"+
		"But the disk or the server may be failing. If this comes again, use another one.\n", called(r.from))
	n.Text = b.String()
	return n
}

// copyWaiting reminds of a copy that could not be written so far.
func copyWaiting(e journal.Export, place string, why error, nth int) notify.Event {
	n := event("copy-waiting", e, place, fmt.Sprint(nth))
	n.Title = "igwatchd: a copy of " + e.Account + " is still to be written"
	n.Text = fmt.Sprintf("The copy in %s could not be written yet:\n\n  %s\n", called(place), why)
	if hint := fault.HintOf(why); hint != "" {
		n.Text += "\nWhat to do: " + hint + ".\n"
	}
	n.Text += "\nigwatchd keeps trying. Until that copy is there, the account must not be deleted.\n"
	return n
}

// copyAway reminds of a copy that should be read again and is out of reach.
func copyAway(e journal.Export, place string, last time.Time, why error, nth int) notify.Event {
	n := event("copy-waiting", e, place, "reading", last.UTC().Format(time.RFC3339), fmt.Sprint(nth))
	n.Title = "igwatchd: a copy of " + e.Account + " should be read again"
	n.Text = fmt.Sprintf("Disks forget silently, so every copy is read again from time to time. The copy in %s was read last on %s. Now it is out of reach:\n\n  %s\n",
		called(place), last.Local().Format("2 January 2006"), why)
	if hint := fault.HintOf(why); hint != "" {
		n.Text += "\nWhat to do: " + hint + ". igwatchd does the rest by itself.\n"
	}
	return n
}

func unprotected(e journal.Export, why error) notify.Event {
	n := event("copy-waiting", e, "recovery")
	n.Title = "igwatchd: no recovery files for " + e.Account
	n.Text = "The archive is stored and proven. Only the recovery files that recovery_percent asks for could not be made:\n\n  " + explain(why) + "\n"
	return n
}

func deleting(account string, at time.Time) notify.Event {
	n := event("deletion", journal.Export{Account: account}, "begun", at.UTC().Format(time.RFC3339))
	until := moment(at.AddDate(0, 0, deletionTakes))
	n.Title = "igwatchd: the deletion of " + account + " is under way"
	n.Text = "Instagram keeps the account until about " + until + ". Logging in before then calls the deletion off: in a browser, in the app, or through another program.\n\n" +
		"igwatchd reads every copy of the archive again on the days " + days() + ", and tells you how they are. " +
		"If one is found damaged, you can still call the deletion off and ask for the export again.\n"
	return n
}

func days() string {
	var list []string
	for _, d := range deletionDays {
		list = append(list, fmt.Sprint(d))
	}
	return strings.Join(list, ", ")
}

// deletionDay counts down.
func deletionDay(account string, since, now time.Time, states []copyState) notify.Event {
	day := int(now.Sub(since).Hours() / 24)
	n := event("deletion", journal.Export{Account: account}, since.UTC().Format(time.RFC3339), fmt.Sprint(day))
	n.Title = fmt.Sprintf("igwatchd: day %d of %d until %s is deleted", day, deletionTakes, account)
	var b strings.Builder
	well := copyLines(&b, since.AddDate(0, 0, day), states)
	if well {
		fmt.Fprintf(&b, "\nEvery copy is whole. You need to do nothing.\n")
	} else {
		fmt.Fprintf(&b, "\nNot every copy was found whole. Look at it now, while you can still keep the account:  igwatchd verify\n")
		n.Title += ": look at your copies"
	}
	fmt.Fprintf(&b, "Logging in until %s calls the deletion off. If you want it to go on, do not log in, in the app neither.\n",
		moment(since.AddDate(0, 0, deletionTakes)))
	n.Text = b.String()
	return n
}

func deletionDone(account string, since time.Time, states []copyState) notify.Event {
	n := event("deletion", journal.Export{Account: account}, since.UTC().Format(time.RFC3339), "done")
	n.Title = "igwatchd: the thirty days of " + account + " are over"
	var b strings.Builder
	b.WriteString("Instagram deletes the account now, if nobody has logged in meanwhile. What you have is the archive:\n")
	copyLines(&b, time.Time{}, states)
	b.WriteString("\nigwatchd goes on reading every copy once a month.\n")
	n.Text = b.String()
	return n
}

// copyLines lists copies and tells whether each is whole and was read since then.
func copyLines(b *strings.Builder, since time.Time, states []copyState) (well bool) {
	well = len(states) > 0
	if !well {
		b.WriteString("No archive of this account is stored here.\n")
	}
	for _, s := range states {
		how := "whole; every byte was read on " + moment(s.proof.At)
		switch {
		case s.proof.State == "":
			how, well = "not written yet", false
		case s.proof.State != copyProven:
			how, well = "DAMAGED", false
		case s.proof.At.Before(since):
			how, well = "read last on "+moment(s.proof.At)+"; it could not be read again since", false
		}
		fmt.Fprintf(b, "  - %s, in %s: %s\n", s.export, called(s.place), how)
	}
	return well
}
