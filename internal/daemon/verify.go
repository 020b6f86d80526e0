package daemon

import (
	"context"
	"fmt"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// Verify reads every copy of an export, or of all exports, again, mends what can
// be mended, and says what came of each as soon as it is known. What was inspected with less than there is now is
// inspected again after that.
func (d *Daemon) Verify(ctx context.Context, id string, tell func(Reading)) error {
	var exports []journal.Export
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		exports, err = tx.Exports()
		return err
	}); err != nil {
		return err
	}
	known := false
	for _, e := range exports {
		if id != "" && e.ID != id {
			continue
		}
		known = true
		for _, p := range d.places {
			r, ok, err := d.reread(ctx, e.ID, p)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil && !ok:
				return err
			case err != nil:
				r.State, r.Detail, r.Hint = ReadAway, err.Error(), fault.HintOf(err)
			case !ok:
				r = Reading{Export: e.ID, Account: e.Account, Place: p.name, State: ReadMissing, Hint: "igwatchd makes it while the service runs"}
			default:
				if err := d.journal.Update(ctx, func(tx *journal.Tx) error { return d.settleReading(tx, r) }); err != nil {
					return err
				}
				for i, f := range r.found {
					if i == maxListed {
						r.Detail += fmt.Sprintf(" and %d more", len(r.found)-i)
						break
					}
					r.Detail = join(r.Detail, f.Name+": "+f.What)
				}
				if r.from != "" {
					r.Detail = join(r.Detail, "mended from "+called(r.from))
				}
			}
			tell(r)
		}
		if err := d.journal.Update(ctx, func(tx *journal.Tx) error { return planAgain(tx, e.ID) }); err != nil {
			return err
		}
	}
	if id != "" && !known {
		return fault.Permanent(fmt.Errorf("verify: no export %q", id), "the ids stand in: igwatchd status")
	}
	return nil
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
