package fetch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Lying is a zip in a drop folder as one look finds it.
type Lying struct {
	Path   string
	Size   int64 // bytes
	Whole  bool  // it begins and ends as a zip, and no browser writes it
	Coming bool  // a browser writes it
}

// LookDrops goes through the drop folders once, as WatchDrops does, and takes nothing. A folder that cannot be read is
// an error, beside what was found in the others.
func LookDrops(ctx context.Context, dirs []string) (found []Lying, err error) {
	for _, dir := range dirs {
		root, rerr := filepath.EvalSymlinks(dir)
		if rerr == nil {
			found, rerr = lookDrop(ctx, root, found)
		}
		err = errors.Join(err, rerr)
	}
	return found, err
}

func lookDrop(ctx context.Context, root string, found []Lying) ([]Lying, error) {
	seen := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if seen++; seen > dropFiles {
			return filepath.SkipAll
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == root:
			return err
		case err != nil:
			return nil //nolint:nilerr // a folder in it that may not be read is the person's business
		case e.IsDir() && path != root:
			rel, err := filepath.Rel(root, path)
			if err != nil || strings.Count(rel, string(filepath.Separator)) >= dropDepth || strings.HasPrefix(e.Name(), ".") {
				return filepath.SkipDir
			}
			if isPartial(e.Name()) { // Safari's
				found = append(found, Lying{Path: strings.TrimSuffix(path, filepath.Ext(path)), Coming: true})
				return filepath.SkipDir
			}
		case e.Type().IsRegular():
			if l, ok := lying(path, e); ok {
				found = append(found, l)
			}
		}
		return nil
	})
	return found, err
}

// lying says how a file is; ok is false for what is no zip and will be none.
func lying(path string, e fs.DirEntry) (l Lying, ok bool) {
	info, err := e.Info()
	if err != nil {
		return l, false // gone again
	}
	l = Lying{Path: path, Size: info.Size()}
	switch {
	case isPartial(path) && isZip(strings.TrimSuffix(path, filepath.Ext(path))):
		if _, err := os.Lstat(strings.TrimSuffix(path, filepath.Ext(path))); err == nil {
			return l, false // Firefox keeps an empty file of the final name beside it: that one is told of
		}
		l.Path, l.Coming = strings.TrimSuffix(path, filepath.Ext(path)), true
	case isZip(path):
		l.Coming = hasTwin(path)
		end, err := finished(path, l.Size)
		l.Whole = end && err == nil && !l.Coming
	default:
		return l, false
	}
	return l, true
}
