package fetch

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLookDropsSaysHowEachZipIs(t *testing.T) {
	dir := t.TempDir()
	whole := archive(1, 2000)
	for name, body := range map[string][]byte{
		"whole.zip": whole, "cut.zip": whole[:1500], "page.zip": []byte("<html>"), "text.txt": []byte("x"),
		"chrome.zip.crdownload": whole[:100], "firefox.zip": nil, "firefox.zip.part": whole[:100],
		"meta-2026/instagram-jane/deep.zip": whole, "a/b/c/d/too-deep.zip": whole, ".hidden/x.zip": whole,
		"safari.zip.download/safari.zip": whole[:100],
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, body)
	}
	found, err := LookDrops(t.Context(), []string{dir, filepath.Join(dir, "nowhere")})
	if err == nil {
		t.Error("a folder that is not there is no error")
	}
	var got []string
	for _, l := range found {
		rel, _ := filepath.Rel(dir, l.Path)
		switch {
		case l.Whole && !l.Coming:
			rel += " whole"
		case l.Coming && !l.Whole:
			rel += " coming"
		}
		got = append(got, rel)
	}
	slices.Sort(got)
	want := []string{"chrome.zip coming", "cut.zip", "firefox.zip coming", "meta-2026/instagram-jane/deep.zip whole", "page.zip", "safari.zip coming", "whole.zip whole"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q\nwant  %q", got, want)
	}
}
