package daemon

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/words"
)

// alone is a daemon without inboxes and channels, whose scheduler runs until the test ends.
func alone(t *testing.T, j *journal.Journal) *Daemon {
	t.Helper()
	d := &Daemon{cfg: &config.Config{Accounts: []config.Account{{Username: "jane"}}}, journal: j, log: quiet, started: time.Now()}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.newScheduler().run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return d
}

// recorded returns the events of a kind that were recorded, by their id's beginning.
func recorded(t *testing.T, j *journal.Journal, ids ...string) (found []notify.Event) {
	t.Helper()
	err := j.View(t.Context(), func(tx *journal.Tx) error {
		for _, id := range ids {
			body, ok, err := tx.Event(id)
			if err != nil {
				return err
			}
			if ok {
				var e notify.Event
				if err := json.Unmarshal(body, &e); err != nil {
					return err
				}
				found = append(found, e)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// moment is a time as English news tell it.
func moment(t time.Time) string { return words.English.Say("%s", words.Moment(t)) }

func TestNoMailInTwoDaysIsTold(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		d := alone(t, j)
		asked := time.Now()
		if _, err := d.Expect(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		id := news{}.noMailYet("jane", "", asked).ID
		time.Sleep(47 * time.Hour)
		synctest.Wait()
		if got := recorded(t, j, id); len(got) != 0 {
			t.Fatalf("told after 47 hours: %v", got)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := recorded(t, j, id); len(got) != 1 || got[0].Event != "no-mail-yet" || !strings.Contains(got[0].Text, moment(asked)) {
			t.Fatalf("after 49 hours: %v", got)
		}
	})
}

func TestAMailThatCameIsNotMissed(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		d := alone(t, j)
		asked := time.Now()
		if _, err := d.Expect(t.Context(), "jane"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Hour)
		if err := j.Update(t.Context(), func(tx *journal.Tx) error { return met(tx, "jane") }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Hour)
		synctest.Wait()
		if got := recorded(t, j, news{}.noMailYet("jane", "", asked).ID); len(got) != 0 {
			t.Errorf("told: %v", got)
		}
	})
}

func TestAWeeklyWordWhileSomethingIsOpen(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		d := alone(t, j)
		if _, err := d.Expect(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for week := 1; week <= 6; week++ {
			at := time.Now().Add(time.Duration(week) * newsEvery)
			ids = append(ids, news{}.stillWatching("jane", time.Time{}, nil, at).ID)
		}
		time.Sleep(3*newsEvery + time.Hour)
		synctest.Wait()
		if got := recorded(t, j, ids...); len(got) != 3 {
			t.Fatalf("%d words in three weeks", len(got))
		}
		if err := j.Update(t.Context(), func(tx *journal.Tx) error { return met(tx, "jane") }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * newsEvery)
		synctest.Wait()
		if got := recorded(t, j, ids...); len(got) != 3 {
			t.Errorf("%d words although nothing is open", len(got))
		}
	})
}

func TestExpectWantsToKnowWhose(t *testing.T) {
	j := openJournal(t)
	d := &Daemon{cfg: &config.Config{Accounts: []config.Account{{Username: "jane"}, {Username: "bob"}}}, journal: j, log: quiet}
	for _, name := range []string{"", "eve"} {
		if r, err := d.Expect(t.Context(), name); err == nil {
			t.Errorf("%q: %+v", name, r)
		}
	}
}
