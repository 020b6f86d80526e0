package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func openTest(t *testing.T) *Journal {
	t.Helper()
	j, err := Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func update(t *testing.T, j *Journal, f func(*Tx) error) {
	t.Helper()
	if err := j.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsThatKeepCommitsAcrossPowerCuts(t *testing.T) {
	j := openTest(t)
	var mode string
	var sync int
	if err := j.db.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal_mode %q, %v", mode, err)
	}
	if err := j.db.QueryRow("PRAGMA synchronous").Scan(&sync); err != nil || sync != 2 {
		t.Errorf("synchronous %d, want 2 (FULL), %v", sync, err)
	}
}

func TestOneOwnerAtATime(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); !errors.Is(err, ErrLocked) {
		t.Errorf("second owner: %v", err)
	}
	reader, err := OpenReadOnly(t.Context(), dir)
	if err != nil {
		t.Fatalf("a reader must get in while the owner is there: %v", err)
	}
	if err := reader.Update(t.Context(), func(tx *Tx) error { return tx.Answer("x", "y", time.Now()) }); err == nil {
		t.Error("a reader wrote")
	}
	if err := errors.Join(reader.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	if j, err = Open(t.Context(), dir); err != nil {
		t.Fatalf("after the owner left: %v", err)
	}
	_ = j.Close()
	if reader, err = OpenReadOnly(t.Context(), dir); err != nil {
		t.Fatalf("a reader without an owner: %v", err)
	}
	if err := reader.View(t.Context(), func(tx *Tx) error { _, err := tx.Exports(); return err }); err != nil {
		t.Error(err)
	}
	_ = reader.Close()
	if _, err := OpenReadOnly(t.Context(), t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("never written: %v", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
}

func TestNewerJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_ = j.Close()
	if _, err := Open(t.Context(), dir); err == nil {
		t.Error("accepted")
	}
	// The refusal must have given the lock back.
	lock, err := takeLock(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	_ = lock.Close()
}

func TestExportIsTakenOncePerCause(t *testing.T) {
	j := openTest(t)
	at := time.Now().Truncate(time.Millisecond).UTC()
	e := Export{ID: "a", Account: "jane", Cause: "mail:<1@x>", Route: "mail", State: "announced", AnnouncedAt: at, Deadline: at.Add(time.Hour), Created: at}
	update(t, j, func(tx *Tx) error {
		if added, err := tx.AddExport(e); err != nil || !added {
			t.Errorf("first: %v, %v", added, err)
		}
		e2 := e
		e2.ID = "b"
		if added, err := tx.AddExport(e2); err != nil || added {
			t.Errorf("same cause again: %v, %v", added, err)
		}
		return nil
	})
	update(t, j, func(tx *Tx) error {
		got, found, err := tx.Export("a")
		if err != nil || !found || !got.Deadline.Equal(e.Deadline) || string(got.Reasons) != "[]" {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		got.State, got.Verdict, got.Path = "done", "questions", "/x"
		return tx.SetExport(got)
	})
	_ = j.View(t.Context(), func(tx *Tx) error {
		list, err := tx.Exports()
		if err != nil || len(list) != 1 || list[0].State != "done" || list[0].Path != "/x" || !list[0].AnnouncedAt.Equal(at) {
			t.Errorf("%+v, %v", list, err)
		}
		return nil
	})
}

func TestFailedUpdateLeavesNothing(t *testing.T) {
	j := openTest(t)
	boom := errors.New("boom")
	err := j.Update(t.Context(), func(tx *Tx) error {
		if err := tx.Plan(Step{Kind: "k", Due: time.Now()}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	select {
	case <-j.Changed():
		t.Error("woken for nothing")
	default:
	}
	_ = j.View(t.Context(), func(tx *Tx) error {
		if due, _, err := tx.Steps(time.Now(), 10); err != nil || len(due) != 0 {
			t.Errorf("%v, %v", due, err)
		}
		return nil
	})
}

func TestSteps(t *testing.T) {
	j := openTest(t)
	now := time.Now()
	update(t, j, func(tx *Tx) error {
		return errors.Join(
			tx.Plan(Step{Export: "a", Kind: "late", Due: now.Add(time.Hour)}),
			tx.Plan(Step{Export: "a", Kind: "now", Due: now}),
			tx.Plan(Step{Export: "a", Kind: "now", Due: now}),
		)
	})
	select {
	case <-j.Changed():
	default:
		t.Error("not woken")
	}
	var step Step
	look := func() (due []Step, next time.Time) {
		t.Helper()
		if err := j.View(t.Context(), func(tx *Tx) (err error) {
			due, next, err = tx.Steps(now, 10)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return due, next
	}
	due, next := look()
	if len(due) != 1 || due[0].Kind != "now" || next.UnixMilli() != now.Add(time.Hour).UnixMilli() {
		t.Fatalf("due %+v, next %v", due, next)
	}
	step = due[0]

	update(t, j, func(tx *Tx) error { return tx.Postpone(step, now.Add(-time.Second), "no network") })
	due, _ = look()
	if len(due) != 1 || due[0].Tries != 1 || due[0].Error != "no network" {
		t.Fatalf("postponed: %+v", due)
	}

	// Planned anew while it runs: the end of the old run must not lose it.
	update(t, j, func(tx *Tx) error { return tx.Plan(Step{Export: "a", Kind: "now", Due: now}) })
	update(t, j, func(tx *Tx) error { return tx.Finish(step) })
	if due, _ = look(); len(due) != 1 || due[0].Tries != 0 {
		t.Fatalf("planned anew: %+v", due)
	}
	update(t, j, func(tx *Tx) error { return tx.Finish(due[0]) })
	if due, _ = look(); len(due) != 0 {
		t.Fatalf("finished: %+v", due)
	}
	update(t, j, func(tx *Tx) error { return tx.Cancel("a", "late") })
	if _, next = look(); !next.IsZero() {
		t.Errorf("cancelled, but next is %v", next)
	}
}

// A step's own transaction may cancel it and plan its successor; finishing it
// afterwards must not hit the successor.
func TestHastenedStepsAreDue(t *testing.T) {
	j := openTest(t)
	now := time.Now()
	update(t, j, func(tx *Tx) error {
		return errors.Join(
			tx.Plan(Step{Kind: "clean", Arg: "a", Due: now.Add(time.Hour)}), tx.Plan(Step{Kind: "other", Due: now.Add(time.Hour)}),
			tx.Hasten("clean", now),
		)
	})
	if err := j.View(t.Context(), func(tx *Tx) error {
		due, next, err := tx.Steps(now, 10)
		if len(due) != 1 || due[0].Kind != "clean" || !next.After(now) {
			t.Errorf("due: %v, then %v", due, next)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestFinishingACancelledStepLeavesItsSuccessor(t *testing.T) {
	j := openTest(t)
	var step Step
	update(t, j, func(tx *Tx) error {
		err := tx.Plan(Step{Export: "a", Kind: "fetch", Due: time.Now()})
		due, _, serr := tx.Steps(time.Now(), 1)
		step = due[0]
		return errors.Join(err, serr)
	})
	update(t, j, func(tx *Tx) error {
		return errors.Join(tx.Cancel("a", "fetch"), tx.Plan(Step{Export: "a", Kind: "inspect", Due: time.Now()}), tx.Finish(step))
	})
	_ = j.View(t.Context(), func(tx *Tx) error {
		if due, _, err := tx.Steps(time.Now(), 10); err != nil || len(due) != 1 || due[0].Kind != "inspect" {
			t.Errorf("%+v, %v", due, err)
		}
		return nil
	})
}

func TestMailsAreTakenOnceAndForgotten(t *testing.T) {
	j := openTest(t)
	m := Mail{Account: "jane", Identity: "<1@x>", Raw: []byte("From: x\r\n\r\n"), Received: time.Now()}
	var id int64
	update(t, j, func(tx *Tx) (err error) {
		var added bool
		if id, added, err = tx.AddMail(m); !added {
			t.Error("not added")
		}
		return err
	})
	update(t, j, func(tx *Tx) error {
		if _, added, err := tx.AddMail(m); added || err != nil {
			t.Error("added twice", err)
		}
		return tx.Judged(id, "ignored")
	})
	_ = j.View(t.Context(), func(tx *Tx) error {
		got, found, err := tx.Mail(id)
		if err != nil || !found || got.Raw != nil || got.Decision != "ignored" {
			t.Errorf("%+v, %v, %v", got, found, err)
		}
		return nil
	})
}

func TestPartsCopiesAnswersCursorsEventsCheckpoints(t *testing.T) {
	j := openTest(t)
	at := time.Now().Truncate(time.Millisecond).UTC()
	update(t, j, func(tx *Tx) error {
		_, err := tx.AddExport(Export{ID: "a", Cause: "c", Created: at})
		added, eerr := tx.AddEvent("e1", []byte("{}"), at)
		if !added {
			t.Error("event not added")
		}
		return errors.Join(err, eerr,
			tx.PutPart("a", Part{Name: "p.zip", Size: 1, SHA256: "old"}),
			tx.PutPart("a", Part{Name: "p.zip", Size: 5, SHA256: "new", Route: "link"}),
			tx.PutCopy("a", Copy{Place: "archive", State: "proven", Digest: "d", At: at}),
			tx.Answer("a", "part-count", at), tx.Answer("a", "part-count", at),
			tx.SetCursor("jane", "INBOX", Cursor{1, 2}), tx.SetCursor("jane", "INBOX", Cursor{1, 9}))
	})
	update(t, j, func(tx *Tx) error {
		parts, err := tx.Parts("a")
		if err != nil || len(parts) != 1 || parts[0].SHA256 != "new" {
			t.Errorf("parts %+v, %v", parts, err)
		}
		copies, err := tx.Copies("a")
		if err != nil || len(copies) != 1 || copies[0] != (Copy{Place: "archive", State: "proven", Digest: "d", At: at}) {
			t.Errorf("copies %+v, %v", copies, err)
		}
		answers, err := tx.Answers("a")
		if err != nil || !answers["part-count"] || len(answers) != 1 {
			t.Errorf("answers %v, %v", answers, err)
		}
		c, err := tx.Cursor("jane", "INBOX")
		if err != nil || c != (Cursor{1, 9}) {
			t.Errorf("cursor %v, %v", c, err)
		}
		if c, err := tx.Cursor("jane", "Junk"); err != nil || c != (Cursor{}) {
			t.Errorf("unread folder: %v, %v", c, err)
		}
		if added, err := tx.AddEvent("e1", []byte("{}"), at); added || err != nil {
			t.Errorf("event twice: %v, %v", added, err)
		}
		return errors.Join(tx.DropCopies("a"), tx.DropAnswers("a"))
	})
	if err := j.SaveCheckpoint(t.Context(), "k", []byte("1")); err != nil {
		t.Fatal(err)
	}
	if err := j.SaveCheckpoint(t.Context(), "k", []byte("2")); err != nil {
		t.Fatal(err)
	}
	if b, found, err := j.Checkpoint(t.Context(), "k"); err != nil || !found || string(b) != "2" {
		t.Errorf("%q, %v, %v", b, found, err)
	}
	update(t, j, func(tx *Tx) error { return tx.DropCheckpoints("other") })
	if _, found, err := j.Checkpoint(t.Context(), "k"); err != nil || !found {
		t.Errorf("another's checkpoint is gone, %v", err)
	}
	update(t, j, func(tx *Tx) error { return tx.DropCheckpoints("k") })
	if _, found, err := j.Checkpoint(t.Context(), "k"); err != nil || found {
		t.Errorf("a dropped checkpoint is there, %v", err)
	}
	if err := j.SaveCheckpoint(t.Context(), "k", []byte("3")); err != nil {
		t.Fatal(err)
	}
	if err := j.DropCheckpoint(t.Context(), "k"); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := j.Checkpoint(t.Context(), "k"); found {
		t.Error("dropped, but there")
	}
}

// TestKilledWriterKeepsWhatItAcknowledged kills a process that commits without
// end and looks whether every commit it reported is there.
func TestKilledWriterKeepsWhatItAcknowledged(t *testing.T) {
	if dir := os.Getenv("JOURNAL_WRITER"); dir != "" {
		j, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			update(t, j, func(tx *Tx) error { return tx.Plan(Step{Kind: "k", Arg: fmt.Sprint(i), Due: time.Now()}) })
			fmt.Println("acknowledged", i)
		}
	}
	for range 5 {
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledWriterKeepsWhatItAcknowledged$")
		cmd.Env = append(os.Environ(), "JOURNAL_WRITER="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		last := -1
		for last < 50 {
			if _, err := fmt.Fscanf(out, "acknowledged %d\n", &last); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for { // what was still in the pipe was acknowledged too
			if _, err := fmt.Fscanf(out, "acknowledged %d\n", &last); err != nil {
				break
			}
		}
		_ = cmd.Wait()
		j, err := Open(t.Context(), dir)
		if err != nil {
			t.Fatalf("after the kill: %v", err)
		}
		_ = j.View(t.Context(), func(tx *Tx) error {
			due, _, err := tx.Steps(time.Now(), 1<<20)
			if err != nil || len(due) < last+1 {
				t.Errorf("%d of %d acknowledged commits left, %v", len(due), last+1, err)
			}
			return nil
		})
		_ = j.Close()
	}
}
