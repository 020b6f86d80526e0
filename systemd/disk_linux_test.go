package systemd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestADiskForCopiesComesAndGoes: the hardened service sees a disk that is mounted
// while it runs, writes to it and nowhere else, and lets go of it when it is unmounted.
func TestADiskForCopiesComesAndGoes(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip(errNotRoot)
	}
	t.Parallel()
	m := boot(t, program(t))
	zips, err := testworld.DemoExport("jane.doe").Write(m.shared)
	if err != nil {
		t.Fatal(err)
	}
	m.write("/etc/igwatchd/igwatchd.toml", settings+"[[replica]]\ndir = \"/mnt/usb/copies\"\n")
	m.write("/etc/igwatchd/imap-password", "x")
	m.run("mkdir", "-p", "/mnt/usb")
	plug := func() { m.run("mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", "/mnt/usb") }
	status := func() string { return m.run("igwatchd", "status") }

	m.run("igwatchd", "service", "install")
	m.run("igwatchd", "service", "start")
	out, err := m.try("igwatchd", "import", "/shared/"+filepath.Base(zips[0]))
	if err == nil || !strings.Contains(out, "copy-not-proven") || !strings.Contains(out, "the disk for copies is not there") {
		t.Fatalf("import without the disk: %v\n%s", err, out)
	}
	plug()
	m.run("mkdir", "/mnt/usb/copies")
	m.run("igwatchd", "replica", "init", "/mnt/usb/copies")
	m.run("chown", "igwatchd:", "/mnt/usb/copies")
	m.until("the copy is on the disk", func() bool {
		return strings.Contains(status(), "/mnt/usb/copies: every byte was read back")
	})
	m.run("sh", "-c", "cd /mnt/usb/copies/jane.doe/* && sha256sum --strict --quiet -c manifest-sha256.txt")

	m.run("umount", "/mnt/usb")
	out, err = m.try("igwatchd", "verify")
	if err == nil || !strings.Contains(out, "unread") || !strings.Contains(out, "the disk for copies is not there") {
		t.Errorf("verify without the disk: %v\n%s", err, out)
	}

	// Mounted before the service starts, it must let go of it too.
	plug()
	m.run("mkdir", "/mnt/usb/copies")
	m.run("igwatchd", "service", "restart")
	m.run("umount", "/mnt/usb")
	if out, err := m.try("sh", "-c", "grep /mnt/usb /proc/$(systemctl show igwatchd.service --value -p MainPID)/mountinfo"); err == nil {
		t.Errorf("the service holds on to the disk: %s", out)
	}
}
