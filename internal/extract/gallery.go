package extract

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
)

// Pages writes pages that show the tree's pictures, once they are there.
type Pages func(ctx context.Context, f *Folder) error

// Folder is the tree as pages see it.
type Folder struct {
	x  *extraction
	at time.Time // pages get the time of the newest entry: the same in each run
}

func (x *extraction) folder() *Folder {
	at := x.album.Newest()
	if at.IsZero() { // nothing but messages: any time does that is the same in each run
		at = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return &Folder{x, at}
}

// Place returns where a file of the archive lies in the tree, by a name with slashes, or "".
func (f *Folder) Place(file album.File) string { return f.x.places[key(file)] }

// Has tells whether a file is there.
func (f *Folder) Has(name string) bool { return f.x.tree.Exists(name) }

// Put writes a page or a picture, unless it is there as it should be.
func (f *Folder) Put(ctx context.Context, name string, body []byte) error {
	if f.x.tree.Has(name, int64(len(body)), f.at) {
		return nil
	}
	if err := f.x.tree.Put(ctx, name, bytes.NewReader(body), int64(len(body)), f.at); err != nil {
		return fmt.Errorf("write the gallery: %w", err)
	}
	return nil
}
