package daemon

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

var quiet = slog.New(slog.DiscardHandler)

func openJournal(t *testing.T) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func plan(t *testing.T, j *journal.Journal, steps ...journal.Step) {
	t.Helper()
	err := j.Update(t.Context(), func(tx *journal.Tx) error {
		for _, s := range steps {
			if err := tx.Plan(s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// start runs a scheduler over step until the test ends, and returns how to stop it early.
func start(t *testing.T, j *journal.Journal, step func(context.Context, journal.Step) (outcome, error)) (stop func()) {
	t.Helper()
	s := &scheduler{
		journal: j, log: quiet, step: step, lane: lane, parallel: 4,
		failed: func(*journal.Tx, journal.Step, error) error { return nil },
		alarm:  func(context.Context, error) {},
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(5 * time.Minute):
				t.Error("the scheduler does not stop")
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func remaining(t *testing.T, j *journal.Journal) (n int) {
	t.Helper()
	if err := j.View(t.Context(), func(tx *journal.Tx) error {
		due, _, err := tx.Steps(time.Now().Add(time.Hour), 1000)
		n = len(due)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits for something that another goroutine brings about.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestStepsRunOnceInTheirOrder(t *testing.T) {
	j := openJournal(t)
	now := time.Now()
	plan(t, j, journal.Step{Export: "a", Kind: stepStore, Due: now.Add(-time.Second)}, journal.Step{Export: "a", Kind: stepInspect, Due: now.Add(-2 * time.Second)})
	var mu sync.Mutex
	var ran []string
	start(t, j, func(_ context.Context, s journal.Step) (outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		ran = append(ran, s.Kind)
		if s.Kind != stepStore {
			return outcome{}, nil
		}
		return outcome{commit: func(tx *journal.Tx) error {
			return tx.Plan(journal.Step{Export: "a", Kind: stepVerdict, Due: time.Now().Add(50 * time.Millisecond)})
		}}, nil
	})
	eventually(t, "all steps done", func() bool { return remaining(t, j) == 0 })
	mu.Lock()
	defer mu.Unlock()
	if len(ran) != 3 || ran[0] != stepInspect || ran[1] != stepStore || ran[2] != stepVerdict {
		t.Errorf("ran %v", ran)
	}
}

func TestStepsOfOneExportNeverOverlap(t *testing.T) {
	j := openJournal(t)
	var running, most, runs atomic.Int32
	for _, kind := range []string{stepFetch, stepInspect, stepStore, stepVerdict} {
		plan(t, j, journal.Step{Export: "a", Kind: kind, Due: time.Now()}, journal.Step{Export: "b", Kind: kind, Due: time.Now()})
	}
	per := map[string]*atomic.Int32{"a": {}, "b": {}}
	start(t, j, func(_ context.Context, s journal.Step) (outcome, error) {
		if per[s.Export].Add(1) > 1 {
			t.Error("two steps of one export at a time")
		}
		most.Store(max(most.Load(), running.Add(1)))
		time.Sleep(10 * time.Millisecond)
		running.Add(-1)
		per[s.Export].Add(-1)
		runs.Add(1)
		return outcome{}, nil
	})
	eventually(t, "all steps done", func() bool { return remaining(t, j) == 0 })
	if runs.Load() != 8 || most.Load() < 2 {
		t.Errorf("%d runs, at most %d at a time", runs.Load(), most.Load())
	}
}

func TestFailuresAndPanicsAreTriedAgain(t *testing.T) {
	j := openJournal(t)
	plan(t, j, journal.Step{Export: "a", Kind: stepFetch, Due: time.Now()}, journal.Step{Export: "b", Kind: stepFetch, Due: time.Now()}, journal.Step{Export: "c", Kind: stepFetch, Due: time.Now()})
	var mu sync.Mutex
	tries := map[string]int{}
	start(t, j, func(_ context.Context, s journal.Step) (outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		tries[s.Export]++
		switch first := tries[s.Export] == 1; {
		case first && s.Export == "a":
			return outcome{}, errors.New("no network")
		case first && s.Export == "b":
			panic("an odd archive")
		case first: // an outcome that cannot be recorded is no outcome
			return outcome{commit: func(*journal.Tx) error { return errors.New("disk full") }}, nil
		}
		if s.Tries != 1 || s.Error == "" {
			t.Errorf("second try of %s knows %d tries, error %q", s.Export, s.Tries, s.Error)
		}
		return outcome{}, nil
	})
	eventually(t, "all steps done", func() bool { return remaining(t, j) == 0 })
	mu.Lock()
	defer mu.Unlock()
	for _, e := range []string{"a", "b", "c"} {
		if tries[e] != 2 {
			t.Errorf("%s was tried %d times", e, tries[e])
		}
	}
}

func TestStopInterruptsAndTheStepStaysDue(t *testing.T) {
	j := openJournal(t)
	plan(t, j, journal.Step{Export: "a", Kind: stepFetch, Due: time.Now()})
	began := make(chan struct{})
	stop := start(t, j, func(ctx context.Context, _ journal.Step) (outcome, error) {
		close(began)
		<-ctx.Done()
		return outcome{}, ctx.Err()
	})
	<-began
	stop()
	if n := remaining(t, j); n != 1 {
		t.Errorf("%d steps left, want 1", n)
	}
	ran := make(chan int, 1)
	start(t, j, func(_ context.Context, s journal.Step) (outcome, error) {
		ran <- s.Tries
		return outcome{}, nil
	})
	if tries := <-ran; tries != 0 {
		t.Errorf("being stopped counted as %d failures", tries)
	}
}

func TestAJournalThatCannotBeWrittenIsHeardOf(t *testing.T) {
	j := openJournal(t)
	plan(t, j, journal.Step{Export: "a", Kind: stepFetch, Due: time.Now()})
	heard := make(chan error, 10)
	s := &scheduler{
		journal: j, log: quiet, lane: lane, parallel: 4,
		step:   func(context.Context, journal.Step) (outcome, error) { return outcome{}, errors.New("no network") },
		failed: func(*journal.Tx, journal.Step, error) error { return errors.New("disk full") },
		alarm:  func(_ context.Context, err error) { heard <- err },
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.run(ctx) }()
	if err := <-heard; err == nil || err.Error() != "disk full" {
		t.Errorf("heard %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBackoffGrowsAndIsSpread(t *testing.T) {
	for tries, want := range map[int]time.Duration{0: time.Second, 3: 8 * time.Second, 40: lastDelay} {
		seen := map[time.Duration]bool{}
		for range 50 {
			d := backoff(tries)
			seen[d] = true
			if d < want/2 || d > want*3/2 {
				t.Errorf("after %d tries: %v", tries, d)
			}
		}
		if len(seen) < 10 {
			t.Errorf("after %d tries all waits are alike", tries)
		}
	}
}

// What a server asks for is heeded, within reason.
func TestAStepWaitsAsLongAsItWasAskedTo(t *testing.T) {
	for wish, want := range map[time.Duration]time.Duration{time.Hour: time.Hour, 1000 * time.Hour: longestWish} {
		j := openJournal(t)
		plan(t, j, journal.Step{Export: "e", Kind: stepFetch, Due: time.Now()})
		ran := make(chan struct{}, 1)
		stop := start(t, j, func(context.Context, journal.Step) (outcome, error) {
			ran <- struct{}{}
			return outcome{}, fault.Temporary(fault.NotBefore(errors.New("429"), wish), "")
		})
		<-ran
		var due time.Time
		for time.Until(due) < 0 {
			err := j.View(t.Context(), func(tx *journal.Tx) error {
				steps, err := tx.StepsOf("e")
				due = steps[0].Due
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := time.Until(due); d > 0 && (d < want-time.Minute || d > want+time.Minute) {
				t.Errorf("asked for %v: next try in %v", wish, d)
			}
			time.Sleep(5 * time.Millisecond)
		}
		stop()
	}
}
