package fetch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func empty(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestCopy(t *testing.T) {
	data := archive(1, 1<<20)
	src, dir := filepath.Join(t.TempDir(), "instagram-jane.doe-2026-11-20-x.zip"), t.TempDir()
	write(t, src, data)
	before, _ := os.Stat(src)
	var last int64
	for range 2 { // it may run again after a crash
		file, err := Copy(t.Context(), src, dir, func(done, total int64) {
			if last = done; total != 1<<20 {
				t.Errorf("total %d", total)
			}
		})
		want(t, file, err, data)
		if file.Name != filepath.Base(src) || file.Path != filepath.Join(dir, file.Name) || file.Size != 1<<20 || file.Route == "" || last != 1<<20 {
			t.Errorf("%+v, progress %d", file, last)
		}
		if got, err := os.ReadFile(file.Path); err != nil || !bytes.Equal(got, data) {
			t.Errorf("copy: %v", err)
		}
	}
	after, err := os.Stat(src)
	if err != nil || !os.SameFile(before, after) || !after.ModTime().Equal(before.ModTime()) || after.Mode() != before.Mode() {
		t.Errorf("the source was changed: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%v", entries)
	}
}

func TestCopyOfAChangingSource(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"grows": func(path string) error {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString("more")
			return errors.Join(err, f.Close())
		},
		"shrinks": func(path string) error { return os.Truncate(path, 700_000) },
		"touched": func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) },
		"gone":    os.Remove,
		"another": func(path string) error {
			info, err := os.Stat(path)
			return errors.Join(err, os.WriteFile(path+".new", make([]byte, 1<<20), 0o600), os.Chtimes(path+".new", time.Time{}, info.ModTime()), os.Rename(path+".new", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			src, dir := filepath.Join(t.TempDir(), "a.zip"), t.TempDir()
			write(t, src, archive(1, 1<<20))
			changed := false
			_, err := Copy(t.Context(), src, dir, func(int64, int64) {
				if !changed {
					changed = true
					if err := change(src); err != nil {
						t.Error(err)
					}
				}
			})
			if fault.KindOf(err) != fault.TemporaryKind {
				t.Errorf("got %v", err)
			}
			empty(t, dir)
		})
	}
}

func TestCopyOfOtherThings(t *testing.T) {
	dir := t.TempDir()
	if _, err := Copy(t.Context(), filepath.Join(dir, "none.zip"), dir, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	if _, err := Copy(t.Context(), dir, t.TempDir(), nil); fault.KindOf(err) != fault.PermanentKind {
		t.Errorf("a folder: %v", err)
	}
}

func TestCopyStopped(t *testing.T) {
	src, dir := filepath.Join(t.TempDir(), "a.zip"), t.TempDir()
	write(t, src, archive(1, 1<<20))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Copy(ctx, src, dir, func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	empty(t, dir)
}

func TestReceive(t *testing.T) {
	data := archive(1, 700_000)
	dir := t.TempDir()
	file, err := Receive(t.Context(), iotest.OneByteReader(bytes.NewReader(data[:5000])), "../b \x00.zip", 5000, dir)
	want(t, file, err, data[:5000])
	if file.Name != "b _.zip" || filepath.Dir(file.Path) != dir {
		t.Errorf("%+v", file)
	}
	for name, c := range map[string]struct {
		r    io.Reader
		size int64
	}{
		"longer":  {bytes.NewReader(data), 699_999},
		"shorter": {bytes.NewReader(data), 700_001},
		"broken":  {io.MultiReader(bytes.NewReader(data[:1000]), iotest.ErrReader(io.ErrUnexpectedEOF)), 700_000},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := Receive(t.Context(), c.r, "a.zip", c.size, dir); fault.KindOf(err) != fault.TemporaryKind {
				t.Errorf("got %v", err)
			}
			empty(t, dir)
		})
	}
	for _, name := range []string{"", "..", "...", "/", strings.Repeat("a", 200)} {
		file, err := Receive(t.Context(), bytes.NewReader(data), name, 700_000, dir)
		want(t, file, err, data)
		if file.Name != "instagram-export-"+short(name)+".zip" {
			t.Errorf("%q became %q", name, file.Name)
		}
	}
}

// A file for which there is no room is not begun.
func TestNoRoomIsSeenBefore(t *testing.T) {
	dir := t.TempDir()
	_, err := Receive(t.Context(), strings.NewReader("PK"), "a.zip", 1<<60, dir)
	wantErr[*NoSpace](t, err, fault.TemporaryKind)
	if !durable.Full(err) {
		t.Error("it is no ENOSPC")
	}
	empty(t, dir)

	data := archive(1, 1<<20)
	dir, cps := begun(t, data, etag1)
	s := serve(t, zipOf(data, etag1))
	f := fetcher(t, nil, []*server{s})
	have := uint64(len(data) - half - 1)
	f.free = func(string) (uint64, error) { return have, nil }
	_, err = try(t, f, cps, dir, s.URL)
	wantErr[*NoSpace](t, err, fault.TemporaryKind)
	have++ // just enough for the rest; what came is still there
	file, err := try(t, f, cps, dir, s.URL)
	want(t, file, err, data)
	for _, r := range s.requests() {
		if r.header.Get("Range") != "bytes=393216-" {
			t.Errorf("asked %+v", r)
		}
	}
}
