package extract

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/igwatchd/igwatchd/internal/album"
)

func TestPagesSeeWhatTheTreeHolds(t *testing.T) {
	p := part(t, map[string]string{
		"your_instagram_activity/messages/inbox/bob_1/message_1.json": `{"title":"Bob","messages":[{"sender_name":"Bob","timestamp_ms":1600000001000,"photos":[{"uri":"messages/inbox/bob_1/photos/p.jpg"}]}]}`,
		"messages/inbox/bob_1/photos/p.jpg":                           jpg,
	})
	a, err := album.Open(t.Context(), []album.Part{p})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func() {
		t.Helper()
		_, err := Gallery(t.Context(), a, dir, quiet, nil, func(ctx context.Context, f *Folder) error {
			for file := range a.Files() {
				if place := f.Place(file); place == "" || !f.Has(place) {
					t.Errorf("%s lies at %q", file.Name, place)
				}
			}
			return f.Put(ctx, "gallery/page.html", []byte("hello"))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write()
	first, err := os.Stat(filepath.Join(dir, "gallery", "page.html"))
	if err != nil {
		t.Fatal(err)
	}
	write()
	if second, err := os.Stat(filepath.Join(dir, "gallery", "page.html")); err != nil || !os.SameFile(first, second) {
		t.Errorf("the page was written again: %v", err)
	}
	_, err = Gallery(t.Context(), a, dir, quiet, nil, func(ctx context.Context, f *Folder) error {
		return f.Put(ctx, "../out.html", nil)
	})
	if _, serr := os.Stat(filepath.Join(dir, "..", "out.html")); err == nil || !errors.Is(serr, os.ErrNotExist) {
		t.Errorf("a page left the tree: %v, %v", err, serr)
	}
}
