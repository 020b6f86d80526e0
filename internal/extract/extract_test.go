package extract

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

var quiet = slog.New(slog.DiscardHandler)

const (
	jpg = "\xff\xd8\xff\xe0picture"
	mp4 = "\x00\x00\x00\x18ftypisom video"
)

func part(t *testing.T, files map[string]string) album.Part {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: time.Unix(1700000000, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return album.Part{Name: "a.zip", Size: int64(b.Len()), R: bytes.NewReader(b.Bytes())}
}

func extracted(t *testing.T, dir string, parts ...album.Part) Result {
	t.Helper()
	a, err := album.Open(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Extract(t.Context(), a, dir, quiet, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tree returns all files below dir and what is in them.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		name, rerr := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(body)
		return errors.Join(err, rerr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestATreeThatAnyProgramCanShow(t *testing.T) {
	first := part(t, map[string]string{
		"your_instagram_activity/media/posts_1.json": `[{"media":[{"uri":"media/a.heic","creation_timestamp":1559383872,"title":"Sunny <b> & \u00f0\u009f\u0098\u008a",
			"media_metadata":{"photo_metadata":{"exif_data":[{"latitude":52.5,"longitude":-5.25}]}}}]},
			{"media":[{"uri":"media/b.jpg","creation_timestamp":1},{"uri":"media/c.mp4","creation_timestamp":1600000000}],"title":"two","creation_timestamp":1600000000}]`,
		"your_instagram_activity/media/stories.json": `{"ig_stories":[{"uri":"media/a.heic","creation_timestamp":9}]}`,
		"media/a.heic": jpg, "media/b.jpg": jpg + "2", "notes.txt": "one",
		"your_instagram_activity/messages/inbox/bob_1/message_1.json": `{"title":"Bob/../x","participants":[{"name":"Bob"}],"messages":[{"sender_name":"Bob","timestamp_ms":1600000001000,"content":"hi\nyou","photos":[{"uri":"your_instagram_activity/messages/inbox/bob_1/photos/p.jpg"}]}]}`,
		"your_instagram_activity/messages/inbox/bob_1/photos/p.jpg":   jpg + "3",
	})
	second := part(t, map[string]string{"media/c.mp4": mp4, "notes.txt": "two"})
	dir := t.TempDir()
	r := extracted(t, dir, first, second)
	got := tree(t, dir)
	want := map[string]string{
		"posts/2019/2019-06-01 10.11.12 post.jpg":   jpg, // its own name lied
		"posts/2020/2020-09-13 12.26.40 post 1.jpg": jpg + "2",
		"posts/2020/2020-09-13 12.26.40 post 2.mp4": mp4,
		"messages/Bob_.._x/2020-09-13 12.26.41.jpg": jpg + "3",
		"everything-else/notes.txt":                 "one",
		"everything-else/notes (2).txt":             "two",
	}
	for name, body := range want {
		if got[name] != body {
			t.Errorf("%s: %q", name, got[name])
		}
	}
	if r.Failed > 0 || r.Written != 6+3 { // and three lists
		t.Errorf("%+v", r)
	}
	info, err := os.Stat(filepath.Join(dir, "posts/2019/2019-06-01 10.11.12 post.jpg"))
	if err != nil || !info.ModTime().Equal(time.Unix(1559383872, 0)) {
		t.Errorf("%v %v", info, err)
	}
	if text := got["messages/Bob_.._x/conversation.txt"]; !strings.Contains(text, "Bob\n    hi\n    you\n    file: 2020-09-13 12.26.41.jpg") {
		t.Errorf("%s", text)
	}
	side := got["posts/2019/2019-06-01 10.11.12 post.jpg.xmp"]
	for _, must := range []string{
		"<exif:DateTimeOriginal>2019-06-01T10:11:12+00:00<", "Sunny &lt;b&gt; &amp; 😊", "<exif:GPSLatitude>52,30.00000000N<", "<exif:GPSLongitude>5,15.00000000W<",
	} {
		if !strings.Contains(side, must) {
			t.Errorf("%s is not in %s", must, side)
		}
	}
	for name, body := range got {
		if strings.HasSuffix(name, ".xmp") {
			var any struct{}
			if err := xml.Unmarshal([]byte(body), &any); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestASecondRunGoesOnAndWritesNothingTwice(t *testing.T) {
	paths, err := testworld.DemoExport("jane.doe").Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	p := album.Part{Name: "a.zip", Size: info.Size(), R: f}
	dir := t.TempDir()
	first := extracted(t, dir, p)
	before := tree(t, dir)
	if first.Written != first.Files || first.Files < 30 {
		t.Errorf("%+v", first)
	}
	// Some files are lost, one is half there, as after a power cut.
	var victims []string
	for name := range before {
		if strings.HasSuffix(name, ".jpg") && len(victims) < 3 {
			victims = append(victims, filepath.Join(dir, name))
		}
	}
	if err := errors.Join(os.Remove(victims[0]), os.Remove(victims[1]), os.Truncate(victims[2], 10)); err != nil {
		t.Fatal(err)
	}
	second := extracted(t, dir, p)
	if second.Written != 3 || second.Files != first.Files {
		t.Errorf("%+v", second)
	}
	if after := tree(t, dir); !maps.Equal(before, after) {
		t.Error("the second run made another tree")
	}
	if third := extracted(t, dir, p); third.Written != 0 {
		t.Errorf("%+v", third)
	}
}

func TestADamagedFileDoesNotEndTheWork(t *testing.T) {
	p := part(t, map[string]string{
		"your_instagram_activity/media/posts_1.json": `[{"media":[{"uri":"media/a.jpg","creation_timestamp":5}]},{"media":[{"uri":"media/b.jpg","creation_timestamp":6}]}]`,
		"media/a.jpg": jpg + strings.Repeat("a", 100), "media/b.jpg": jpg,
	})
	raw, err := io.ReadAll(io.NewSectionReader(p.R, 0, p.Size))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, []byte("aaaaaaaa"))
	raw[at] = 'b'
	p.R = bytes.NewReader(raw)
	dir := t.TempDir()
	r := extracted(t, dir, p)
	if r.Failed != 1 || len(r.Faults) != 1 || !strings.Contains(r.Faults[0], "media/a.jpg") {
		t.Errorf("%+v", r)
	}
	got := tree(t, dir)
	if got["posts/1970/1970-01-01 00.00.06 post.jpg"] != jpg {
		t.Errorf("%v", slices.Collect(maps.Keys(got)))
	}
	if _, there := got["posts/1970/1970-01-01 00.00.05 post.jpg"]; there {
		t.Error("the damaged file was written")
	}
}

func TestTame(t *testing.T) {
	for in, want := range map[string]string{
		"Bob": "Bob", "": "_", "..": "_", " a/b\\c:d ": "a_b_c_d", "x\x00y": "x_y", strings.Repeat("ö", 200): strings.Repeat("ö", 90),
	} {
		if got := tame(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestDegrees(t *testing.T) {
	for d, want := range map[float64]string{0: "0,0.00000000N", -33.5: "33,30.00000000S", 51.9999999999999: "52,0.00000000N"} {
		if got := degrees(d, "N", "S"); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
