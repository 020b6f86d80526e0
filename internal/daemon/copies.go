package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// copyGrace is how long the verdict waits for copies that are being written, so
// that there is one message and not two.
const copyGrace = 10 * time.Minute

// planCopies plans the copies of an export that was just stored, and its verdict.
func (d *Daemon) planCopies(tx *journal.Tx, export string) error {
	now := time.Now()
	for _, p := range d.places[1:] {
		if err := tx.Plan(journal.Step{Export: export, Kind: stepCopy, Arg: p.name, Due: now}); err != nil {
			return err
		}
	}
	if d.cfg.Recovery > 0 {
		if err := tx.Plan(journal.Step{Export: export, Kind: stepProtect, Due: now}); err != nil {
			return err
		}
	}
	if len(d.places) > 1 {
		now = now.Add(copyGrace)
	}
	return tx.Plan(journal.Step{Export: export, Kind: stepVerdict, Due: now})
}

// proofOf returns the newest proof of one copy.
func proofOf(tx *journal.Tx, export, place string) (c journal.Copy, found bool, err error) {
	copies, err := tx.Copies(export)
	for _, c := range copies {
		if c.Place == place {
			return c, true, err
		}
	}
	return journal.Copy{}, false, err
}

// proven returns an export, if the copy in the archive folder is proven and
// nothing is about to change it.
func proven(tx *journal.Tx, export string) (e journal.Export, c journal.Copy, ok bool, err error) {
	e, found, err := tx.Export(export)
	if err != nil || !found {
		return e, c, false, err
	}
	steps, err := tx.StepsOf(export)
	if err != nil {
		return e, c, false, err
	}
	for _, s := range steps {
		if s.Kind == stepInspect || s.Kind == stepStore {
			return e, c, false, nil
		}
	}
	c, found, err = proofOf(tx, export, archivePlace)
	return e, c, found && c.State == copyProven, err
}

// The states of a copy in the journal.
const (
	copyProven  = "proven"
	copyDamaged = "damaged"
)

func stateOf(p vault.Proof) string {
	if len(p.Damage) > 0 {
		return copyDamaged
	}
	return copyProven
}

// copyExport makes one further copy and reads it back.
func (d *Daemon) copyExport(ctx context.Context, s journal.Step) (outcome, error) {
	p, ok := d.place(s.Arg)
	if !ok { // taken out of the configuration meanwhile
		return outcome{}, nil
	}
	var e journal.Export
	var from journal.Copy
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		e, from, ok, err = proven(tx, s.Export)
		return err
	}); err != nil || !ok {
		return outcome{}, err // what stores it plans its copies again
	}
	leave, err := d.holds.enter(ctx, p.name, e.ID)
	if err != nil {
		return outcome{}, err
	}
	defer leave()
	proof, err := p.replica.Store(ctx, e.Path, vault.Ref{Owner: e.Account, ID: e.ID, Digest: from.Digest})
	if err != nil {
		return outcome{}, err
	}
	d.log.Info("copy written and read back", "export", e.ID, "place", p.name, "files", proof.Files, "bytes", proof.Bytes, "copy", stateOf(proof))
	return outcome{commit: func(tx *journal.Tx) error {
		e, now, ok, err := proven(tx, s.Export)
		if err != nil || !ok || now.Digest != from.Digest { // it has grown meanwhile
			return err
		}
		if err := d.record(tx, e, p.name, proof); err != nil {
			return err
		}
		if stateOf(proof) == copyDamaged {
			return errors.Join(d.announce(tx, d.news.damaged(e, p.name, proof.Damage)), judgeNow(tx, e.ID))
		}
		for _, p := range d.places {
			if c, found, err := proofOf(tx, e.ID, p.name); err != nil || !found || c.State != copyProven {
				return err
			}
		}
		return judgeNow(tx, e.ID)
	}}, nil
}

// record keeps the newest proof of a copy and plans its next reading.
func (d *Daemon) record(tx *journal.Tx, e journal.Export, place string, proof vault.Proof) error {
	now := time.Now()
	err := tx.PutCopy(e.ID, journal.Copy{Place: place, State: stateOf(proof), Digest: proof.Digest, Marks: proof.Marks, At: now})
	if err != nil {
		return err
	}
	return planReading(tx, e, place, now)
}

// judgeNow plans the verdict, unless something else will once it is done.
func judgeNow(tx *journal.Tx, export string) error {
	return tx.Plan(journal.Step{Export: export, Kind: stepVerdict, Due: time.Now()})
}

// copyReminders is how long after the export was stored a copy that cannot be
// written is spoken of again; after the last of them, once a week.
var copyReminders = []time.Duration{24 * time.Hour, 3 * 24 * time.Hour}

// copyFailed sees to it that the person hears of a copy that cannot be made: at
// once through the verdict when the disk is away, and again as long as it stays so.
func (d *Daemon) copyFailed(tx *journal.Tx, e journal.Export, s journal.Step, cause error) error {
	if errors.Is(cause, vault.ErrUnproven) { // the archive itself is damaged: its own reading tells and mends
		return tx.Plan(journal.Step{Export: e.ID, Kind: stepFixity, Arg: archivePlace, Due: time.Now()})
	}
	hopeless := errors.Is(cause, vault.ErrNotMounted) || fault.KindOf(cause) == fault.ConfigurationKind || fault.KindOf(cause) == fault.PermanentKind
	if hopeless && s.Tries == 0 || s.Tries+1 == patience {
		return judgeNow(tx, e.ID)
	}
	stored, found, err := proofOf(tx, e.ID, archivePlace)
	if err != nil || !found {
		return err
	}
	if n := remindersBy(time.Since(stored.At)); n > 0 {
		return d.announce(tx, d.news.copyWaiting(e, s.Arg, cause, n))
	}
	return nil
}

// remindersBy is how many reminders are due after so long.
func remindersBy(age time.Duration) int {
	n := 0
	for _, r := range copyReminders {
		if age >= r {
			n++
		}
	}
	return n + int(max(0, age)/newsEvery)
}

// catchUp plans what the configuration asks for and the journal does not know
// yet: copies in a new place, readings of copies that none was planned for, and inspections that would tell more.
func (d *Daemon) catchUp(ctx context.Context) error {
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		if err := tx.Hasten(stepDrilled, time.Now()); err != nil { // no drill outlives its process
			return err
		}
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		for _, x := range exports {
			e, _, ok, err := proven(tx, x.ID)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := planAgain(tx, e.ID); err != nil {
				return err
			}
			steps, err := tx.StepsOf(e.ID)
			if err != nil {
				return err
			}
			planned := map[string]bool{}
			for _, s := range steps {
				planned[s.Kind+" "+s.Arg] = true
			}
			for _, p := range d.places {
				c, found, err := proofOf(tx, e.ID, p.name)
				switch {
				case err != nil:
				case !found && !planned[stepCopy+" "+p.name]:
					err = errors.Join(tx.Plan(journal.Step{Export: e.ID, Kind: stepCopy, Arg: p.name, Due: time.Now()}), judgeNow(tx, e.ID))
				case found && !planned[stepFixity+" "+p.name]:
					err = planReading(tx, e, p.name, c.At)
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// protect makes recovery files beside the bag.
func (d *Daemon) protect(ctx context.Context, s journal.Step) (outcome, error) {
	if d.cfg.Recovery == 0 {
		return outcome{}, nil
	}
	var e journal.Export
	var c journal.Copy
	ok := false
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		e, c, ok, err = proven(tx, s.Export)
		return err
	}); err != nil || !ok {
		return outcome{}, err
	}
	leave, err := d.holds.enter(ctx, archivePlace, e.ID)
	if err != nil {
		return outcome{}, err
	}
	defer leave()
	if err := d.vault.Protect(ctx, vault.Ref{Owner: e.Account, ID: e.ID, Digest: c.Digest}, d.cfg.Recovery); err != nil {
		return outcome{}, fmt.Errorf("recovery files: %w", err)
	}
	d.log.Info("recovery files made", "export", e.ID, "percent", d.cfg.Recovery)
	return outcome{}, nil
}
