//go:build linux

package systemd

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kardianos/service"
)

// render has the library write a unit as Install does, with a systemctl that
// only says yes. The library finds its place for it in the home folder.
func render(t *testing.T, script string) string {
	t.Helper()
	home := t.TempDir()
	fake := filepath.Join(home, "bin")
	if err := os.Mkdir(fake, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fake, "systemctl"), []byte("#!/bin/sh\nexit 0\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("PATH", fake+":"+os.Getenv("PATH"))
	i := slices.IndexFunc(service.AvailableSystems(), func(s service.System) bool { return s.String() == "linux-systemd" })
	if i < 0 {
		t.Fatal("the library knows no systemd")
	}
	svc, err := service.AvailableSystems()[i].New(nil, &service.Config{
		Name: "igwatchd", Description: "Watch for Instagram's export mail", Executable: "/usr/bin/true",
		Arguments: []string{"run", "--config", "/etc/igwatchd/igwatchd.toml"},
		Option:    service.KeyValue{"SystemdScript": script, "UserService": true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := svc.Install(); err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile(filepath.Join(home, ".config/systemd/user/igwatchd.service"))
	if err != nil {
		t.Fatal(err)
	}
	return string(unit)
}

// write puts a rendered unit where systemd-analyze can look at it.
func write(t *testing.T, unit string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "igwatchd.service")
	if err := os.WriteFile(path, []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnitIsWhatWeWrote(t *testing.T) {
	for name, script := range map[string]string{"system": SystemUnit, "user": UserUnit} {
		t.Run(name, func(t *testing.T) {
			unit := render(t, script)
			if strings.Contains(unit, "{{") {
				t.Error("a key was not filled in")
			}
			want := strings.NewReplacer("{{Description}}", "Watch for Instagram's export mail", "{{Path | cmdEscape}}", "/usr/bin/true",
				"{{range Arguments}} {{. | cmd}}{{end}}", ` "run" "--config" "/etc/igwatchd/igwatchd.toml"`).Replace(script)
			if strings.TrimSpace(unit) != strings.TrimSpace(want) {
				t.Errorf("got:\n%s", unit)
			}
		})
	}
}

func TestUnitIsValid(t *testing.T) {
	for name, script := range map[string]string{"system": SystemUnit, "user": UserUnit} {
		t.Run(name, func(t *testing.T) {
			path := write(t, render(t, script))
			args := []string{"verify", "--man=no", path}
			if name == "user" {
				args = append([]string{"--user"}, args...)
			}
			cmd := exec.CommandContext(t.Context(), "systemd-analyze", args...)
			cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if lines := complaints(string(out)); err != nil && len(lines) > 0 || len(lines) > 0 {
				t.Errorf("%v\n%s", err, strings.Join(lines, "\n"))
			}
		})
	}
}

// complaints are the lines about our unit: other units of the machine are not ours to judge.
func complaints(out string) (lines []string) {
	for line := range strings.Lines(out) {
		if strings.Contains(line, "igwatchd") && !strings.Contains(line, "User=") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// TestUnitScore gates the hardening: at most 1.5 of 10.
func TestUnitScore(t *testing.T) {
	path := write(t, render(t, SystemUnit))
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", path).CombinedOutput()
	score := regexp.MustCompile(`Overall exposure level.*`).FindString(string(out))
	t.Log(score)
	if err != nil || score == "" {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestUnitKeepsItsPromises(t *testing.T) {
	for _, want := range []string{
		"Type=notify", "RestartPreventExitStatus=78", "WatchdogSec=", "LoadCredential=imap-password", "User=igwatchd",
		"TimeoutStopSec=10", "StateDirectory=igwatchd",
	} {
		if !strings.Contains(SystemUnit, "\n"+want) {
			t.Errorf("the system unit lacks %s", want)
		}
	}
	if !strings.Contains(UserUnit, "WantedBy=default.target") {
		t.Error("the user unit would never start by itself")
	}
}

func TestSysusersAndTmpfilesAreValid(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"etc", "var/lib"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil { //nolint:gosec // a root of its own
			t.Fatal(err)
		}
	}
	for name, part := range map[string][2]string{"sysusers": {"systemd-sysusers", Sysusers}, "tmpfiles": {"systemd-tmpfiles", Tmpfiles}} {
		file := filepath.Join(t.TempDir(), name+".conf")
		if err := os.WriteFile(file, []byte(part[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"--root=" + root, file}
		if name == "tmpfiles" {
			args = append([]string{"--create"}, args...)
		} else {
			args = append([]string{"--dry-run"}, args...)
		}
		if out, err := exec.CommandContext(t.Context(), part[0], args...).CombinedOutput(); err != nil && !strings.Contains(string(out), "Failed to resolve user") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestCredentialsAreLoadedByName(t *testing.T) {
	got, err := Credentials(map[string]string{"b": "/etc/igwatchd/b.cred", "a": "/etc/igwatchd/a.cred"})
	want := "# Passwords that are kept encrypted.\n[Service]\nLoadCredentialEncrypted=a:/etc/igwatchd/a.cred\nLoadCredentialEncrypted=b:/etc/igwatchd/b.cred\n"
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Credentials(nil); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, path := range []string{"relative", "/a b", "/a\nExecStart=/bin/sh", "/100%", `/a"b`} {
		if got, err := Credentials(map[string]string{"a": path}); err == nil {
			t.Errorf("%q: %q", path, got)
		}
	}
}
