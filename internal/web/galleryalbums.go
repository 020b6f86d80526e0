package web

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
)

const (
	maxAlbums = 2                // that are open while nobody looks at them
	albumIdle = 15 * time.Minute // then it is closed
)

// albums keeps the archives that somebody looks at open, and reads their lists once.
type albums struct {
	shelf Shelf

	mu   sync.Mutex
	open []*opened // the one that was used last comes last
	tidy *time.Timer
}

// opened is an archive that is open, or about to be.
type opened struct {
	id    string
	paths []string
	ready chan struct{} // closed when lib or err is there
	lib   *library
	err   error
	files []*os.File
	users int
	used  time.Time
	gone  bool // closed by the last user
}

// get returns an export's album. It may be used until done is called.
func (a *albums) get(ctx context.Context, id string) (l *library, done func(), err error) {
	paths, err := a.shelf.Zips(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	o, mine := a.take(id, paths)
	if mine {
		// Others wait for it too, so that it does not end with this request.
		o.lib, o.files, o.err = openLibrary(context.WithoutCancel(ctx), paths)
		close(o.ready)
	}
	select {
	case <-o.ready:
		err = o.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		a.release(o)
		return nil, nil, fmt.Errorf("open the archive: %w", err)
	}
	return o.lib, func() { a.release(o) }, nil
}

// take finds an album, or makes room for one that the caller has to open.
func (a *albums) take(id string, paths []string) (o *opened, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.open, func(o *opened) bool { return o.id == id && slices.Equal(o.paths, paths) })
	if i >= 0 {
		o = a.open[i]
		a.open = append(slices.Delete(a.open, i, i+1), o)
	} else {
		o, mine = &opened{id: id, paths: paths, ready: make(chan struct{})}, true
		a.open = append(a.open, o)
	}
	o.users++
	return o, mine
}

func (a *albums) release(o *opened) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o.users--
	o.used = time.Now()
	select {
	case <-o.ready:
		if o.err != nil { // the next one tries again
			a.drop(o)
		}
	default:
	}
	for len(a.open) > maxAlbums {
		i := slices.IndexFunc(a.open, func(o *opened) bool { return o.users == 0 })
		if i < 0 {
			break
		}
		a.drop(a.open[i])
	}
	if o.gone && o.users == 0 {
		o.close()
	}
	if a.tidy == nil && len(a.open) > 0 {
		a.tidy = time.AfterFunc(albumIdle, a.closeIdle)
	}
}

// drop forgets an album. Its files are closed when nobody uses them any more.
func (a *albums) drop(o *opened) {
	if i := slices.Index(a.open, o); i >= 0 {
		a.open = slices.Delete(a.open, i, i+1)
	}
	o.gone = true
	if o.users == 0 {
		o.close()
	}
}

func (o *opened) close() {
	for _, f := range o.files {
		_ = f.Close() // opened for reading only
	}
	o.files = nil
}

// closeIdle closes what nobody has looked at for a while: an open archive costs some memory.
func (a *albums) closeIdle() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tidy = nil
	for _, o := range slices.Clone(a.open) {
		if o.users == 0 && time.Since(o.used) >= albumIdle {
			a.drop(o)
		}
	}
	if len(a.open) > 0 {
		a.tidy = time.AfterFunc(albumIdle, a.closeIdle)
	}
}

// close ends the work: everything that nobody uses is closed now, everything else when it is left.
func (a *albums) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.tidy != nil {
		a.tidy.Stop()
		a.tidy = nil
	}
	for _, o := range slices.Clone(a.open) {
		a.drop(o)
	}
}

// openLibrary opens zips and reads their lists.
func openLibrary(ctx context.Context, paths []string) (l *library, open []*os.File, err error) {
	defer func() {
		if err != nil {
			for _, f := range open {
				err = errors.Join(err, f.Close())
			}
			open = nil
		}
	}()
	var parts []album.Part
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return nil, open, err
		}
		open = append(open, f)
		info, err := f.Stat()
		if err != nil {
			return nil, open, err
		}
		parts = append(parts, album.Part{Name: filepath.Base(p), Size: info.Size(), R: f})
	}
	a, err := album.Open(ctx, parts)
	if err != nil {
		return nil, open, err
	}
	return newLibrary(a, OwnerOf(paths)), open, nil
}

// OwnerOf reads the account's name from a file's, instagram-NAME-DATE-….zip, or says “Instagram”.
func OwnerOf(paths []string) string {
	name, ok := strings.CutPrefix(filepath.Base(paths[0]), "instagram-")
	if !ok {
		return "Instagram"
	}
	for i := range len(name) - 10 {
		if _, err := time.Parse("-"+time.DateOnly, name[i:min(i+11, len(name))]); err == nil && i > 0 {
			return name[:i]
		}
	}
	return "Instagram"
}
