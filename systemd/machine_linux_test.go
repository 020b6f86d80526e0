package systemd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// machine is a booted Debian in a container of its own, without a network.
type machine struct {
	t      *testing.T
	leader string // process id of its init, outside
	shared string // a folder of ours; /shared inside
}

// debian returns a folder with Debian and systemd in it. It is made once and kept.
func debian(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	tree := filepath.Join(cache, "igwatchd-test", "bookworm-1")
	if err := os.MkdirAll(filepath.Dir(tree), 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Create(tree + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(tree); err == nil {
		return tree
	}
	half := tree + ".half"
	if err := os.RemoveAll(half); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,libpam-systemd", "bookworm", half)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("debootstrap: %v\n%s", err, out)
	}
	if err := os.Rename(half, tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// boot starts a machine over an untouched tree, with our program in it if there is one, and ends it
// with the test. more are further options of systemd-nspawn.
func boot(t *testing.T, program string, more ...string) *machine {
	t.Helper()
	m := &machine{t: t, shared: t.TempDir()}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--directory="+debian(t),
		"--volatile=overlay", "--private-network", "--boot", "--console=pipe", "--bind="+m.shared+":/shared")
	cmd.Args = append(cmd.Args, more...)
	if program != "" {
		cmd.Args = append(cmd.Args, "--bind-ro="+program+":/usr/local/bin/igwatchd")
	}
	var console bytes.Buffer
	cmd.Stdout, cmd.Stderr = &console, &console
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if m.leader != "" { // its init takes everything with it
			if pid, err := strconv.Atoi(m.leader); err == nil {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("console:\n%s", console.String())
		}
	})
	m.until("it boots", func() bool {
		m.leader = child(cmd.Process.Pid)
		if m.leader == "" {
			return false
		}
		out, _ := m.try("systemctl", "is-system-running")
		return strings.HasPrefix(out, "running") || strings.HasPrefix(out, "degraded")
	})
	return m
}

// in is the same machine for a part of a test.
func (m *machine) in(t *testing.T) *machine {
	part := *m
	part.t = t
	return &part
}

// child returns the only child of a process, or "".
func child(pid int) string {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return ""
	}
	for _, f := range tasks {
		if list, err := os.ReadFile(f); err == nil && len(bytes.Fields(list)) > 0 {
			return string(bytes.Fields(list)[0])
		}
	}
	return ""
}

// try runs a command inside, and returns what it wrote.
func (m *machine) try(argv ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	argv = append([]string{"--target", m.leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd", "--"}, argv...)
	cmd := exec.CommandContext(ctx, "nsenter", argv...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "SYSTEMD_PAGER="}
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// run is try for what must not fail.
func (m *machine) run(argv ...string) string {
	m.t.Helper()
	out, err := m.try(argv...)
	if err != nil {
		journal, _ := m.try("journalctl", "--no-pager", "-n", "40", "-u", "igwatchd")
		m.t.Fatalf("%s: %v\n%s\n%s", strings.Join(argv, " "), err, out, journal)
	}
	return out
}

// write puts a file into the machine.
func (m *machine) write(path, body string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.shared, "file"), []byte(body), 0o600); err != nil {
		m.t.Fatal(err)
	}
	m.run("install", "-D", "-m", "0644", "/shared/file", path)
}

// property is what systemd says of the service.
func (m *machine) property(name string) string {
	m.t.Helper()
	return m.run("systemctl", "show", "igwatchd.service", "--value", "-p", name)
}

// patience is far longer than anything takes, on a slow and busy machine too.
const patience = 5 * time.Minute

func (m *machine) until(what string, f func() bool) {
	m.t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			journal, _ := m.try("journalctl", "--no-pager", "-n", "60")
			m.t.Fatalf("never, in %v: %s\n%s", patience, what, journal)
		}
	}
}

// shipped is igwatchd built as it is shipped, for all tests that want it.
var shipped struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(shipped.dir)
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	shipped.once.Do(func() {
		if shipped.dir, shipped.err = os.MkdirTemp("", "igwatchd-shipped-"); shipped.err != nil {
			return
		}
		cmd := exec.Command("go", "build", "-trimpath", "-o", shipped.dir, "../cmd/igwatchd")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			shipped.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	if shipped.err != nil {
		t.Fatal(shipped.err)
	}
	return filepath.Join(shipped.dir, "igwatchd")
}

var errNotRoot = errors.New("booting a machine needs root")
