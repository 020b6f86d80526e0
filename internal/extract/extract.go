// Package extract writes a tree of files that any program can show, from an export's zips, which
// stay as they are: pictures and videos by kind and year, with the right ending, the time of the
// post, and beside each a sidecar that photo programs read the date, caption and place from.
//
// It may be interrupted and run again: what is there is not written twice, and nothing is written
// over.
package extract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/durable"
)

// Result counts what an extraction did.
type Result struct {
	Files   int      // pictures, videos, sounds and other files that are in the tree now
	Bytes   int64    // of them
	Written int      // of Files, in this run
	Faults  []string // files that could not be written, and why; at most maxFaults
	Failed  int      // how many
}

const maxFaults = 100

// Extract writes the tree below dir. Progress may be nil; it is called after each file. A file that
// cannot be read is named in the Result and does not end the work; a full disk does.
func Extract(ctx context.Context, a *album.Album, dir string, log *slog.Logger, progress func(Result)) (Result, error) {
	return Gallery(ctx, a, dir, log, progress, nil)
}

// Gallery is Extract, and then lets pages show what it wrote; nil is none. It may be interrupted and
// run again too.
func Gallery(ctx context.Context, a *album.Album, dir string, log *slog.Logger, progress func(Result), pages Pages) (Result, error) {
	tree, err := durable.OpenTree(dir)
	if err != nil {
		return Result{}, err
	}
	x := &extraction{album: a, tree: tree, log: log, progress: progress, taken: map[string]bool{}, done: map[string]bool{}, places: map[string]string{}}
	if x.progress == nil {
		x.progress = func(Result) {}
	}
	if err = x.run(ctx); err == nil && pages != nil {
		err = pages(ctx, x.folder())
	}
	return x.result, errors.Join(err, tree.Close())
}

type extraction struct {
	album    *album.Album
	tree     *durable.Tree
	log      *slog.Logger
	progress func(Result)
	result   Result
	taken    map[string]bool   // names given in this run; each run gives the same ones
	done     map[string]bool   // files of the archive that have their place
	places   map[string]string // of those that are there
}

func (x *extraction) run(ctx context.Context) error {
	for _, kind := range kinds { // a picture that a post and a story share is the post's
		for _, e := range x.album.Entries {
			if e.Kind != kind {
				continue
			}
			for i, m := range e.Media {
				if err := x.medium(ctx, e, m, i); err != nil {
					return err
				}
			}
		}
	}
	for _, t := range x.album.Threads {
		if err := x.thread(ctx, t); err != nil {
			return err
		}
	}
	return x.rest(ctx)
}

// medium writes one file of a post, and its sidecar.
func (x *extraction) medium(ctx context.Context, e album.Entry, m album.Media, i int) error {
	f := m.File()
	if x.done[key(f)] { // two lists may name one file
		return nil
	}
	at := m.Time
	if at.IsZero() {
		at = e.Time
	}
	kind, err := f.Kind()
	if err != nil {
		return x.fault(ctx, f.Name, err)
	}
	name := x.free(path.Join(folders[e.Kind], year(e.Time), stem(e, i)), ending(f.Name, kind))
	if err := x.put(ctx, name, f, at); err != nil {
		return x.fault(ctx, f.Name, err)
	}
	caption := e.Caption
	if m.Caption != "" {
		caption = m.Caption
	}
	return x.fault(ctx, name, x.sidecar(ctx, name+".xmp", at, caption, m.Place))
}

// key tells files apart: two parts may hold different files of one name.
func key(f album.File) string { return fmt.Sprintf("%s %d %08x", f.Name, f.Size, f.CRC32) }

// put writes a file of the archive unless it is there.
func (x *extraction) put(ctx context.Context, name string, f album.File, at time.Time) error {
	x.done[key(f)] = true
	if at.IsZero() {
		at = f.Modified
	}
	if !x.tree.Has(name, f.Size, at) {
		r, err := f.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(x.tree.Put(ctx, name, r, f.Size, at), r.Close()); err != nil {
			return err
		}
		x.result.Written++
	}
	x.places[key(f)] = name
	x.result.Files++
	x.result.Bytes += f.Size
	x.progress(x.result)
	return nil
}

// text writes a small file of our own making unless it is there.
func (x *extraction) text(ctx context.Context, name, body string, at time.Time) error {
	if x.tree.Has(name, int64(len(body)), at) {
		return nil
	}
	return x.tree.Put(ctx, name, strings.NewReader(body), int64(len(body)), at)
}

func (x *extraction) sidecar(ctx context.Context, name string, at time.Time, caption string, place *album.Place) error {
	if at.IsZero() && caption == "" && place == nil {
		return nil
	}
	return x.text(ctx, name, xmp(at, caption, place), at)
}

// rest writes every other file under the name that it has in the archive.
func (x *extraction) rest(ctx context.Context) error {
	for f := range x.album.Files() {
		if x.done[key(f)] {
			continue
		}
		end := path.Ext(f.Name)
		name := x.free(path.Join("everything-else", strings.TrimSuffix(f.Name, end)), end)
		if err := x.fault(ctx, f.Name, x.put(ctx, name, f, f.Modified)); err != nil {
			return err
		}
	}
	return nil
}

// fault notes what went wrong with one file. It returns an error only for what ends the work.
func (x *extraction) fault(ctx context.Context, name string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case durable.Full(err):
		return err
	}
	x.log.Warn("a file could not be extracted", "name", name, "error", err)
	x.result.Failed++
	if len(x.result.Faults) < maxFaults {
		x.result.Faults = append(x.result.Faults, name+": "+err.Error())
	}
	return nil
}
