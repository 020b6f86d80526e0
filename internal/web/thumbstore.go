package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/durable"
)

const (
	maxThumbs    = 500 << 20 // bytes of all small pictures together
	thumbsAtOnce = 2
)

// thumbs keeps small pictures on disk, so that each is made once. Whatever lies there can be thrown
// away at any time. An empty file says that none can be made.
type thumbs struct {
	dir   string
	log   *slog.Logger
	limit int64         // bytes
	slots chan struct{} // one for each that is being made

	mu      sync.Mutex
	counted bool
	total   int64 // bytes, once counted
}

func newThumbs(dir string, log *slog.Logger) *thumbs {
	return &thumbs{dir: dir, log: log, limit: maxThumbs, slots: make(chan struct{}, thumbsAtOnce)}
}

// thumbKey names a picture by what it is, in whichever export it lies.
func thumbKey(f album.File) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "1 %s %d %08x", f.Name, f.Size, f.CRC32)))[:32]
}

// get returns a small picture of f. The error is errNoThumb if there is none.
func (t *thumbs) get(ctx context.Context, f album.File) ([]byte, error) {
	key := thumbKey(f)
	path := filepath.Join(t.dir, key[:2], key+".jpg")
	if body, err := os.ReadFile(path); err == nil {
		return whole(body)
	}
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if body, err := os.ReadFile(path); err == nil { // meanwhile
		return whole(body)
	}
	body, err := thumbnail(ctx, f)
	if err != nil && !errors.Is(err, errNoThumb) {
		return nil, err
	}
	// That it cannot be kept is no reason not to show it.
	if kerr := t.keep(path, body); kerr != nil {
		t.log.Warn("a small picture could not be kept", "error", kerr)
	}
	return body, err
}

func whole(body []byte) ([]byte, error) {
	if len(body) == 0 {
		return nil, errNoThumb
	}
	return body, nil
}

func (t *thumbs) keep(path string, body []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := os.Lstat(path); err == nil { // somebody else asked for the same one
		return nil
	}
	if err := durable.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := durable.WriteFile(path, body, 0o600); err != nil {
		return err
	}
	t.total += int64(len(body))
	if t.counted && t.total <= t.limit {
		return nil
	}
	return t.trim()
}

// trim counts what is there, and throws the oldest away if it is too much.
func (t *thumbs) trim() error {
	type kept struct {
		path string
		info fs.FileInfo
	}
	var all []kept
	t.total = 0
	err := filepath.WalkDir(t.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // was renamed meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		t.total += info.Size()
		all = append(all, kept{path, info})
		return nil
	})
	if err != nil {
		return fmt.Errorf("count small pictures: %w", err)
	}
	t.counted = true
	if t.total <= t.limit {
		return nil
	}
	slices.SortFunc(all, func(a, b kept) int {
		return cmp.Or(a.info.ModTime().Compare(b.info.ModTime()), strings.Compare(a.path, b.path))
	})
	for _, k := range all {
		if t.total <= t.limit*9/10 {
			break
		}
		if err := os.Remove(k.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("throw away small pictures: %w", err)
		}
		t.total -= k.info.Size()
	}
	return nil
}
