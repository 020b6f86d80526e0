package daemon

import (
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/words"
)

// harm lists damaged files.
func (l *letter) harm(damage []vault.Damage) {
	for i, d := range damage {
		if i == maxListed {
			l.row("…", words.Of("and %d more", len(damage)-i))
			return
		}
		l.row("-", words.Of("%s: %s", d.Name, words.Text(d.What)))
	}
}

// placed is how a place is called in a sentence.
func placed(place string) words.Phrase {
	if place == archivePlace {
		return words.Of("the archive folder")
	}
	return words.Text(place)
}

func (n news) damaged(e journal.Export, place string, damage []vault.Damage) notify.Event {
	x := event("copy-damaged", e, place, fmt.Sprint(damage), time.Now().UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: a stored copy of %s is not as it was", e.Account)
	l := n.letter()
	l.say("The copy in %s was read again, and these files are not what was written:", placed(place))
	l.harm(damage)
	l.say("No other copy could mend it. The disk may be failing: take what is important off it.")
	if place == archivePlace {
		l.say("If you still have the zip files that Instagram gave you, give them to igwatchd once more, and it repairs the copy:  igwatchd import FILE…")
	}
	l.say("What to do: do not delete the account. If its deletion is under way, log in at Instagram: that calls it off. " +
		"Then ask for the export again, and let igwatchd store it on another disk.")
	x.Text, x.URL = l.String(), exportPage
	return x
}

func (n news) repaired(e journal.Export, r Reading) notify.Event {
	x := event("copy-damaged", e, r.Place, "repaired", fmt.Sprint(r.found), time.Now().UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: a stored copy of %s was damaged, and is whole again", e.Account)
	l := n.letter()
	l.say("The copy in %s was read again, and these files were not what had been written:", placed(r.Place))
	l.harm(r.found)
	l.say("They were written anew from the copy in %s, and read back: every byte is right again.", placed(r.from))
	l.say("You need to do nothing today. But the disk or the server may be failing: if this comes again, use another one.")
	x.Text = l.String()
	return x
}

// mended says that a file that was given once more repaired the archive.
func (n news) mended(e journal.Export) notify.Event {
	x := event("copy-damaged", e, archivePlace, "mended", time.Now().UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: a stored copy of %s was damaged, and is whole again", e.Account)
	l := n.letter()
	l.say("The damaged copy in %s was written anew from the file that was given once more, and read back: every byte is right again.", placed(archivePlace))
	l.say("You need to do nothing today. But the disk may be failing: if this comes again, use another one.")
	x.Text = l.String()
	return x
}

// copyWaiting reminds of a copy that could not be written so far.
func (n news) copyWaiting(e journal.Export, place string, why error, nth int) notify.Event {
	x := event("copy-waiting", e, place, fmt.Sprint(nth))
	x.Title = n.Say("igwatchd: a copy of %s is still to be written", e.Account)
	l := n.letter()
	l.say("The copy in %s could not be written yet. igwatchd keeps trying. Until that copy is there, the account must not be deleted.", placed(place))
	l.cause(why.Error())
	if !l.hint(why) {
		l.say("You need to do nothing yet. How far it is:  igwatchd status")
	}
	x.Text = l.String()
	return x
}

// copyAway reminds of a copy that should be read again and is out of reach.
func (n news) copyAway(e journal.Export, place string, last time.Time, why error, nth int) notify.Event {
	x := event("copy-waiting", e, place, "reading", last.UTC().Format(time.RFC3339), fmt.Sprint(nth))
	x.Title = n.Say("igwatchd: a copy of %s should be read again", e.Account)
	l := n.letter()
	l.say("Disks forget silently, so every copy is read again from time to time. The copy in %s was read last on %s. Now it is out of reach.", placed(place), words.Day(last))
	l.cause(why.Error())
	if !l.hint(why) {
		l.say("What to do: see to it that igwatchd can reach it again. It does the rest by itself.")
	}
	x.Text = l.String()
	return x
}

func (n news) unprotected(e journal.Export, why error) notify.Event {
	x := event("copy-waiting", e, "recovery")
	x.Title = n.Say("igwatchd: no recovery files for %s", e.Account)
	l := n.letter()
	l.say("The archive is stored and proven. Only the recovery files that recovery_percent asks for could not be made.")
	l.cause(why.Error())
	if !l.hint(why) {
		l.say("You need to do nothing yet. How far it is:  igwatchd status")
	}
	x.Text = l.String()
	return x
}

func (n news) deleting(account string, at time.Time, safe bool) notify.Event {
	x := event("deletion", journal.Export{Account: account}, "begun", at.UTC().Format(time.RFC3339))
	x.Title = n.Say("igwatchd: the deletion of %s is under way", account)
	l := n.letter()
	l.say("Instagram keeps the account until about %s. Logging in before then calls the deletion off: in a browser, in the app, or through another program.",
		words.Moment(at.AddDate(0, 0, deletionTakes)))
	if !safe {
		l.say("But no archive of %s is safe, so what is on Instagram may be lost with it.", account)
		l.say("What to do: log in at Instagram before that day, which calls the deletion off. Ask for it again once igwatchd says that it can go ahead.")
		x.Text = l.String()
		return x
	}
	l.say("igwatchd reads every copy of the archive again on the days %s, and tells you how they are. "+
		"If one is found damaged, you can still call the deletion off and ask for the export again.", days())
	l.say("You need to do nothing. If you want the deletion to go on, do not log in.")
	x.Text = l.String()
	return x
}

func days() string {
	var list []string
	for _, d := range deletionDays {
		list = append(list, fmt.Sprint(d))
	}
	return strings.Join(list, ", ")
}

// deletionDay counts down.
func (n news) deletionDay(account string, since, now time.Time, states []copyState) notify.Event {
	day := int(now.Sub(since).Hours() / 24)
	x := event("deletion", journal.Export{Account: account}, since.UTC().Format(time.RFC3339), fmt.Sprint(day))
	l := n.letter()
	l.say("How your copies are:")
	well := l.copies(since.AddDate(0, 0, day), states)
	end := words.Moment(since.AddDate(0, 0, deletionTakes))
	if well {
		x.Title = n.Say("igwatchd: day %d of %d until %s is deleted", day, deletionTakes, account)
		l.say("Every copy is whole. Logging in until %s calls the deletion off.", end)
		l.say("You need to do nothing. If you want the deletion to go on, do not log in, not even in the app.")
	} else {
		x.Title = n.Say("igwatchd: day %d of %d until %s is deleted: look at your copies", day, deletionTakes, account)
		l.say("Not every copy was found whole. Logging in until %s calls the deletion off.", end)
		l.say("What to do: look at your copies now, while you can still keep the account:  igwatchd verify")
	}
	x.Text = l.String()
	return x
}

func (n news) deletionDone(account string, since time.Time, states []copyState) notify.Event {
	x := event("deletion", journal.Export{Account: account}, since.UTC().Format(time.RFC3339), "done")
	x.Title = n.Say("igwatchd: the thirty days of %s are over", account)
	l := n.letter()
	l.say("Instagram deletes the account now, if nobody has logged in meanwhile. What is stored here:")
	if l.copies(time.Time{}, states) {
		l.say("You need to do nothing. igwatchd goes on reading every copy once a month.")
	} else {
		l.say("What to do: look at your copies:  igwatchd verify")
	}
	x.Text = l.String()
	return x
}

// copies lists copies and tells whether each is whole and was read since then.
func (l *letter) copies(since time.Time, states []copyState) (well bool) {
	well = len(states) > 0
	if !well {
		l.row("-", words.Of("No archive of this account is stored here."))
	}
	for _, s := range states {
		how := words.Of("whole; every byte was read on %s", words.Moment(s.proof.At))
		switch {
		case s.proof.State == "":
			how, well = words.Of("not written yet"), false
		case s.proof.State != copyProven:
			how, well = words.Of("DAMAGED"), false
		case s.proof.At.Before(since):
			how, well = words.Of("read last on %s; it could not be read again since", words.Moment(s.proof.At)), false
		}
		l.row("-", words.Of("%s, in %s: %s", s.export, placed(s.place), how))
	}
	return well
}
