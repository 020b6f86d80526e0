package systemd_test

import (
	"os"
	"strings"
	"testing"

	. "github.com/igwatchd/igwatchd/systemd"
)

// TestBrowserInAService: Chromium, with its own sandbox, runs under the user's unit. Under the system's it cannot,
// and the person is told what to do instead. The machine sees the programs of this one, where Chromium is.
func TestBrowserInAService(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	t.Parallel()
	m := boot(t, program(t), "--bind-ro=/usr/bin", "--bind-ro=/usr/lib", "--bind-ro=/usr/share", "--bind-ro=/etc/fonts", "--bind-ro=/etc/chromium.d")
	m.run("useradd", "--create-home", "jane")
	m.run("loginctl", "enable-linger", "jane")
	m.until("jane's own manager", func() bool {
		_, err := m.try("test", "-S", "/run/user/1000/systemd/private")
		return err == nil
	})
	m.write("/home/jane/.config/igwatchd/igwatchd.toml", strings.NewReplacer(
		"/var/lib/igwatchd", "/home/jane/igwatchd", `password_credential = "imap-password"`, `password_file = "/home/jane/pw"`).Replace(settings))
	m.run("mkdir", "-p", "/home/jane/igwatchd/browser/jane.doe") // as after a log-in
	m.run("chown", "-R", "jane:", "/home/jane")

	// check runs `igwatchd check` with what the unit allows. The mail server is not there, so it fails in any case.
	check := func(unit string) string {
		argv := []string{
			"runuser", "-u", "jane", "--", "env", "XDG_RUNTIME_DIR=/run/user/1000", "HOME=/home/jane",
			"systemd-run", "--user", "--pipe", "--wait", "--quiet", "--setenv=HOME=/home/jane",
		}
		for line := range strings.Lines(unit) {
			for _, known := range hardening {
				if strings.HasPrefix(line, known+"=") {
					argv = append(argv, "--property="+strings.TrimSpace(line))
				}
			}
		}
		out, _ := m.try(append(argv, "/usr/local/bin/igwatchd", "check")...)
		return out
	}
	if out := check(UserUnit); !strings.Contains(out, "Chromium starts; it has a log-in for jane.doe") {
		t.Errorf("the user's unit:\n%s", out)
	}
	if out := check(SystemUnit); !strings.Contains(out, "FAIL  browser") || !strings.Contains(out, "igwatchd service install --user") {
		t.Errorf("the system's unit:\n%s", out)
	}
}

// hardening are the settings of the units that a user's manager can apply, and that concern Chromium.
var hardening = []string{
	"NoNewPrivileges", "LockPersonality", "MemoryDenyWriteExecute", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID",
	"SystemCallArchitectures", "SystemCallFilter", "SystemCallErrorNumber",
}
