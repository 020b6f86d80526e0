package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// browserWorld is a world in which jane has logged in once, and the page offers as many files as asked for.
func browserWorld(t *testing.T, parts int) *world {
	t.Helper()
	w := memoryWorld(t)
	e := testworld.DemoExport("jane.doe")
	e.Parts, e.Side, e.Generated = parts, storySide, time.Now().UTC()
	dir := t.TempDir()
	paths, err := e.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.offer(paths...)
	env, err := w.startAccounts()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.accounts.Close() })
	for key, value := range env {
		w.env = append(w.env, key+"="+value)
	}
	if err := w.logIn(); err != nil {
		t.Fatal(err)
	}
	w.show(testworld.Scene{})
	return w
}

// holdAfterTheFirst gives one file, and of each further one the beginning, until there may be more.
func (w *world) holdAfterTheFirst(until <-chan struct{}) {
	given := 0
	w.site.SetBehaviour(testworld.InTurn(func() testworld.Behaviour {
		if given++; given == 1 {
			return testworld.Honest
		}
		return testworld.Hold(5000, until)
	}))
}

// pressed lists the parts whose Download was pressed.
func (w *world) pressed() (parts []string) {
	for _, r := range w.accounts.Requests() {
		if part, ok := strings.CutPrefix(r.Path, "/part/"); ok {
			parts = append(parts, part)
		}
	}
	return parts
}

// files is how many files the only export has.
func (w *world) files(t *testing.T) int {
	st, err := w.status(t.Context())
	if err != nil || len(st.Exports) != 1 {
		return 0
	}
	return len(st.Exports[0].Parts)
}

func (w *world) await(t *testing.T, event string) {
	t.Helper()
	await(t, func() string { return fmt.Sprint(w.told()) }, func() bool {
		return slices.ContainsFunc(w.told(), func(e map[string]any) bool { return e["event"] == event })
	})
}

// TestKilledBetweenTwoFilesOfThePage: what is here is not asked for again.
func TestKilledBetweenTwoFilesOfThePage(t *testing.T) {
	t.Parallel()
	w := browserWorld(t, 3)
	w.holdAfterTheFirst(nil)
	cmd := startDaemon(t, w)
	if err := w.deliver(t.Context(), testworld.Ready2026, "INBOX"); err != nil {
		t.Fatal(err)
	}
	await(t, func() string { return "one file" }, func() bool { return w.files(t) == 1 })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	before := len(w.pressed())

	w.site.SetBehaviour(testworld.Behaviour{})
	cmd = startDaemon(t, w)
	w.await(t, "questions")
	if again := w.pressed()[before:]; slices.Contains(again, "0") || !slices.Contains(again, "2") {
		t.Errorf("pressed again: %v", again)
	}
	if n := w.files(t); n != 3 {
		t.Errorf("%d files", n)
	}
	for _, e := range w.told() {
		if e["event"] == "waiting-for-you" || e["event"] == "not-safe" {
			t.Errorf("told: %v", e)
		}
	}
	stop(t, cmd)
}

// TestTheAddressesOfThePageExpire: new ones are asked for, of the files that are still missing alone.
func TestTheAddressesOfThePageExpire(t *testing.T) {
	t.Parallel()
	w := browserWorld(t, 2)
	w.site.SetLife(-time.Hour)
	cmd := startDaemon(t, w)
	if err := w.deliver(t.Context(), testworld.Ready2026, "INBOX"); err != nil {
		t.Fatal(err)
	}
	await(t, func() string { return fmt.Sprint(w.pressed()) }, func() bool { return len(w.pressed()) >= 2 })
	w.site.SetLife(time.Hour) // from the first visit there are two that are of no use
	w.await(t, "questions")
	if got := w.pressed(); !slices.Equal(got, []string{"0", "1", "0", "1"}) {
		t.Errorf("pressed: %v", got)
	}
	stop(t, cmd)
}

// TestTheSessionEndsWithTheAccount: a deletion that is announced in the middle of a visit ends it, and what comes by a
// signed address still comes.
func TestTheSessionEndsWithTheAccount(t *testing.T) {
	t.Parallel()
	w := browserWorld(t, 2)
	told := make(chan struct{})
	w.holdAfterTheFirst(told)
	cmd := startDaemon(t, w)
	if err := w.deliver(t.Context(), testworld.Ready2026, "INBOX"); err != nil {
		t.Fatal(err)
	}
	await(t, func() string { return "one file" }, func() bool { return w.files(t) == 1 })
	out, err := w.command("deleted").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	before := len(w.accounts.Requests())
	close(told)
	w.await(t, "questions")
	if n := w.files(t); n != 2 {
		t.Errorf("%d files", n)
	}
	if later := w.accounts.Requests()[before:]; len(later) > 0 {
		t.Errorf("the page was asked: %v", later)
	}
	stop(t, cmd)

	// The same for an export that is announced later: nobody visits the page.
	w.site.SetBehaviour(testworld.Behaviour{})
	cmd = startDaemon(t, w)
	w.job = w.site.AddExport(os.Args[0])
	if err := w.deliver(t.Context(), testworld.Ready2019, "INBOX"); err != nil {
		t.Fatal(err)
	}
	w.await(t, "waiting-for-you")
	if later := w.accounts.Requests()[before:]; len(later) > 0 {
		t.Errorf("the page was asked: %v", later)
	}
	for _, r := range w.site.Requests() {
		if r.Cookie {
			t.Errorf("cookies_file was used: %+v", r)
		}
	}
	stop(t, cmd)
}
