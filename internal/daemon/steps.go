package daemon

import (
	"context"
	"fmt"

	"github.com/igwatchd/igwatchd/internal/journal"
)

// The kinds of steps, in the order in which an export meets them.
const (
	stepMail     = "mail"     // judge a mail; argument: its number
	stepFetch    = "fetch"    // get the archive through the mail's links; argument: through the given link of that number
	stepBrowse   = "browse"   // get the archive through the download page, with the person's log-in
	stepInspect  = "inspect"  // look at the parts
	stepAgain    = "again"    // look at the parts of a stored export once more
	stepStore    = "store"    // file them and read them back
	stepVerdict  = "verdict"  // decide
	stepTell     = "tell"     // tell one event through one channel; argument: EVENT CHANNEL
	stepDeadline = "deadline" // remind; argument: how long before the end
	stepAbsent   = "absent"   // no mail has come; argument: the account
	stepStill    = "still"    // still watching; argument: the account
	stepCopy     = "copy"     // make one further copy; argument: the place
	stepProtect  = "protect"  // make recovery files beside the bag
	stepFixity   = "fixity"   // read a copy again; argument: the place
	stepDrilled  = "drilled"  // clean up after a drill that could not do it itself; argument: its id and the account

	stepCountdown = "countdown" // the deletion of an account is under way; argument: the account
)

func (d *Daemon) newScheduler() *scheduler {
	return &scheduler{
		journal: d.journal, log: d.log.With("component", "steps"), parallel: 64, // most of them wait: for a server, or for their turn

		step: d.step, failed: d.stepFailed, lane: lane, alarm: d.alarm,
	}
}

func (d *Daemon) step(ctx context.Context, s journal.Step) (outcome, error) {
	switch s.Kind {
	case stepMail:
		return d.judgeMail(ctx, s)
	case stepFetch:
		return d.fetchExport(ctx, s)
	case stepBrowse:
		return d.browseExport(ctx, s)
	case stepInspect:
		return d.inspectExport(ctx, s)
	case stepAgain:
		return d.inspectAgain(ctx, s)
	case stepStore:
		return d.storeExport(ctx, s)
	case stepVerdict:
		return d.judgeExport(ctx, s)
	case stepTell:
		return d.tell(ctx, s)
	case stepDeadline:
		return d.remind(ctx, s)
	case stepAbsent:
		return d.absent(ctx, s)
	case stepStill:
		return d.still(ctx, s)
	case stepCopy:
		return d.copyExport(ctx, s)
	case stepProtect:
		return d.protect(ctx, s)
	case stepFixity:
		return d.readCopy(ctx, s)
	case stepCountdown:
		return d.countdown(ctx, s)
	case stepDrilled:
		return d.drilled(ctx, s)
	}
	return outcome{}, fmt.Errorf("step of unknown kind %q", s.Kind)
}

// lane says which steps must not run at the same time: those of one export, and
// those that use one channel or one disk. Reminders must not wait behind a download,
// nor downloads behind a copy.
func lane(s journal.Step) string {
	switch s.Kind {
	case stepTell:
		_, channel := splitTell(s.Arg)
		return "tell " + channel
	case stepMail:
		return "mail " + s.Arg
	case stepDeadline:
		return "deadline " + s.Export
	case stepAbsent, stepStill, stepCountdown:
		return "clock " + s.Arg
	case stepDrilled:
		return "drill " + s.Arg
	case stepCopy, stepFixity:
		return "copies " + s.Arg
	case stepProtect:
		return "copies " + archivePlace
	default:
		return "export " + s.Export
	}
}

// patience is how often a step may fail before the person hears of it.
const patience = 3

// stepFailed puts the trouble into the export's status, and tells the person of
// trouble that stays.
func (d *Daemon) stepFailed(tx *journal.Tx, s journal.Step, err error) error {
	if s.Kind == stepTell {
		return d.relay(tx, s, err)
	}
	if s.Export == "" {
		return nil
	}
	e, found, ferr := tx.Export(s.Export)
	if ferr != nil || !found {
		return ferr
	}
	switch s.Kind { // what these mean is their own
	case stepCopy:
		return d.copyFailed(tx, e, s, err)
	case stepFixity:
		return d.readingFailed(tx, e, s, err)
	case stepBrowse:
		return d.browseFailed(tx, e, s, err)
	case stepProtect:
		if s.Tries+1 == patience {
			return d.announce(tx, d.news.unprotected(e, err))
		}
		return nil
	}
	e.Detail = explain(err)
	if s.Tries+1 == patience {
		if err := d.announce(tx, d.news.stuck(e, s.Kind, err)); err != nil {
			return err
		}
	}
	return tx.SetExport(e)
}

// loadExport returns the export of a step; done is true when there is none.
func (d *Daemon) loadExport(ctx context.Context, s journal.Step) (e journal.Export, parts []journal.Part, done bool, err error) {
	err = d.journal.View(ctx, func(tx *journal.Tx) error {
		var found bool
		if e, found, err = tx.Export(s.Export); err != nil {
			return err
		}
		done = !found
		parts, err = tx.Parts(s.Export)
		return err
	})
	return e, parts, done, err
}
