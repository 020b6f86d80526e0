package daemon

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// someone is a channel with a name, which may be out of order.
type someone struct {
	ear
	name   string
	broken atomic.Bool
}

func (s *someone) Name() string { return s.name }

func (s *someone) Send(ctx context.Context, n notify.Event) error {
	if s.broken.Load() {
		return errors.New("connection refused")
	}
	return s.ear.Send(ctx, n)
}

// waitingExport is one of jane's that waits for her, with so long to go.
func waitingExport(t *testing.T, j *journal.Journal, left time.Duration) {
	t.Helper()
	e := journal.Export{
		ID: "x", Account: "jane", Cause: "x", State: "waiting-for-you", Announcement: []byte("{}"), Reasons: []byte("[]"),
		AnnouncedAt: time.Now(), Deadline: time.Now().Add(left), Created: time.Now(),
	}
	if err := j.Update(t.Context(), func(tx *journal.Tx) error {
		_, err := tx.AddExport(e)
		return errors.Join(err, planReminders(tx, e, time.Now()))
	}); err != nil {
		t.Fatal(err)
	}
}

// TestRemindersGetLouder: the mail a day before, then webhook and command, then the phone; and at once all of them if
// the mail cannot be put.
func TestRemindersGetLouder(t *testing.T) {
	for _, broken := range []bool{false, true} {
		inBubble(t, func(t *testing.T, j *journal.Journal) {
			d := alone(t, j)
			inbox, hook, phone, strange := &someone{name: "inbox"}, &someone{name: "webhook"}, &someone{name: "push 1"}, &someone{name: "inbox of another"}
			inbox.broken.Store(broken)
			d.channels = []channel{{inbox, "jane", loudInbox}, {hook, "", loudOther}, {phone, "", loudPush}, {strange, "joe", loudInbox}}
			waitingExport(t, j, 30*time.Hour)
			got := func() (n []int) {
				for _, s := range []*someone{inbox, hook, phone, strange} {
					n = append(n, len(s.events("deadline-near")))
				}
				return n
			}
			for _, step := range []struct {
				pass           time.Duration
				whole, instead []int
			}{
				{5 * time.Hour, []int{0, 0, 0, 0}, []int{0, 0, 0, 0}},
				{61 * time.Minute, []int{1, 0, 0, 0}, []int{0, 1, 1, 0}},
				{18 * time.Hour, []int{2, 1, 0, 0}, []int{0, 2, 2, 0}},
				{5 * time.Hour, []int{3, 2, 1, 0}, []int{0, 3, 3, 0}},
			} {
				pass(step.pass)
				want := step.whole
				if broken {
					want = step.instead
				}
				if n := got(); !slices.Equal(n, want) {
					t.Errorf("broken %v, after %v: %v, want %v", broken, step.pass, n, want)
				}
			}
		})
	}
}

// TestABrokenChannelIsToldOfByTheOthers, once a day and not by itself.
func TestABrokenChannelIsToldOfByTheOthers(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		d := alone(t, j)
		hook, phone := &someone{name: "webhook"}, &someone{name: "push 1"}
		phone.broken.Store(true)
		d.channels = []channel{{hook, "", loudOther}, {phone, "", loudPush}}
		waitingExport(t, j, 90*time.Hour)
		e := journal.Export{ID: "x", Account: "jane", Deadline: time.Now().Add(90 * time.Hour)}
		for _, n := range []notify.Event{d.news.announced(e), d.news.waiting(e, nil, nil)} {
			if err := j.Update(t.Context(), func(tx *journal.Tx) error { return d.announce(tx, n) }); err != nil {
				t.Fatal(err)
			}
		}
		pass(5 * time.Minute)
		if n := len(hook.events("channel-down")); n > 0 {
			t.Errorf("told %d times after five minutes: it may come back by itself", n)
		}
		pass(2 * time.Hour)
		down := hook.events("channel-down")
		if len(down) != 1 || !strings.Contains(down[0].Title, "push 1") || !strings.Contains(down[0].Text, "connection refused") {
			t.Fatalf("told: %v", down)
		}
		phone.broken.Store(false)
		pass(10 * time.Minute)
		if n := len(phone.events("export-announced")) + len(phone.events("waiting-for-you")); n != 2 {
			t.Errorf("%d of two pieces of news came when the channel was back", n)
		}
		if n := len(phone.events("channel-down")); n > 0 {
			t.Errorf("told to the channel itself: %d", n)
		}
	})
}
