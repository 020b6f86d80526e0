package main

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// faultsFlag is how many faults TestOneDownloadThroughRandomFaults meets.
var faultsFlag = flag.Int("faults", campaign(10, 300), "how many faults one download meets")

// TestOneDownloadThroughRandomFaults is one download of the real program, from a server that fails most of the time,
// on a disk that is full now and then, with kill -9 in between. It must end in the very bytes. It runs itself again
// in a name space of its own, where it may mount a disk.
func TestOneDownloadThroughRandomFaults(t *testing.T) {
	if os.Getenv("OWN_DISK") == "" {
		t.Parallel()
		args := []string{"-test.run=^" + t.Name() + "$", "-test.v", fmt.Sprint("-faults=", *faultsFlag)}
		if end, ok := t.Deadline(); ok {
			args = append(args, fmt.Sprint("-test.timeout=", time.Until(end)))
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
		cmd.Env = append(os.Environ(), "OWN_DISK=1", "IGWATCHD_PROGRAM="+program(t))
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
			t.Fatalf("%v\n%s", err, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "faults:") {
				t.Log(strings.TrimSpace(line))
			}
		}
		return
	}
	w := memoryWorld(t)
	disk := filepath.Join(w.dir, "archive")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	paths := writeTwo(t, w)
	w.offer(paths[0])
	want, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}

	var met atomic.Int64
	kinds := map[string]int{}
	w.site.SetBehaviour(testworld.InTurn(func() testworld.Behaviour {
		if met.Add(1) > int64(*faultsFlag) {
			return testworld.Honest
		}
		// All of them together bring less than the file, so that none is left over.
		some := 1 + rand.Int64N(int64(len(want))*8/5/int64(*faultsFlag))
		name, fault := aFault(paths[1], some)
		kinds[name]++
		return fault
	}))
	program := os.Getenv("IGWATCHD_PROGRAM")
	kill := runDaemon(t, program, w)
	give := func() {
		cmd := exec.Command(program, "fetch", "--config", w.config(), "-")
		cmd.Stdin = strings.NewReader(w.job.SignedURL(0) + "\n")
		out, err := cmd.StdoutPipe()
		if err = errors.Join(err, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		// It waits for the verdict; the daemon goes on without it. Were that killed before it took the address, this
		// command would do the work itself, and a new daemon could not start.
		_, _ = bufio.NewReader(out).ReadString('\n')
	}
	awaitRunning(t, w)
	give()
	kills, full, given := 0, 0, 1
	last, end := met.Load(), time.Now().Add(longest)
	for len(w.verdicts()) == 0 {
		if n := met.Load(); n != last {
			last, end = n, time.Now().Add(longest)
		}
		if time.Now().After(end) {
			st, err := w.status(t.Context())
			t.Fatalf("nothing more after %d requests: %+v, %v", last, st.Exports, err)
		}
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
		filler := filepath.Join(disk, "filler")
		switch st, err := w.status(t.Context()); {
		case err == nil && len(st.Exports) == 1 && st.Exports[0].State == "waiting-for-you" && !strings.Contains(st.Exports[0].Detail, "room"):
			give() // a page came instead of the file: an honest state, and the person presses Download again
			given++
		case met.Load() <= int64(*faultsFlag) && rand.IntN(6) == 0:
			kill()
			kills++
			kill = runDaemon(t, program, w)
			awaitRunning(t, w)
		case met.Load() <= int64(*faultsFlag) && rand.IntN(6) == 0:
			_ = os.WriteFile(filler, make([]byte, 8<<20), 0o600) // as much as fits
			time.Sleep(time.Second)
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
			full++
		}
	}
	t.Logf("faults: %d requests for %d bytes, %v; %d kills, %d times a full disk, address given %d times", met.Load(), len(want), kinds, kills, full, given)
	if bags := w.bags(); len(bags) != 1 {
		t.Fatalf("bags: %v", bags)
	}
	got, err := os.ReadFile(filepath.Join(w.bags()[0], "data", filepath.Base(paths[0])))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("other bytes: %d instead of %d, %v", len(got), len(want), err)
	}
	log, err := os.ReadFile(filepath.Join(w.dir, "igwatchd.log"))
	if err != nil || bytes.Contains(log, []byte("hash=")) || bytes.Contains(log, []byte("file_secret")) {
		t.Errorf("a secret in the log, or no log: %v", err)
	}
	kill()
}

// aFault is mostly one that leaves a part of the file behind: those do not make the waits longer. It brings some bytes
// at most.
func aFault(other string, some int64) (string, testworld.Behaviour) {
	cut := testworld.CutAfter(some, false)
	switch n := rand.IntN(100); {
	case n < 78:
		return "cut", cut
	case n < 83:
		return "503", testworld.Status(http.StatusServiceUnavailable, 0, math.MaxInt)
	case n < 87:
		return "429", testworld.Status(http.StatusTooManyRequests, time.Second, math.MaxInt)
	case n < 91:
		return "wrong range", cut.And(testworld.WrongRange())
	case n < 93:
		return "changed file", cut.And(testworld.ChangedFile(other))
	case n < 95:
		return "page", testworld.HTMLInTheMiddle().And(cut)
	case n < 97:
		return "chunks cut", testworld.ChunkedCut(some)
	case n < 99:
		return "compressed", cut.And(testworld.Gzip())
	default:
		return "silence", testworld.Stall(some)
	}
}

// writeTwo writes an archive of some MB, and another one of the same name.
func writeTwo(t *testing.T, w *world) (paths []string) {
	t.Helper()
	for i := range 2 {
		e := testworld.DemoExport("jane.doe")
		e.Seed, e.Pad, e.Side, e.Generated = int64(i), 3_000_000, storySide, time.Now().UTC()
		dir := filepath.Join(w.dir, "exports", fmt.Sprint(i))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		written, err := e.Write(dir)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, written[0])
	}
	return paths
}

func awaitRunning(t *testing.T, w *world) {
	t.Helper()
	await(t, func() string { return "running" }, func() bool {
		_, err := w.status(t.Context())
		return err == nil
	})
}
