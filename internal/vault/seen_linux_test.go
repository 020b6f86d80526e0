package vault

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestNotReadTwice: what was read back while it came counts, and only if that was what came.
func TestNotReadTwice(t *testing.T) {
	dir, err := os.MkdirTemp("/var/tmp", "seen") // /tmp may have no device
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	v, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	good := receiveSeen(t, v, "20261123-abc", "a.zip", "PK one")
	other := receiveSeen(t, v, "20261123-abc", "b.zip", "PK two")
	if good.Seen.SHA256 == "" {
		t.Fatal("nothing was read while it came")
	}
	other.SHA256 = digest([]byte("PK TWO")) // that is what the network brought; the device gave something else
	b := bag(good, other)
	path, err := v.Seal(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	// Only who reads the first file once more can see this: its time is put back.
	first := filepath.Join(path, "data", "a.zip")
	info, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(first, 0o600), os.WriteFile(first, []byte("PK ONE"), 0o600), os.Chtimes(first, info.ModTime(), info.ModTime())); err != nil {
		t.Fatal(err)
	}
	proof, err := ReadBack(t.Context(), path, b.Payload)
	if err != nil || !slices.Equal(proof.Damage, []Damage{{"data/b.zip", "changed"}}) {
		t.Errorf("%+v, %v", proof.Damage, err)
	}
	if proof, err = ReadBack(t.Context(), path, nil); err != nil || len(proof.Damage) != 2 {
		t.Errorf("read again: %+v, %v", proof.Damage, err)
	}
}
