package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
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

// startDaemon runs the real program and returns its process.
func startDaemon(t *testing.T, w *world) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("igwatchd", "run", "--config", w.config())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	within(t, 20*time.Second, func() string { return "watching" }, func() bool {
		st, err := w.status(t.Context())
		return err == nil && len(st.Inboxes) > 0 && st.Inboxes[0].State == "watching"
	})
	return cmd
}

func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	t.Logf("stopped after %v", time.Since(began).Round(time.Millisecond))
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestStopsWithinFiveSecondsInTheMiddleOfADownload(t *testing.T) {
	w := memoryWorld(t)
	newArchive(t, w, 1)
	w.site.SetBehaviour(testworld.Slow(20_000))
	cmd := startDaemon(t, w)
	if err := w.deliver(t.Context(), testworld.Ready2022, "INBOX"); err != nil {
		t.Fatal(err)
	}
	within(t, 20*time.Second, func() string { return "a transfer under way" }, func() bool {
		st, err := w.status(t.Context())
		return err == nil && len(st.Exports) == 1 && st.Exports[0].Progress != nil && st.Exports[0].Progress.Done > 0
	})
	stop(t, cmd)
	if _, err := os.Stat(filepath.Join(w.dir, "archive", ".incoming")); err != nil {
		t.Error(err)
	}
	w.site.SetBehaviour(testworld.Behaviour{})
	cmd = startDaemon(t, w)
	within(t, 20*time.Second, func() string { return fmt.Sprint(w.verdicts()) }, func() bool { return len(w.verdicts()) == 1 })
	stop(t, cmd)
	if n := len(w.bags()); n != 1 {
		t.Errorf("%d bags", n)
	}
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

// TestIdleDaemonDoesNothing watches a waiting daemon for ten seconds, or for
// IDLE_FOR (docs/measurements.md).
func TestIdleDaemonDoesNothing(t *testing.T) {
	w := memoryWorld(t)
	w.keys["fetch.drop_dirs"] = fmt.Sprintf("[%q]", t.TempDir())
	if err := w.writeConfig(); err != nil {
		t.Fatal(err)
	}
	cmd := startDaemon(t, w)
	time.Sleep(2 * time.Second) // until all is opened and settled
	io := fmt.Sprintf("/proc/%d/io", cmd.Process.Pid)
	written, ticks := procField(t, io, "write_bytes"), cpuTicks(t, cmd.Process.Pid)
	watch := 10 * time.Second
	if long, err := time.ParseDuration(os.Getenv("IDLE_FOR")); err == nil {
		watch = long
	}
	time.Sleep(watch)
	t.Logf("in %v: %d ms of CPU, %d bytes written", watch, 10*(cpuTicks(t, cmd.Process.Pid)-ticks), procField(t, io, "write_bytes")-written)
	if n := procField(t, io, "write_bytes") - written; n != 0 {
		t.Errorf("an idle daemon wrote %d bytes to the disk", n)
	}
	if n := cpuTicks(t, cmd.Process.Pid) - ticks; n > max(2, int64(watch/(10*time.Second))) { // a thousandth
		t.Errorf("an idle daemon used %d ms of CPU", 10*n)
	}
	stop(t, cmd)
}

// TestASignatureThatRanOutInTheMailboxWasValidWhenItCame: the daemon was off while the mail waited.
func TestASignatureThatRanOutInTheMailboxWasValidWhenItCame(t *testing.T) {
	w := memoryWorld(t)
	newArchive(t, w, 1)
	raw, err := (testworld.Mail{Kind: testworld.Ready2022, Links: []string{w.job.MailLink()}}).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if raw, err = w.signer.SignFlawed(raw, testworld.ShortLived); err != nil {
		t.Fatal(err)
	}
	if err := w.mailbox.Deliver(t.Context(), "INBOX", raw); err != nil {
		t.Fatal(err)
	}
	time.Sleep(testworld.ShortLife + 2*time.Second)
	defer stop(t, startDaemon(t, w))
	within(t, 20*time.Second, func() string { return fmt.Sprint("the export is announced: ", w.told()) }, func() bool {
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
