package testworld

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
)

func startDovecot(t *testing.T) (*CA, *Dovecot) {
	t.Helper()
	ca := newCA(t)
	dir := t.TempDir()
	d, err := StartDovecot(t.Context(), ca, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "dovecot.log"))
			t.Logf("dovecot's log:\n%s", log)
		}
	})
	return ca, d
}

func TestDovecotMailbox(t *testing.T) {
	ca, d := startDovecot(t)
	checkMailbox(t, ca, d)
}

func TestDovecotNeighbours(t *testing.T) {
	ca, d := startDovecot(t)
	one, err := d.Neighbour()
	if err != nil {
		t.Fatal(err)
	}
	checkMailbox(t, ca, one)
	other, err := d.Neighbour()
	if err != nil {
		t.Fatal(err)
	}
	for _, box := range []Mailbox{d, other} {
		if mails, err := box.Messages(t.Context(), "INBOX"); err != nil || len(mails) != 0 {
			t.Errorf("%s has %d mails of somebody else, %v", box.User(), len(mails), err)
		}
	}
}

func TestDovecotFolders(t *testing.T) {
	ca, d := startDovecot(t)
	if err := d.CreateFolder(t.Context(), "All"); err != nil {
		t.Fatal(err)
	}
	if err := d.Deliver(t.Context(), "All", []byte("Subject: x\r\n\r\ny\r\n")); err != nil {
		t.Error(err)
	}
	client, done, err := connect(t.Context(), ca, d)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	folders, err := client.List("", "*", &imap.ListOptions{ReturnSpecialUse: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	var all bool
	for _, f := range folders {
		for _, attr := range f.Attrs {
			all = all || f.Mailbox == "All" && attr == imap.MailboxAttrAll
		}
	}
	if !all {
		t.Error("no folder is marked \\All")
	}
}

func TestDovecotPauseAndResume(t *testing.T) {
	_, d := startDovecot(t)
	if err := d.Pause(); err != nil {
		t.Fatal(err)
	}
	for _, state := range states(t, d.master.pid) {
		if state != "T" {
			t.Errorf("a process is in state %s, want T for stopped", state)
		}
	}
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := d.Messages(short, "INBOX"); err == nil {
		t.Error("a paused server answers")
	}
	if err := d.Resume(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Messages(t.Context(), "INBOX"); err != nil {
		t.Errorf("after resume: %v", err)
	}
}

// states returns the states of a process group's living members, as /proc shows them.
func states(t *testing.T, group int) (all []string) {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(paths) == 0 {
		t.Fatalf("/proc: %v", err)
	}
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // it has just ended
		}
		_, rest, _ := strings.Cut(string(line), ") ")
		if f := strings.Fields(rest); len(f) > 2 && f[2] == strconv.Itoa(group) && f[0] != "Z" {
			all = append(all, f[0])
		}
	}
	return all
}

func TestDovecotKillAndRestart(t *testing.T) {
	ca, d := startDovecot(t)
	raw := []byte("Subject: kept\r\n\r\nyes\r\n")
	if err := d.Deliver(t.Context(), "INBOX", raw); err != nil {
		t.Fatal(err)
	}
	addr, group := d.Addr(), d.master.pid
	if len(states(t, group)) < 3 {
		t.Error("the processes are in no group")
	}
	if err := d.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Messages(t.Context(), "INBOX"); err == nil {
		t.Error("a killed server answers")
	}
	if left := states(t, group); len(left) > 0 {
		t.Errorf("%d processes are left", len(left))
	}
	if err := d.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d.Addr() != addr {
		t.Errorf("address %s, want %s", d.Addr(), addr)
	}
	got, err := d.Messages(t.Context(), "INBOX")
	if err != nil || len(got) != 1 {
		t.Errorf("%d messages, %v, want the one from before", len(got), err)
	}
	exists := idle(t, ca, d, "INBOX")
	if err := d.Deliver(t.Context(), "INBOX", raw); err != nil {
		t.Fatal(err)
	}
	select {
	case <-exists:
	case <-time.After(5 * time.Minute):
		t.Error("the waiting client heard nothing")
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := d.Restart(t.Context()); err == nil {
		t.Error("a closed server was started")
	}
	if _, err := os.Stat(d.run); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", d.run, err)
	}
}
