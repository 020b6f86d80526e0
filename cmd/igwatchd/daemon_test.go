package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

func memoryWorld(t *testing.T) *world {
	t.Helper()
	w, err := newWorld(t.Context(), t.TempDir(), func(ca *testworld.CA) (testworld.Mailbox, error) { return testworld.StartMemory(ca) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return w
}

// command is one of the real program, with the world's configuration.
func (w *world) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("igwatchd", append([]string{name, "--config", w.config()}, args...)...)
	cmd.Env = slices.Concat(os.Environ(), w.env, []string{noLastWait})
	return cmd
}

// startDaemon runs the real program and returns its process.
func startDaemon(t *testing.T, w *world) *exec.Cmd {
	t.Helper()
	cmd := w.command("run")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	await(t, func() string { return "watching" }, func() bool {
		st, err := w.status(t.Context())
		return err == nil && len(st.Inboxes) > 0 && st.Inboxes[0].State == "watching"
	})
	return cmd
}

// stop ends the daemon in good order, and fails the test if it does not end so.
func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	end := time.AfterFunc(longest, func() { _ = cmd.Process.Kill() })
	defer end.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	t.Logf("stopped after %v", time.Since(began).Round(time.Millisecond))
}

// TestStopsInTheMiddleOfADownload: its end is not waited for. This one would never come.
func TestStopsInTheMiddleOfADownload(t *testing.T) {
	t.Parallel()
	w := memoryWorld(t)
	newArchive(t, w, 1)
	w.site.SetBehaviour(testworld.Stall(100_000))
	cmd := startDaemon(t, w)
	if err := w.deliver(t.Context(), testworld.Ready2022, "INBOX"); err != nil {
		t.Fatal(err)
	}
	await(t, func() string { return "a transfer under way" }, func() bool {
		st, err := w.status(t.Context())
		return err == nil && len(st.Exports) == 1 && st.Exports[0].Progress != nil && st.Exports[0].Progress.Done > 0
	})
	stop(t, cmd)
	if _, err := os.Stat(filepath.Join(w.dir, "archive", ".incoming")); err != nil {
		t.Error(err)
	}
	w.site.SetBehaviour(testworld.Behaviour{})
	cmd = startDaemon(t, w)
	await(t, func() string { return fmt.Sprint(w.verdicts()) }, func() bool { return len(w.verdicts()) == 1 })
	stop(t, cmd)
	if n := len(w.bags()); n != 1 {
		t.Errorf("%d bags", n)
	}
}

// TestStopsWithinFiveSecondsWhateverHangs: the service manager and the person who waits are not kept longer.
func TestStopsWithinFiveSecondsWhateverHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cancelled := false
		w := &worker{cancel: func() { cancelled = true }, done: make(chan struct{})}
		began := time.Now()
		if err := w.Stop(nil); err == nil || !cancelled {
			t.Errorf("a daemon that hangs has stopped: %v, cancelled: %v", err, cancelled)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("stopping took %v", took)
		}
	})
}

// procField reads one number from a file of /proc.
func procField(t *testing.T, path, name string) (n int64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name+": "); ok {
			if _, err := fmt.Sscan(rest, &n); err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("%s has no %s", path, name)
	return 0
}

// cpuTicks returns the CPU time of a process so far, in hundredths of a second.
func cpuTicks(t *testing.T, pid int) int64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), ") ")
	var user, system int64
	fields := strings.Fields(rest)
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return user + system
}

// TestIdleDaemonDoesNothing: once all is opened and settled, a daemon that waits writes nothing and computes hardly
// anything, for ten seconds, or for IDLE_FOR (docs/measurements.md).
func TestIdleDaemonDoesNothing(t *testing.T) {
	t.Parallel()
	w := memoryWorld(t)
	w.keys["fetch.drop_dirs"] = fmt.Sprintf("[%q]", t.TempDir())
	if err := w.writeConfig(); err != nil {
		t.Fatal(err)
	}
	watch, share := 10*time.Second, int64(20) // at most a twentieth of a core: a loop that never rests takes all of it
	if os.Getenv("IGWATCHD_LONG") != "" {
		watch, share = time.Minute, 1000
	}
	if long, err := time.ParseDuration(os.Getenv("IDLE_FOR")); err == nil {
		watch, share = long, 1000
	}
	cmd := startDaemon(t, w)
	io := fmt.Sprintf("/proc/%d/io", cmd.Process.Pid)
	idle := func(span time.Duration) (written, ticks int64, ok bool) {
		written, ticks = procField(t, io, "write_bytes"), cpuTicks(t, cmd.Process.Pid)
		time.Sleep(span)
		written, ticks = procField(t, io, "write_bytes")-written, cpuTicks(t, cmd.Process.Pid)-ticks
		return written, ticks, written == 0 && ticks <= max(2, int64(span/(10*time.Millisecond))/share)
	}
	var written, ticks int64
	if !eventually(func() (ok bool) {
		if _, _, ok := idle(time.Second); !ok {
			return false // not settled yet
		}
		written, ticks, ok = idle(watch)
		return ok
	}) {
		t.Errorf("an idle daemon wrote %d bytes to the disk and used %d ms of CPU in %v", written, 10*ticks, watch)
	}
	t.Logf("in %v: %d ms of CPU, %d bytes written", watch, 10*ticks, written)
	stop(t, cmd)
}

// TestASignatureThatRanOutInTheMailboxWasValidWhenItCame: the daemon was off while the mail waited.
func TestASignatureThatRanOutInTheMailboxWasValidWhenItCame(t *testing.T) {
	t.Parallel()
	w := memoryWorld(t)
	newArchive(t, w, 1)
	raw, err := (testworld.Mail{Kind: testworld.Ready2022, Links: []string{w.job.MailLink()}}).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = w.signer.SignFlawed(raw, testworld.FlawExpired); err != nil { // it ran out a minute ago
		t.Fatal(err)
	}
	if err := testworld.DeliverAt(t.Context(), w.ca, w.mailbox, "INBOX", raw, time.Now().Add(-90*time.Second)); err != nil {
		t.Fatal(err)
	}
	defer stop(t, startDaemon(t, w))
	await(t, func() string { return fmt.Sprint("the export is announced: ", w.told()) }, func() bool {
		for _, e := range w.told() {
			if e["event"] == "suspicious-mail" {
				t.Fatalf("told: %v", e)
			}
			if e["event"] == "export-announced" {
				return true
			}
		}
		return false
	})
}
