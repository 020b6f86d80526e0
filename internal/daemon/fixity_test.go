package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// ear is a channel that remembers.
type ear struct {
	mu    sync.Mutex
	heard []notify.Event
}

func (*ear) Name() string { return "ear" }

func (e *ear) Send(_ context.Context, n notify.Event) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, n)
	return nil
}

func (e *ear) events(kind string) (list []notify.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, n := range e.heard {
		if n.Event == kind {
			list = append(list, n)
		}
	}
	return list
}

// keeper is a daemon that keeps one export of jane's in an archive folder and on
// a disk, whose scheduler runs.
type keeper struct {
	*Daemon
	*ear
	usb string
}

func newKeeper(t *testing.T, j *journal.Journal) *keeper {
	t.Helper()
	k := &keeper{ear: &ear{}, usb: t.TempDir()}
	if err := vault.Init(k.usb); err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{
		ArchiveDir: t.TempDir(), Accounts: []config.Account{{Username: "jane"}}, Replicas: []config.Replica{{Dir: k.usb}},
	}
	v, err := vault.Open(cfg.ArchiveDir)
	if err != nil {
		t.Fatal(err)
	}
	k.Daemon = &Daemon{cfg: cfg, journal: j, vault: v, log: quiet, started: time.Now(), channels: []channel{{k.ear, "", loudOther}}}
	if k.places, err = openPlaces(cfg, v, j); err != nil {
		t.Fatal(err)
	}
	dir, err := v.Incoming("x")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(strings.Repeat("pictures ", 1000))
	if err := os.WriteFile(filepath.Join(dir, "a.zip"), body, 0o440); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	k.update(t, func(tx *journal.Tx) error {
		if _, err := tx.AddExport(journal.Export{ID: "x", Account: "jane", Cause: "x", State: "storing", Report: []byte("{}"), Created: time.Now()}); err != nil {
			return err
		}
		return errors.Join(
			tx.PutPart("x", journal.Part{Name: "a.zip", Size: int64(len(body)), SHA256: hex.EncodeToString(sum[:]), Origin: json.RawMessage("{}")}),
			tx.Plan(journal.Step{Export: "x", Kind: stepStore, Due: time.Now()}))
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- k.newScheduler().run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return k
}

func (k *keeper) update(t *testing.T, f func(*journal.Tx) error) {
	t.Helper()
	if err := k.journal.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// copies returns the proofs by place.
func (k *keeper) copies(t *testing.T) map[string]journal.Copy {
	t.Helper()
	m := map[string]journal.Copy{}
	if err := k.journal.View(t.Context(), func(tx *journal.Tx) error {
		list, err := tx.Copies("x")
		for _, c := range list {
			m[c.Place] = c
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

// pass lets time go by, and what was due in it happen.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func harmFile(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

const day = 24 * time.Hour

func TestEveryCopyIsReadOnceAMonth(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		stored := k.copies(t)
		if stored[archivePlace].State != copyProven || stored[k.usb].State != copyProven {
			t.Fatalf("not stored: %v", stored)
		}
		for month := 1; month <= 3; month++ {
			before := k.copies(t)
			pass(29 * day)
			if now := k.copies(t); now[archivePlace].At != before[archivePlace].At || now[k.usb].At != before[k.usb].At {
				t.Fatalf("month %d: read too early: %v", month, now)
			}
			pass(day + time.Hour)
			for place, c := range k.copies(t) {
				if time.Since(c.At) > 12*time.Hour || c.State != copyProven {
					t.Errorf("month %d: the copy in %s was not read: %v", month, place, c)
				}
			}
		}
		if n := k.events("copy-damaged"); len(n) > 0 {
			t.Errorf("told: %v", n)
		}
	})
}

func TestACopyThatRotsIsFoundMendedAndTold(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		harmFile(t, filepath.Join(k.cfg.ArchiveDir, "jane", "x", "data", "a.zip"))
		pass(31 * day)
		told := k.events("copy-damaged")
		if len(told) != 1 || !strings.Contains(told[0].Text, "data/a.zip: changed") || !strings.Contains(told[0].Text, "written anew from the copy in "+k.usb) {
			t.Fatalf("told: %v", told)
		}
		if c := k.copies(t)[archivePlace]; c.State != copyProven {
			t.Errorf("%v", c)
		}
		if p, err := vault.ReadBack(t.Context(), filepath.Join(k.cfg.ArchiveDir, "jane", "x"), nil); err != nil || len(p.Damage) > 0 {
			t.Errorf("the archive is not whole: %v %v", p, err)
		}
	})
}

func TestDamageThatNothingMendsIsToldOnceAndTriedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		archive, usb := filepath.Join(k.cfg.ArchiveDir, "jane", "x", "data", "a.zip"), filepath.Join(k.usb, "jane", "x", "data", "a.zip")
		harmFile(t, archive)
		harmFile(t, usb)
		pass(35 * day)
		if told := k.events("copy-damaged"); len(told) != 2 {
			t.Errorf("told %d times: %v", len(told), told)
		}
		if told := k.events("not-safe"); len(told) == 0 || !strings.Contains(told[len(told)-1].Text, "is not what was stored") {
			t.Errorf("told: %v", told)
		}
		harmFile(t, usb) // as it was: a rescued file was put back
		pass(day)
		for place, c := range k.copies(t) {
			if c.State != copyProven {
				t.Errorf("the copy in %s: %v", place, c)
			}
		}
	})
}

func TestADiskThatIsAwayIsNoDamageAndIsAskedForOnceAWeek(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		if err := os.Rename(k.usb, k.usb+".away"); err != nil {
			t.Fatal(err)
		}
		pass(30*day + 2*day)
		if told := k.events("copy-waiting"); len(told) != 0 {
			t.Errorf("told after two days: %v", told)
		}
		pass(16 * day)
		if told := k.events("copy-waiting"); len(told) != 3 || !strings.Contains(told[0].Text, "plug the disk in") {
			t.Errorf("told %d times: %v", len(told), told)
		}
		if told := k.events("copy-damaged"); len(told) != 0 {
			t.Errorf("told: %v", told)
		}
		if err := os.Rename(k.usb+".away", k.usb); err != nil {
			t.Fatal(err)
		}
		pass(7 * time.Hour)
		if c := k.copies(t)[k.usb]; time.Since(c.At) > 7*time.Hour || c.State != copyProven {
			t.Errorf("not read when the disk was back: %v", c)
		}
	})
}

func TestACopyThatCannotBeWrittenIsSpokenOfAgainAndAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		if err := os.Rename(k.usb, k.usb+".away"); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		if told := k.events("not-safe"); len(told) != 1 || !strings.Contains(told[0].Text, "the disk for copies is not there") {
			t.Fatalf("told: %v", told)
		}
		pass(8 * day)
		if told := k.events("copy-waiting"); len(told) != 3 { // day 1, 3, 7
			t.Errorf("reminded %d times: %v", len(told), told)
		}
		if err := os.Rename(k.usb+".away", k.usb); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Minute)
		if c := k.copies(t)[k.usb]; c.State != copyProven {
			t.Errorf("not written when the disk was there: %v", c)
		}
	})
}

func TestCopiesAreReadOnTheDaysThatMatterOfADeletion(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		asked := time.Now()
		began, err := k.Deleting(t.Context(), "", asked)
		until := began.Until
		if err != nil || until != asked.AddDate(0, 0, 30) {
			t.Fatalf("%v %v", until, err)
		}
		var readOn, last []int
		for n := range 32 {
			if time.Since(k.copies(t)[archivePlace].At) < time.Hour && n > 0 {
				readOn = append(readOn, n)
			}
			if time.Since(k.copies(t)[k.usb].At) < time.Hour && n > 0 {
				last = append(last, n)
			}
			pass(time.Until(asked.AddDate(0, 0, n+1).Add(time.Minute)))
		}
		if want := []int{1, 7, 14, 20, 25, 28}; !slices.Equal(readOn, want) || !slices.Equal(last, want) {
			t.Errorf("read on the days %v and %v, want %v", readOn, last, want)
		}
		told := k.events("deletion")
		if len(told) != 8 { // begun, six days, over
			t.Fatalf("told %d times: %v", len(told), told)
		}
		if !strings.Contains(told[1].Title, "day 1 of 30") || !strings.Contains(told[1].Text, "Every copy is whole") || !strings.Contains(told[1].Text, moment(until)) {
			t.Errorf("%s\n%s", told[1].Title, told[1].Text)
		}
		if !strings.Contains(told[7].Title, "are over") {
			t.Errorf("%s", told[7].Title)
		}
	})
}

func TestADeletionThatWasCalledOffIsNotCountedDown(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		if _, err := k.Deleting(t.Context(), "jane", time.Now().Add(time.Hour)); err == nil {
			t.Error("a day to come was taken")
		}
		if _, err := k.Deleting(t.Context(), "zoe", time.Now()); err == nil {
			t.Error("an account that nobody watches was taken")
		}
		if _, err := k.Deleting(t.Context(), "jane", time.Now()); err != nil {
			t.Fatal(err)
		}
		pass(2 * day)
		if err := k.Keeping(t.Context(), "jane"); err != nil {
			t.Fatal(err)
		}
		pass(40 * day)
		if told := k.events("deletion"); len(told) != 2 { // begun, day 1
			t.Errorf("told %d times: %v", len(told), told)
		}
	})
}

func TestANewReplicaGetsTheExportsThatAreThereAlready(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		k := newKeeper(t, j)
		pass(time.Minute)
		second := t.TempDir()
		if err := vault.Init(second); err != nil {
			t.Fatal(err)
		}
		k.cfg.Replicas = append(k.cfg.Replicas, config.Replica{Dir: second})
		var err error
		if k.places, err = openPlaces(k.cfg, k.vault, j); err != nil {
			t.Fatal(err)
		}
		if err := k.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		if c := k.copies(t)[second]; c.State != copyProven {
			t.Errorf("%v", c)
		}
	})
}
