package systemd_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestSetupOnSystemd has setup write everything and start the service on a bare machine, and then a
// drill go through that service, with all its restrictions.
func TestSetupOnSystemd(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	t.Parallel()
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
	m.until("the inbox is watched", func() bool { return strings.Contains(m.run("igwatchd", "status"), "watching") })
	if got := m.property("User"); got != "igwatchd" {
		t.Errorf("it runs as %q", got)
	}
	// The password is nowhere in the clear; root reads it through systemd, the service gets it from there.
	if secret := m.run("sh", "-c", "grep -rl '"+box.Password()+"' /etc /var/lib /run/systemd/system || true"); secret != "" {
		t.Errorf("the password stands in %s", secret)
	}
	if out, _ := m.try("igwatchd", "check"); !strings.Contains(out, "ok    inbox") {
		t.Errorf("check as root:\n%s", out)
	}
	if out, _ := m.try("runuser", "-u", "igwatchd", "--", "igwatchd", "check"); !strings.Contains(out, "FAIL  inbox") || !strings.Contains(out, "use sudo") {
		t.Errorf("check as somebody else:\n%s", out)
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
	m.run("igwatchd", "service", "stop")
	if log := m.run("journalctl", "--no-pager", "-u", "igwatchd"); strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") {
		t.Errorf("the log:\n%s", log)
	}
	if left := m.run("sh", "-c", "ls -A /var/lib/igwatchd /var/lib/igwatchd/archive"); strings.Contains(left, "drill") {
		t.Errorf("left behind:\n%s", left)
	}
}

// mailbox is a mail server inside the machine.
func (m *machine) mailbox(ca *testworld.CA) (box testworld.Mailbox) {
	m.t.Helper()
	m.inNetwork(func() (err error) {
		box, err = testworld.StartMemory(ca)
		return err
	})
	m.t.Cleanup(func() { _ = box.Close() })
	return box
}

// inNetwork runs f in the machine's network: what its thread listens or dials on belongs there.
func (m *machine) inNetwork(f func() error) {
	m.t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and is used for nothing else
		fd, err := unix.Open("/proc/"+m.leader+"/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = errors.Join(unix.Setns(fd, unix.CLONE_NEWNET), unix.Close(fd))
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		m.t.Fatal(err)
	}
}
