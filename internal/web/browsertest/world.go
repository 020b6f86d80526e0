// Command browsertest makes pictures of the page for the documentation. Its tests open the page in a
// real browser.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/verdict"
	"github.com/igwatchd/igwatchd/internal/web"
)

// world is a page over a state that stands still.
type world struct {
	status daemon.Status
	zips   map[string][]string
	lying  []daemon.Lying // in the downloads folder; nil: three of them
	more   atomic.Int64   // bytes that came of each download, besides those in status
}

func (w *world) Status(context.Context) (daemon.Status, error) {
	status := w.status
	status.Exports = slices.Clone(status.Exports)
	for i, e := range status.Exports {
		if e.Progress != nil {
			progress := *e.Progress
			progress.Done += w.more.Load()
			status.Exports[i].Progress = &progress
		}
	}
	return status, nil
}

func (w *world) Confirm(context.Context, string, daemon.Answers) error { return nil }
func (w *world) Omissions(context.Context, string) (*inspect.Omissions, error) {
	return nil, nil
}

func (w *world) Lies(context.Context) ([]daemon.Lying, int, error) {
	if w.lying != nil {
		return w.lying, 1, nil
	}
	return []daemon.Lying{
		{Name: "instagram-jane.doe-2026-11-24-Ab3dEfGh.zip", Size: 2 << 30, State: "coming"},
		{Name: "instagram-jane.doe-2026-11-24-Xy9zWvUt.zip", Size: 1 << 30, State: "taken", Export: "years"},
		{Name: "instagram-old-2020.zip", Size: 5 << 20, State: "left", Why: "it is the archive of old, which igwatchd does not watch"},
	}, 3, nil
}

func (w *world) WallPicture(context.Context, string) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1280, 1600)))
	return b.Bytes(), err
}

func (w *world) Give(context.Context, string, string, string) (string, error) {
	return "questions", nil
}
func (w *world) Uploaded(string, int64) (int64, error) { return 0, nil }

func (w *world) Upload(context.Context, string, int64, int64, io.Reader) (int64, string, error) {
	return 0, "", errors.New("nothing is taken here")
}

func (w *world) Zips(_ context.Context, id string) ([]string, error) {
	if paths := w.zips[id]; paths != nil {
		return paths, nil
	}
	return nil, fmt.Errorf("there is no export %q: %w", id, fs.ErrNotExist)
}

// newWorld makes two archives in dir: "demo" holds a bit of everything, "years" twelve years of posts.
func newWorld(dir string) (*world, error) {
	w := &world{zips: map[string][]string{}}
	now := time.Now().UTC()
	for id, e := range map[string]testworld.Export{
		"demo": testworld.DemoExport("jane.doe"),
		"years": {
			Username: "jane.doe", Generated: now, JoinedAt: now.AddDate(-12, 0, -9), FirstPost: now.AddDate(-12, 0, 0),
			Posts: 240, Carousels: 30, Stories: 40, Reels: 12, ProfilePhotos: 2, Threads: 3, MessagesPerThread: 250, Side: 360, Seed: 7,
		},
	} {
		paths, err := e.Write(filepath.Join(dir, id))
		if err != nil {
			return nil, err
		}
		w.zips[id] = paths
	}
	at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	part := daemon.Part{Name: filepath.Base(w.zips["demo"][0]), Size: 48_212_345_678, SHA256: "b2213295d564916f89a6a42455567c87c3f480fcd7a1c15e220f17d7169a790b"}
	stored := daemon.Export{
		Account: "jane.doe", AnnouncedAt: at(-26 * time.Hour), Deadline: at(70 * time.Hour), State: "done", Parts: []daemon.Part{part},
		Copies:  []daemon.Copy{{Place: "/var/lib/igwatchd/archive", State: "proven", At: at(-time.Hour)}, {Place: "usb", State: "proven", At: at(-time.Hour)}},
		Path:    "/var/lib/igwatchd/archive/jane.doe/2026-01-02",
		Reasons: []verdict.Reason{{Code: "range-known", Severity: "info", Text: "The archive reaches back to the first post."}},
	}
	safe, asking, wrong := stored, stored, stored
	safe.ID, safe.Verdict = "years", "safe"
	asking.ID, asking.Account, asking.Verdict = "demo", "bike.trips", "questions"
	asking.Reasons = []verdict.Reason{
		{Code: "part-count", Severity: "question", Text: "Did Instagram offer exactly one file? Look at its download page."},
		{Code: "range-unknown", Severity: "question", Text: "Did you choose “All time” when you asked for the export?"},
	}
	wrong.ID, wrong.Account, wrong.Verdict, wrong.Path = "wrong", "old.account", "not-safe", ""
	wrong.Reasons = []verdict.Reason{{Code: "missing-media", Severity: "error", Text: "3 pictures that the archive speaks of are in none of its parts. Ask Instagram for a new export."}}
	w.status = daemon.Status{
		Running: true, Version: "1.0.0",
		Inboxes: []daemon.Inbox{
			{Account: "jane.doe", Address: "jane@example.com", Folder: "INBOX", State: "watching", LastContact: at(-time.Minute)},
			{Account: "bike.trips", Address: "jane@example.com", Folder: "INBOX", State: "watching", LastContact: at(-time.Minute)},
		},
		Exports: []daemon.Export{
			safe, asking, wrong,
			{ID: "waiting", Account: "zoe.z", AnnouncedAt: at(-30 * time.Hour), Deadline: at(5 * time.Hour), State: "waiting-for-you"},
			{ID: "wall", Account: "ann", AnnouncedAt: at(-3 * time.Hour), Deadline: at(90 * time.Hour), State: "waiting-for-you", Wall: &daemon.Wall{
				Kind: "two-factor", Text: "Instagram asks for a login code", Hint: "run igwatchd login and enter the code there", At: at(-3 * time.Hour), Picture: true,
			}},
			{ID: "fetching", Account: "bob", AnnouncedAt: at(-time.Hour), Deadline: at(80 * time.Hour), State: "fetching", Progress: &daemon.Progress{Done: 3 << 30, Total: 8 << 30, Speed: 9 << 20}},
		},
	}
	return w, nil
}

// serve opens the page until ctx ends, and returns how to be let in.
func (w *world) serve(ctx context.Context, dir string, log *slog.Logger) (address func(path string) string, err error) {
	page, err := web.New(web.Options{
		Listen: "127.0.0.1:0", Exports: w, HandOver: w, Drops: []string{"/home/jane/Downloads"}, Looker: w, Shelf: w,
		Thumbs: filepath.Join(dir, "thumbnails"), Log: log,
	})
	if err != nil {
		return nil, err
	}
	go func() { _ = page.Serve(ctx) }() // it ends with ctx
	for page.Address("/") == "" {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return page.Address, nil
}
