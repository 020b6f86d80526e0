package web

import (
	"bytes"
	"errors"
	"image"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/heif"
)

// pictures opens an archive of files in the order of their names.
func pictures(t testing.TB, contents map[string]string) []album.File {
	t.Helper()
	l, open, err := openLibrary(t.Context(), []string{zipFile(t, contents)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { (&opened{files: open}).close() })
	var list []album.File
	for f := range l.Files() {
		list = append(list, f)
	}
	return list
}

func TestSmallPicturesAreSmall(t *testing.T) {
	list := pictures(t, map[string]string{
		"media/a.jpg": photo(t, 1440, 1800), "media/b.jpg.packed": photo(t, 1440, 1800), "media/c.png": flat(t, 100, 50), "media/d.jpg": photo(t, 4000, 400),
	})
	for i, want := range []image.Point{{360, 450}, {360, 450}, {100, 50}, {900, 90}} {
		body, err := thumbnail(t.Context(), list[i])
		if err != nil {
			t.Errorf("%s: %v", list[i].Name, err)
			continue
		}
		c, _, err := image.DecodeConfig(bytes.NewReader(body))
		if err != nil || c.Width != want.X || c.Height != want.Y {
			t.Errorf("%s: %d × %d, %v", list[i].Name, c.Width, c.Height, err)
		}
	}
}

func TestWhatCannotBeMadeSmallIsRefusedBeforeItIsDecoded(t *testing.T) {
	huge := []byte(flat(t, 1, 1))
	copy(huge[16:24], "\x00\x00\x27\x10\x00\x00\x27\x10") // 10,000 × 10,000; its checksum is wrong now
	list := pictures(t, map[string]string{
		"media/a.jpg": "\xff\xd8\xff\xe0no picture", "media/b.jpg": photo(t, 64, 64)[:300], "media/c.mp4": "\x00\x00\x00\x18ftypisom",
		"media/d.jpg": "<html>", "media/e.jpg": "", "media/f.png": string(huge), "media/g.png": flat(t, 8000, 7501),
	})
	for _, f := range list {
		if _, err := thumbnail(t.Context(), f); !errors.Is(err, errNoThumb) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
	if _, err := thumbnail(t.Context(), list[6]); err == nil || !strings.Contains(err.Error(), "8000 × 7501") {
		t.Errorf("60 megapixels and more: %v", err)
	}
}

// TestSmallPicturesOfHEIC: HEIC and AVIF are made small by libheif's program, if it is installed. The pictures are those
// of internal/heif.
func TestSmallPicturesOfHEIC(t *testing.T) {
	contents := map[string]string{}
	for _, name := range []string{"plain.heic", "plain.avif"} {
		b, err := os.ReadFile("../heif/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		contents["media/"+name] = string(b)
	}
	list := pictures(t, contents)
	if _, err := exec.LookPath("heif-convert"); err == nil {
		for _, f := range list {
			body, err := thumbnail(t.Context(), f)
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
				continue
			}
			if c, _, err := image.DecodeConfig(bytes.NewReader(body)); err != nil || c.Width != 136 {
				t.Errorf("%s: %d × %d, %v", f.Name, c.Width, c.Height, err)
			}
		}
	}
	t.Setenv("PATH", t.TempDir())
	s := newThumbs(filepath.Join(t.TempDir(), "thumbnails"), slog.New(slog.DiscardHandler))
	for _, f := range list {
		if _, err := s.get(t.Context(), f); !errors.Is(err, heif.ErrNoProgram) {
			t.Errorf("%s without the program: %v", f.Name, err)
		}
	}
	if all, _ := filepath.Glob(filepath.Join(s.dir, "*", "*")); len(all) > 0 {
		t.Errorf("kept, although the program may come: %v", all)
	}
}

func TestSmallPicturesAreMadeOnceAndTheOldestGo(t *testing.T) {
	contents := map[string]string{}
	for _, name := range strings.Split("abcdefghij", "") {
		contents["media/"+name+".jpg"] = photo(t, 500, 500)
	}
	contents["media/z.jpg"] = "no picture"
	list := pictures(t, contents)
	s := newThumbs(filepath.Join(t.TempDir(), "thumbnails"), slog.New(slog.DiscardHandler))
	kept := func() (n int, oldest string) {
		var at time.Time
		_ = filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				n++
				if info, err := e.Info(); err == nil && (at.IsZero() || info.ModTime().Before(at)) {
					at, oldest = info.ModTime(), path
				}
			}
			return err
		})
		return n, oldest
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, f := range list {
				if body, err := s.get(t.Context(), f); (err != nil) != (f.Name == "media/z.jpg") || err == nil && len(body) < 100 {
					t.Errorf("%s: %d bytes, %v", f.Name, len(body), err)
				}
			}
		})
	}
	wg.Wait()
	if n, _ := kept(); n != 11 {
		t.Errorf("%d kept", n)
	}
	// It is taken from where it is kept.
	key := thumbKey(list[0])
	path := filepath.Join(s.dir, key[:2], key+".jpg")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if body, err := s.get(t.Context(), list[0]); string(body) != "kept" || err != nil {
		t.Errorf("%q %v", body, err)
	}
	// One more than there is room for: the oldest goes.
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
	again := newThumbs(s.dir, s.log)
	again.limit = s.total - int64(len(before))
	extra := pictures(t, map[string]string{"media/extra.jpg": photo(t, 500, 500)})
	if _, err := again.get(t.Context(), extra[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) || again.total > again.limit {
		t.Errorf("the oldest is still there (%v); %d bytes of %d", err, again.total, again.limit)
	}
}
