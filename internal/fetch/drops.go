package fetch

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// dropTiming is how often drop folders are looked at anyway, and how long a
// file must stay unchanged; tests shorten it.
type dropTiming struct{ rescan, quiet time.Duration }

var dropDefaults = dropTiming{rescan: time.Minute, quiet: 2 * time.Second}

// dropDepth is how deep zips are looked for: a cloud drive puts them into
// meta-DATE/instagram-NAME/.
const dropDepth = 3

var partial = []string{".crdownload", ".part", ".download", ".opdownload", ".tmp"}

// drops is what is known of the files in the folders.
type drops struct {
	watcher *fsnotify.Watcher
	times   dropTiming
	log     *slog.Logger
	found   func(ctx context.Context, path string) error
	known   map[string]*seen
}

type seen struct {
	size  int64
	mtime time.Time
	since time.Time
	done  bool
}

// WatchDrops hands on each finished zip in the folders. found returning nil means
// that the file is settled; an error brings it again at the next look.
func WatchDrops(ctx context.Context, dirs []string, log *slog.Logger, found func(ctx context.Context, path string) error) error {
	return watchDrops(ctx, dirs, log, dropDefaults, found)
}

func watchDrops(ctx context.Context, dirs []string, log *slog.Logger, times dropTiming, found func(ctx context.Context, path string) error) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close() //nolint:errcheck // ends with us
	d := &drops{watcher: w, times: times, log: log, found: found, known: map[string]*seen{}}
	missing := map[string]bool{}
	for {
		waiting := false
		for _, dir := range dirs {
			if err := w.Add(dir); err != nil {
				if !missing[dir] {
					log.Warn("drop folder cannot be watched", "dir", dir, "error", err)
				}
				missing[dir] = true
				continue
			}
			delete(missing, dir)
			waiting = d.scan(ctx, dir) || waiting
		}
		sleep := times.rescan
		if waiting {
			sleep = times.quiet / 2
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(sleep):
		case <-w.Events:
			drain(w)
		case err := <-w.Errors:
			log.Warn("drop folder", "error", err)
		}
	}
}

func drain(w *fsnotify.Watcher) {
	for {
		select {
		case <-w.Events:
		case <-time.After(100 * time.Millisecond):
			return
		}
	}
}

// scan looks at one folder; waiting tells whether a file is not settled yet.
func (d *drops) scan(ctx context.Context, root string) (waiting bool) {
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return nil //nolint:nilerr // what cannot be read now is looked at again
		}
		rel, _ := filepath.Rel(root, path)
		if entry.IsDir() {
			if strings.Count(rel, string(filepath.Separator)) > dropDepth || rel != "." && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			_ = d.watcher.Add(path)
			return nil
		}
		if !entry.Type().IsRegular() || !strings.EqualFold(filepath.Ext(path), ".zip") {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // gone again
		}
		s := d.known[path]
		if s == nil || s.size != info.Size() || !s.mtime.Equal(info.ModTime()) {
			d.known[path] = &seen{size: info.Size(), mtime: info.ModTime(), since: time.Now()}
			waiting = true
			return nil
		}
		if s.done {
			return nil
		}
		if time.Since(s.since) < d.times.quiet || twin(path) {
			waiting = true
			return nil
		}
		if !finished(path, info.Size()) {
			return nil
		}
		if err := d.found(ctx, path); err != nil {
			d.log.Warn("a file could not be taken, it will be tried again", "name", filepath.Base(path), "error", err)
			return nil
		}
		s.done = true
		return nil
	})
	return waiting
}

// twin tells whether a browser is still writing this file beside it.
func twin(path string) bool {
	for _, p := range partial {
		if _, err := os.Stat(path + p); err == nil {
			return true
		}
	}
	return false
}

// finished looks for the first and the last mark of a zip.
func finished(path string, size int64) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	head := make([]byte, 4)
	tail := make([]byte, min(size, 66<<10))
	_, err1 := f.ReadAt(head, 0)
	_, err2 := f.ReadAt(tail, size-int64(len(tail)))
	return errors.Join(err1, err2) == nil && bytes.Equal(head, []byte("PK\x03\x04")) && bytes.Contains(tail, []byte("PK\x05\x06"))
}
