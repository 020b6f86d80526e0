package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEndedBeforeItBegan: whoever stops the service while it starts finds no failure.
func TestEndedBeforeItBegan(t *testing.T) {
	t.Parallel()
	w := memoryWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 { // with a new journal, and with one that is there
		var out, said bytes.Buffer
		if code := run(ctx, []string{"run", "--config", w.config()}, nil, &out, &said); code != exitDone || strings.Contains(said.String(), "igwatchd: ") {
			t.Errorf("exit code %d: %s", code, said.String())
		}
		stop(t, startDaemon(t, w))
	}
}

// TestTermAtAnyMomentOfTheStart: it ends in good order, and the next start finds everything as it was.
func TestTermAtAnyMomentOfTheStart(t *testing.T) {
	t.Parallel()
	w := memoryWorld(t)
	for range campaign(12, 300) {
		cmd := w.command("run")
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(400)) * time.Millisecond)
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		err := cmd.Wait()
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			// The first moments of a process are not its own.
			if s, ok := e.Sys().(syscall.WaitStatus); ok && s.Signaled() && s.Signal() == syscall.SIGTERM && said.Len() == 0 {
				continue
			}
		}
		if err != nil || strings.Contains(said.String(), "igwatchd: ") {
			t.Fatalf("%v\n%s", err, said.String())
		}
	}
	stop(t, startDaemon(t, w))
}
