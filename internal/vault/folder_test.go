package vault

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

func marked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func plain(t *testing.T, p Place) *Replica {
	t.Helper()
	r, err := NewReplica(p, ReplicaOptions{Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDiskThatIsNotMountedSwallowsNothing takes the marker away, which is what
// is seen when a disk is not mounted on its folder.
func TestDiskThatIsNotMountedSwallowsNothing(t *testing.T) {
	path, ref, _ := sealed(t, openTest(t))
	dir := marked(t)
	r := plain(t, OpenMarked(dir))
	proof, err := r.Store(t.Context(), path, ref)
	whole(t, proof, err)

	away := dir + "-away"
	if err := errors.Join(os.Rename(dir, away), os.Mkdir(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	tests := map[string]func() error{
		"ready":  func() error { return r.Ready(t.Context()) },
		"store":  func() error { _, err := r.Store(t.Context(), path, ref); return err },
		"verify": func() error { _, err := r.Verify(t.Context(), ref); return err },
		"put":    func() error { return OpenMarked(dir).Put(t.Context(), "a", strings.NewReader("a"), 1, "") },
		"get":    func() error { _, err := OpenMarked(dir).Get(t.Context(), "a"); return err },
		"list":   func() error { _, err := OpenMarked(dir).List(t.Context(), "a"); return err },
	}
	for name, do := range tests {
		if err := do(); !errors.Is(err, ErrNotMounted) || fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(fault.HintOf(err), "replica init") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("the empty mount point took %v", entries)
	}
	if err := errors.Join(os.Remove(dir), os.Rename(away, dir)); err != nil {
		t.Fatal(err)
	}
	proof, err = r.Verify(t.Context(), ref)
	whole(t, proof, err)
}

func TestOnlyAFolderThatIsThereCanBePrepared(t *testing.T) {
	dir := t.TempDir()
	if err := Init(filepath.Join(dir, "none")); fault.HintOf(err) == "" {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := Init(dir); err != nil {
			t.Error(err)
		}
	}
	file := filepath.Join(dir, marker)
	if err := errors.Join(os.Remove(file), os.WriteFile(file, []byte("something else"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := OpenMarked(dir).Ready(t.Context(), 0); !errors.Is(err, ErrNotMounted) {
		t.Errorf("another's file is a marker: %v", err)
	}
}

func TestNamesDoNotLeaveAFolder(t *testing.T) {
	f := OpenMarked(marked(t))
	for _, name := range []string{"../x", "/etc/passwd", "a/../../x", `a\b`, ""} {
		if _, err := f.Get(t.Context(), name); fault.KindOf(err) != fault.PermanentKind {
			t.Errorf("%q: %v", name, err)
		}
		if err := f.Put(t.Context(), name, strings.NewReader(""), 0, ""); fault.KindOf(err) != fault.PermanentKind {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRoomIsAskedForBefore(t *testing.T) {
	f := OpenMarked(marked(t))
	if err := f.Ready(t.Context(), 1<<50); fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(fault.HintOf(err), "room") {
		t.Errorf("a petabyte fits: %v", err)
	}
	if err := f.Ready(t.Context(), 1); err != nil {
		t.Error(err)
	}
}
