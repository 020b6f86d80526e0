package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// Confirm answers open questions of an export with yes, accepts what Instagram itself left out of it, and judges it
// anew. A code answers every question of its kind.
func (d *Daemon) Confirm(ctx context.Context, id string, answers Answers) error {
	if err := d.answer(ctx, id, answers); err != nil {
		return err
	}
	judge := journal.Step{Export: id, Kind: stepVerdict}
	out, err := d.judgeExport(ctx, judge)
	return d.journal.Update(context.WithoutCancel(ctx), func(tx *journal.Tx) error {
		if err == nil {
			if err = tx.CancelOne(id, judge.Kind, judge.Arg); err == nil && out.commit != nil {
				err = out.commit(tx)
			}
			return err
		}
		d.log.Warn("judged later", "export", id, "error", err)
		return judgeNow(tx, id) // who asked has gone, or a copy could not be read
	})
}

// answer records answers, and plans the verdict in case this process does not live to make it.
func (d *Daemon) answer(ctx context.Context, id string, answers Answers) error {
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		e, found, err := tx.Export(id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Permanent(fmt.Errorf("confirm: no export %q", id), "the ids stand in: igwatchd status")
		}
		if e.State != "done" {
			return fault.Permanent(fmt.Errorf("confirm: %s is not judged yet: %s", id, sentence(e.State, e.Detail)), "")
		}
		var reasons []verdict.Reason
		if err := json.Unmarshal(e.Reasons, &reasons); err != nil {
			return err
		}
		var open []string
		for _, r := range (verdict.Verdict{Reasons: reasons}).Open(inspect.Question) {
			open = append(open, r.Code)
		}
		if len(answers.Yes) == 0 && answers.Accept == nil { // "everything" is no answer that a person gave
			return fault.Permanent(errors.New("confirm: no question named"), "the open ones stand in: igwatchd status")
		}
		for _, c := range answers.Yes {
			if !slices.Contains(open, c) {
				return fault.Permanent(fmt.Errorf("confirm: %s has no open question %q", id, c), "the open ones stand in: igwatchd status")
			}
			if err := tx.Answer(id, c, time.Now()); err != nil {
				return err
			}
		}
		if answers.Accept != nil {
			if err := d.accept(tx, e, *answers.Accept); err != nil {
				return err
			}
		}
		return tx.Plan(journal.Step{Export: e.ID, Kind: stepVerdict, Due: time.Now().Add(copyGrace)})
	})
}

// Import takes files by hand, without a running service.
func (d *Daemon) Import(ctx context.Context, o Offer, path string) (export string, err error) {
	return d.adopt(ctx, o, func(ctx context.Context, dir string) (fetch.File, error) {
		return fetch.Copy(ctx, path, dir, nil)
	})
}

// Settle runs the steps of the named exports until each waits for nothing that
// igwatchd could do itself, and their news are told or were tried once. Whatever other export
// has to be judged anew by that is judged too.
func (d *Daemon) Settle(ctx context.Context, ids []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := d.hurry(ctx, ids); err != nil {
		return err
	}
	s := d.newScheduler()
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	for {
		settled, err := d.settled(ctx, ids)
		if err != nil || settled {
			cancel()
			return errors.Join(err, <-done)
		}
		select {
		case err := <-done:
			return errors.Join(err, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// hurry makes inspections due at once: all parts were offered together, and no
// sibling has to be waited for.
func (d *Daemon) hurry(ctx context.Context, ids []string) error {
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		for _, id := range ids {
			steps, err := tx.StepsOf(id)
			if err != nil {
				return err
			}
			for _, s := range steps {
				if s.Kind != stepInspect {
					continue
				}
				s.Due = time.Now()
				if err := tx.Plan(s); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (d *Daemon) settled(ctx context.Context, ids []string) (bool, error) {
	settled := true
	err := d.journal.View(ctx, func(tx *journal.Tx) error {
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		for _, e := range exports {
			steps, err := tx.StepsOf(e.ID)
			if err != nil {
				return err
			}
			for _, s := range steps {
				if !slices.Contains(ids, e.ID) && s.Kind != stepVerdict && s.Kind != stepTell && s.Kind != stepAgain {
					continue
				}
				if s.Kind == stepDeadline || s.Kind == stepFixity ||
					s.Tries > 0 && (s.Kind == stepTell || s.Kind == stepCopy || s.Kind == stepProtect || s.Tries >= patience) {
					continue
				}
				settled = false
			}
		}
		return nil
	})
	return settled, err
}
