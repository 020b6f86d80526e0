package durable

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTreePutsWholeFilesOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	at := time.Date(2019, 6, 1, 10, 11, 12, 0, time.UTC)
	if err := tree.Put(t.Context(), "2019/a.jpg", strings.NewReader("hello"), 5, at); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "2019", "a.jpg"))
	if err != nil || !info.ModTime().Equal(at) || info.Size() != 5 {
		t.Errorf("%+v %v", info, err)
	}
	if !tree.Has("2019/a.jpg", 5, at) || tree.Has("2019/a.jpg", 6, at) || tree.Has("2019/a.jpg", 5, at.Add(time.Minute)) || tree.Has("x", 0, at) {
		t.Error("Has is wrong")
	}
	if err := tree.Put(t.Context(), "2019/short.jpg", strings.NewReader("hello"), 6, at); err == nil {
		t.Error("a short file was taken")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tree.Put(stopped, "2019/stopped.jpg", strings.NewReader("hello"), 5, at); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(dir, "2019"))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestNothingLeavesTheTree(t *testing.T) {
	outside := t.TempDir()
	dir := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	tree, err := OpenTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for _, name := range []string{"../evil", "link/evil", "a/../../evil", "/evil"} {
		if err := tree.Put(t.Context(), name, strings.NewReader("x"), 1, time.Time{}); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if left, _ := os.ReadDir(outside); len(left) != 0 {
		t.Errorf("written outside: %v", left)
	}
	// A link in the file's own place is replaced and not followed.
	victim := filepath.Join(outside, "victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(dir, "a.jpg")); err != nil {
		t.Fatal(err)
	}
	if err := tree.Put(t.Context(), "a.jpg", strings.NewReader("x"), 1, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if body, _ := os.ReadFile(victim); string(body) != "precious" {
		t.Errorf("the link was followed: %q", body)
	}
}
