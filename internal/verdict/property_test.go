package verdict_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// entry is one file of an export. As long as it is not changed, its compressed form serves.
type entry struct {
	header     zip.FileHeader
	body       []byte
	compressed []byte // nil: changed
}

func entriesOf(t *testing.T, path string) (list []entry) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := f.OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		compressed, err := io.ReadAll(raw)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, entry{f.FileHeader, body, compressed})
	}
	return list
}

// packed is a sound zip of the entries, whatever is in them.
func packed(t *testing.T, list []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range list {
		header, body, create := e.header, e.compressed, w.CreateRaw
		if body == nil {
			header, body, create = zip.FileHeader{Name: header.Name, Method: header.Method, Modified: header.Modified}, e.body, w.CreateHeader
		}
		out, err := create(&header)
		if err == nil {
			_, err = out.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// judged inspects an archive and judges it with every copy proven.
func judged(t *testing.T, name string, body []byte, answers map[string]bool) verdict.Verdict {
	t.Helper()
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	r, err := inspect.Inspect(t.Context(), []inspect.Part{{Name: name, Size: int64(len(body)), SHA256: digest, R: bytes.NewReader(body)}}, func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	return verdict.Judge(verdict.Facts{
		Account: "jane.doe", Posts: r.Counts.Posts + r.Counts.Reels, Announced: 1, Report: r, Answers: answers,
		Parts:  []verdict.Part{{Name: name, Size: int64(len(body)), SHA256: digest}},
		Copies: []verdict.Copy{{Place: "archive", Proven: true}},
	})
}

// changes are what must not go unnoticed in any file of an export.
var changes = []struct {
	name   string
	change func(body []byte, rng *rand.Rand) []byte // nil: the file is left out
}{
	{"removed", func([]byte, *rand.Rand) []byte { return nil }},
	{"emptied", func([]byte, *rand.Rand) []byte { return []byte{} }},
	{"cut", func(b []byte, rng *rand.Rand) []byte { return b[:1+rng.IntN(max(1, len(bytes.TrimSpace(b))-1))] }},
	{"another kind", func(b []byte, rng *rand.Rand) []byte { // one bit of what tells what it is
		b = bytes.Clone(b)
		if len(b) > 0 {
			b[rng.IntN(min(len(b), 3))] ^= 1 << (3 + rng.IntN(5))
		}
		return b
	}},
	{"zeroed", func(b []byte, _ *rand.Rand) []byte { return make([]byte, len(b)) }},
}

// TestAnyFileChangedIsNotSafe takes exports that are safe once their questions are
// answered, and changes one file: the archive that Instagram could have sent
// instead. It is never safe with the same answers. (A changed bit of a
// file that arrived otherwise is what the CRC is for: see TestAnyByteChangedIsNotSafe.)
//
// Of all pairs of a file and a change, each form takes another eighth, and other ones each time;
// with IGWATCHD_LONG=1 each form takes every pair.
func TestAnyFileChangedIsNotSafe(t *testing.T) {
	forms := map[string]testworld.Export{
		"v3b": {}, "v3b, pages": {HTML: true}, "v3a": {Layout: testworld.LayoutV3a}, "v2a": {Layout: testworld.LayoutV2a},
		"v2b": {Layout: testworld.LayoutV2b}, "v1": {Layout: testworld.LayoutV1}, "wrapped": {WrapRoot: true},
		"many lists": {PostsPerFile: 4},
		"posts.json": {EverPosted: testworld.Instead, Archived: 3},
		"pictures":   {OtherPictures: true},
		"repacked":   {Repacked: testworld.Repacked{Folders: "Documents/Instagram", Note: true, Mac: true, Backslashes: true}},
		"early":      {Layout: testworld.LayoutV2a, HTML: true, EarlyPages: true, Language: "pt"},
		"odd lists":  {EverPosted: testworld.Beside, Archived: 3, Drafts: 1, RecentlyDeleted: true, OtherContent: true, BOM: true},
	}
	share := 1
	if os.Getenv("IGWATCHD_LONG") == "" {
		share = 8
		t.Setenv("PATH", t.TempDir()) // else each AVIF takes a process of its own
	}
	seed := uint64(time.Now().UnixNano())
	for turn, form := range slices.Sorted(maps.Keys(forms)) {
		like := forms[form]
		t.Run(form, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			e, demo := like, testworld.DemoExport("jane.doe")
			e.Username, e.Side = demo.Username, 96
			e.Posts, e.Carousels, e.Stories, e.Reels, e.ProfilePhotos = demo.Posts, demo.Carousels, demo.Stories, demo.Reels, demo.ProfilePhotos
			e.Threads, e.MessagesPerThread = demo.Threads, demo.MessagesPerThread
			paths, err := e.Write(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			name, list := filepath.Base(paths[0]), entriesOf(t, paths[0])
			answers := map[string]bool{}
			for _, r := range judged(t, name, packed(t, list), nil).Open(inspect.Question) {
				answers[r.Code] = true
			}
			if v := judged(t, name, packed(t, list), answers); v.Verdict != verdict.Safe {
				t.Fatalf("it is not safe to begin with: %+v", v)
			}
			silent, tried, first := 0, 0, int(seed%uint64(share))
			for i, f := range list {
				file := strings.ReplaceAll(f.header.Name, `\`, "/")
				for k, c := range changes {
					if (first+turn+i*len(changes)+k)%share != 0 {
						continue
					}
					tried++
					changed := append([]entry{}, list...)
					changed[i].compressed = nil
					if changed[i].body = c.change(f.body, rng); changed[i].body == nil {
						changed = append(changed[:i], changed[i+1:]...)
					}
					if bytes.Equal(changed[min(i, len(changed)-1)].body, f.body) {
						continue
					}
					if v := judged(t, name, packed(t, changed), answers); v.Verdict == verdict.Safe {
						twice := e.EverPosted == testworld.Beside && strings.HasSuffix(file, "/posts_1.json") || // posts.json holds all of them
							e.EverPosted != testworld.Never && strings.HasSuffix(file, "/archived_posts.json")
						if c.name == "removed" && (twice || unnamed(file)) {
							silent++
							continue
						}
						if notTheirs(file, c.name) || c.name == "another kind" && json.Valid(changed[i].body) { // a key with another letter: nothing is lost
							continue
						}
						t.Errorf("seed %d: %s %s: safe", seed, file, c.name)
					}
				}
			}
			if tried < len(list)/2 {
				t.Errorf("only %d changes tried on %d files", tried, len(list))
			}
			t.Logf("%d files, %d changes; %d lists that nothing names could be left out", len(list), tried, silent)
		})
	}
}

// unnamed tells whether a file is a list that nothing in an export names and that
// no request needs to bring: that it is not there says nothing.
func unnamed(name string) bool {
	if ext := filepath.Ext(name); ext != ".json" && ext != ".html" {
		return false
	}
	for _, needed := range []string{
		"/posts_", "/posts.", "/stories.", "/reels.", "/archived_posts", "/igtv_videos", "/message_", "followers_1", "/following.", "/liked_posts.", "/saved_posts.", "/post_comments", "media.json", "messages.json", "connections.json",
		"profile.json", "/personal_information.",
	} {
		if strings.Contains("/"+name, needed) {
			return false
		}
	}
	return true
}

// notTheirs are the files that hold nothing of the person's: the note that a section
// is empty, Instagram's own logo, and what programs put beside it. And subtitles, which are text: a text that ends
// early is a text, and a page that begins with another letter is a page.
func notTheirs(name, change string) bool {
	return strings.HasSuffix(name, "/no-data.txt") || strings.HasPrefix(name, "__MACOSX/") || strings.HasSuffix(name, ".DS_Store") || strings.HasSuffix(name, "read me.txt") || strings.HasSuffix(name, "files/Instagram-Logo.png") ||
		strings.HasSuffix(name, ".srt") && (change == "cut" || change == "another kind") ||
		strings.HasSuffix(name, ".html") && change == "another kind"
}

// TestAnyByteChangedIsNotSafe changes single bits of a file's bytes in the zip, as a disk or a line would.
func TestAnyByteChangedIsNotSafe(t *testing.T) {
	e := testworld.DemoExport("jane.doe")
	e.Side = 96
	paths, err := e.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(paths[0])
	good, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]bool{}
	for _, r := range judged(t, name, good, nil).Open(inspect.Question) {
		answers[r.Code] = true
	}
	z, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, f := range z.File {
		start, err := f.DataOffset()
		if err != nil || f.CompressedSize64 == 0 {
			continue
		}
		at := start + rng.Int64N(int64(f.CompressedSize64))
		bad := bytes.Clone(good)
		bad[at] ^= 1 << rng.IntN(8)
		if v := judged(t, name, bad, answers); v.Verdict == verdict.Safe && !unpacksAlike(t, good, bad, f.Name) {
			t.Errorf("seed %d: %s: byte %d changed: safe", seed, f.Name, at)
		}
	}
}

// unpacksAlike tells whether a file of two zips has the same bytes: up to seven bits before a block of compressed
// data that is stored as it is mean nothing.
func unpacksAlike(t *testing.T, a, b []byte, name string) bool {
	t.Helper()
	unpack := func(raw []byte) []byte {
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	return bytes.Equal(unpack(a), unpack(b))
}

// TestMoreFactsNeverMakeItWorse: whatever is known beside the archive, and agrees with it, takes nothing back.
func TestMoreFactsNeverMakeItWorse(t *testing.T) {
	rank := map[string]int{verdict.NotSafe: 0, verdict.Questions: 1, verdict.Safe: 2}
	sum := strings.Repeat("0", 64)
	facts := []func(f *verdict.Facts){
		func(f *verdict.Facts) { f.Announced = len(f.Parts) },
		func(f *verdict.Facts) { f.Posts = f.Report.Counts.Posts },
		func(f *verdict.Facts) {
			f.Report.Range.Known, f.Report.Evidence.SignedUp = true, "2018-12-30T00:00:00Z"
		},
		func(f *verdict.Facts) { f.Report.GeneratedAt = "2026-11-20" },
		func(f *verdict.Facts) { f.Copies[1].Proven = true },
		func(f *verdict.Facts) {
			f.Earlier = append(f.Earlier, verdict.Earlier{ID: "e0", PerYear: map[string]int{"2019": 2}, Lacking: &inspect.Lacking{Version: inspect.CompareVersion}})
		},
		func(f *verdict.Facts) { f.Answers["quality-unknown"] = true },
		func(f *verdict.Facts) { f.Answers["gap-years"] = true },
	}
	judge := func(known int) string {
		f := verdict.Facts{
			Account: "jane.doe", Received: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Answers: map[string]bool{},
			Parts:  []verdict.Part{{Name: "a.zip", Size: 9, SHA256: sum}},
			Copies: []verdict.Copy{{Place: "archive", Proven: true}, {Place: "usb"}},
			Report: &inspect.Report{
				Username: "jane.doe", Generation: inspect.GenerationV3b, Format: inspect.FormatJSON, Checks: inspect.AllChecks,
				Parts: []inspect.PartReport{{Name: "a.zip", Size: 9, SHA256: sum}}, Counts: inspect.Counts{Posts: 7, Media: 9},
				Range: inspect.Range{From: "2019-01-01", To: "2026-11-19"}, PerYear: map[string]int{"2019": 3, "2021": 4},
			},
		}
		for i, fact := range facts {
			if known>>i&1 == 1 {
				fact(&f)
			}
		}
		return verdict.Judge(f).Verdict
	}
	seen := map[string]int{}
	for known := range 1 << len(facts) {
		v := judge(known)
		seen[v]++
		for i := range facts {
			if more := judge(known | 1<<i); rank[more] < rank[v] {
				t.Errorf("facts %b: %s, with fact %d: %s", known, v, i, more)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("not every verdict was given: %v", seen)
	}
}

// TestMoreEvidenceNeverMakesItWorse: what is known in addition takes nothing back.
func TestMoreEvidenceNeverMakesItWorse(t *testing.T) {
	e := testworld.DemoExport("jane.doe")
	e.Side = 96
	paths, err := e.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	rank := map[string]int{verdict.NotSafe: 0, verdict.Questions: 1, verdict.Safe: 2}
	answers := map[string]bool{}
	before := judged(t, filepath.Base(paths[0]), body, nil)
	for _, q := range before.Open(inspect.Question) {
		answers[q.Code] = true
		after := judged(t, filepath.Base(paths[0]), body, answers)
		if rank[after.Verdict] < rank[before.Verdict] || len(after.Open(inspect.Question)) >= len(before.Open(inspect.Question)) {
			t.Errorf("with %s answered: %s, before: %s", q.Code, fmt.Sprint(after), fmt.Sprint(before))
		}
		before = after
	}
	if before.Verdict != verdict.Safe {
		t.Errorf("%+v", before)
	}
}
