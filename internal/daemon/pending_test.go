package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// TestWhatArrivesLastIsTrue: whenever a channel fails and comes back, the last verdict that it is told is the one that
// holds, and "safe" is never told once it does not.
func TestWhatArrivesLastIsTrue(t *testing.T) {
	seeds := uint64(8)
	if os.Getenv("IGWATCHD_LONG") != "" {
		seeds = 100
	}
	for seed := range seeds {
		inBubble(t, func(t *testing.T, j *journal.Journal) {
			random := rand.New(rand.NewPCG(seed, 1))
			d := alone(t, j)
			hook, inbox := &truthful{someone: someone{name: "webhook"}, j: j}, &truthful{someone: someone{name: "inbox"}, j: j}
			d.channels = []channel{{inbox, "jane", loudInbox}, {hook, "", loudOther}}
			waitingExport(t, j, 90*time.Hour)
			var now string
			var since atomic.Int64
			hook.since, inbox.since = &since, &since
			for range 12 {
				for _, c := range []*truthful{hook, inbox} {
					c.broken.Store(random.IntN(2) == 0)
				}
				now = []string{verdict.Safe, verdict.Questions, verdict.NotSafe}[random.IntN(3)]
				since.Store(time.Now().UnixNano())
				if err := j.Update(t.Context(), func(tx *journal.Tx) error { return become(d, tx, now) }); err != nil {
					t.Fatal(err)
				}
				pass(time.Duration(random.IntN(600)) * time.Second)
			}
			hook.broken.Store(false)
			inbox.broken.Store(false)
			pass(lastDelay * 2)
			for _, c := range []*truthful{hook, inbox} {
				var last string
				for i, n := range c.heard {
					last = n.Event
					if i > 0 && n.Time.Before(c.heard[i-1].Time) {
						t.Errorf("seed %d: %s was told %s of %v after %s of %v", seed, c.name, n.Event, n.Time, c.heard[i-1].Event, c.heard[i-1].Time)
					}
				}
				if last != now {
					t.Errorf("seed %d: %s was told %q last, and it is %q", seed, c.name, last, now)
				}
				if c.lies > 0 {
					t.Errorf("seed %d: %s was told %d verdicts that did not hold", seed, c.name, c.lies)
				}
			}
		})
	}
}

// become gives the waiting export a verdict, and tells it.
func become(d *Daemon, tx *journal.Tx, v string) error {
	e, _, err := tx.Export("x")
	if err != nil {
		return err
	}
	changed := e.Verdict != v
	e.State, e.Verdict = "done", v
	if err := tx.SetExport(e); err != nil || !changed {
		return err
	}
	return d.announce(tx, event(v, e, time.Now().String()))
}

// truthful is a channel that counts the verdicts that did not hold when they came; one that changed in the very instant
// of the sending cannot be told in time.
type truthful struct {
	someone
	j     *journal.Journal
	since *atomic.Int64 // when the verdict became what it is
	lies  int
}

func (c *truthful) Send(ctx context.Context, n notify.Event) error {
	if n.Verdict == "" || n.Event != n.Verdict { // that a channel is down, say
		return nil
	}
	if err := c.someone.Send(ctx, n); err != nil {
		return err
	}
	return c.j.View(ctx, func(tx *journal.Tx) error {
		e, _, err := tx.Export("x")
		if e.Verdict != n.Event && time.Now().UnixNano() > c.since.Load() {
			c.lies++
		}
		return err
	})
}

// TestNewsThatHelpNobodyAnyMoreAreNotTold: a channel that comes back is not told to hurry for what is here.
func TestNewsThatHelpNobodyAnyMoreAreNotTold(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		d := alone(t, j)
		hook := &someone{name: "webhook"}
		hook.broken.Store(true)
		d.channels = []channel{{hook, "", loudOther}}
		waitingExport(t, j, 90*time.Hour)
		err := j.Update(t.Context(), func(tx *journal.Tx) error {
			e, _, err := tx.Export("x")
			return errors.Join(err, tx.AddRequest("jane", time.Now()), tx.SetOutage("jane", time.Now()),
				d.announce(tx, d.news.announced(e)), d.announce(tx, d.news.waiting(e, nil, nil)), d.announce(tx, d.news.deadlineNear(e, "24h")),
				d.announce(tx, d.news.noMailYet("jane", "jane@example.org", time.Now())),
				d.announce(tx, d.news.inboxDown("jane", "jane@example.org", "INBOX", nil, time.Now())))
		})
		if err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		err = j.Update(t.Context(), func(tx *journal.Tx) error {
			return errors.Join(become(d, tx, verdict.Safe), tx.EndRequest("jane"), tx.EndOutage("jane"),
				d.announce(tx, d.news.inboxBack("jane", "jane@example.org", time.Now())))
		})
		if err != nil {
			t.Fatal(err)
		}
		hook.broken.Store(false)
		pass(time.Hour)
		var told []string
		for _, n := range hook.heard {
			told = append(told, n.Event)
		}
		got, _ := json.Marshal(told)
		if want := `["export-announced","safe","inbox-back"]`; string(got) != want && string(got) != `["inbox-back","export-announced","safe"]` {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}

// TestAWallThatStandsIsTold: that files are here already does not make it untrue, and the person can get the others.
func TestAWallThatStandsIsTold(t *testing.T) {
	for _, stands := range []bool{true, false} {
		inBubble(t, func(t *testing.T, j *journal.Journal) {
			d := alone(t, j)
			hook := &someone{name: "webhook"}
			hook.broken.Store(true)
			d.channels = []channel{{hook, "", loudOther}}
			waitingExport(t, j, 90*time.Hour)
			err := j.Update(t.Context(), func(tx *journal.Tx) error { return d.handOverWalled(tx, "x", Wall{Kind: "unknown"}, "") })
			if err != nil {
				t.Fatal(err)
			}
			err = j.Update(t.Context(), func(tx *journal.Tx) (err error) {
				if !stands {
					err = d.unwall(tx, "x")
				}
				return errors.Join(err, become(d, tx, verdict.NotSafe))
			})
			if err != nil {
				t.Fatal(err)
			}
			hook.broken.Store(false)
			pass(time.Hour)
			if told := slices.ContainsFunc(hook.heard, func(n notify.Event) bool { return n.Event == "waiting-for-you" }); told != stands {
				t.Errorf("the wall stands: %v, told: %v", stands, told)
			}
		})
	}
}

// TestNothingRunsWhileNothingCanBeRecorded: what cannot be recorded is not done again and again, and goes on by itself.
func TestNothingRunsWhileNothingCanBeRecorded(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		var full atomic.Bool
		full.Store(true)
		var ran, alarms atomic.Int32
		s := &scheduler{
			journal: j, log: quiet, lane: lane, parallel: 4,
			step: func(context.Context, journal.Step) (outcome, error) {
				ran.Add(1)
				return outcome{commit: func(*journal.Tx) error {
					if full.Load() {
						return errors.New("disk full")
					}
					return nil
				}}, nil
			},
			failed: func(*journal.Tx, journal.Step, error) error { return errors.New("disk full") },
			alarm:  func(context.Context, error) { alarms.Add(1) },
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.run(ctx) }()
		plan(t, j, journal.Step{Export: "a", Kind: stepFetch, Due: time.Now()})
		pass(time.Hour)
		if n := ran.Load(); n > 150 {
			t.Errorf("it ran %d times in an hour", n)
		}
		if alarms.Load() == 0 {
			t.Error("nobody heard of it")
		}
		full.Store(false)
		pass(2 * pulse)
		if n := remaining(t, j); n != 0 {
			t.Errorf("%d steps are left once the disk has room", n)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
