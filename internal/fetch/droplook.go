package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// sighting is a zip as it was when it was last looked at.
type sighting struct {
	size   int64
	mtime  time.Time
	since  time.Time // unchanged since then, as far as was seen
	retry  time.Time // not to be handed on before
	done   bool      // settled, or no finished zip: nothing to do before it changes
	failed bool      // it is in the log
}

// look goes through all folders once and returns when to do so again.
func (d *drops) look(ctx context.Context) (next time.Duration) {
	next = d.pace.rescan
	met := map[string]bool{}
	complete := true
	for _, dir := range d.dirs {
		root, err := filepath.EvalSymlinks(dir) // the folder itself may be a link; in it, none is followed
		if err == nil {
			err = d.watcher.Add(root)
		}
		if err == nil {
			delete(d.told, dir)
			err = d.walk(ctx, root, met, &next)
		}
		if err != nil {
			complete = false
			if d.firstTime(dir) {
				d.log.Warn("drop folder cannot be watched, it is looked for again", "dir", dir, "error", err)
			}
		}
	}
	if complete && ctx.Err() == nil {
		maps.DeleteFunc(d.known, func(path string, _ *sighting) bool { return !met[path] })
	}
	return max(next, d.pace.gap/10)
}

// firstTime tells whether a trouble is news.
func (d *drops) firstTime(trouble string) bool {
	before := d.told[trouble]
	d.told[trouble] = true
	return !before
}

// walk looks at one drop folder. Whatever cannot be read now is met at a later look.
func (d *drops) walk(ctx context.Context, root string, met map[string]bool, next *time.Duration) error {
	seen, watched := 0, d.watcher.WatchList()
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if seen++; seen > dropFiles {
			if d.firstTime(root + " (size)") {
				d.log.Warn("drop folder holds too many files, not all are looked at", "dir", root, "files", dropFiles)
			}
			return filepath.SkipAll
		}
		switch {
		case ctx.Err() != nil:
			return filepath.SkipAll
		case err != nil && path == root:
			return err
		case err != nil:
			return nil //nolint:nilerr // a folder in it that may not be read is the person's business
		case e.IsDir() && path != root:
			rel, err := filepath.Rel(root, path)
			if err != nil || strings.Count(rel, string(filepath.Separator)) >= dropDepth || strings.HasPrefix(e.Name(), ".") || isPartial(e.Name()) {
				return filepath.SkipDir
			}
			if len(watched) < dropWatches && !slices.Contains(watched, path) && d.watcher.Add(path) == nil {
				watched = append(watched, path)
			} // else the next rescan sees it
		case e.Type().IsRegular() && isZip(e.Name()):
			info, err := e.Info()
			if err != nil {
				return nil //nolint:nilerr // gone again
			}
			met[path] = true
			if in := d.consider(ctx, path, info); in > 0 {
				*next = min(*next, in)
			}
		}
		return nil
	})
}

// consider hands a zip on if it is finished. It returns how soon it wants to be
// looked at again, or 0.
func (d *drops) consider(ctx context.Context, path string, info fs.FileInfo) time.Duration {
	now := time.Now()
	s := d.known[path]
	if s == nil || s.size != info.Size() || !s.mtime.Equal(info.ModTime()) {
		d.known[path] = &sighting{size: info.Size(), mtime: info.ModTime(), since: now}
		return d.pace.quiet
	}
	if left := d.pace.quiet - now.Sub(s.since); left > 0 && !s.done {
		return left
	}
	if s.done || now.Before(s.retry) || hasTwin(path) { // the twin's end is an event
		return 0
	}
	end, err := finished(path, info.Size())
	if err == nil && !end {
		err = ErrNoZip
	}
	settled := fault.KindOf(err) == fault.PermanentKind
	if left := d.pace.idle - max(now.Sub(info.ModTime()), now.Sub(s.since)); settled && left > 0 {
		return left // a slow copy pauses too
	}
	if told := d.found(ctx, path, err); settled || err == nil {
		err = told
	} else {
		err = errors.Join(err, told)
	}
	if err == nil {
		s.done = true
		return 0
	}
	if ctx.Err() == nil && !s.failed {
		s.failed = true
		d.log.Warn("a file could not be taken, it will be tried again", "name", filepath.Base(path), "error", err)
	}
	s.retry = now.Add(d.pace.rescan)
	return d.pace.rescan
}

// hasTwin tells whether a browser is still writing this file beside it.
func hasTwin(path string) bool {
	for _, p := range partials {
		if _, err := os.Lstat(path + p); err == nil {
			return true
		}
	}
	return false
}

// ErrNoEnd says that a file begins as a zip archive and does not end as one: it was cut, or is still on its way.
var ErrNoEnd = fault.Permanent(errors.New("it begins as a zip archive and has no end"), "")

// ErrNoZip says that a file is no zip archive whatever its name says: a web page, say.
var ErrNoZip = fault.Permanent(errors.New("it is no zip archive"), "")

// finished looks for the first and the last mark of a zip.
func finished(path string, size int64) (bool, error) {
	if size < endRecord {
		return false, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	head := make([]byte, 4)
	if _, err := f.ReadAt(head, 0); err != nil {
		return false, fmt.Errorf("read: %w", err)
	}
	if !beginsAsZip(head) {
		return false, nil
	}
	end, err := endsAsZip(f, size)
	if err == nil && !end {
		err = ErrNoEnd
	}
	return end, err
}
