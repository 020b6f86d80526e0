package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/extract"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/web"
	"github.com/igwatchd/igwatchd/internal/words"
)

func extractCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("extract", s)
	path := configFlag(fs)
	gallery := fs.Bool("gallery", false, "also write pages that show everything in a browser, without a server or network; begin with index.html in DIR")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) < 2 {
		return &usageError{"extract: name an export, its folder or its zip files, and then the folder to write to"}
	}
	what, dir := rest[:len(rest)-1], rest[len(rest)-1]
	zips, err := archivesOf(ctx, *path, what)
	if err != nil {
		return err
	}
	a, done, err := openAlbum(ctx, zips)
	if err != nil {
		return fmt.Errorf("extract: %w", err)
	}
	defer done()
	show := progressLine(s)
	var pages extract.Pages // none
	if *gallery {
		pages = func(ctx context.Context, f *extract.Folder) error {
			show("the pages of the gallery")
			return web.WriteGallery(ctx, a, web.OwnerOf(zips), f)
		}
	}
	result, err := extract.Gallery(ctx, a, dir, newLogger(s, slog.LevelError), func(r extract.Result) {
		show(fmt.Sprintf("%d files, %s", r.Files, words.Size(r.Bytes)))
	}, pages)
	show("")
	if err != nil {
		return fault.WithHint(fmt.Errorf("extract: %w", err), "what was written stays; run the same command again to go on")
	}
	_, _ = fmt.Fprintf(s.out, "%d files, %s, are in %s. The archive itself is unchanged.\n", result.Files, words.Size(result.Bytes), dir)
	if *gallery {
		_, _ = fmt.Fprintf(s.out, "Open the gallery in a browser: %s\n", filepath.Join(dir, "index.html"))
	}
	for _, name := range a.Unread {
		_, _ = fmt.Fprintf(s.out, "This list could not be read, so that what it names lies in everything-else: %s\n", name)
	}
	if a.Missing > 0 {
		_, _ = fmt.Fprintf(s.out, "%d files that the archive speaks of are in none of its parts.\n", a.Missing)
	}
	for _, f := range result.Faults {
		_, _ = fmt.Fprintf(s.err, "igwatchd: not written: %s\n", f)
	}
	if result.Failed > 0 {
		return fault.WithHint(fmt.Errorf("extract: %d files could not be written", result.Failed), "is the archive whole? igwatchd inspect tells")
	}
	return nil
}

// archivesOf returns the zips that the arguments mean: files, the folder of a stored export, or
// the id of one.
func archivesOf(ctx context.Context, config string, what []string) ([]string, error) {
	info, err := os.Stat(what[0])
	switch {
	case err == nil && !info.IsDir():
		return what, nil
	case len(what) > 1:
		return nil, &usageError{"extract: name one export, one folder, or zip files"}
	case err == nil:
		return zipsIn(what[0])
	}
	cfg, err := loadConfig(config)
	if err != nil {
		return nil, err
	}
	st, err := readStatus(ctx, cfg)
	if err != nil {
		return nil, err
	}
	found := pick(st, what)
	if len(found) == 0 {
		return nil, fault.Permanent(fmt.Errorf("extract: no export and no file %q", what[0]), "the ids stand in: igwatchd status")
	}
	if found[0].Path == "" {
		return nil, fault.Permanent(fmt.Errorf("extract: %s is not stored yet: %s", what[0], found[0].Sentence()), "")
	}
	return zipsIn(found[0].Path)
}

// zipsIn returns the zips of a stored export's folder, or those in any other.
func zipsIn(dir string) ([]string, error) {
	for _, pattern := range []string{filepath.Join(dir, "data", "*.zip"), filepath.Join(dir, "*.zip")} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			slices.Sort(found)
			return found, nil
		}
	}
	return nil, fault.Permanent(fmt.Errorf("extract: there is no zip in %s", dir), "name the folder of one export, which has a folder data in it")
}

// openAlbum opens an export's zips to be looked at, until done is called.
func openAlbum(ctx context.Context, paths []string) (a *album.Album, done func(), err error) {
	var parts []album.Part
	var open []*os.File
	done = func() {
		for _, f := range open {
			_ = f.Close() // opened for reading only
		}
	}
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			done()
			return nil, nil, err
		}
		open = append(open, f)
		info, err := f.Stat()
		if err != nil {
			done()
			return nil, nil, err
		}
		parts = append(parts, album.Part{Name: filepath.Base(p), Size: info.Size(), R: f})
	}
	if a, err = album.Open(ctx, parts); err != nil {
		done()
		return nil, nil, fault.Permanent(err, "name the zip files as Instagram gave them")
	}
	return a, done, nil
}
