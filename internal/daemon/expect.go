package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

const (
	// mailAfter is how long Instagram may take before its silence is worth a word.
	mailAfter = 48 * time.Hour
	// newsEvery is how often the person hears that igwatchd still watches, while something is open.
	newsEvery = 7 * 24 * time.Hour
)

// Expect starts the clock: the person has asked Instagram for an export. A single
// account need not be named.
func (d *Daemon) Expect(ctx context.Context, account string) (Request, error) {
	if account == "" && len(d.cfg.Accounts) == 1 {
		account = d.cfg.Accounts[0].Username
	}
	a, ok := d.cfg.Account(account)
	if !ok {
		err := errors.New("expect: several accounts are watched")
		if account != "" {
			err = fmt.Errorf("expect: no account %s is configured", account)
		}
		return Request{}, fault.Permanent(err, "say whose export was asked for: igwatchd expect NAME")
	}
	now := time.Now()
	err := d.journal.Update(ctx, func(tx *journal.Tx) error {
		return errors.Join(
			tx.AddRequest(a.Username, now),
			tx.Plan(journal.Step{Kind: stepAbsent, Arg: a.Username, Due: now.Add(mailAfter)}),
			tx.Plan(journal.Step{Kind: stepStill, Arg: a.Username, Due: now.Add(newsEvery)}),
		)
	})
	return Request{a.Username, stamp(now)}, err
}

// met ends the waiting for an account's mail.
func met(tx *journal.Tx, account string) error {
	return errors.Join(tx.EndRequest(account), tx.CancelOne("", stepAbsent, account))
}

// absent says that the mail has not come, and what can be done.
func (d *Daemon) absent(_ context.Context, s journal.Step) (outcome, error) {
	return outcome{commit: func(tx *journal.Tx) error {
		since, open, err := tx.Request(s.Arg)
		if err != nil || !open {
			return err
		}
		a, ok := d.cfg.Account(s.Arg)
		if !ok { // taken out of the configuration meanwhile
			return nil
		}
		return d.announce(tx, d.news.noMailYet(a.Username, a.Inbox.Address, since))
	}}, nil
}

// still says once a week that igwatchd is there and what it waits for, as long as
// there is something: silence must not be what a dead program sounds like.
func (d *Daemon) still(_ context.Context, s journal.Step) (outcome, error) {
	return outcome{commit: func(tx *journal.Tx) error {
		since, waiting, err := tx.Request(s.Arg)
		if err != nil {
			return err
		}
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		var open []journal.Export
		for _, e := range exports {
			if e.Account == s.Arg && e.State != "failed" && e.Verdict == "" {
				open = append(open, e)
			}
		}
		if _, ok := d.cfg.Account(s.Arg); !ok || !waiting && len(open) == 0 {
			return nil
		}
		if !waiting {
			since = time.Time{}
		}
		return errors.Join(
			d.announce(tx, d.news.stillWatching(s.Arg, since, open, time.Now())),
			tx.Plan(journal.Step{Kind: stepStill, Arg: s.Arg, Due: time.Now().Add(newsEvery)}),
		)
	}}, nil
}
