package testworld

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image/jpeg"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

var generated = time.Date(2026, 5, 8, 12, 0, 0, 0, time.UTC)

func small() Export {
	e := DemoExport("jane.doe")
	e.Generated, e.Side, e.Seed = generated, 48, 7
	return e
}

// write makes an export and returns its zips' paths.
func write(t *testing.T, e Export) []string {
	t.Helper()
	paths, err := e.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// unpack reads every entry of every part; archive/zip checks the CRCs that are not 0.
func unpack(t *testing.T, paths []string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	for _, p := range paths {
		r, err := zip.OpenReader(p)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			body, err := readEntry(f)
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if before, twice := all[f.Name]; twice && !bytes.Equal(before, body) {
				t.Errorf("%s is in two parts with two contents", f.Name)
			}
			all[f.Name] = body
		}
	}
	return all
}

func readEntry(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// uris collects every value under a key "uri".
func uris(v any) (found []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if s, ok := value.(string); ok && key == "uri" {
				found = append(found, s)
			}
			found = append(found, uris(value)...)
		}
	case []any:
		for _, value := range v {
			found = append(found, uris(value)...)
		}
	}
	return found
}

func TestExportIsWhole(t *testing.T) {
	for name, e := range map[string]Export{
		"one part":    small(),
		"three parts": func() Export { e := small(); e.Parts = 3; return e }(),
	} {
		files := unpack(t, write(t, e))
		named := make(map[string]bool)
		for file, body := range files {
			switch path.Ext(file) {
			case ".json":
				var v any
				if err := json.Unmarshal(body, &v); err != nil {
					t.Errorf("%s: %s: %v", name, file, err)
				}
				if slices.ContainsFunc(body, func(b byte) bool { return b >= 0x80 }) {
					t.Errorf("%s: %s is not plain ASCII", name, file)
				}
				for _, uri := range uris(v) {
					if uri == "" && strings.Contains(file, "/comments/") {
						continue // as in real exports
					}
					named[uri] = true
					if len(files[uri]) == 0 {
						t.Errorf("%s: %s names %s, which is missing or empty", name, file, uri)
					}
				}
			case ".jpg":
				if _, err := jpeg.Decode(bytes.NewReader(body)); err != nil {
					t.Errorf("%s: %s: %v", name, file, err)
				}
			case ".mp4":
				checkFilm(t, file, body)
			}
		}
		for file := range files {
			if ext := path.Ext(file); ext != ".json" && ext != ".txt" && !named[file] {
				t.Errorf("%s: nothing names %s", name, file)
			}
		}
		for _, list := range []string{listDir + "posts_1.json", listDir + "stories.json", listDir + "reels.json", listDir + "profile_photos.json", personal, signup, followDir + "followers_1.json"} {
			if files[list] == nil {
				t.Errorf("%s: %s is missing", name, list)
			}
		}
	}
}

// checkFilm walks the top boxes and looks whether the index points at the frame.
func checkFilm(t *testing.T, name string, b []byte) {
	t.Helper()
	var order []string
	for at := 0; at < len(b); {
		if len(b)-at < 8 {
			t.Errorf("%s: %d bytes after the last box", name, len(b)-at)
			return
		}
		size := int(binary.BigEndian.Uint32(b[at:]))
		if size < 8 || at+size > len(b) {
			t.Errorf("%s: box at %d is %d bytes long", name, at, size)
			return
		}
		order = append(order, string(b[at+4:at+8]))
		at += size
	}
	if !slices.Equal(order, []string{"ftyp", "moov", "mdat"}) {
		t.Errorf("%s: boxes %v", name, order)
	}
	stco := bytes.Index(b, []byte("stco"))
	frame := int(binary.BigEndian.Uint32(b[stco+12:]))
	if _, err := jpeg.Decode(bytes.NewReader(b[frame:])); err != nil {
		t.Errorf("%s: frame: %v", name, err)
	}
}

func TestExportSaysWhatInstagramsSay(t *testing.T) {
	e := small()
	paths := write(t, e)
	if !regexp.MustCompile(`^instagram-jane\.doe-2026-05-08-[A-Za-z0-9]{8}\.zip$`).MatchString(filepath.Base(paths[0])) {
		t.Errorf("name %s", filepath.Base(paths[0]))
	}
	files := unpack(t, paths)
	var posts []item
	if err := json.Unmarshal(files[listDir+"posts_1.json"], &posts); err != nil {
		t.Fatal(err)
	}
	if len(posts) != e.Posts+e.Carousels {
		t.Errorf("%d posts, want %d", len(posts), e.Posts+e.Carousels)
	}
	if !bytes.Contains(bytes.Join(slices.Collect(maps.Values(files)), nil), []byte(`Caf\u00c3\u00a9 \u00f0\u009f\u0098\u008a`)) {
		t.Error("captions are not in the form of one escape per byte")
	}
	var oldest, newest int64
	for _, list := range []string{"posts_1", "stories", "reels"} {
		for _, m := range regexp.MustCompile(`"creation_timestamp": (\d+)`).FindAllSubmatch(files[listDir+list+".json"], -1) {
			var when int64
			if err := json.Unmarshal(m[1], &when); err != nil {
				t.Fatal(err)
			}
			if oldest == 0 || when < oldest {
				oldest = when
			}
			newest = max(newest, when)
		}
	}
	e = e.withDefaults()
	if oldest != e.FirstPost.Unix() || generated.Unix()-newest > 86400 || newest > generated.Unix() {
		t.Errorf("items from %v to %v, want from %v to the day before %v", time.Unix(oldest, 0), time.Unix(newest, 0), e.FirstPost, generated)
	}
	if e.FirstPost.Sub(e.JoinedAt) != 7*24*time.Hour {
		t.Errorf("joined at %v", e.JoinedAt)
	}
}

func TestExportForms(t *testing.T) {
	e := Export{Posts: 1, SinglePostObject: true, Generated: generated, Side: 16, UsernameLabel: "Nome utente", WrapRoot: true}
	paths := write(t, e)
	files := unpack(t, paths)
	root := strings.TrimSuffix(filepath.Base(paths[0]), ".zip") + "/"
	if body := files[root+listDir+"posts_1.json"]; !bytes.HasPrefix(body, []byte("{")) {
		t.Errorf("single post: %.60q", body)
	}
	if !bytes.Contains(files[root+personal], []byte(`"Nome utente"`)) {
		t.Error("the label is not translated")
	}
	if files[root+listDir+"stories.json"] != nil || files[root+listDir+"reels.json"] != nil {
		t.Error("there are lists without content")
	}
	e = small()
	e.PostsPerFile = 5
	files = unpack(t, write(t, e))
	if files[listDir+"posts_3.json"] == nil || files[listDir+"posts_4.json"] != nil {
		t.Error("12 posts, 5 per file, are not in three files")
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	sums := func(e Export) (all []string) {
		for _, p := range write(t, e) {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(b)
			all = append(all, filepath.Base(p)+string(sum[:]))
		}
		return all
	}
	e := small()
	e.Parts, e.Pad = 2, 1<<20
	a, b := sums(e), sums(e)
	if !slices.Equal(a, b) {
		t.Error("the same seed gave other bytes")
	}
	e.Seed++
	if c := sums(e); slices.Equal(a, c) {
		t.Error("another seed gave the same bytes")
	}
}

func TestPadIsWrittenWithoutHoldingIt(t *testing.T) {
	e := Export{Posts: 1, Pad: 100 << 20, Parts: 2, Generated: generated, Side: 16}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	paths := write(t, e)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 20<<20 {
		t.Errorf("%d bytes were allocated for %d bytes of films", grown, e.Pad)
	}
	var total int64
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() < 45<<20 {
			t.Errorf("%s has %d bytes only", p, info.Size())
		}
		total += info.Size()
	}
	if total < e.Pad || total > e.Pad+1<<20 {
		t.Errorf("%d bytes, want a little more than %d", total, e.Pad)
	}
	for name, body := range unpack(t, paths) {
		if path.Ext(name) == ".mp4" {
			checkFilm(t, name, body)
		}
	}
}

func TestSpoilers(t *testing.T) {
	e := small()
	e.PostsPerFile = 6
	e.Spoil = []Spoiler{
		Without("media/posts/"), EmptyFile("media/stories/"), HalfFile("media/profile/"), WrongUser("mallory"),
		GapInPosts(), BrokenJSON("followers_1"), Extra("../up.txt", []byte("x")),
	}
	files := unpack(t, write(t, e))
	e.Spoil = nil
	whole := unpack(t, write(t, e))
	var missing, empty, half int
	for name, body := range whole {
		got, there := files[name]
		switch {
		case strings.HasPrefix(name, "media/posts/") && !there:
			missing++
		case strings.HasPrefix(name, "media/stories/") && there && len(got) == 0:
			empty++
		case strings.HasPrefix(name, "media/profile/") && len(got) == len(body)/2:
			half++
		}
	}
	if missing != 1 || empty != 1 || half != 1 {
		t.Errorf("%d missing, %d empty, %d half, want one each", missing, empty, half)
	}
	if body := string(files[personal]); !strings.Contains(body, `"mallory"`) || strings.Contains(body, "jane.doe") {
		t.Errorf("personal information still names the owner:\n%s", body)
	}
	if files[listDir+"posts_2.json"] != nil || files[listDir+"posts_3.json"] == nil {
		t.Error("posts have no gap")
	}
	if json.Valid(files[followDir+"followers_1.json"]) {
		t.Error("the broken list is whole")
	}
	if files["../up.txt"] == nil {
		t.Error("the extra file is missing")
	}
	e.Spoil = []Spoiler{Without("no such file")}
	if _, err := e.Write(t.TempDir()); err == nil {
		t.Error("nothing was spoiled, and that was no error")
	}
}

func TestSpoiledZips(t *testing.T) {
	readAll := func(path string) error {
		r, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		defer r.Close()
		for _, f := range r.File {
			if _, err := readEntry(f); err != nil {
				return err
			}
		}
		return nil
	}
	path := write(t, small())[0]
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(string) error
		want  error
		size  int
	}{
		"flipped byte": {FlipByte, zip.ErrChecksum, len(sound)},
		"zero CRC":     {ZeroCRC, nil, len(sound)}, // that is the trap
		"truncated":    {func(p string) error { return Truncate(p, 100) }, zip.ErrFormat, len(sound) - 100},
		"web page":     {HTMLPage, zip.ErrFormat, len(loginPage)},
	} {
		if err := os.WriteFile(path, sound, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := c.spoil(path); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := readAll(path); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(got, sound) || len(got) != c.size {
			t.Errorf("%s: %d bytes, want %d that differ", name, len(got), c.size)
		}
	}
}
