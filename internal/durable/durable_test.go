package durable

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// sick is a file on a disk that fails at one operation.
type sick struct {
	*os.File
	at string
}

func (s *sick) Write(b []byte) (int, error) {
	switch s.at {
	case "write":
		n, _ := s.File.Write(b[:len(b)/2])
		return n, syscall.ENOSPC
	case "short":
		return s.File.Write(b[:len(b)/2])
	}
	return s.File.Write(b)
}

func (s *sick) Sync() error {
	if s.at == "sync" {
		return syscall.EIO
	}
	return s.File.Sync()
}

func (s *sick) Close() error {
	err := s.File.Close()
	if s.at == "close" {
		return syscall.EDQUOT
	}
	return err
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestWriteFileReplacesWholly(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, text := range []string{"old", "new and longer"} {
		if err := WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v", info.Mode())
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

func TestFailingDiskLeavesTheOldFile(t *testing.T) {
	for _, at := range []string{"write", "short", "sync", "close"} {
		t.Run(at, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "f")
			if err := WriteFile(path, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			open := func(dir, pattern string) (file, error) {
				f, err := os.CreateTemp(dir, pattern)
				return &sick{f, at}, err
			}
			err := writeFile(open, path, []byte("new"), 0o600)
			if err == nil {
				t.Fatal("no error")
			}
			if full := at == "write" || at == "close"; Full(err) != full || full && fault.KindOf(err) != fault.TemporaryKind {
				t.Errorf("full %v, kind %q: %v", Full(err), fault.KindOf(err), err)
			}
			if got, _ := os.ReadFile(path); string(got) != "old" {
				t.Errorf("the old file is %q", got)
			}
			if got := names(t, dir); len(got) != 1 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

func TestRemoveTemporary(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".f.tmp-123", ".keep", "f.tmp-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveTemporary(dir); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(names(t, dir), " "); got != ".keep f.tmp-1" {
		t.Errorf("left %q", got)
	}
	if err := RemoveTemporary(filepath.Join(dir, "none")); err != nil {
		t.Error(err)
	}
}

func TestPartGoesOnAtItsCheckpoint(t *testing.T) {
	dir := t.TempDir()
	path, final := filepath.Join(dir, "a.part"), filepath.Join(dir, "a.zip")
	p, err := OpenPart(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Reserve(1 << 20); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Size() != 0 {
		t.Errorf("reserving made the file %d bytes long", info.Size())
	}
	write := func(text string) {
		t.Helper()
		if _, err := p.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write("hello ")
	if err := p.Sync(); err != nil {
		t.Fatal(err)
	}
	write("garbage of a crash")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if p, err = OpenPart(path, 6); err != nil {
		t.Fatal(err)
	}
	write("world")
	if err := p.Commit(final, 12); err == nil {
		t.Fatal("a wrong length was accepted")
	}
	if p, err = OpenPart(path, 11); err != nil {
		t.Fatalf("a failed commit must keep the part: %v", err)
	}
	if err := p.Commit(final, 11); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(final); string(got) != "hello world" {
		t.Errorf("got %q", got)
	}
	sum, size, err := SHA256(t.Context(), final)
	if err != nil || size != 11 || sum != "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9" {
		t.Errorf("%s, %d, %v", sum, size, err)
	}
	if info, _ := os.Stat(final); info.Mode().Perm() != 0o440 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestPartShorterThanItsCheckpoint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.part")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPart(path, 4); !errors.Is(err, ErrShort) {
		t.Errorf("got %v", err)
	}
	p, err := OpenPart(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Cut(0); err != nil || p.Size() != 0 {
		t.Errorf("restart: %v, size %d", err, p.Size())
	}
	if err := p.Discard(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("discarded, but there")
	}
}

func TestMkdirAllSaysWhatIsInTheWay(t *testing.T) {
	dir := t.TempDir()
	if err := MkdirAll(filepath.Join(dir, "a", "b"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := MkdirAll(filepath.Join(dir, "a", "b"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"f", "f/g/h"} {
		if err := MkdirAll(filepath.Join(dir, path), 0o750); err == nil || !strings.Contains(err.Error(), "is a file") {
			t.Errorf("%s: got %v", path, err)
		}
	}
}
