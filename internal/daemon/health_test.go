package daemon

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// fakeInbox is an inbox whose state a test sets.
type fakeInbox struct {
	mu      sync.Mutex
	folders []imapwatch.FolderStatus
}

func (f *fakeInbox) set(folders ...imapwatch.FolderStatus) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.folders = folders
}

func (f *fakeInbox) status() []imapwatch.FolderStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.folders)
}

func folder(name, state string, contact time.Time, trouble string) imapwatch.FolderStatus {
	s := imapwatch.FolderStatus{Folder: name, State: state, Since: contact, LastContact: contact, Err: trouble}
	if trouble != "" {
		s.Fault = errors.New(trouble)
	}
	return s
}

// told collects what the health watch announces.
type told struct {
	mu   sync.Mutex
	news []notify.Event
	beat int
}

func (n *told) events() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []string
	for _, e := range n.news {
		list = append(list, e.Event)
	}
	return list
}

func (n *told) want(t *testing.T, events ...string) {
	t.Helper()
	synctest.Wait()
	if got := n.events(); !slices.Equal(got, events) {
		t.Fatalf("%v: told %q, want %q", time.Now(), got, events)
	}
}

// watchHealth runs a health watch over f until stop.
func watchHealth(t *testing.T, j *journal.Journal, f *fakeInbox, n *told) (stop func()) {
	t.Helper()
	h := &health{
		journal: j, log: quiet,
		inboxes: []pulseOf{{"jane", "jane@example.org", time.Now(), f.status}},
		announce: func(_ *journal.Tx, e notify.Event) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.news = append(n.news, e)
			return nil
		},
		beat: func(context.Context) error { n.beat++; return nil },
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.watch(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func inBubble(t *testing.T, f func(t *testing.T, j *journal.Journal)) {
	synctest.Test(t, func(t *testing.T) {
		j, err := journal.Open(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer j.Close()
		f(t, j)
	})
}

func TestAnInboxIsDownAfterAQuarterOfAnHourAndThenBack(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		f, n := &fakeInbox{}, &told{}
		f.set(folder("INBOX", "watching", time.Now(), ""))
		defer watchHealth(t, j, f, n)()
		time.Sleep(10 * time.Minute)
		lost := time.Now()
		f.set(folder("INBOX", "connecting", lost, "connection refused"))
		time.Sleep(14 * time.Minute)
		n.want(t)
		time.Sleep(2 * time.Minute)
		n.want(t, "inbox-down")
		if e := n.news[0]; !strings.Contains(e.Text, "connection refused") || !strings.Contains(e.Text, moment(lost)) {
			t.Errorf("it says neither since when nor why: %s", e.Text)
		}
		time.Sleep(5 * time.Hour)
		n.want(t, "inbox-down")
		f.set(folder("INBOX", "watching", time.Now(), ""))
		time.Sleep(2 * time.Minute)
		n.want(t, "inbox-down", "inbox-back")
		lost = time.Now()
		f.set(folder("INBOX", "connecting", lost, "no route"))
		time.Sleep(17 * time.Minute)
		n.want(t, "inbox-down", "inbox-back", "inbox-down")
		if n.news[0].ID == n.news[2].ID {
			t.Error("the second outage has the first one's id: it would not be sent")
		}
	})
}

func TestShortLossesAreNotTold(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		f, n := &fakeInbox{}, &told{}
		f.set(folder("INBOX", "watching", time.Now(), ""))
		defer watchHealth(t, j, f, n)()
		for range 50 {
			time.Sleep(10 * time.Minute)
			f.set(folder("INBOX", "connecting", time.Now(), "bye"))
			time.Sleep(10 * time.Minute)
			f.set(folder("INBOX", "polling", time.Now(), ""))
		}
		n.want(t)
	})
}

func TestARefusedLoginIsToldAtOnceAndOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		f, n := &fakeInbox{}, &told{}
		f.set(folder("INBOX", "connecting", time.Time{}, ""))
		defer watchHealth(t, j, f, n)()
		f.set(folder("INBOX", "auth-failed", time.Time{}, "login refused"))
		time.Sleep(2 * time.Minute)
		n.want(t, "inbox-down")
		time.Sleep(72 * time.Hour)
		n.want(t, "inbox-down")
	})
}

func TestARestartInAnOutageIsNoNews(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		f, n := &fakeInbox{}, &told{}
		f.set(folder("INBOX", "connecting", time.Time{}, "no route"))
		stop := watchHealth(t, j, f, n)
		time.Sleep(20 * time.Minute)
		n.want(t, "inbox-down")
		stop()
		defer watchHealth(t, j, f, n)()
		time.Sleep(20 * time.Minute)
		n.want(t, "inbox-down")
		f.set(folder("INBOX", "watching", time.Now(), ""))
		time.Sleep(2 * time.Minute)
		n.want(t, "inbox-down", "inbox-back")
	})
}

func TestAFolderBesideTheInboxCountsToo(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		f, n := &fakeInbox{}, &told{}
		lost := time.Now()
		defer watchHealth(t, j, f, n)()
		for range 20 {
			f.set(folder("INBOX", "watching", time.Now(), ""), folder("Spam", "stopped", lost, "no such folder"))
			time.Sleep(time.Minute)
		}
		n.want(t, "inbox-down")
		if e := n.news[0]; !strings.Contains(e.Text, "Spam") || !strings.Contains(e.Text, "no such folder") {
			t.Errorf("it names neither the folder nor the reason: %s", e.Text)
		}
	})
}

func TestTheHeartbeatIsSentOnlyWhileAllAreLive(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		f, n := &fakeInbox{}, &told{}
		f.set(folder("INBOX", "connecting", time.Now(), ""))
		defer watchHealth(t, j, f, n)()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n.beat != 0 {
			t.Fatalf("%d heartbeats without contact", n.beat)
		}
		for range 60 {
			f.set(folder("INBOX", "watching", time.Now(), ""))
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		if n.beat < 11 || n.beat > 13 {
			t.Errorf("%d heartbeats in an hour, want one every five minutes", n.beat)
		}
	})
}
