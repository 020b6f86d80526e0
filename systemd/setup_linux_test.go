package systemd_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestSetupOnSystemd has setup write everything and start the service on a bare machine, and then a
// drill go through that service, with all its restrictions.
func TestSetupOnSystemd(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	m := boot(t, program(t))
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	box := m.mailbox(ca)
	if err := ca.WriteFile(filepath.Join(m.shared, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	m.write("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n") // which each installed Debian has, and the bare tree has not
	m.write("/root/password", box.Password()+"\n")
	m.run("install", "-D", "-m", "0644", "/shared/ca.pem", "/etc/igwatchd/ca.pem")
	_, port, err := net.SplitHostPort(box.Addr())
	if err != nil {
		t.Fatal(err)
	}
	out := m.run("igwatchd", "setup", "--yes", "--address", "jane@example.org", "--host", "localhost", "--port", port, "--user", box.User(),
		"--ca-file", "/etc/igwatchd/ca.pem", "--password-file", "/root/password", "--username", "jane.doe", "--posts", "12")
	if !strings.Contains(out, "All time") {
		t.Errorf("setup does not say how to ask for the export:\n%s", out)
	}
	if m.property("ActiveState") != "active" {
		m.run("igwatchd", "service", "install")
		m.run("igwatchd", "service", "start")
	}
	m.until("the inbox is watched", 30*time.Second, func() bool { return strings.Contains(m.run("igwatchd", "status"), "watching") })
	if got := m.property("User"); got != "igwatchd" {
		t.Errorf("it runs as %q", got)
	}
	if secret := m.run("sh", "-c", "grep -rl '"+box.Password()+"' /etc /var/lib/igwatchd || true"); strings.Contains(secret, "igwatchd.toml") {
		t.Errorf("the password stands in %s", secret)
	}
	out = m.run("igwatchd", "drill")
	for _, want := range []string{"ok    seen", "ok    archive", "ok    verdict", "ok    told     inbox jane@example.org", "ok    cleaned", "The drill went well"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "not running") {
		t.Errorf("the service did not do it:\n%s", out)
	}
	mails, err := box.Messages(t.Context(), "INBOX")
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range mails {
		if bytes.Contains(raw, []byte("drill.igwatchd.invalid")) {
			t.Errorf("left in the inbox:\n%s", raw)
		}
	}
	if left := m.run("sh", "-c", "ls -A /var/lib/igwatchd /var/lib/igwatchd/archive"); strings.Contains(left, "drill") {
		t.Errorf("left behind:\n%s", left)
	}
}

// mailbox is a mail server inside the machine: what listens belongs to the network that its thread was in.
func (m *machine) mailbox(ca *testworld.CA) testworld.Mailbox {
	m.t.Helper()
	type started struct {
		box testworld.Mailbox
		err error
	}
	done := make(chan started)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and is used for nothing else
		pid, err := strconv.Atoi(m.leader)
		if err != nil {
			done <- started{nil, err}
			return
		}
		fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = errors.Join(unix.Setns(fd, unix.CLONE_NEWNET), unix.Close(fd))
		}
		if err != nil {
			done <- started{nil, err}
			return
		}
		box, err := testworld.StartMemory(ca)
		done <- started{box, err}
	}()
	s := <-done
	if s.err != nil {
		m.t.Fatal(s.err)
	}
	m.t.Cleanup(func() { _ = s.box.Close() })
	return s.box
}
