//go:build linux

package systemd

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestPathsOpenOnlyWhatIsClosed(t *testing.T) {
	for _, c := range []struct {
		name        string
		write, read []string
		disks       []string
		want        []string // lines behind [Service], in order
	}{
		{"nothing", []string{"/var/lib/igwatchd", "/var/lib/igwatchd/archive"}, []string{"/srv/drop"}, nil, nil},
		{"a folder elsewhere", []string{"/srv/archive/"}, nil, nil, []string{`ReadWritePaths="-/srv/archive"`}},
		{
			"a name that only begins alike",
			[]string{"/var/lib/igwatchd2", "/homes/x"},
			nil,
			nil,
			[]string{`ReadWritePaths="-/var/lib/igwatchd2"`, `ReadWritePaths="-/homes/x"`},
		},
		{
			"a home",
			[]string{"/home/jane/archive"},
			[]string{"/home/jane/Downloads"},
			nil,
			[]string{"ProtectHome=tmpfs", `BindPaths="-/home/jane/archive"`, `BindReadOnlyPaths="-/home/jane/Downloads"`},
		},
		{
			"disks",
			[]string{"/var/lib/igwatchd", "/srv/archive"},
			nil,
			[]string{"/mnt/usb/copies", "/media/jane/disk", "/home/jane/copies"},
			[]string{"ProtectHome=tmpfs", "ProtectSystem=full", `ReadWritePaths="-/srv/archive"`, `BindPaths="-/home/jane/copies"`},
		},
		{"odd names", []string{`/srv/a "b" 100% \ c`}, nil, nil, []string{`ReadWritePaths="-/srv/a \"b\" 100%% \\ c"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := Paths(c.write, c.read, c.disks)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			_, settings, _ := strings.Cut(text, "[Service]\n")
			for line := range strings.Lines(settings) {
				if !strings.HasPrefix(line, "#") {
					got = append(got, strings.TrimSuffix(line, "\n"))
				}
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got:\n%s", text)
			}
		})
	}
}

func TestPathsThatCannotBeOpened(t *testing.T) {
	for _, path := range []string{"/tmp/x", "/var/tmp", "/dev/shm/x", "/proc", "/", "/home", "/root/", "/srv/a\nUser=root"} {
		if text, err := Paths([]string{path}, nil, nil); err == nil {
			t.Errorf("write %q: %s", path, text)
		}
		if text, err := Paths(nil, []string{path}, nil); err == nil {
			t.Errorf("read %q: %s", path, text)
		}
		if text, err := Paths(nil, nil, []string{path}); err == nil {
			t.Errorf("disk %q: %s", path, text)
		}
	}
}

func TestHidden(t *testing.T) {
	for path, want := range map[string]bool{
		"/etc/igwatchd/igwatchd.toml": false, "/usr/local/bin/igwatchd": false, "/homestead/x": false,
		"/home/jane/igwatchd.toml": true, "/root/x": true, "/tmp/x": true, "/home/jane/Downloads/cookies.txt": false,
	} {
		if got := Hidden(path, "/home/jane/Downloads"); got != want {
			t.Errorf("%s: hidden %v", path, got)
		}
	}
}

// TestSystemdReadsBackTheNames has systemd say what it understood.
func TestSystemdReadsBackTheNames(t *testing.T) {
	text, err := Paths([]string{`/srv/a "b" 100% \ c`}, []string{"/home/jane/My Downloads: new"}, []string{"/mnt/usb"})
	if err != nil {
		t.Fatal(err)
	}
	unit := write(t, render(t, SystemUnit)+text)
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s\n%s", err, out, text)
	}
	if out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=15", unit).CombinedOutput(); err != nil {
		t.Errorf("more than 1.5 with the drop-in: %v\n%s", err, out)
	}
	if got, want := Argument(`/etc/50% of $HOME\x`), `/etc/50%% of $$HOME\\x`; got != want {
		t.Errorf("argument %q, want %q", got, want)
	}
	for _, name := range []string{`a "b" 100% \ c`, "plain"} {
		root := t.TempDir()
		cmd := exec.Command("systemd-tmpfiles", "--create", "--root="+root, "-")
		cmd.Stdin = strings.NewReader(strings.Replace(Folder("/srv/"+name), "igwatchd igwatchd", "- -", 1))
		out, err := cmd.CombinedOutput()
		if _, serr := os.Stat(root + "/srv/" + name); err != nil || serr != nil {
			t.Errorf("%s: %v, %v\n%s", name, err, serr, out)
		}
	}
}
