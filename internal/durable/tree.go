package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// Tree is a folder that files are put into under names that strangers chose: no name, and no link
// in the folder, leads out of it (os.Root).
type Tree struct {
	root *os.Root
	dir  string
}

// OpenTree makes the folder if there is none. Close lets it go.
func OpenTree(dir string) (*Tree, error) {
	if err := MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, classify(fmt.Errorf("open folder: %w", err))
	}
	return &Tree{root, dir}, nil
}

// Close lets the folder go.
func (t *Tree) Close() error { return t.root.Close() }

// Has tells whether a file of that size and time is there: Put gives a file its name and time only
// once it is whole, so that such a file needs no second Put.
func (t *Tree) Has(name string, size int64, modified time.Time) bool {
	info, err := t.root.Lstat(name)
	return err == nil && info.Mode().IsRegular() && info.Size() == size && info.ModTime().Truncate(time.Second).Equal(modified.Truncate(time.Second))
}

// Exists tells whether anything has the name.
func (t *Tree) Exists(name string) bool {
	_, err := t.root.Lstat(name)
	return err == nil
}

// Put writes exactly size bytes of r to name, with that time of change; size -1 means all there is.
// Folders on the way are made. A file of that name is replaced, in one step.
func (t *Tree) Put(ctx context.Context, name string, r io.Reader, size int64, modified time.Time) (err error) {
	defer func() {
		if err != nil {
			err = classify(fmt.Errorf("write %s: %w", path.Join(t.dir, name), err))
		}
	}()
	if dir := path.Dir(name); dir != "." {
		if err := t.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	temp := path.Join(path.Dir(name), "."+path.Base(name)+".tmp")
	if err := t.root.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := t.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, &interruptible{ctx, r})
	if err == nil && size >= 0 && n != size {
		err = fmt.Errorf("%d bytes, %d expected", n, size)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil && !modified.IsZero() {
		err = t.root.Chtimes(temp, modified, modified)
	}
	if err == nil {
		err = t.root.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(err, t.root.Remove(temp))
	}
	return nil
}

// interruptible ends a copy with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(b)
}
