package inspect

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const mediaD = activityD + "media/"

// one packs a whole export with changes as a single part.
func one(changes contents) Part { return part(partName, zipOf(with(changes))) }

func TestExports(t *testing.T) {
	onePost := []byte(`{"media":[` + medium("media/posts/201904/one.jpg", "2019-04-02") + `]}`)
	cases := []struct {
		name              string
		changes           contents
		errors, questions string
	}{
		{"a single post is an object, not a list", contents{
			mediaD + "posts_1.json": onePost, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
		}, "", ""},
		{"no stories", contents{mediaD + "stories.json": nil, "media/stories/202506/story.jpg": nil}, "", ""},
		{"posts not requested", contents{
			mediaD + "posts_1.json": nil, "media/posts/201904/one.jpg": nil, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
		}, "", "section-missing"},
		{"posts not requested, and another note", contents{
			mediaD + "posts_1.json": nil, "media/posts/201904/one.jpg": nil, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
			mediaD + "no-data.txt": []byte("<html>You have no data in this section</html>"),
		}, "", "section-missing"},
		{"posts requested, there are none, in Italian", contents{
			mediaD + "posts_1.json": nil, "media/posts/201904/one.jpg": nil, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
			mediaD + "no-data.txt": []byte("Non hai dati in questa sezione"),
		}, "", "posts-empty"},
		{"posts requested, there are none, in Chinese", contents{
			mediaD + "posts_1.json": nil, "media/posts/201904/one.jpg": nil, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
			mediaD + "no-data.txt": []byte("此部分没有你的数据\n"),
		}, "", "posts-empty"},
		{"posts requested, there are none", contents{
			mediaD + "posts_1.json": nil, "media/posts/201904/one.jpg": nil, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
			mediaD + "no-data.txt": []byte("You have no data in this section"),
		}, "", "posts-empty"},
		{"the note says no posts, but there are files", contents{
			mediaD + "posts_1.json": nil, mediaD + "no-data.txt": []byte("You have no data in this section"),
		}, "index-missing", ""},
		{"an empty list of posts", contents{
			mediaD + "posts_1.json": []byte("[]"), "media/posts/201904/one.jpg": nil, "media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
		}, "", "posts-empty"},
		{"list of posts in an unknown form", contents{
			mediaD + "posts_1.json": []byte(`{"posts":{"x":[` + medium("media/posts/201904/one.jpg", "2019-04-02") + `]}}`),
		}, "index-unreadable", ""},
		{"zero-byte picture", contents{"media/posts/201904/one.jpg": {}}, "media-empty", ""},
		{"picture cut in half", contents{"media/posts/201904/one.jpg": jpegOf(1)[:len(jpegOf(1))/2]}, "media-damaged", ""},
		{"picture without its last two bytes", contents{"media/posts/201904/one.jpg": jpegOf(1)[:len(jpegOf(1))-2]}, "media-damaged", ""},
		{"film cut in half", contents{"media/posts/202407/three.mp4": mp4Of(3)[:900]}, "media-damaged", ""},
		{"web page as picture", contents{"media/posts/201904/one.jpg": []byte("<html>login</html>")}, "media-kind", ""},
		{"zip as film", contents{"media/posts/202407/three.mp4": zipOf(nil)}, "media-kind", ""},
		{".webp holding JPEG, film without extension, .heic, .aac holding MP4", contents{
			mediaD + "posts_1.json": []byte("[{\"media\":[" + medium("media/posts/201904/x.webp", "2019-04-02") + "," + medium("media/posts/201904/G0NqSARUCK_1794", "2019-04-02") + "," +
				medium("media/posts/201904/x.heic", "2019-04-02") + "," + medium("media/posts/201904/real.webp", "2019-04-02") + "," + medium("media/posts/201904/x.gif", "2019-04-02") + "," + medium("media/posts/201904/x.png", "2019-04-02") + "]}]"),
			"media/posts/201904/x.webp": jpegOf(10), "media/posts/201904/G0NqSARUCK_1794": mp4Of(10), "media/posts/201904/x.heic": heicOf(), "media/posts/201904/real.webp": webpOf(),
			"media/posts/201904/x.gif": gifOf(3), "media/posts/201904/x.png": pngOf(2),
		}, "", "media-unlisted"},
		{"own reference that is empty", contents{mediaD + "stories.json": []byte(`{"ig_stories":[{"uri":"","creation_timestamp":1748736000}]}`)}, "reference-empty", "media-unlisted"},
		{"own reference that is null", contents{mediaD + "stories.json": []byte(`{"ig_stories":[{"uri":null,"creation_timestamp":1748736000}]}`)}, "reference-empty", "media-unlisted"},
		{"own reference into the web", contents{mediaD + "stories.json": []byte(`{"ig_stories":[{"uri":"https://interncache.example/x.jpg","creation_timestamp":1748736000}]}`)}, "media-remote", "media-unlisted"},
		{"own item without uri", contents{mediaD + "stories.json": []byte(`{"ig_stories":[{"creation_timestamp":1748736000}]}`)}, "reference-empty", "media-unlisted"},
		{"post without media", contents{mediaD + "posts_1.json": []byte(`[{"media":[],"title":"x","creation_timestamp":1720384531},` + string(onePost) + `]`)}, "reference-empty", "media-unlisted"},
		{"medium without uri", contents{mediaD + "posts_1.json": []byte(`[{"media":[{"title":"x"}],"creation_timestamp":1720384531},` + string(onePost) + `]`)}, "reference-empty", "media-unlisted"},
		{"uri with a query", contents{mediaD + "stories.json": []byte(`{"ig_stories":[` + medium("media/stories/202506/story.jpg?x=1", "2025-06-01") + `]}`)}, "", ""},
		{"missing post", contents{"media/posts/201904/one.jpg": nil}, "media-missing", ""},
		{"missing subtitles", contents{"media/reels/202305/sub_1.srt": nil}, "", "media-missing"},
		{"empty subtitles", contents{"media/reels/202305/sub_1.srt": {}}, "", "media-empty"},
		{"subtitles in UTF-16", contents{"media/reels/202305/sub_1.srt": []byte("\xff\xfe1\x00\r\x00\n\x00")}, "", ""},
		{"a list that begins with a mark", contents{mediaD + "stories.json": append([]byte("\ufeff"), wholeExport()[mediaD+"stories.json"]...)}, "", ""},
		{"missing profile photo", contents{"media/profile/202201/newer.jpg": nil}, "media-missing", ""},
		{"missing message photo", contents{dmThread + "photos/dm.jpg": nil}, "", "media-missing"},
		{"damaged message photo", contents{dmThread + "photos/dm.jpg": jpegOf(8)[:300]}, "", "media-damaged"},
		{"a file of the same base name is another file", contents{"media/posts/201904/one.jpg": nil, "media/posts/201905/one.jpg": jpegOf(1)}, "media-missing", "media-unlisted"},
		{"gap in the posts", contents{mediaD + "posts_3.json": onePost}, "index-gap", ""},
		{"posts begin at 2", contents{mediaD + "posts_1.json": nil, mediaD + "posts_2.json": onePost}, "index-gap", "media-unlisted"},
		{"gap in the stories", contents{mediaD + "stories_1.json": []byte(`{"ig_stories":[]}`), mediaD + "stories_3.json": []byte(`{"ig_stories":[]}`)}, "index-gap", "index-empty"},
		{"picture too large to decode", contents{"media/posts/201904/one.jpg": hugePNG()}, "", "media-not-checked"},
		{"gap in a conversation", contents{dmThread + "message_2.json": nil, dmThread + "message_10.json": []byte(`{"messages":[{"content":"hi"}]}`)}, "index-gap", ""},
		{"conversation without its text", contents{dmThread + "message_1.json": nil, dmThread + "message_2.json": nil}, "messages-missing", ""},
		{"gap in the followers", contents{"connections/followers_and_following/followers_3.json": []byte(`[]`)}, "index-gap", ""},
		{"list that is cut off", contents{mediaD + "stories.json": []byte(`{"ig_stories":[`)}, "index-unreadable", ""},
		{"empty list file", contents{activityD + "likes/liked_posts.json": {}}, "", "index-unreadable"},
		{"lists of two generations", contents{activityD + "content/posts_1.json": onePost}, "layout-mixed", ""},
		{"a web page that somebody sent", contents{
			dmThread + "files/menu.html": []byte("<html>"), dmThread + "files/half.json": []byte("{"),
			dmThread + "message_2.json": []byte(`{"messages":[{"files":[{"uri":"` + dmThread + `files/menu.html"},{"uri":"` + dmThread + `files/half.json"}]}]}`),
		}, "", ""},
		{"lists in both forms", contents{mediaD + "posts_1.html": []byte("<html></html>")}, "format-mixed", ""},
		{"no messages requested", contents{
			dmThread + "message_1.json": nil, dmThread + "message_2.json": nil, dmThread + "photos/dm.jpg": nil, dmThread + "audio/voice.aac": nil,
		}, "", "messages-absent"},
		{"files without a list", contents{"media/archived_posts/202001/a.jpg": jpegOf(20)}, "index-missing", ""},
		{"one file too many", contents{"media/posts/202001/a.jpg": jpegOf(20)}, "", "media-unlisted"},
		{"recently deleted, none", contents{mediaD + "recently_deleted_content.json": []byte(`{"ig_recently_deleted_media":[]}`)}, "", ""},
		{"archived post missing", contents{mediaD + "archived_posts.json": []byte(`{"ig_archived_post_media":[{"media":[` + medium("media/archived_posts/1.jpg", "2020-01-01") + `]}]}`)}, "media-missing", ""},
		{"thumbnails of statistics missing", contents{
			"logged_information/past_instagram_insights/posts.json": []byte(`{"organic_insights_posts":[{"media_map_data":{"Media Thumbnail":{"uri":"media/other/t.jpg"}}}]}`),
		}, "", ""},
		{"message media under the other activity folder, old uri", contents{
			dmThread + "photos/dm.jpg": nil, "your_activity_across_facebook/messages/inbox/bob_123456789012345/photos/dm.jpg": jpegOf(8),
		}, "", ""},
		{"uri without the activity folder", contents{
			dmThread + "message_1.json": []byte(`{"messages":[{"timestamp_ms":1767571200000,"photos":[{"uri":"messages/inbox/bob_123456789012345/photos/dm.jpg"}],"audio_files":[{"uri":"messages/inbox/bob_123456789012345/audio/voice.aac"}]}]}`),
		}, "", ""},
		{"sticker and gif in the web", contents{
			dmThread + "message_2.json": []byte(`{"messages":[{"timestamp_ms":1729774142791,"gifs":[{"uri":"https://giphy.example/x.gif"}],"sticker":{"uri":""}}]}`),
		}, "", ""},
		{"message photo in the web", contents{
			dmThread + "message_2.json": []byte(`{"messages":[{"timestamp_ms":1729774142791,"photos":[{"uri":"https://cdn.example/x.jpg"}]}]}`),
		}, "", "media-remote"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { demand(t, examine(t, one(c.changes)), c.errors, c.questions) })
	}
}

// halves splits an export: lists in one part, media in the other.
func halves(f contents) (lists, media contents) {
	lists, media = contents{"no-data.txt": []byte("You have no data in this section")}, contents{"no-data.txt": []byte("You have no data in this section")}
	for name, b := range f {
		if strings.HasSuffix(name, ".json") {
			lists[name] = b
		} else {
			media[name] = b
		}
	}
	return lists, media
}

func TestParts(t *testing.T) {
	a, b := halves(wholeExport())
	first, second := part(partName, zipOf(a)), part(partName2, zipOf(b))
	t.Run("together", func(t *testing.T) {
		r := examine(t, first, second)
		demand(t, r, "", "")
		if r.References.Total != r.References.Resolved || !slices.Equal(r.Checks, AllChecks) {
			t.Errorf("%+v %v", r.References, r.Checks)
		}
	})
	t.Run("lists alone", func(t *testing.T) {
		r := examine(t, first)
		demand(t, r, "media-missing", "media-missing")
		if len(r.References.Missing) != 10 {
			t.Errorf("%+v", r.References)
		}
	})
	t.Run("media alone", func(t *testing.T) {
		r := examine(t, second)
		if r.Generation != GenerationV3b || r.Format != FormatUnknown {
			// The folder of the messages shows the generation; nothing shows a list.
			t.Errorf("%s %s", r.Generation, r.Format)
		}
		if len(codes(r, Error)) == 0 || slices.Contains(r.Checks, CheckReferences) {
			t.Errorf("%+v %v", r.Problems, r.Checks)
		}
	})
	t.Run("same part twice", func(t *testing.T) {
		demand(t, examine(t, first, second, part("copy.zip", zipOf(b))), "part-duplicate", "")
	})
	t.Run("part of the next day", func(t *testing.T) {
		demand(t, examine(t, first, part(strings.Replace(partName2, "01-09", "01-10", 1), zipOf(b))), "", "parts-mixed")
	})
	t.Run("part of another day", func(t *testing.T) {
		demand(t, examine(t, first, part(strings.Replace(partName2, "01-09", "01-12", 1), zipOf(b))), "parts-mixed", "")
	})
	t.Run("renamed parts", func(t *testing.T) { // as they come through Google Drive
		demand(t, examine(t, part("Takeout.zip", zipOf(a)), part("Takeout 2.zip", zipOf(b))), "", "")
		demand(t, examine(t, first, part("Takeout 2.zip", zipOf(b))), "", "")
	})
	for _, c := range []struct {
		name     string
		first    string
		modified time.Time
		question string
	}{
		{"renamed parts, hours apart", "Takeout.zip", modified.Add(9 * time.Hour), ""},
		{"renamed parts, a day apart", "Takeout.zip", modified.AddDate(0, 0, 1), "parts-mixed"},
		{"a renamed part of the same day", partName, modified.Add(12 * time.Hour), ""},
		{"a renamed part of another day", partName, modified.AddDate(0, 0, -3), "parts-mixed"},
		{"a renamed part of another year", partName, modified.AddDate(-1, 0, 0), "parts-mixed"},
		{"a renamed part without times", partName, time.Time{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			demand(t, examine(t, part(c.first, zipOf(a)), part("Takeout 2.zip", zipAt(b, c.modified))), "", c.question)
		})
	}
	t.Run("part of another account", func(t *testing.T) {
		demand(t, examine(t, first, part(strings.Replace(partName2, "jane", "john", 1), zipOf(b))), "identity-disagrees parts-mixed", "")
	})
	t.Run("one part truncated", func(t *testing.T) {
		z := zipOf(b)
		r := examine(t, first, part(partName2, z[:len(z)/2]))
		demand(t, r, "media-missing part-truncated", "media-missing")
		if slices.Contains(r.Checks, CheckStructure) {
			t.Error(r.Checks)
		}
	})
	t.Run("same lists in both", func(t *testing.T) {
		both := maps.Clone(b)
		maps.Copy(both, a)
		r := examine(t, first, part(partName2, zipOf(both)))
		demand(t, r, "", "")
		if r.Counts.Posts != 2 || r.Counts.Messages != 3 || r.Counts.Media != 9 {
			t.Errorf("%+v", r.Counts)
		}
	})
	t.Run("different lists of one name", func(t *testing.T) {
		both := maps.Clone(b)
		both[mediaD+"stories.json"] = []byte(`{"ig_stories":[]}`)
		demand(t, examine(t, first, part(partName2, zipOf(both))), "", "index-empty same-path-differs")
	})
	t.Run("different pictures of one name", func(t *testing.T) {
		extra := maps.Clone(a)
		extra["media/posts/201904/one.jpg"] = jpegOf(30)
		demand(t, examine(t, part(partName, zipOf(extra)), second), "", "")
		extra["media/posts/201904/one.jpg"] = jpegOf(30)[:200]
		demand(t, examine(t, part(partName, zipOf(extra)), second), "media-damaged", "")
	})
	t.Run("none", func(t *testing.T) {
		if r := examine(t); len(codes(r, Error)) == 0 || len(r.Checks) > 0 {
			t.Errorf("%+v", r)
		}
	})
}

func wrapped(f contents, folder string) contents {
	out := contents{}
	for name, b := range f {
		out[folder+name] = b
	}
	return out
}

func TestRoots(t *testing.T) {
	for _, folder := range []string{
		"instagram-jane.doe-2026-01-09-0Y8WC7hw/",
		"meta-2026-Jan-10-17-13-19/instagram-jane.doe-2026-01-09-0Y8WC7hw/",
		"some folder/",
		"a/b/c/",
		"media/",
		"Documents/photos/messages/instagram/jane/export of 2026/",
	} {
		r := examine(t, part(partName, zipOf(wrapped(wholeExport(), folder))))
		demand(t, r, "", "")
	}
	mac := wrapped(wholeExport(), "export/")
	mac["__MACOSX/export/media/posts/201904/._one.jpg"] = []byte{0, 5, 22, 7}
	mac["export/media/.DS_Store"] = []byte{0, 0, 0, 1}
	mac["export/media/posts/201904/._one.jpg"] = []byte{0, 5, 22, 7}
	mac["export/media/posts/@eaDir/one.jpg/SYNOPHOTO_THUMB_M.jpg"] = []byte{0xff, 0xd8}
	mac["export/media/posts/Thumbs.db"] = []byte{0xd0, 0xcf}
	demand(t, examine(t, part(partName, zipOf(mac))), "", "")

	noted := wrapped(wholeExport(), "export/")
	noted["read me.txt"] = []byte("my Instagram")
	noted["holiday/plan.pdf"] = []byte("%PDF")
	demand(t, examine(t, part(partName, zipOf(noted))), "", "")

	for _, name := range []string{"your_instagram_activity/media/stories.json", "photos/201904/x.jpg", "a/media.json", "media/posts/201904/x.jpg"} {
		mixed := wrapped(wholeExport(), "export/")
		mixed[name] = []byte("{}")
		if r := examine(t, part(partName, zipOf(mixed))); !slices.Contains(codes(r, Error), "root-mixed") {
			t.Errorf("%s beside it: %+v", name, r.Problems)
		}
	}

	two := wrapped(wholeExport(), "meta-2026/instagram-jane.doe-2026-01-09-aaaaaaaa/")
	maps.Copy(two, wrapped(wholeExport(), "meta-2026/instagram-jane.doe-2026-01-09-bbbbbbbb/"))
	if r := examine(t, part(partName, zipOf(two))); !slices.Contains(codes(r, Error), "root-mixed") {
		t.Errorf("%+v", r.Problems)
	}
	lists, media := halves(wholeExport())
	drive := wrapped(lists, "meta-2026/instagram-jane.doe-2026-01-09-aaaaaaaa/")
	maps.Copy(drive, wrapped(media, "meta-2026/instagram-jane.doe-2026-01-09-bbbbbbbb/"))
	demand(t, examine(t, part(partName, zipOf(drive))), "", "")
	demand(t, examine(t, part("Takeout.zip", zipOf(drive))), "", "")
	maps.Copy(drive, wrapped(lists, "meta-2026/instagram-john-2026-01-09-cccccccc/"))
	if c := codes(examine(t, part("Takeout.zip", zipOf(drive))), Error); !slices.Contains(c, "root-mixed") || !slices.Contains(c, "parts-mixed") {
		t.Error(c)
	}

	other := wrapped(wholeExport(), "instagram-john-2026-01-09-0Y8WC7hw/")
	demand(t, examine(t, part(partName, zipOf(other))), "identity-disagrees parts-mixed", "")
}

func TestLayouts(t *testing.T) {
	v3a := contents{}
	for name, b := range wholeExport() {
		v3a[strings.Replace(name, mediaD, activityD+"content/", 1)] = b
	}
	r := examine(t, part(partName, zipOf(v3a)))
	demand(t, r, "", "")
	if r.Generation != GenerationV3a || !slices.Equal(r.Checks, AllChecks) {
		t.Errorf("%s %v", r.Generation, r.Checks)
	}

	for _, c := range []struct {
		generation, format, code string
		f                        contents
	}{
		{GenerationV1, FormatHTML, "layout-not-covered", contents{"media.json/x": jpegOf(1), "x.html": []byte("<html></html>"), "profile.json/y": jpegOf(2)}},
		{GenerationUnknown, FormatJSON, "layout-unknown", contents{"something/else.json": []byte(`{}`)}},
		{GenerationUnknown, FormatUnknown, "part-nested", contents{partName: zipOf(wholeExport())}},
		{GenerationUnknown, FormatUnknown, "layout-unknown", contents{"media/posts/201904/one.jpg": jpegOf(1)}},
	} {
		r := examine(t, part("jane.doe_20220809.zip", zipOf(c.f)))
		if r.Generation != c.generation || r.Format != c.format || !slices.Contains(codes(r, Error), c.code) {
			t.Errorf("got %s %s, want %s %s: %+v", r.Generation, r.Format, c.generation, c.format, r.Problems)
		}
		if slices.Contains(r.Checks, CheckReferences) || slices.Contains(r.Checks, CheckIndexes) || r.Username != "jane.doe" {
			t.Errorf("%s: %v %q", c.generation, r.Checks, r.Username)
		}
	}
}

// TestEveryChangeIsFound breaks a good export in every single place.
func TestEveryChangeIsFound(t *testing.T) {
	f := wholeExport()
	// Nothing in an export names these lists, so leaving one out cannot show.
	unnamed := func(name string) bool {
		return strings.Contains(name, "follow_requests") || name == dmThread+"message_2.json" || name == signupF
	}
	for name, content := range f {
		list := strings.HasSuffix(name, ".json")
		// No verdict hangs on these: that they are not whole is asked.
		minor := list && !classify(name).decisive() || strings.HasPrefix(name, dmThread) && !list || strings.HasSuffix(name, ".srt")
		check := func(how string, changed []byte) {
			t.Helper()
			r := examine(t, one(contents{name: changed}))
			if minor {
				if len(codes(r, Question)) == 0 {
					t.Errorf("%s %s: no question: %+v", how, name, r.Problems)
				}
			} else if len(codes(r, Error)) == 0 {
				t.Errorf("%s %s: no error: %+v", how, name, r.Problems)
			}
		}
		check("zeroed", make([]byte, len(content)))
		check("emptied", []byte{})
		for _, n := range []int{1, len(content) / 4, len(content) / 2, len(content) - 1} {
			if strings.HasSuffix(name, ".srt") {
				continue // a text says nothing about its length
			}
			check(fmt.Sprintf("cut to %d", n), content[:n])
		}
		if !unnamed(name) {
			check("removed", nil)
		}
	}
}

// TestEveryFlippedByteIsFound flips bytes of the zip itself: some all over it and each one of a local header,
// of a record of the directory and of the end; with IGWATCHD_LONG, each one there is.
func TestEveryFlippedByteIsFound(t *testing.T) {
	good := zipOf(wholeExport())
	o := locate(good)
	heads := func(at int) bool {
		return at < o.local[0]+lenLocal || at >= o.dir && at < o.central[0]+lenCentral || at >= o.end
	}
	long := os.Getenv("IGWATCHD_LONG") != ""
	for at := range good {
		if !long && at%61 != 0 && !heads(at) {
			continue
		}
		bad := bytes.Clone(good)
		bad[at] ^= 0x20
		r := examine(t, part(partName, bad))
		if len(codes(r, Error)) > 0 || len(codes(r, Question)) > 0 {
			continue
		}
		// What no reader of the content acts on: times, versions, attributes, in either header.
		if !harmless(good, o, at) && !unused(good, bad, o, at) {
			t.Errorf("byte %d of %d: nothing found", at, len(good))
		}
	}
}

// unused reports whether a flipped bit of a packed file is one that deflate leaves unused.
func unused(good, bad []byte, o offsets, at int) bool {
	packed := slices.ContainsFunc(o.local, func(local int) bool {
		name, extra := binary.LittleEndian.Uint16(good[local+26:]), binary.LittleEndian.Uint16(good[local+28:])
		next := o.dir
		for _, l := range o.local {
			if l > local {
				next = min(next, l)
			}
		}
		const descriptor = 16
		return at >= local+lenLocal+int(name)+int(extra) && at < next-descriptor
	})
	return packed && maps.EqualFunc(unzipped(bad), unzipped(good), bytes.Equal)
}

// unzipped is what archive/zip reads from a zip, by path; nothing, if it objects to anything.
func unzipped(b []byte) contents {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil
	}
	f := contents{}
	for _, e := range z.File {
		r, err := e.Open()
		if err != nil {
			return nil
		}
		if f[e.Name], err = io.ReadAll(r); err != nil {
			return nil
		}
	}
	return f
}

func harmless(b []byte, o offsets, at int) bool {
	for i := range o.central {
		name := int(binary.LittleEndian.Uint16(b[o.central[i]+28:]))
		extra := int(binary.LittleEndian.Uint16(b[o.central[i]+30:]))
		if d := at - o.local[i]; d >= 4 && d < 6 || d >= 10 && d < 14 || d >= lenLocal+name && d < lenLocal+name+extra {
			return true
		}
		if d := at - o.central[i]; d >= 4 && d < 8 || d >= 12 && d < 16 || d >= 36 && d < 42 || d >= lenCentral+name && d < lenCentral+name+extra {
			return true
		}
	}
	return false
}
