package inspect

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestOddExports are whole exports with what only some have: lists of 2026, lists of what was deleted, notes in other
// languages. None is refused, and each post counts once.
func TestOddExports(t *testing.T) {
	in := func(change func(*testworld.Export)) testworld.Export {
		e := account()
		e.Posts, e.Carousels = 3, 1 // too few to say something about their quality
		change(&e)
		return e
	}
	const whole = 4
	t.Setenv("PATH", t.TempDir()) // AVIF is asked about: see TestAVIF
	beside := func(e *testworld.Export) { e.EverPosted = testworld.Beside }
	instead := func(e *testworld.Export) { e.EverPosted = testworld.Instead }
	for name, c := range map[string]struct {
		export        testworld.Export
		posts, unsure int
		questions     string
	}{
		"posts.json beside posts_1.json":     {in(beside), whole, 0, ""},
		"posts.json instead of posts_1.json": {in(instead), whole, 0, ""},
		"with archived posts and drafts":     {in(func(e *testworld.Export) { beside(e); e.Archived, e.Drafts = 5, 2 }), whole, 0, ""},
		"instead, with archived posts and drafts": {in(func(e *testworld.Export) {
			instead(e)
			e.Archived, e.Drafts = 5, 2
		}), whole, 0, ""},
		"instead, in two parts":  {in(func(e *testworld.Export) { instead(e); e.Parts, e.ListsApart, e.Archived = 2, true, 3 }), whole, 0, ""},
		"posts.json in content/": {in(func(e *testworld.Export) { beside(e); e.Layout = testworld.LayoutV3a }), whole, 0, ""},
		"posts.html":             {in(func(e *testworld.Export) { beside(e); e.HTML, e.Archived = true, 4 }), whole, 0, "format-html"},
		"posts.html alone":       {in(func(e *testworld.Export) { instead(e); e.HTML, e.Archived = true, 4 }), whole, 0, "format-html"},
		"archived posts":         {in(func(e *testworld.Export) { e.Archived = 4 }), whole, 0, ""},
		"something was deleted":  {in(func(e *testworld.Export) { e.RecentlyDeleted = true }), whole, 0, ""},
		"deleted, as pages":      {in(func(e *testworld.Export) { e.RecentlyDeleted, e.HTML = true, true }), whole, 0, "format-html"},
		"a sticker":              {in(func(e *testworld.Export) { e.OtherContent = true }), whole, 0, ""},
		"pictures of all kinds":  {in(func(e *testworld.Export) { e.OtherPictures = true }), whole, 0, "media-not-checked"},
		"byte order marks":       {in(func(e *testworld.Export) { e.BOM = true; beside(e) }), whole, 0, ""},
		"everything at once": {in(func(e *testworld.Export) {
			beside(e)
			e.BOM, e.RecentlyDeleted, e.OtherContent, e.Archived, e.Drafts = true, true, true, 3, 1
		}), whole, 0, ""},
		"nothing, noted in Polish": {in(func(e *testworld.Export) {
			e.Posts, e.Carousels, e.Stories, e.Reels, e.ProfilePhotos = 0, 0, 0, 0, 0
			e.Note = "Nie masz żadnych danych w tej sekcji"
		}), 0, 0, "posts-empty"},
		"only a profile photo":     {in(func(e *testworld.Export) { e.Posts, e.Carousels, e.Stories, e.Reels = 0, 0, 0, 0 }), 0, 0, "section-missing"},
		"no subtitles":             {in(func(e *testworld.Export) { e.Spoil = append(e.Spoil, testworld.Without(".srt")) }), whole, 0, "media-missing"},
		"subtitles without a word": {in(func(e *testworld.Export) { e.Spoil = append(e.Spoil, testworld.EmptyFile(".srt")) }), whole, 0, "media-empty"},
		"half a list of likes":     {in(func(e *testworld.Export) { e.Spoil = append(e.Spoil, testworld.BrokenJSON("liked_posts")) }), whole, 0, "index-unreadable"},
		"half a list of what was deleted": {in(func(e *testworld.Export) {
			e.RecentlyDeleted, e.Spoil = true, append(e.Spoil, testworld.BrokenJSON("recently_deleted_content"))
		}), whole, 0, "index-unreadable"},
		"nothing but media asked for": {in(func(e *testworld.Export) {
			for _, section := range []string{"/likes/", "/comments/", "/saved/", "followers_and_following/", "/messages/"} {
				e.Spoil = append(e.Spoil, testworld.WithoutAll(section))
			}
		}), whole, 0, "sections-absent"},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, written(t, c.export)...)
			demand(t, r, "", c.questions)
			if r.Counts.Posts != c.posts || r.Evidence.PostsUnsure != c.unsure || r.Evidence.Archived != c.export.Archived || r.Evidence.Drafts != c.export.Drafts {
				t.Errorf("%d posts, %d of them unsure, %d archived, %d drafts", r.Counts.Posts, r.Evidence.PostsUnsure, r.Evidence.Archived, r.Evidence.Drafts)
			}
			n := 0
			for _, m := range r.PerYear {
				n += m
			}
			if all := r.Counts.Posts + r.Counts.Stories + r.Counts.Reels; n != all {
				t.Errorf("%d things in all years, and %d in all", n, all)
			}
		})
	}
}

// TestListsThatHoldNothing: a list that is there and yields nothing is asked about, in whatever way it does so; so is
// one that should hold what would be gone with the account.
func TestListsThatHoldNothing(t *testing.T) {
	own := map[string]string{
		"stories.json": "ig_stories", "reels.json": "ig_reels_media", "profile_photos.json": "ig_profile_picture", "archived_posts.json": "ig_archived_post_media",
		"igtv_videos.json": "ig_igtv_media", "other_content.json": "ig_other_media",
	}
	for list, key := range own {
		for _, nothing := range []string{`{}`, `[]`, `null`, `""`, `0`, `false`, `{"error":"An error occurred"}`, `{"` + key + `":null}`, `{"` + key + `":[]}`, `{"` + key + `":""}`, `{"` + key + `":false}`} {
			f := manyLists()
			f[mediaD+list] = []byte(nothing)
			for name := range f { // Instagram sent neither
				if c := ownLists[strings.TrimSuffix(list, ".json")]; ownFolders[media(name)] == c && !strings.HasSuffix(name, "newer.jpg") {
					delete(f, name)
				}
			}
			r := examine(t, part(partName, zipOf(f)))
			if got := codes(r, Question); len(codes(r, Error)) > 0 || len(got) != 1 || got[0] != "index-empty" {
				t.Errorf("%s is %s: %v %v", list, nothing, codes(r, Error), got)
			}
		}
		f := manyLists()
		f[mediaD+list] = []byte(`[null]`)
		if r := examine(t, part(partName, zipOf(f))); len(codes(r, Error))+len(codes(r, Question)) == 0 {
			t.Errorf("%s is [null]: nothing is said", list)
		}
	}
	for list, word := range map[string]string{
		"connections/followers_and_following/followers_1.json": "followers", "connections/followers_and_following/following.json": "follow", activityD + "likes/liked_posts.json": "likes",
		activityD + "saved/saved_posts.json": "saved", activityD + "comments/post_comments_1.json": "comments",
	} {
		for _, nothing := range []string{
			`{}`, `[]`, `null`, `""`, `false`, `{"error":"An error occurred"}`, `[null]`, `[{}]`, `{"error":{"message":"An error occurred","code":1}}`,
			`{"relationships_following":null}`, `{"relationships_following":[]}`, `{"relationships_following":[null]}`, `{"relationships_following":[{}]}`, `{"relationships_following":{}}`, "",
		} {
			changes := contents{list: []byte(nothing)}
			if nothing == "" {
				changes[list] = nil
			}
			r := examine(t, part(partName, zipOf(with(changes))))
			if got := codes(r, Question); len(codes(r, Error)) > 0 || len(got) != 1 || !strings.HasSuffix(got[0], "s-absent") || !strings.Contains(r.Problems[0].Text, word) {
				t.Errorf("%s is %s: %+v", list, nothing, r.Problems)
			}
		}
		dir := path.Dir(list)
		if r := examine(t, part(partName, zipOf(with(contents{list: nil, dir + "/no-data.txt": []byte("Tu n’as pas de données dans cette section")})))); len(codes(r, Question)) > 0 {
			t.Errorf("a note instead of %s: %+v", list, r.Problems)
		}
	}
}

// TestEverPosted: what only the list of everything ever posted names is counted, and no proof that all is here.
func TestEverPosted(t *testing.T) {
	one, two, three := "media/posts/201904/one.jpg", "media/posts/202407/two.jpg", "media/posts/202407/three.mp4"
	all := func(entries ...string) contents {
		return contents{mediaD + "posts.json": []byte("[" + strings.Join(entries, ",") + "]")}
	}
	only := func(entries ...string) contents {
		c := all(entries...)
		c[mediaD+"posts_1.json"] = nil
		return c
	}
	german := strings.NewReplacer(`"Draft"`, `"Entwurf"`, `"Published"`, `"Veröffentlicht"`, `"Media"`, `"Medien"`).Replace
	draft := strings.NewReplacer(`"Draft","value":"False"`, `"Draft","value":"True"`).Replace
	further := func(c contents, name string) contents { c[name] = jpegOf(50); return c }
	missing := "media/posts/202401/missing.jpg"
	for name, c := range map[string]struct {
		changes               contents
		posts, unsure, drafts int
		errors, questions     string
	}{
		"both name the same":                      {all(detailedPost("1554163200", one), detailedPost("1720384531", two, three)), 2, 0, 0, "", ""},
		"the members of a carousel, cover last":   {all(detailedPost("1720384531", three, two)), 2, 0, 0, "", ""},
		"the same entry twice":                    {only(detailedPost("1554163200", one), detailedPost("1554163200", one), detailedPost("1720384531", two, three)), 2, 0, 0, "", ""},
		"one more":                                {further(all(detailedPost("1704067200", "media/posts/202401/x.jpg")), "media/posts/202401/x.jpg"), 3, 1, 0, "", ""},
		"one more, a draft":                       {further(all(draft(detailedPost("1704067200", "media/posts/202201/x.jpg"))), "media/posts/202201/x.jpg"), 2, 0, 1, "", ""},
		"one more, archived":                      {further(all(detailedPost("1640995200", "media/archived_posts/202201/x.jpg")), "media/archived_posts/202201/x.jpg"), 2, 0, 0, "", ""},
		"alone":                                   {only(detailedPost("1554163200", one), detailedPost("1720384531", two, three)), 2, 0, 0, "", ""},
		"alone, in German":                        {only(german(detailedPost("1554163200", one)), german(detailedPost("1720384531", two, three))), 2, 2, 0, "", ""},
		"a single entry, no list":                 {contents{mediaD + "posts_1.json": nil, mediaD + "posts.json": []byte(detailedPost("1720384531", one, two, three))}, 1, 0, 0, "", ""},
		"a file is missing":                       {all(detailedPost("1704067200", missing)), 3, 1, 0, "media-missing", ""},
		"a file of a draft is missing":            {all(draft(detailedPost("1704067200", missing))), 2, 0, 1, "", "media-missing"},
		"a member is missing":                     {all(detailedPost("1720384531", two, missing)), 2, 0, 0, "media-missing", ""},
		"an entry without media":                  {all(`{"timestamp":1704067200,"media":[],"label_values":[{"label":"Draft","value":"False"}],"fbid":"1"}`), 3, 1, 0, "", "reference-empty"},
		"a draft without media":                   {all(`{"timestamp":1704067200,"media":[],"label_values":[{"label":"Draft","value":true}],"fbid":"1"}`), 2, 0, 1, "", ""},
		"a medium that is none":                   {all(strings.Replace(detailedPost("1720384531", two, three), `"media":[{`, `"media":[null,{`, 1)), 2, 0, 0, "reference-empty", ""},
		"a medium of a carousel that is an error": {all(strings.Replace(detailedPost("1720384531", two, three), `"dict":[{"title":"","dict"`, `"dict":[{"error":"x"},{"title":"","dict"`, 1)), 2, 0, 0, "reference-empty", ""},
		"stories and reels in that form": {contents{
			mediaD + "stories.json": []byte("[" + detailedPost("1748736000", "media/stories/202506/story.jpg") + "]"),
			mediaD + "reels.json":   []byte(`{"ig_reels_media":[` + detailedPost("1684108800", "media/reels/202305/reel.mp4", "media/reels/202305/sub_1.srt") + `]}`),
		}, 2, 0, 0, "", ""},
		"a file of a story in that form is missing": {contents{
			mediaD + "stories.json": []byte("[" + detailedPost("1748736000", "media/stories/202506/story.jpg") + "," + detailedPost("1748736000", missing) + "]"),
		}, 2, 0, 0, "media-missing", ""},
		"posts_1.json is an error beside it": {contents{
			mediaD + "posts.json": []byte("[" + detailedPost("1554163200", one) + "," + detailedPost("1720384531", two, three) + "]"), mediaD + "posts_1.json": []byte(`{"error":"x"}`),
		}, 2, 0, 0, "", "index-empty"},
		"reels are among them": {all(detailedPost("1684108800", "media/reels/202305/reel.mp4")), 3, 1, 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, part(partName, zipOf(with(c.changes))))
			demand(t, r, c.errors, c.questions)
			if got := fmt.Sprint(r.Counts.Posts, r.Evidence.PostsUnsure, r.Evidence.Drafts); got != fmt.Sprint(c.posts, c.unsure, c.drafts) {
				t.Errorf("posts, unsure, drafts: %s", got)
			}
			if r.PerYear["2022"] != 0 { // of drafts and archived posts
				t.Error(r.PerYear)
			}
			if reels := strings.HasPrefix(name, "reels"); (r.Evidence.ReelsInPosts == 1) != reels {
				t.Errorf("%d reels in posts", r.Evidence.ReelsInPosts)
			}
		})
	}
}
