package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/readahead"
)

// ErrNotMounted says that a replica's folder is not the one that was prepared:
// its disk is not plugged in, or not mounted.
var ErrNotMounted = errors.New("the disk for copies is not there")

// marker is the file by which a prepared folder is known.
const marker = "igwatchd-replica.txt"

const markerText = `igwatchd keeps copies of Instagram exports in this folder. It writes here only while this file
is here: that is how it knows that the right disk is mounted. docs/restore.md says how to read the copies.
`

// keepFree is the room, in bytes, that copies leave on a disk for everything else.
const keepFree = 64 << 20

// Folder is a Place on a mounted file system.
type Folder struct {
	dir    string
	marked bool // only while the marker is there
}

// Init prepares dir, which must be there already, as a place for copies.
func Init(dir string) error {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return fault.Permanent(errors.Join(fmt.Errorf("prepare %s: no such folder", dir), err),
			"mount the disk and make the folder first")
	}
	if err := durable.WriteFile(filepath.Join(dir, marker), []byte(markerText), 0o444); err != nil {
		return fmt.Errorf("prepare %s: %w", dir, err)
	}
	return nil
}

// OpenMarked uses dir for copies, whenever it holds the marker that Init makes.
func OpenMarked(dir string) *Folder { return &Folder{dir: dir, marked: true} }

// Folder returns the vault's own folder, so that the first copy is verified and
// repaired like any other.
func (v *Vault) Folder() *Folder { return &Folder{dir: v.dir} }

// Ready implements Source.
func (f *Folder) Ready(ctx context.Context, need int64) error {
	if err := f.mounted(ctx); err != nil || need == 0 {
		return err
	}
	free, err := durable.Free(f.dir)
	if err != nil {
		return err
	}
	if want := uint64(need) + keepFree; free < want {
		return fault.Temporary(fmt.Errorf("%s has %d MB free, %d MB are needed", f.dir, free>>20, want>>20),
			"make room on it; igwatchd goes on by itself")
	}
	return nil
}

// mounted reads the marker from the device: a disk that was pulled out may go on
// answering from memory for a while.
func (f *Folder) mounted(ctx context.Context) error {
	if !f.marked {
		return nil
	}
	text, err := readSmall(ctx, &Folder{dir: f.dir}, marker, 1<<10)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if fault.KindOf(err) != fault.UnknownKind { // it is there, and not well
		return err
	}
	if err != nil || string(text) != markerText {
		return fault.Temporary(fmt.Errorf("%s: %w", f.dir, ErrNotMounted),
			"plug the disk in and mount it; a new one is prepared with: igwatchd replica init "+f.dir)
	}
	return nil
}

// at turns a name into a path and refuses one that would leave the folder.
func (f *Folder) at(name string) (string, error) {
	if !filepath.IsLocal(name) || strings.Contains(name, `\`) {
		return "", fault.Permanent(fmt.Errorf("%q leaves its folder", name), "")
	}
	return filepath.Join(f.dir, filepath.FromSlash(name)), nil
}

// Get implements Source.
func (f *Folder) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	p, err := f.at(name)
	if err != nil {
		return nil, err
	}
	info, err := os.Lstat(p)
	if errors.Is(err, fs.ErrNotExist) {
		if merr := f.mounted(ctx); merr != nil { // nothing is missing where nothing is mounted
			return nil, merr
		}
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", p)
	}
	return durable.Open(ctx, p)
}

// List implements Source. Links and other things that are no files are named
// with their size, so that they are noticed. What it names is on the device and
// not only in memory: a run that was killed may not have come to syncing folders.
func (f *Folder) List(ctx context.Context, folder string) (map[string]Stat, error) {
	root, err := f.at(path.Join(".", folder))
	if err != nil {
		return nil, err
	}
	files := map[string]Stat{}
	err = filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			return durable.SyncDir(p)
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, p)
		files[filepath.ToSlash(name)] = Stat{info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)}
		return errors.Join(err, ctx.Err())
	})
	if errors.Is(err, fs.ErrNotExist) {
		if merr := f.mounted(ctx); merr != nil {
			return nil, merr
		}
		return files, nil
	}
	if err == nil {
		err = syncUp(root, f.dir)
	}
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", root, err)
	}
	return files, nil
}

// syncUp syncs the folders above dir, up to top.
func syncUp(dir, top string) error {
	for dir = filepath.Clean(dir); dir != filepath.Clean(top); {
		dir = filepath.Dir(dir)
		if err := durable.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// Put implements Place: temporary file beside the target, room reserved, length
// checked, synced, renamed, folder synced, read-only.
func (f *Folder) Put(ctx context.Context, name string, r io.Reader, size int64, _ string) error {
	target, err := f.at(name)
	if err != nil {
		return err
	}
	if err := f.mounted(ctx); err != nil {
		return err
	}
	if err := durable.MkdirAll(filepath.Dir(target), 0o750); err != nil {
		return err
	}
	part, err := durable.OpenPart(filepath.Join(filepath.Dir(target), "."+path.Base(name)+partSuffix), 0)
	if err != nil {
		return err
	}
	err = part.Reserve(size)
	var n int64
	if err == nil {
		ahead := readahead.New(r) // what r hashes meanwhile costs no time of its own
		buf := buffers.Get().(*[]byte)
		n, err = io.CopyBuffer(writer{ctx, part}, ahead, *buf)
		buffers.Put(buf)
		_ = ahead.Close() // never fails
	}
	if err == nil {
		err = f.mounted(ctx)
	}
	if err == nil {
		err = part.Commit(target, n)
	}
	if err != nil {
		_ = part.Discard()
	}
	return err
}

// partSuffix ends the name of a file that is being written.
const partSuffix = ".part"

// unfinished tells what an interrupted Put left; the next one uses it up.
func unfinished(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, ".") && strings.HasSuffix(base, partSuffix)
}

// writer ends a long write when ctx ends, and hides ReaderFrom from CopyBuffer.
type writer struct {
	ctx context.Context
	w   io.Writer
}

func (w writer) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}

// Aside implements Place: a rename, so that it needs no room and leaves what is
// damaged on the device where it is.
func (f *Folder) Aside(_ context.Context, name, to string) error {
	from, err := f.at(name)
	if err != nil {
		return err
	}
	target, err := f.at(to)
	if err != nil {
		return err
	}
	return durable.Rename(from, target)
}

// Remove implements Place.
func (f *Folder) Remove(_ context.Context, name string) error {
	p, err := f.at(name)
	if err != nil {
		return err
	}
	return durable.Remove(p)
}
