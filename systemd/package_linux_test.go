package systemd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// debs builds the Debian package twice, as two releases.
func debs(t *testing.T, dir string, versions ...string) {
	t.Helper()
	tools, err := filepath.Abs("../.tools/bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions {
		out := filepath.Join(t.TempDir(), "dist")
		cmd := exec.CommandContext(t.Context(), "../scripts/dist")
		cmd.Env = append(os.Environ(), "ONLY=linux-amd64", "KINDS=deb", "OUT="+out, "RELEASE="+v, "TOOLS="+tools, "GOFLAGS=")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("scripts/dist: %v\n%s", err, text)
		}
		deb, err := os.ReadFile(filepath.Join(out, "igwatchd_"+v+"_amd64.deb"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, v+".deb"), deb, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDebianPackage installs, upgrades and removes the package on a real Debian.
func TestDebianPackage(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	t.Parallel()
	m := boot(t, "")
	debs(t, m.shared, "1.0.0", "1.0.1")
	m.run("dpkg", "-i", "/shared/1.0.0.deb")
	for _, path := range []string{
		"/usr/bin/igwatchd", "/usr/lib/systemd/system/igwatchd.service", "/usr/share/doc/igwatchd/copyright",
		"/usr/share/bash-completion/completions/igwatchd", "/var/lib/igwatchd", "/etc/igwatchd",
	} {
		m.run("test", "-e", path)
	}
	m.run("id", "igwatchd")
	if got := m.property("ActiveState"); got != "inactive" {
		t.Errorf("started without a configuration: %s", got)
	}
	m.write("/etc/igwatchd/igwatchd.toml", strings.Replace(settings, `password_credential = "imap-password"`, `password_file = "/etc/igwatchd/imap-password"`, 1))
	m.write("/etc/igwatchd/imap-password", "s3cret\n")
	m.run("systemctl", "enable", "--now", "igwatchd.service")
	m.until("active", func() bool { return m.property("ActiveState") == "active" })
	if got := m.run("igwatchd", "version"); !strings.HasPrefix(got, "igwatchd 1.0.0 ") {
		t.Error(got)
	}

	before := m.property("MainPID")
	m.run("dpkg", "-i", "/shared/1.0.1.deb")
	m.until("the new program runs", func() bool {
		pid := m.property("MainPID")
		return m.property("ActiveState") == "active" && pid != before && pid != "0"
	})
	if got := m.run("igwatchd", "version"); !strings.HasPrefix(got, "igwatchd 1.0.1 ") {
		t.Error(got)
	}

	m.run("sh", "-c", "mkdir -p /var/lib/igwatchd/archive && echo precious > /var/lib/igwatchd/archive/file")
	m.run("dpkg", "-r", "igwatchd")
	if out, err := m.try("systemctl", "is-active", "igwatchd.service"); err == nil {
		t.Errorf("still running: %s", out)
	}
	if got := m.run("cat", "/var/lib/igwatchd/archive/file"); got != "precious" {
		t.Errorf("the archive is gone: %q", got)
	}
	m.run("test", "-e", "/etc/igwatchd/igwatchd.toml")
	m.run("dpkg", "-P", "igwatchd")
	m.run("test", "-e", "/var/lib/igwatchd/archive/file")
}
