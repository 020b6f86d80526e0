package web

import (
	"context"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/extract"
)

// written extracts zips with a gallery, and returns the folder's files by name with their content
// and time.
func written(t *testing.T, dir string, zips ...string) map[string]string {
	t.Helper()
	l, open, err := openLibrary(t.Context(), zips)
	if err != nil {
		t.Fatal(err)
	}
	defer (&opened{files: open}).close()
	_, err = extract.Gallery(t.Context(), l.Album, dir, slog.New(slog.DiscardHandler), nil, func(ctx context.Context, f *extract.Folder) error {
		return WriteGallery(ctx, l.Album, OwnerOf(zips), f)
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var addressed = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// broken returns the links of pages that lead out of the folder or to nothing.
func broken(all map[string]string) (list []string) {
	for name, body := range all {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, m := range addressed.FindAllStringSubmatch(body, -1) {
			to, err := url.Parse(m[1])
			if err != nil || to.IsAbs() || to.Host != "" || strings.HasPrefix(to.Path, "/") {
				list = append(list, name+" → "+m[1])
				continue
			}
			if to.Path == "" {
				continue // to a place of the page itself
			}
			target := path.Join(path.Dir(name), to.Path)
			body, there := all[target]
			if !there || to.Fragment != "" && !strings.Contains(body, `id="`+to.Fragment+`"`) {
				list = append(list, name+" → "+m[1])
			}
		}
	}
	return list
}

func TestAGalleryOfFilesHoldsTogether(t *testing.T) {
	dir := t.TempDir()
	all := written(t, dir, demo(t)...)
	if list := broken(all); len(list) > 0 {
		t.Errorf("links that lead nowhere: %q", list)
	}
	pages, small := 0, 0
	for name, body := range all {
		switch {
		case strings.HasSuffix(name, ".html"):
			pages++
			if strings.Contains(body, "<script") || strings.Contains(body, "http:") || strings.Contains(body, "https:") || !strings.Contains(body, "</html>") {
				t.Errorf("%s: %s", name, body)
			}
		case strings.HasPrefix(name, "gallery/thumbnails/"):
			small++
		}
	}
	if pages < 40 || small < 18 || !strings.Contains(all["index.html"], "12 posts") {
		t.Errorf("%d pages, %d small pictures", pages, small)
	}
	for name := range all {
		if matched, _ := path.Match("gallery/post/20??/20??-??-??-??????.html", name); matched {
			return
		}
	}
	t.Error("no page of a post has the name that it should have")
}

func TestASecondRunLeavesAGalleryAlone(t *testing.T) {
	zips, dir := demo(t), t.TempDir()
	written(t, dir, zips...)
	old := time.Now().Add(-time.Hour)
	lost := filepath.Join(dir, "index.html")
	if err := os.Remove(lost); err != nil {
		t.Fatal(err)
	}
	inodes := map[string]fs.FileInfo{}
	walk := func(each func(path string, info fs.FileInfo)) {
		err := filepath.Walk(dir, func(path string, info fs.FileInfo, err error) error {
			if err == nil && !info.IsDir() {
				each(path, info)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	walk(func(path string, info fs.FileInfo) { inodes[path] = info })
	written(t, dir, zips...)
	var fresh []string
	walk(func(path string, info fs.FileInfo) {
		if before := inodes[path]; before == nil || !os.SameFile(before, info) || info.ModTime().Before(old.AddDate(-50, 0, 0)) {
			fresh = append(fresh, path)
		}
	})
	if !slices.Equal(fresh, []string{lost}) {
		t.Errorf("written again: %q", fresh)
	}
}

func TestAGalleryOfFilesTakesStrangersWordsAsText(t *testing.T) {
	quoted := strings.ReplaceAll(attack, `"`, `\"`)
	zip := zipFile(t, map[string]string{
		postsList:        `[{"media":[{"uri":"media/a#1?.jpg","creation_timestamp":1600000000,"title":"` + quoted + `"}]},{"media":[{"uri":"media/a#1?.jpg"}]}]`,
		"media/a#1?.jpg": photo(t, 8, 8),
		"messages/inbox/..%2f<img src=x onerror=alert(1)>_1/message_1.json": `{"title":"` + quoted + `","messages":[{"sender_name":"` + quoted + `","timestamp_ms":1,"content":"` + quoted + `","photos":[{"uri":"media/p%.jpg"}]}]}`,
		"media/p%.jpg": photo(t, 8, 8),
	})
	all := written(t, t.TempDir(), zip)
	if list := broken(all); len(list) > 0 {
		t.Errorf("links that lead nowhere: %q", list)
	}
	for name, body := range all {
		if strings.HasSuffix(name, ".html") && (strings.Contains(body, "<script") || strings.Contains(body, "<img src=x")) {
			t.Errorf("%s: %s", name, body)
		}
	}
}
