package durable

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// smallDisk mounts a file system of 1 MiB. Without the right to mount, the test
// enters a user namespace of its own and runs there.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		if os.Getenv("DURABLE_IN_NAMESPACE") != "" {
			t.Fatalf("mount in a namespace: %v", err)
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), "DURABLE_IN_NAMESPACE=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return "" // the child has tested it
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestFullDiskKeepsWhatIsThere(t *testing.T) {
	dir := smallDisk(t)
	if dir == "" {
		return
	}
	p, err := OpenPart(filepath.Join(dir, "a.part"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Reserve(2 << 20); !Full(err) || fault.KindOf(err) != fault.TemporaryKind || fault.HintOf(err) == "" {
		t.Errorf("reserving too much: %v", err)
	}
	var werr error
	for werr == nil {
		_, werr = p.Write(make([]byte, 64<<10))
	}
	if !Full(werr) || fault.KindOf(werr) != fault.TemporaryKind {
		t.Errorf("writing too much: %v", werr)
	}
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	kept := p.Size()
	if kept == 0 {
		t.Error("nothing was kept")
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(filepath.Join(dir, "f"), make([]byte, 64<<10), 0o600); !Full(err) {
		t.Errorf("a file on a full disk: %v", err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
	if p, err = OpenPart(filepath.Join(dir, "a.part"), kept); err != nil {
		t.Errorf("what was kept cannot be gone on with: %v", err)
	} else if err := p.Close(); err != nil {
		t.Error(err)
	}
	if free, err := Free(dir); err != nil || free > 64<<10 {
		t.Errorf("free %d, %v", free, err)
	}
}

func TestLongReadBackEndsWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := SHA256(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
