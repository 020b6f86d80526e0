package album

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// zipOf makes a part from names and contents.
func zipOf(t testing.TB, files map[string]string) Part {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		method := zip.Deflate
		if strings.HasSuffix(name, ".jpg") || strings.HasSuffix(name, ".mp4") {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
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
	return Part{Name: "a.zip", Size: int64(b.Len()), R: bytes.NewReader(b.Bytes())}
}

func open(t testing.TB, parts ...Part) *Album {
	t.Helper()
	a, err := Open(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func count(a *Album) map[string]int {
	n := map[string]int{}
	for _, e := range a.Entries {
		n[e.Kind]++
	}
	return n
}

func TestAGeneratedExportInSeveralPartsIsShownWhole(t *testing.T) {
	e := testworld.DemoExport("jane.doe")
	e.Parts, e.WrapRoot, e.PostsPerFile = 3, true, 4
	showsWhole(t, e)
}

func TestARepackedExportIsShownWhole(t *testing.T) {
	e := testworld.DemoExport("jane.doe")
	e.Parts, e.DriveRoot = 2, true
	e.Repacked = testworld.Repacked{Folders: "a/b/c", Name: "Takeout", Note: true, Mac: true, Backslashes: true, Deflate64: true}
	showsWhole(t, e)
}

// showsWhole demands that everything of a demo export is shown.
func showsWhole(t *testing.T, e testworld.Export) {
	t.Helper()
	paths, err := e.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var parts []Part
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, Part{filepath.Base(p), info.Size(), f})
	}
	a := open(t, parts...)
	if got := count(a); got[Post] != 12 || got[Story] != 4 || got[Reel] != 2 || got[Profile] != 2 {
		t.Errorf("shown: %v", got)
	}
	if len(a.Unread) > 0 || a.Missing > 0 {
		t.Errorf("unread %v, missing %d", a.Unread, a.Missing)
	}
	if len(a.Threads) != 2 {
		t.Fatalf("%d threads", len(a.Threads))
	}
	media, last := 0, time.Time{}
	for _, e := range a.Entries {
		if e.Time.Before(last) {
			t.Errorf("%v after %v", e.Time, last)
		}
		last = e.Time
		for _, m := range e.Media {
			media++
			r, err := m.File().Open()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil || int64(len(body)) != m.File().Size {
				t.Errorf("%s: %d bytes, %v", m.URI, len(body), err)
			}
			if kind, err := m.File().Kind(); err != nil || kind == "application/octet-stream" {
				t.Errorf("%s is %s, %v", m.URI, kind, err)
			}
			if s, ok := m.File().Stored(); ok {
				direct, err := io.ReadAll(s)
				if err != nil || !bytes.Equal(direct, body) {
					t.Errorf("%s: the stored bytes differ: %v", m.URI, err)
				}
			}
		}
	}
	if media < 20 {
		t.Errorf("%d media", media)
	}
	for _, th := range a.Threads {
		th, messages, err := a.Read(t.Context(), th, 0)
		if err != nil || len(messages) != 5 || len(th.Participants) < 2 {
			t.Errorf("%+v: %d messages, %v", th, len(messages), err)
		}
		if !slices.IsSortedFunc(messages, func(x, y Message) int { return x.Time.Compare(y.Time) }) {
			t.Errorf("%s: not in order", th.ID)
		}
	}
}

// TestTheListOfEverythingEverPosted: exports of 2026 have posts.json, beside posts_1.json or instead of it.
func TestTheListOfEverythingEverPosted(t *testing.T) {
	for name, how := range map[string]testworld.EverPosted{"beside": testworld.Beside, "instead": testworld.Instead} {
		e := testworld.DemoExport("jane.doe")
		e.EverPosted, e.Archived, e.Drafts, e.BOM, e.RecentlyDeleted, e.OtherContent = how, 3, 2, true, true, true
		paths, err := e.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		a := open(t, Part{"a.zip", int64(len(b)), bytes.NewReader(b)})
		if got := count(a); got[Post] != 12 || got[Archived] != 3 || got[Other] != 2 || got[Story] != 4 || len(a.Unread) > 0 || a.Missing > 0 {
			t.Errorf("%s: %v, %v unread, %d missing", name, got, a.Unread, a.Missing)
		}
		for _, e := range a.Entries {
			if e.Kind == Post && len(e.Media) == 3 && !strings.HasSuffix(e.Media[2].URI, ".mp4") {
				t.Errorf("%s: the media of a post are in another order: %v", name, e.Media)
			}
		}
		if _, talk, err := a.Read(t.Context(), a.Threads[0], 0); err != nil || len(talk) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListsOfEachYear(t *testing.T) {
	const jpg = "\xff\xd8\xff\xe0picture"
	const media = "media/posts/202407/"
	tests := map[string]struct {
		files map[string]string
		want  Entry
	}{
		"one medium: caption and time stand at it": {
			map[string]string{"your_instagram_activity/media/posts_1.json": `[{"media":[{"uri":"` + media + `a.jpg","creation_timestamp":1720384529,"title":"caf\u00c3\u00a9"}]}]`, media + "a.jpg": jpg},
			Entry{Kind: Post, Time: time.Unix(1720384529, 0), Caption: "café"},
		},
		"several: they stand outside": {
			map[string]string{"your_instagram_activity/content/posts_1.json": `[{"media":[{"uri":"` + media + `a.jpg","creation_timestamp":1,"title":""},{"uri":"` + media + `b.jpg","creation_timestamp":1}],"title":"two","creation_timestamp":1720384531}]`, media + "a.jpg": jpg, media + "b.jpg": jpg},
			Entry{Kind: Post, Time: time.Unix(1720384531, 0), Caption: "two"},
		},
		"a single post is no list": {
			map[string]string{"content/posts_1.json": `{"media":[{"uri":"` + media + `a.jpg","creation_timestamp":5,"title":"x"}]}`, media + "a.jpg": jpg},
			Entry{Kind: Post, Time: time.Unix(5, 0), Caption: "x"},
		},
		"stories lie in a wrapper": {
			map[string]string{"your_instagram_activity/media/stories.json": `{"ig_stories":[{"uri":"media/stories/a.jpg","creation_timestamp":7,"title":"\u00f0\u009f\u0098\u008a"}]}`, "media/stories/a.jpg": jpg},
			Entry{Kind: Story, Time: time.Unix(7, 0), Caption: "😊"},
		},
		"wrapped in two folders": {
			map[string]string{"meta-2026-Jan-10/instagram-jane-2026/your_instagram_activity/media/posts_1.json": `[{"media":[{"uri":"media/a.jpg","creation_timestamp":5,"title":"x"}]}]`, "meta-2026-Jan-10/instagram-jane-2026/media/a.jpg": jpg},
			Entry{Kind: Post, Time: time.Unix(5, 0), Caption: "x"},
		},
		"2019": {
			map[string]string{"media.json": `{"photos":[{"caption":"Sunny","taken_at":"2019-06-01T10:11:12+02:00","path":"photos/201906/a.jpg"}],"direct":[{"path":"x"}]}`, "photos/201906/a.jpg": jpg},
			Entry{Kind: Post, Time: time.Date(2019, 6, 1, 8, 11, 12, 0, time.UTC), Caption: "Sunny"},
		},
		"with a place": {
			map[string]string{"your_instagram_activity/media/posts_1.json": `[{"media":[{"uri":"media/a.jpg","creation_timestamp":5,"title":"x","media_metadata":{"photo_metadata":{"exif_data":[{"iso":20},{"latitude":52.1,"longitude":5.1}]}}}]}]`, "media/a.jpg": jpg},
			Entry{Kind: Post, Time: time.Unix(5, 0), Caption: "x"},
		},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			a := open(t, zipOf(t, c.files))
			if len(a.Entries) != 1 || a.Missing > 0 || len(a.Unread) > 0 {
				t.Fatalf("%d entries, %d missing, unread %v", len(a.Entries), a.Missing, a.Unread)
			}
			got := a.Entries[0]
			if got.Kind != c.want.Kind || !got.Time.Equal(c.want.Time) || got.Caption != c.want.Caption {
				t.Errorf("got %s %v %q", got.Kind, got.Time, got.Caption)
			}
			if kind, err := got.Media[0].File().Kind(); kind != "image/jpeg" || err != nil {
				t.Errorf("%s, %v", kind, err)
			}
			if p := got.Media[0].Place; (name == "with a place") != (p != nil && p.Latitude == 52.1) {
				t.Errorf("place %v", p)
			}
		})
	}
}

func TestWhatIsOddIsLeftOutAndCounted(t *testing.T) {
	a := open(t, zipOf(t, map[string]string{
		"your_instagram_activity/media/posts_1.json": `[{"media":[{"uri":"media/gone.jpg","creation_timestamp":5}],"title":"gone"},
			"text", 7, null, {"media":"x"}, {"media":[{"uri":"https://evil.example/a.jpg"}],"title":""}]`,
		"your_instagram_activity/media/posts_2.json":                  `[{"media":`,
		"your_instagram_activity/media/stories.json":                  `{"ig_stories":[{"uri":"media/a.jpg","creation_timestamp":"soon"}]}`,
		"logged_information/past_instagram_insights/posts.json":       `{"x":[{"uri":"media/a.jpg"}]}`,
		"your_instagram_activity/subscriptions/reels.json":            `{"x":[{"uri":"media/a.jpg"}]}`,
		"your_instagram_activity/messages/inbox/bob_1/message_x.json": `{}`,
		"media/a.jpg": "\xff\xd8\xff",
		"../evil.txt": "x", "/abs.txt": "x", `back\slash`: "x",
	}))
	if !slices.Equal(a.Unread, []string{"your_instagram_activity/media/posts_2.json"}) {
		t.Errorf("unread %v", a.Unread)
	}
	if got := count(a); got[Post] != 1 || got[Story] != 1 || len(got) != 2 || a.Missing != 2 {
		t.Errorf("%v, missing %d", got, a.Missing)
	}
	for _, m := range a.files.members {
		if !safe(m.name) {
			t.Errorf("taken: %q", m.name)
		}
	}
}

func TestThreads(t *testing.T) {
	a := open(t, zipOf(t, map[string]string{
		"your_instagram_activity/messages/inbox/bob_12/message_1.json": `{"participants":[{"name":"jane"},{"name":"b\u00c3\u00b6b"}],"title":"b\u00c3\u00b6b",
			"messages":[{"sender_name":"jane","timestamp_ms":2000,"photos":[{"uri":"messages/inbox/bob_12/photos/p.jpg","creation_timestamp":2}]},
			{"sender_name":"b\u00c3\u00b6b","timestamp_ms":1000,"content":"hi","reactions":[{"reaction":"\u00e2\u009d\u00a4","actor":"jane"}]}]}`,
		"your_instagram_activity/messages/inbox/bob_12/message_10.json":    `{"messages":[]}`,
		"your_instagram_activity/messages/inbox/bob_12/message_2.json":     `{"messages":[{"sender_name":"x","timestamp_ms":1,"share":{"link":"https://x","share_text":"look"}}]}`,
		"your_activity_across_facebook/messages/inbox/bob_12/photos/p.jpg": "\xff\xd8\xff",
	}))
	if len(a.Threads) != 1 || a.Threads[0].Title != "bob" || len(a.Threads[0].Files) != 3 ||
		!strings.HasSuffix(a.Threads[0].Files[1], "message_2.json") {
		t.Fatalf("%+v", a.Threads)
	}
	th, list, err := a.Read(t.Context(), a.Threads[0], 0)
	if err != nil || th.Title != "böb" || !slices.Equal(th.Participants, []string{"jane", "böb"}) {
		t.Fatalf("%+v %v", th, err)
	}
	if len(list) != 2 || list[0].Text != "hi" || list[0].Reactions[0] != "❤" || len(list[1].Media) != 1 {
		t.Errorf("%+v", list)
	}
	if _, list, err := a.Read(t.Context(), a.Threads[0], 1); err != nil || list[0].Text != "look" || list[0].Link != "https://x" {
		t.Errorf("%+v %v", list, err)
	}
	if _, _, err := a.Read(t.Context(), a.Threads[0], 3); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestReadable(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "caf\u00c3\u00a9": "café", "café": "café", "日本": "日本",
		"\u00f0\u009f\u0098\u008a!": "😊!", "\u00c3": "\u00c3",
	} {
		if got := readable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestNoZipIsAnError(t *testing.T) {
	for name, body := range map[string]string{"text": "no zip at all", "empty": ""} {
		if _, err := Open(t.Context(), []Part{{"a.zip", int64(len(body)), strings.NewReader(body)}}); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if _, err := Open(t.Context(), []Part{zipOf(t, nil)}); err == nil {
		t.Error("an empty zip was opened")
	}
}

// FuzzList: whatever a list holds, it is read or left out.
func FuzzList(f *testing.F) {
	f.Add(`[{"media":[{"uri":"media/a.jpg","creation_timestamp":1}]}]`)
	f.Add(`{"ig_stories":[{"uri":"media/a.jpg","creation_timestamp":1e400}]}`)
	f.Add(`{"media":{"uri":"x"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, name := range []string{"your_instagram_activity/media/posts_1.json", "media.json", "messages/inbox/a_1/message_1.json"} {
			a, err := Open(t.Context(), []Part{zipOf(t, map[string]string{name: body, "media/a.jpg": "\xff\xd8\xff"})})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range a.Entries {
				for _, m := range e.Media {
					if m.File().Size == 0 {
						t.Error("a medium without a file")
					}
				}
			}
			for _, th := range a.Threads {
				_, _, _ = a.Read(t.Context(), th, 0)
			}
		}
	})
}
