package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
)

const (
	// readEvery is how often every byte of every copy is read again.
	readEvery = 30 * 24 * time.Hour
	// absentPause is how long a disk that is away is not asked for again.
	absentPause = 6 * time.Hour
	// absentLong is how long a copy may be away when it should be read, before that is worth a word.
	absentLong = 3 * 24 * time.Hour
)

// planReading plans when a copy that was read at last is read next: after a
// month, and on the days that matter while the account's deletion is under way.
func planReading(tx *journal.Tx, e journal.Export, place string, last time.Time) error {
	due := last.Add(readEvery)
	since, open, err := tx.Deletion(e.Account)
	if err != nil {
		return err
	}
	if open {
		if day, ok := nextDeletionDay(since, last); ok && day.Before(due) {
			due = day
		}
	}
	return tx.Plan(journal.Step{Export: e.ID, Kind: stepFixity, Arg: place, Due: due})
}

// Reading is what came of reading one copy again.
type Reading struct {
	Export  string `json:"export"`
	Account string `json:"account"`
	Place   string `json:"place"`
	State   string `json:"state"` // whole | repaired | damaged | away | missing
	Bytes   int64  `json:"bytes"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`

	proof vault.Proof
	found []vault.Damage // before the repair
	from  string         // where the repair came from
}

// The states of a Reading.
const (
	ReadWhole    = "whole"
	ReadRepaired = "repaired"
	ReadDamaged  = "damaged"
	ReadAway     = "away"    // nothing could be said about it
	ReadMissing  = "missing" // it was not made yet
)

// reread reads every byte of a copy that was proven once, and mends it from
// another one if it is damaged. ok is false when there is nothing to say: the
// export is changing, or has no such copy.
func (d *Daemon) reread(ctx context.Context, export string, p place) (r Reading, ok bool, err error) {
	leave, err := d.holds.enter(ctx, p.name, export)
	if err != nil {
		return r, false, err
	}
	defer leave()
	var e journal.Export
	var copies []journal.Copy
	var was journal.Copy
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		if e, ok, err = stored(tx, export); err != nil || !ok {
			return err
		}
		if was, ok, err = proofOf(tx, export, p.name); err != nil || !ok {
			return err
		}
		copies, err = tx.Copies(export)
		return err
	}); err != nil || !ok {
		return r, false, err
	}
	r = Reading{Export: e.ID, Account: e.Account, Place: p.name}
	ref := vault.Ref{Owner: e.Account, ID: e.ID, Digest: was.Digest}
	r.proof, err = p.replica.Verify(ctx, ref)
	r.Bytes = r.proof.Bytes
	if err != nil {
		return r, true, err
	}
	if len(r.proof.Damage) == 0 {
		r.State = ReadWhole
		return r, true, nil
	}
	r.State, r.found = ReadDamaged, r.proof.Damage
	d.log.Error("copy damaged", "export", e.ID, "place", p.name, "files", len(r.found), "first", r.found[0].Name, "what", r.found[0].What)
	var whys []error
	for _, c := range copies {
		source, known := d.place(c.Place)
		if !known || c.Place == p.name { // one that is damaged itself may still have the right file
			continue
		}
		proof, err := p.replica.Repair(ctx, source.replica, vault.Ref{Owner: e.Account, ID: e.ID, Digest: c.Digest})
		if err == nil && len(proof.Damage) == 0 {
			r.State, r.proof, r.from = ReadRepaired, proof, c.Place
			return r, true, nil
		}
		if ctx.Err() != nil {
			return r, true, ctx.Err()
		}
		if errors.Is(err, vault.ErrUnproven) {
			err = fmt.Errorf("the copy in %s cannot mend it: it is damaged too", called(c.Place))
		}
		whys = append(whys, err)
		d.log.Warn("not repaired", "export", e.ID, "place", p.name, "from", c.Place, "error", err)
	}
	if why := errors.Join(whys...); why != nil {
		r.Detail, r.Hint = strings.ReplaceAll(why.Error(), "\n", "; "), fault.HintOf(why)
	}
	return r, true, nil
}

// stored returns an export whose bag nothing is about to change.
func stored(tx *journal.Tx, export string) (journal.Export, bool, error) {
	e, found, err := tx.Export(export)
	if err != nil || !found {
		return e, false, err
	}
	steps, err := tx.StepsOf(export)
	for _, s := range steps {
		if s.Kind == stepInspect || s.Kind == stepStore {
			return e, false, err
		}
	}
	return e, e.Path != "", err
}

// settleReading records what came of a reading, tells what is new, and plans the
// next one.
func (d *Daemon) settleReading(tx *journal.Tx, r Reading) error {
	e, ok, err := stored(tx, r.Export)
	if err != nil || !ok {
		return err
	}
	was, found, err := proofOf(tx, e.ID, r.Place)
	if err != nil || !found { // a new part came: all copies are made anew
		return err
	}
	if r.State == ReadDamaged {
		r.proof.Digest = was.Digest // what it must be; the next reading compares with it again
	}
	if err := d.record(tx, e, r.Place, r.proof); err != nil {
		return err
	}
	switch {
	case r.State == ReadRepaired:
		err = d.announce(tx, d.news.repaired(e, r))
	case r.State == ReadDamaged && was.State != copyDamaged:
		err = d.announce(tx, d.news.damaged(e, r.Place, r.found))
	}
	if err == nil && stateOf(r.proof) != was.State {
		// Not a moment longer may anything say that the account can go; the pictures come with the step.
		if e, _, err = tx.Export(e.ID); err == nil && e.State == "done" {
			err = d.decide(tx, e, nil, nil)
		}
		err = errors.Join(err, judgeNow(tx, e.ID))
	}
	if err == nil && r.State == ReadDamaged { // soon again: a source may come back
		err = tx.Plan(journal.Step{Export: e.ID, Kind: stepFixity, Arg: r.Place, Due: time.Now().Add(absentPause)})
	}
	return err
}

// readCopy is the reading that is due by itself.
func (d *Daemon) readCopy(ctx context.Context, s journal.Step) (outcome, error) {
	p, ok := d.place(s.Arg)
	if !ok {
		return outcome{}, nil
	}
	r, ok, err := d.reread(ctx, s.Export, p)
	if errors.Is(err, vault.ErrNotMounted) {
		err = fault.NotBefore(err, absentPause)
	}
	if err != nil || !ok {
		return outcome{}, err
	}
	d.log.Info("copy read again", "export", s.Export, "place", p.name, "bytes", r.Bytes, "state", r.State)
	return outcome{commit: func(tx *journal.Tx) error { return d.settleReading(tx, r) }}, nil
}

// readingFailed tells, once a week, of a copy that should be read and cannot.
func (d *Daemon) readingFailed(tx *journal.Tx, e journal.Export, s journal.Step, cause error) error {
	last, found, err := proofOf(tx, e.ID, s.Arg)
	if err != nil || !found {
		return err
	}
	late := time.Since(last.At) - readEvery
	since, open, err := tx.Deletion(e.Account)
	if err != nil {
		return err
	}
	if day, ok := nextDeletionDay(since, last.At); open && ok {
		late = max(late, time.Since(day))
	}
	if late < absentLong {
		return nil
	}
	return d.announce(tx, d.news.copyAway(e, s.Arg, last.At, cause, int(late/newsEvery)))
}
