package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// killsFlag is how often the daemon is killed in TestKilledAtAnyMoment.
var killsFlag = flag.Int("kills", campaign(12, 500), "how often the daemon is killed")

// campaign returns the size of what is tried again and again: a small one, or with IGWATCHD_LONG the full one.
func campaign(small, full int) int {
	if os.Getenv("IGWATCHD_LONG") != "" {
		return full
	}
	return small
}

// program returns the path of the program: of the tests' own binary, or, in a campaign of full size, of the program as
// it ships, which is faster without the race detector.
func program(t *testing.T) string {
	t.Helper()
	if os.Getenv("IGWATCHD_LONG") == "" {
		path, err := exec.LookPath("igwatchd")
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := filepath.Join(t.TempDir(), "igwatchd")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// runDaemon starts the real program. kill ends it as a power cut would.
func runDaemon(t *testing.T, program string, w *world) (kill func()) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(w.dir, "igwatchd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--config", w.config())
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			_ = log.Close()
		}
	}
	t.Cleanup(kill)
	return kill
}

// newArchive offers another archive of jane's and returns nothing: its mail is delivered next.
func newArchive(t *testing.T, w *world, n int) {
	t.Helper()
	e := testworld.DemoExport("jane.doe")
	e.Seed, e.Pad, e.Side = int64(n), 300_000, storySide
	e.Posts, e.Carousels, e.Stories, e.Reels, e.Threads, e.MessagesPerThread = 4, 1, 2, 1, 1, 3 // a hundred are made
	dir := filepath.Join(w.dir, "exports", fmt.Sprint(n))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	paths, err := e.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.offer(paths...)
}

// verdicts counts the verdicts told for each export, each event once.
func (w *world) verdicts() map[string]int {
	n := map[string]int{}
	for _, e := range w.told() {
		if e["event"] == "questions" || e["event"] == "not-safe" || e["event"] == "safe" {
			n[fmt.Sprint(e["export"])]++
		}
	}
	return n
}

// stateOf returns the state of the nth export, counted from 0, or "" while there is none.
func (w *world) stateOf(n int) string {
	st, err := w.status(context.Background())
	if err != nil || len(st.Exports) <= n {
		return ""
	}
	return st.Exports[n].State
}

// TestKilledAtAnyMoment lets a real Dovecot deliver one export mail after the
// other, and kills the daemon at a random moment of each export's way: in turn
// behind the delivery and behind each state. Each must end in exactly one bag and
// one verdict.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	dir, program := t.TempDir(), program(t)
	w, err := newWorld(t.Context(), dir, func(ca *testworld.CA) (testworld.Mailbox, error) {
		return testworld.StartDovecot(t.Context(), ca, filepath.Join(dir, "dovecot"))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	usb, kills := filepath.Join(dir, "usb"), *killsFlag
	if err := errors.Join(os.Mkdir(usb, 0o700), vault.Init(usb)); err != nil {
		t.Fatal(err)
	}
	w.replicas = []string{fmt.Sprintf("dir = %q\n", usb)}
	if err := w.writeConfig(); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))

	deliver := func(n int) {
		newArchive(t, w, n)
		if err := w.deliver(t.Context(), testworld.Ready2022, "INBOX"); err != nil {
			t.Fatal(err)
		}
	}
	wait := func(n int) {
		t.Helper()
		await(t, func() string {
			st, err := w.status(context.Background())
			return fmt.Sprintf("verdict %d: %v, %v, told %v", n, st, err, w.verdicts())
		}, func() bool { return len(w.verdicts()) > n })
	}
	kill := runDaemon(t, program, w)
	deliver(0)
	wait(0)
	began := time.Now() // once more, warm: how long the way takes
	deliver(1)
	wait(1)
	way := time.Since(began)

	states := []string{"", "announced", "fetching", "inspecting", "storing", "done"}
	killed := map[string]int{} // how often in each state
	for n := 2; n < kills+2; n++ {
		deliver(n)
		state, after := "", states[n%len(states)]
		await(t, func() string { return fmt.Sprintf("export %d is %s, not yet %s", n, state, after) }, func() bool {
			state = w.stateOf(n)
			return slices.Index(states, state) >= slices.Index(states, after)
		})
		time.Sleep(time.Duration(rng.Int64N(int64(way) / int64(len(states)))))
		killed[w.stateOf(n)]++
		kill()
		kill = runDaemon(t, program, w)
		wait(n)
	}
	t.Logf("killed in the states %v", killed)
	all := kills + 2
	for export, n := range w.verdicts() {
		if n != 1 {
			t.Errorf("%s has %d verdicts", export, n)
		}
	}
	if n := len(w.verdicts()); n != all {
		t.Errorf("%d exports were judged, want %d", n, all)
	}
	bags := w.bags()
	copies, err := filepath.Glob(filepath.Join(usb, "jane.doe", "*"))
	if err != nil || len(bags) != all || len(copies) != all {
		t.Errorf("%d bags and %d copies of them, want %d (%v)", len(bags), len(copies), all, err)
	}
	bags = append(bags, copies...)
	for _, bag := range bags {
		for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
			cmd := exec.Command("sha256sum", "--strict", "--quiet", "-c", manifest)
			cmd.Dir = bag
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", bag, err, out)
			}
		}
	}
	st, err := w.status(t.Context())
	if err != nil || len(st.Exports) != all {
		t.Errorf("%d exports in the journal, %v", len(st.Exports), err)
	}
	for _, e := range st.Exports {
		if e.State != "done" || e.Verdict != "questions" || len(e.Parts) != 1 {
			t.Errorf("%s: %s, %s, %d parts, %v", e.ID, e.State, e.Verdict, len(e.Parts), e.Reasons)
		}
	}
	// Each export was announced and judged: two mails each, none twice.
	await(t, func() string {
		n, err := w.mails(context.Background())
		return fmt.Sprintf("%d mails of ours, want %d, %v", n, 2*all, err)
	},
		func() bool { n, err := w.mails(context.Background()); return err == nil && n >= 2*all })
	if n, err := w.mails(t.Context()); err != nil || n != 2*all {
		t.Errorf("%d mails of ours, want %d, %v", n, 2*all, err)
	}
	kill()
	rest, err := filepath.Glob(filepath.Join(dir, "archive", ".incoming", "*"))
	if err != nil || len(rest) != 0 {
		t.Errorf("left in .incoming: %v, %v", rest, err)
	}
	log, err := os.ReadFile(filepath.Join(dir, "igwatchd.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"dyi_job_id", "file_secret", "hash=", w.mailbox.Password()} {
		if strings.Contains(string(log), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
