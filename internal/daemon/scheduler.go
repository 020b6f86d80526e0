package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// outcome is what a step wants recorded, in the transaction that ends it.
type outcome struct {
	commit func(*journal.Tx) error // nil: nothing but that it is done
}

// scheduler runs the journal's steps when they are due. Steps of one lane run
// one after another. It sleeps until the first due time or a change of the
// journal; while nothing is due it reads and writes nothing.
type scheduler struct {
	journal  *journal.Journal
	log      *slog.Logger
	step     func(context.Context, journal.Step) (outcome, error)
	failed   func(*journal.Tx, journal.Step, error) error // told in the transaction that postpones
	lane     func(journal.Step) string
	alive    func()
	alarm    func(context.Context, error) // the journal itself cannot be written
	parallel int

	refusals atomic.Int32 // how often in a row the journal did not take what came of a step
}

const (
	firstDelay = time.Second
	lastDelay  = 5 * time.Minute
	// longestWish bounds how long a server's wish to be left alone is heeded: the link lives four days.
	longestWish = 6 * time.Hour
	// atOnce bounds how many due steps are looked at together.
	atOnce = 1000
)

// run works until ctx ends. Running steps are given the end through their context.
func (s *scheduler) run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	busy := map[string]bool{}
	done := make(chan string)
	changed := true
	var next time.Time
	var paused int32 // for how many refusals
	for {
		refusals := s.refusals.Load()
		if refusals > paused {
			s.pause(ctx, int(refusals))
			changed = true
		}
		paused = refusals
		if changed || !next.IsZero() && !time.Now().Before(next) {
			var due []journal.Step
			err := s.journal.View(ctx, func(tx *journal.Tx) (err error) {
				due, next, err = tx.Steps(time.Now(), atOnce)
				return err
			})
			if ctx.Err() != nil {
				return nil // stopping is no error
			}
			if err != nil {
				return err
			}
			for _, step := range due {
				lane := s.lane(step)
				if busy[lane] || len(busy) >= s.parallel {
					continue
				}
				busy[lane] = true
				wg.Go(func() {
					s.one(ctx, step)
					select {
					case done <- lane:
					case <-ctx.Done():
					}
				})
			}
		}
		if s.alive != nil {
			s.alive()
		}
		changed = s.wait(ctx, next, done, busy)
		if ctx.Err() != nil {
			return nil // stopping is no error
		}
	}
}

// wait sleeps until there may be something to do, and tells whether the journal
// must be asked. The pulse bounds each sleep: a timer stands still while the
// machine is suspended, the wall clock does not.
func (s *scheduler) wait(ctx context.Context, next time.Time, done <-chan string, busy map[string]bool) (changed bool) {
	sleep := pulse
	if !next.IsZero() {
		sleep = min(sleep, max(0, time.Until(next.Round(0))))
	}
	timer := time.NewTimer(sleep)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case lane := <-done:
		delete(busy, lane)
		return true
	case <-s.journal.Changed():
		return true
	case <-timer.C:
	}
	return false
}

// one runs a step and records its outcome.
func (s *scheduler) one(ctx context.Context, step journal.Step) {
	log := s.log.With("step", step.Kind, "export", step.Export)
	out, err := s.guard(ctx, step)
	if ctx.Err() != nil {
		return // it runs again after the next start
	}
	if err == nil {
		err = s.journal.Update(ctx, func(tx *journal.Tx) error {
			if out.commit != nil {
				if err := out.commit(tx); err != nil {
					return err
				}
			}
			return tx.Finish(step)
		})
	}
	if err == nil {
		s.refusals.Store(0)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	delay := max(backoff(step.Tries), min(fault.DelayOf(err), longestWish))
	log.Warn("step failed, will try again", "error", err, "hint", fault.HintOf(err), "tries", step.Tries+1, "in", delay.Round(time.Second))
	perr := s.journal.Update(ctx, func(tx *journal.Tx) error {
		return errors.Join(s.failed(tx, step, err), tx.Postpone(step, time.Now().Add(delay), explain(err)))
	})
	if perr != nil && ctx.Err() == nil {
		log.Error("the journal cannot be written", "error", perr)
		s.refusals.Add(1) // the step is still due, and would run in a circle
		s.alarm(ctx, perr)
		return
	}
	s.refusals.Store(0)
}

// pause waits, the longer the more often the journal refused, and until it takes a write: nothing is asked of Instagram
// meanwhile whose outcome could not be recorded.
func (s *scheduler) pause(ctx context.Context, refusals int) {
	for {
		select {
		case <-time.After(min(backoff(refusals-1), pulse)):
		case <-ctx.Done():
			return
		}
		if s.alive != nil {
			s.alive()
		}
		err := s.journal.SaveCheckpoint(ctx, "writable", []byte("yes"))
		if err == nil || ctx.Err() != nil {
			return
		}
		s.alarm(ctx, err)
		refusals++
	}
}

// guard turns a panic into an error: one odd mail must not end the watch over all others.
func (s *scheduler) guard(ctx context.Context, step journal.Step) (out outcome, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("panic in a step", "step", step.Kind, "export", step.Export, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("fault in igwatchd itself: %v", r)
		}
	}()
	return s.step(ctx, step)
}

// backoff grows from a second to five minutes, spread so that what failed
// together does not come back together.
func backoff(tries int) time.Duration {
	d := min(firstDelay<<min(tries, 10), lastDelay)
	return d/2 + rand.N(d)
}
