package web

import (
	"archive/zip"
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAlbumsAreOpenedOnceAndClosedWhenTheyAreMany(t *testing.T) {
	sh := shelf{}
	for i := range 5 {
		sh[fmt.Sprint(i)] = []string{zipFile(t, map[string]string{"media/a.jpg": photo(t, 8+i, 8)})}
	}
	a := &albums{shelf: sh}
	var wg sync.WaitGroup
	first, done, err := a.get(t.Context(), "0")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		wg.Go(func() {
			l, done, err := a.get(t.Context(), fmt.Sprint(i%5))
			if err != nil {
				t.Error(err)
				return
			}
			defer done()
			if i%5 == 0 && l != first {
				t.Error("opened twice while it is used")
			}
			for f := range l.Files() {
				if kind, err := f.Kind(); kind != "image/jpeg" || err != nil {
					t.Errorf("%s %v", kind, err)
				}
			}
		})
	}
	wg.Wait()
	if len(a.open) > maxAlbums {
		t.Errorf("%d are open", len(a.open))
	}
	f, _ := first.At(0)
	a.close()
	if _, err := f.Kind(); err != nil { // still used
		t.Error(err)
	}
	done()
	if _, err := f.Kind(); err == nil {
		t.Error("its files are still open")
	}
	if len(a.open) != 0 {
		t.Errorf("%d are open", len(a.open))
	}
}

func TestAnArchiveThatCannotBeOpenedIsTriedAgain(t *testing.T) {
	path := zipFile(t, map[string]string{"media/a.jpg": photo(t, 8, 8)})
	away := path + ".away"
	if err := os.Rename(path, away); err != nil {
		t.Fatal(err)
	}
	_, base, browser := openGallery(t, shelf{"e1": {path}})
	if status, _ := get(t, browser, base+"/gallery/e1"); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
	if err := os.Rename(away, path); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, browser, base+"/gallery/e1"); status != http.StatusOK {
		t.Errorf("%d", status)
	}
}

func TestOwnerOf(t *testing.T) {
	for name, want := range map[string]string{
		"instagram-jane.doe-2026-01-02-AbCd.zip": "jane.doe", "instagram-a-b-2026-01-02-x (1).zip": "a-b", "instagram-.zip": "Instagram", "x.zip": "Instagram", "instagram--2026-01-02.zip": "Instagram",
	} {
		if got := OwnerOf([]string{"/a/" + name}); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// manyMedia writes an archive of n pictures in posts over twelve years.
func manyMedia(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "instagram-jane.doe-2026-01-02-abcdef.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	buffered := bufio.NewWriter(f)
	z := zip.NewWriter(buffered)
	body := []byte(photo(t, 64, 80))
	var list strings.Builder
	for i := range n {
		name := fmt.Sprintf("media/posts/%d/%d_n.jpg", i/400, 100000+i)
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&list, `%s{"media":[{"uri":"%s","creation_timestamp":%d,"media_metadata":{"photo_metadata":{"exif_data":[{"iso":20},{"latitude":52.1,"longitude":5.1}]}},"title":"number %d, caf\u00c3\u00a9 with friends","cross_post_source":{"source_app":"FB"}}]}`,
			map[bool]string{true: "", false: ","}[i == 0], name, 1388534400+i*378432000/n, i)
	}
	w, err := z.Create(postsList)
	if err == nil {
		_, err = fmt.Fprintf(w, "[%s]", list.String())
	}
	if err != nil || z.Close() != nil || buffered.Flush() != nil || f.Close() != nil {
		t.Fatal("the archive could not be written")
	}
	return path
}

// TestAListOfALargeArchiveIsReadOnce: its pages need none of the archive's bytes afterwards, and each holds a part of
// the list alone.
func TestAListOfALargeArchiveIsReadOnce(t *testing.T) {
	const many = 5000
	path := manyMedia(t, many)
	_, base, browser := openGallery(t, shelf{"e1": {path}})
	if status, body := get(t, browser, base+"/gallery/e1"); status != http.StatusOK || !strings.Contains(body, fmt.Sprint(many, " posts")) {
		t.Fatalf("%d", status)
	}
	if status, _ := get(t, browser, base+"/gallery/e1/thumb/2500"); status != http.StatusOK {
		t.Errorf("a small picture: %d", status)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	for _, path := range largePages {
		if status, body := get(t, browser, base+"/gallery/e1"+path); status != http.StatusOK || len(body) > 200_000 {
			t.Errorf("%s: %d, %d bytes", path, status, len(body))
		}
	}
}

var largePages = []string{"", "/list?kind=post&year=2019", "/list?q=cafe+number", "/list?q=CAFE+1234", "/entry/2500?kind=post"}

// BenchmarkLargeArchive is what a page of 50,000 pictures takes, once the lists are read.
func BenchmarkLargeArchive(b *testing.B) {
	_, base, browser := openGallery(b, shelf{"e1": {manyMedia(b, 50_000)}})
	began := time.Now()
	get(b, browser, base+"/gallery/e1")
	b.ReportMetric(time.Since(began).Seconds(), "s/first")
	for b.Loop() {
		for _, path := range largePages {
			if status, _ := get(b, browser, base+"/gallery/e1"+path); status != http.StatusOK {
				b.Fatal(path, status)
			}
		}
	}
}
