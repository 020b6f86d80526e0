package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// deletionTakes is how long Instagram keeps an account after its deletion was
// asked for; logging in until then calls it off (its help pages).
const deletionTakes = 30

// deletionDays are the days of these on which every copy is read once more: as
// long as the account can still be kept, the person must know how the copies are.
var deletionDays = []int{1, 7, 14, 20, 25, 28}

// nextDeletionDay is the first of the days after the time given.
func nextDeletionDay(since, after time.Time) (time.Time, bool) {
	for _, n := range deletionDays {
		if day := since.AddDate(0, 0, n); day.After(after) {
			return day, true
		}
	}
	return time.Time{}, false
}

// Deleting records that the person asked Instagram, at that time, to delete an
// account: its copies are read more often, and the days are counted down.
func (d *Daemon) Deleting(ctx context.Context, account string, at time.Time) (c Countdown, err error) {
	a, err := d.accountCalled("deleted", account)
	if err != nil {
		return c, err
	}
	now := time.Now()
	if at.After(now) || at.Before(now.AddDate(0, 0, -deletionTakes)) {
		return c, fault.Permanent(fmt.Errorf("deleted: %s lies not in the last %d days", at.Format(time.DateOnly), deletionTakes), "name the day on which you asked Instagram: --on YYYY-MM-DD")
	}
	err = d.journal.Update(ctx, func(tx *journal.Tx) error {
		if err := tx.SetDeletion(a, at); err != nil {
			return err
		}
		var err error
		if c.Safe, err = anySafe(tx, a); err != nil {
			return err
		}
		return errors.Join(tx.EndDoubt(a), planCountdown(tx, a, at, now), d.readSooner(tx, a), d.announce(tx, d.news.deleting(a, at, c.Safe)))
	})
	if err == nil {
		d.sessions.end(a)
	}
	c.Until = at.AddDate(0, 0, deletionTakes)
	return c, err
}

// Countdown is how the deletion of an account stands.
type Countdown struct {
	Until time.Time `json:"until"` // about when Instagram deletes it
	Safe  bool      `json:"safe"`  // an archive of it is safe
}

// anySafe reports whether an archive of the account is safe.
func anySafe(tx *journal.Tx, account string) (bool, error) {
	all, err := tx.Exports()
	return slices.ContainsFunc(all, func(e journal.Export) bool { return e.Account == account && e.Verdict == verdict.Safe }), err
}

// Keeping records that the deletion was called off.
func (d *Daemon) Keeping(ctx context.Context, account string) error {
	a, err := d.accountCalled("deleted --cancelled", account)
	if err != nil {
		return err
	}
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		return errors.Join(tx.EndDeletion(a), tx.EndDoubt(a), tx.CancelOne("", stepCountdown, a))
	})
}

// accountCalled returns the account meant; a single one need not be named.
func (d *Daemon) accountCalled(command, account string) (string, error) {
	if account == "" && len(d.cfg.Accounts) == 1 {
		return d.cfg.Accounts[0].Username, nil
	}
	if a, ok := d.cfg.Account(account); ok {
		return a.Username, nil
	}
	err := errors.New(command + ": several accounts are watched")
	if account != "" {
		err = fmt.Errorf("%s: no account %s is configured", command, account)
	}
	return "", fault.Permanent(err, "say which one is meant: igwatchd "+command+" NAME")
}

// readSooner plans the readings of all of an account's copies anew.
func (d *Daemon) readSooner(tx *journal.Tx, account string) error {
	exports, err := tx.Exports()
	if err != nil {
		return err
	}
	for _, e := range exports {
		if e.Account != account {
			continue
		}
		copies, err := tx.Copies(e.ID)
		if err != nil {
			return err
		}
		for _, c := range copies {
			if err := planReading(tx, e, c.Place, c.At); err != nil {
				return err
			}
		}
	}
	return nil
}

// countdownLag leaves the readings of a day some time before they are spoken of.
const countdownLag = 12 * time.Hour

// planCountdown plans the next word about a deletion under way.
func planCountdown(tx *journal.Tx, account string, since, now time.Time) error {
	for _, n := range append(deletionDays[:len(deletionDays):len(deletionDays)], deletionTakes) {
		due := since.AddDate(0, 0, n)
		if n != deletionTakes {
			due = due.Add(countdownLag)
		}
		if due.After(now) {
			return tx.Plan(journal.Step{Kind: stepCountdown, Arg: account, Due: due})
		}
	}
	return nil
}

// countdown says how long the account can still be kept, and how its copies are.
func (d *Daemon) countdown(_ context.Context, s journal.Step) (outcome, error) {
	return outcome{commit: func(tx *journal.Tx) error {
		since, open, err := tx.Deletion(s.Arg)
		if err != nil || !open {
			return err
		}
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		var states []copyState
		for _, e := range exports {
			if e.Account != s.Arg || e.Path == "" {
				continue
			}
			for _, p := range d.places {
				c, _, err := proofOf(tx, e.ID, p.name)
				if err != nil {
					return err
				}
				states = append(states, copyState{e.ID, p.name, c})
			}
		}
		now := time.Now()
		if !now.Before(since.AddDate(0, 0, deletionTakes)) {
			return d.announce(tx, d.news.deletionDone(s.Arg, since, states))
		}
		return errors.Join(d.announce(tx, d.news.deletionDay(s.Arg, since, now, states)), planCountdown(tx, s.Arg, since, now))
	}}, nil
}

// copyState is one copy of one export; its proof is empty when there is none.
type copyState struct {
	export, place string
	proof         journal.Copy
}
