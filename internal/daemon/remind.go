package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
)

// reminders before the link's end.
var reminders = []struct {
	mark   string
	before time.Duration
}{{"24h", 24 * time.Hour}, {"6h", 6 * time.Hour}, {"1h", time.Hour}}

// endMark is the end itself.
const endMark = "end"

// planReminders plans those that still lie ahead, and the end.
func planReminders(tx *journal.Tx, e journal.Export, now time.Time) error {
	for _, r := range reminders {
		if due := e.Deadline.Add(-r.before); due.After(now) {
			if err := tx.Plan(journal.Step{Export: e.ID, Kind: stepDeadline, Arg: r.mark, Due: due}); err != nil {
				return err
			}
		}
	}
	return tx.Plan(journal.Step{Export: e.ID, Kind: stepDeadline, Arg: endMark, Due: e.Deadline})
}

// remind says that the link's end is near, or what it means that it is over.
func (d *Daemon) remind(_ context.Context, s journal.Step) (outcome, error) {
	return outcome{commit: func(tx *journal.Tx) error {
		e, found, err := tx.Export(s.Export)
		if err != nil || !found {
			return err
		}
		if s.Arg != endMark {
			if time.Until(e.Deadline) <= 0 { // asleep until too late: the end tells
				return nil
			}
			n := d.news.deadlineNear(e, s.Arg)
			n.Loud = louder(d.fitting(n), s.Arg)
			return d.announce(tx, n)
		}
		parts, err := tx.Parts(e.ID)
		if err != nil || d.transfers.running(e.ID) {
			return err // it is coming: its own verdict tells
		}
		if err := tx.Cancel(e.ID, stepBrowse); err != nil {
			return err
		}
		if closed, err := d.closeLinks(tx, e.ID); err != nil || closed && len(parts) > 0 {
			return err
		}
		if len(parts) > 0 { // a verdict tells what is missing, if there is none yet
			if e.Verdict != "" {
				return d.clean(tx, e)
			}
			return inspectNow(tx, e.ID)
		}
		e.State, e.Detail, e.Verdict = "failed", "the download closed before the archive was received", "not-safe"
		return errors.Join(tx.SetExport(e), tx.Cancel(e.ID, stepFetch), d.announce(tx, d.news.linkEnded(e)), d.clean(tx, e))
	}}, nil
}

func (t *transfers) running(export string) bool {
	return t.of(export) != nil
}
