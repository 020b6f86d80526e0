package daemon

import (
	"os"
	"testing"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestPicturesOfEveryYear: web pages tell no dates that an album reads, but their folders do.
func TestPicturesOfEveryYear(t *testing.T) {
	d := shelf(t)
	for name, change := range map[string]func(*testworld.Export){
		"lists":   func(*testworld.Export) {},
		"pages":   func(e *testworld.Export) { e.HTML = true },
		"of 2020": func(e *testworld.Export) { e.Layout = testworld.LayoutV1 },
	} {
		e := testworld.DemoExport("jane.doe")
		change(&e)
		years := candidates(openedAlbum(t, e))
		if len(years) < 3 {
			t.Errorf("%s: pictures of %d years", name, len(years))
		}
		for year, files := range years {
			if p, ok := d.pictureOf(t.Context(), year, files); !ok || p.Year != year || len(p.JPEG) == 0 {
				t.Errorf("%s: no picture of %d among %d files", name, year, len(files))
			}
		}
	}
}

func openedAlbum(t *testing.T, e testworld.Export) *album.Album {
	t.Helper()
	paths, err := e.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var parts []album.Part
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, album.Part{Name: info.Name(), Size: info.Size(), R: f})
	}
	a, err := album.Open(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFoldersTellTheYear(t *testing.T) {
	for name, want := range map[string]int{
		"media/posts/201811/1.jpg": 2018, "photos/202001/1.jpg": 2020, "media/stories/202512/1.webp": 2025,
		"media/profile/201811/1.jpg": 0, "media/posts/201813/1.jpg": 0, "messages/inbox/bob_1/photos/1.jpg": 0, "media/posts/1.jpg": 0,
	} {
		if _, year, ok := dated(name); year != want || ok != (want != 0) {
			t.Errorf("%s: %d", name, year)
		}
	}
}
