package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

const (
	// readingHolds is how long a reading of all bytes speaks for a copy whose files nobody has touched since.
	readingHolds = 24 * time.Hour
	// lookAgain is when a copy that could not be looked at is looked at again.
	lookAgain = 15 * time.Minute
)

// looked is what came of looking at an export's copies, by place: nil is a copy that is there as it was proven.
type looked map[string]error

// lookAtCopies looks at each copy that the journal calls proven: is every file there, with the size and the time that it
// had when it was read back? A copy of which that is not so, or that was not read for a day, is read again, and
// mended if it can be.
func (d *Daemon) lookAtCopies(ctx context.Context, e journal.Export) (looked, error) {
	var copies []journal.Copy
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		copies, err = tx.Copies(e.ID)
		return err
	}); err != nil {
		return nil, err
	}
	now := looked{}
	for _, c := range copies {
		p, ok := d.place(c.Place)
		if !ok || c.State != copyProven {
			continue
		}
		now[c.Place] = d.lookAtCopy(ctx, e, p, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return now, nil
}

func (d *Daemon) lookAtCopy(ctx context.Context, e journal.Export, p place, c journal.Copy) error {
	marks, err := p.replica.Look(ctx, vault.Ref{Owner: e.Account, ID: e.ID, Digest: c.Digest})
	if err != nil {
		return err
	}
	age := time.Since(c.At)
	if age >= 0 && age < readingHolds && marks != "" && marks == c.Marks {
		return nil
	}
	d.log.Info("a copy is read again before the verdict", "export", e.ID, "place", p.name, "read", c.At, "touched", marks != c.Marks)
	r, ok, err := d.reread(ctx, e.ID, p)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("the export is changing")
	}
	return d.journal.Update(ctx, func(tx *journal.Tx) error { return d.settleReading(tx, r) })
}

// doubt takes the proof from each copy that could not be looked at, and says when to look again: 0 is never.
func (l looked) doubt(f *verdict.Facts) (again time.Duration) {
	for i := range f.Copies {
		c := &f.Copies[i]
		if !c.Proven {
			continue
		}
		err, ok := l[c.Place]
		switch {
		case !ok: // proven while the others were looked at
			c.Proven, again = false, time.Second
		case err != nil:
			c.Proven, c.Trouble, again = false, explain(err), max(lookAgain, fault.DelayOf(err))
		}
	}
	return again
}
