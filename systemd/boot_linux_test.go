package systemd_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// settings is a configuration whose mail server is not there: the service must live with that.
const settings = `
state_dir = "/var/lib/igwatchd"
archive_dir = "/var/lib/igwatchd/archive"
[[account]]
username = "jane.doe"
[account.inbox]
address = "jane@example.org"
host = "127.0.0.1"
port = 993
password_credential = "imap-password"
[notify]
inbox = true
`

// TestServiceOnSystemd is the life of the service on a real systemd: installed, started, killed,
// misconfigured, hung, stopped, removed.
func TestServiceOnSystemd(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	t.Parallel()
	m := boot(t, program(t))
	m.write("/etc/igwatchd/igwatchd.toml", settings)

	// The password comes encrypted, and only the service can read it.
	m.run("sh", "-c", "mkdir -p /etc/credstore.encrypted /var/lib/systemd && systemd-creds setup && printf s3cret | systemd-creds encrypt --with-key=host --name=imap-password - /etc/credstore.encrypted/imap-password")
	m.write("/etc/systemd/system/igwatchd.service.d/credential.conf",
		"[Service]\nLoadCredentialEncrypted=imap-password:/etc/credstore.encrypted/imap-password\n")

	out := m.run("igwatchd", "service", "install")
	if !strings.Contains(out, "service start") {
		t.Errorf("install says nothing of what to do next: %s", out)
	}
	if m.property("UnitFileState") != "enabled" || m.property("ActiveState") != "inactive" {
		t.Errorf("after install: %s, %s", m.property("UnitFileState"), m.property("ActiveState"))
	}
	m.run("igwatchd", "service", "start")
	if got := m.property("ActiveState") + " " + m.property("Type") + " " + m.property("User"); got != "active notify igwatchd" {
		t.Fatalf("after start: %s", got)
	}
	m.until("the password is read and the server is tried", func() bool {
		status := m.run("igwatchd", "status")
		return strings.Contains(status, "nothing listens on port 993") && !strings.Contains(status, "credential")
	})

	t.Run("killed, it comes back", func(t *testing.T) {
		m := m.in(t)
		before := m.property("MainPID")
		m.run("sh", "-c", "kill -9 "+before)
		m.until("a new process", func() bool {
			pid := m.property("MainPID")
			return pid != before && pid != "0" && m.property("ActiveState") == "active"
		})
	})
	t.Run("a stray SIGTERM does not end the watch", func(t *testing.T) {
		m := m.in(t)
		before := m.property("MainPID")
		m.run("sh", "-c", "kill -TERM "+before)
		m.until("a new process", func() bool {
			pid := m.property("MainPID")
			return pid != before && pid != "0" && m.property("ActiveState") == "active"
		})
	})
	t.Run("it stops by itself", func(t *testing.T) {
		m := m.in(t)
		m.run("igwatchd", "service", "stop")
		// "timeout" stands here if systemd had to kill it, after the unit's TimeoutStopSec.
		if got := m.property("ActiveState") + " " + m.property("Result"); got != "inactive success" {
			t.Error(got)
		}
	})
	t.Run("a wrong configuration ends it for good", func(t *testing.T) {
		m := m.in(t)
		m.write("/etc/igwatchd/igwatchd.toml", settings+"\nnonsense = 1\n")
		_, _ = m.try("systemctl", "start", "igwatchd.service")
		m.until("failed", func() bool { return m.property("ActiveState") == "failed" })
		time.Sleep(7 * time.Second) // RestartSec is 5
		if got := m.property("ExecMainStatus") + " " + m.property("ActiveState"); got != "78 failed" {
			t.Errorf("%s", got)
		}
		if log := m.run("journalctl", "--no-pager", "-u", "igwatchd", "-n", "20"); !strings.Contains(log, "nonsense") {
			t.Errorf("the log does not say what is wrong: %s", log)
		}
		m.write("/etc/igwatchd/igwatchd.toml", settings)
	})
	t.Run("hung, the watchdog restarts it", func(t *testing.T) {
		m := m.in(t)
		m.write("/etc/systemd/system/igwatchd.service.d/watchdog.conf", "[Service]\nWatchdogSec=35\n")
		m.run("systemctl", "daemon-reload")
		m.run("igwatchd", "service", "start")
		before := m.property("MainPID")
		m.run("sh", "-c", "kill -STOP "+before)
		m.until("killed and started anew", func() bool {
			pid := m.property("MainPID")
			return pid != before && pid != "0" && m.property("ActiveState") == "active"
		})
	})
	t.Run("removed, the archive stays", func(t *testing.T) {
		m := m.in(t)
		m.run("sh", "-c", "mkdir -p /var/lib/igwatchd/archive/jane.doe && echo precious > /var/lib/igwatchd/archive/jane.doe/file")
		m.run("igwatchd", "service", "uninstall")
		if out, err := m.try("systemctl", "cat", "igwatchd.service"); err == nil {
			t.Errorf("the unit is still there: %s", out)
		}
		if got := m.run("cat", "/var/lib/igwatchd/archive/jane.doe/file"); got != "precious" {
			t.Errorf("%q", got)
		}
		if out, err := m.try("grep", "-lx", "igwatchd", "-r", "/proc", "--include=comm", "--exclude-dir=task", "--exclude-dir=[a-z]*"); err == nil {
			t.Errorf("still running: %s", out)
		}
	})
}

// TestServiceOfAUser is the same for somebody without root, whose service must start with their
// own manager.
func TestServiceOfAUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	t.Parallel()
	m := boot(t, program(t))
	m.run("useradd", "--create-home", "jane")
	m.run("loginctl", "enable-linger", "jane")
	m.until("jane's own manager", func() bool {
		_, err := m.try("test", "-S", "/run/user/1000/systemd/private")
		return err == nil
	})
	jane := func(command string) string {
		return m.run("runuser", "-u", "jane", "--", "env", "XDG_RUNTIME_DIR=/run/user/1000", "HOME=/home/jane", "sh", "-c", command)
	}
	m.write("/home/jane/.config/igwatchd/igwatchd.toml", strings.NewReplacer(
		"/var/lib/igwatchd", "/home/jane/igwatchd", `password_credential = "imap-password"`, `password_file = "/home/jane/pw"`).Replace(settings))
	m.run("chown", "-R", "jane:", "/home/jane")
	jane("echo pw > ~/pw; chmod 600 ~/pw; igwatchd service install --user && igwatchd service start --user")
	if got := jane("systemctl --user is-active igwatchd; systemctl --user is-enabled igwatchd"); got != "active\nenabled" {
		t.Errorf("%s", got)
	}
	// It starts by itself with her manager: default.target wants it.
	m.run("systemctl", "restart", "user@1000.service")
	m.until("active again", func() bool {
		out, _ := m.try("runuser", "-u", "jane", "--", "env", "XDG_RUNTIME_DIR=/run/user/1000", "systemctl", "--user", "is-active", "igwatchd")
		return out == "active"
	})
	jane("igwatchd service stop --user && igwatchd service uninstall --user")
	if out := jane("ls ~/.config/systemd/user 2>/dev/null || true"); strings.Contains(out, "igwatchd.service") {
		t.Errorf("%s", out)
	}
	jane("test -d ~/igwatchd")
}
