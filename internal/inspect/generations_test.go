package inspect

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

var made = time.Date(2026, 5, 8, 12, 0, 0, 0, time.UTC)

// account is an account with a bit of everything.
func account() testworld.Export {
	e := testworld.DemoExport("jane.doe")
	e.Generated, e.Side, e.Seed, e.FirstPost, e.JoinedAt = made, 48, 7, made.AddDate(-6, -1, 0), made.AddDate(-6, -1, -7)
	return e
}

// written makes the zips of an export and opens them.
func written(t testing.TB, e testworld.Export) []Part {
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
		t.Cleanup(func() { f.Close() })
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, Part{Name: filepath.Base(p), Size: info.Size(), R: f})
	}
	return parts
}

type generation struct {
	layout string
	html   bool
}

func (g generation) String() string { return fmt.Sprintf("%s html %v", g.layout, g.html) }

var generations = []generation{
	{testworld.LayoutV1, false},
	{testworld.LayoutV2a, false},
	{testworld.LayoutV2b, false},
	{testworld.LayoutV3a, false},
	{testworld.LayoutV3b, false},
	{testworld.LayoutV2a, true},
	{testworld.LayoutV2b, true},
	{testworld.LayoutV3a, true},
	{testworld.LayoutV3b, true},
}

// asked are the questions that a whole export of a generation raises by its nature.
func (g generation) asked() string {
	switch {
	case g.html:
		return "format-html"
	case g.layout == testworld.LayoutV1:
		return "posts-count-rough"
	}
	return ""
}

func (g generation) export() testworld.Export {
	e := account()
	e.Layout, e.HTML = g.layout, g.html
	return e
}

func TestEveryGenerationWhole(t *testing.T) {
	for _, g := range generations {
		for _, c := range []struct {
			name   string
			change func(*testworld.Export)
		}{
			{"one part", func(*testworld.Export) {}},
			{"three parts", func(e *testworld.Export) { e.Parts = 3 }},
			{"wrapped", func(e *testworld.Export) { e.WrapRoot = true }},
			{"through Drive, two parts", func(e *testworld.Export) { e.DriveRoot, e.Parts = true, 2 }},
		} {
			t.Run(g.String()+", "+c.name, func(t *testing.T) {
				e := g.export()
				c.change(&e)
				r := examine(t, written(t, e)...)
				demand(t, r, "", g.asked())
				if r.Generation != g.layout || (r.Format == FormatHTML) != g.html || r.Username != "jane.doe" || r.GeneratedAt != "2026-05-08" {
					t.Errorf("%s %s %s %s", r.Generation, r.Format, r.Username, r.GeneratedAt)
				}
				if !slices.Equal(r.Checks, AllChecks) || r.References.Total < 20 || r.References.Resolved != r.References.Total || r.Evidence.Orphans > 0 {
					t.Errorf("checks %v, references %+v, %d orphans", r.Checks, r.References, r.Evidence.Orphans)
				}
				if r.Counts.Stories != e.Stories || r.Counts.Messages != e.Threads*e.MessagesPerThread {
					t.Errorf("%+v", r.Counts)
				}
				items := 0
				for _, n := range r.PerYear {
					items += n
				}
				if r.Range.From != "2020-04-08" || r.Range.To < "2026-05-06" || r.Evidence.SignedUp == "" || items != e.Posts+e.Carousels+e.Stories+e.Reels {
					t.Errorf("%+v %s %v", r.Range, r.Evidence.SignedUp, r.PerYear)
				}
			})
		}
	}
}

// TestEveryGenerationSpoiled makes each generation wrong in each way.
func TestEveryGenerationSpoiled(t *testing.T) {
	for _, g := range generations {
		posts, story := "media/posts/", "media/stories/"
		if g.layout == testworld.LayoutV1 {
			posts, story = "photos/", "stories/"
		}
		dm := "/photos/"
		if g.layout == testworld.LayoutV1 {
			dm = "direct/"
		}
		for _, c := range []struct {
			name     string
			spoil    testworld.Spoiler
			severity Severity
			code     string
		}{
			{"post missing", testworld.Without(posts), Error, "media-missing"},
			{"story empty", testworld.EmptyFile(story), Error, "media-empty"},
			{"post cut", testworld.HalfFile(posts), Error, "media-damaged"},
			{"profile photo missing", testworld.Without("profile/"), Error, "media-missing"},
			{"message photo missing", testworld.Without(dm), Question, "media-missing"},
			{"other account", testworld.WrongUser("mallory"), Error, "identity-disagrees"},
		} {
			t.Run(g.String()+", "+c.name, func(t *testing.T) {
				e := g.export()
				e.Spoil = []testworld.Spoiler{c.spoil}
				r := examine(t, written(t, e)...)
				if !slices.Contains(codes(r, c.severity), c.code) {
					t.Errorf("no %s %s: %+v", c.severity, c.code, r.Problems)
				}
			})
		}
	}
}

// TestFifteenCases are the shapes and faults that exports were seen to have.
func TestFifteenCases(t *testing.T) {
	in := func(change func(*testworld.Export)) []Part {
		e := account()
		change(&e)
		return written(t, e)
	}
	spoiled := func(s ...testworld.Spoiler) []Part { return in(func(e *testworld.Export) { e.Spoil = s }) }
	apart := in(func(e *testworld.Export) { e.Parts, e.ListsApart = 2, true })
	other := in(func(e *testworld.Export) { e.Generated = made.AddDate(0, 0, 3) })
	damaged := func(spoil func(path string) error) []Part {
		paths, err := account().Write(t.TempDir())
		if err == nil {
			err = spoil(paths[0])
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		return []Part{part(filepath.Base(paths[0]), b)}
	}
	for _, c := range []struct {
		name              string
		parts             []Part
		errors, questions string // the codes, of which the first must be among those found; "" for none at all
	}{
		{"1 whole", in(func(e *testworld.Export) {}), "", ""},
		{"2 lists without media", apart[:1], "media-missing", "media-missing"},
		{"2 media without lists", apart[1:], "layout-unknown", ""},
		{"2 together", apart, "", ""},
		{"3 a single post", in(func(e *testworld.Export) { e.Posts, e.Carousels, e.SinglePostObject = 1, 0, true }), "", ""},
		{"4 no stories", in(func(e *testworld.Export) { e.Stories = 0 }), "", ""},
		{"5 posts not requested", spoiled(testworld.WithoutAll("media/posts")), "", "section-missing"},
		{"6 truncated", damaged(func(p string) error { return testworld.Truncate(p, 100) }), "part-truncated", ""},
		{"6 checksum", damaged(testworld.FlipByte), "entry-damaged", ""},
		{"6 checksum set to zero", damaged(testworld.ZeroCRC), "entry-damaged", ""},
		{"6 web page", damaged(testworld.HTMLPage), "part-is-html", ""},
		{"7 empty picture", spoiled(testworld.EmptyFile("media/posts/")), "media-empty", ""},
		{"7 half a picture", spoiled(testworld.HalfJPEG()), "media-damaged", ""},
		{"8 .webp that is JPEG", spoiled(testworld.Renamed(".jpg", ".webp")), "", ""},
		{"8 film without extension", spoiled(testworld.Renamed(".mp4", "")), "", ""},
		{"8 .heic that is JPEG", spoiled(testworld.Renamed(".jpg", ".heic")), "", ""},
		{"8 .aac that is MP4", spoiled(testworld.Renamed(".mp4", ".aac")), "", ""},
		{"9 uri empty", spoiled(testworld.URI("posts_1.json", "")), "reference-empty", ""},
		{"9 uri in the web", spoiled(testworld.URI("posts_1.json", "https://interncache.example/x.jpg")), "media-remote", ""},
		{"9 file missing", spoiled(testworld.Without("media/posts/")), "media-missing", ""},
		{"10 other account", spoiled(testworld.WrongUser("mallory")), "identity-disagrees", ""},
		{"10 Italian", in(func(e *testworld.Export) { e.UsernameLabel = "Nome utente" }), "", ""},
		{"10 a language that is not known", in(func(e *testworld.Export) { e.UsernameLabel = "Uživatelské" }), "", "identity-by-agreement"},
		{"10 French, broken key", in(func(e *testworld.Export) { e.UsernameLabel = "Nom d’utilisateur" }), "", ""},
		{"11 pages of one year", in(func(e *testworld.Export) {
			e.HTML, e.RequestedFrom, e.FirstPost = true, made.AddDate(-1, 0, 0), made.AddDate(-1, 0, 2)
		}), "", "range-limited"},
		{"12 v1 in two parts", in(func(e *testworld.Export) { e.Layout, e.Parts = testworld.LayoutV1, 2 }), "", "posts-count-rough"},
		{"13 gap", spoiledWith(t, func(e *testworld.Export) { e.PostsPerFile = 6 }, testworld.GapInPosts()), "index-gap", ""},
		{"14 part of another day", append(slices.Clone(apart), other...), "parts-mixed", ""},
		{"15 names without the UTF-8 flag", in(func(e *testworld.Export) { e.NoUTF8Flag = true }), "", ""},
		{"15 name in code page 437", spoiled(testworld.Extra("your_instagram_activity/likes/caf\x82.json", []byte("[]"))), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := examine(t, c.parts...)
			for severity, want := range map[Severity]string{Error: c.errors, Question: c.questions} {
				got := codes(r, severity)
				if want == "" && severity == Error && len(got) > 0 || want == "" && c.errors == "" && len(got) > 0 || want != "" && !slices.Contains(got, want) {
					t.Errorf("%s %v, want %q: %+v", severity, got, want, r.Problems)
				}
			}
		})
	}
}

func spoiledWith(t *testing.T, change func(*testworld.Export), s ...testworld.Spoiler) []Part {
	e := account()
	change(&e)
	e.Spoil = s
	return written(t, e)
}

// TestPageHeader: pages since 2026 say which dates were asked for.
func TestPageHeader(t *testing.T) {
	for _, c := range []struct {
		from      time.Time
		questions string
		known     bool
	}{
		{made.AddDate(-1, 0, 0), "format-html range-limited", false},
		{made.AddDate(-3, 0, 0), "format-html range-limited", false},
		{made.AddDate(-20, 0, 0), "format-html", true},
	} {
		e := account()
		e.HTML, e.RequestedFrom = true, c.from
		r := examine(t, written(t, e)...)
		demand(t, r, "", c.questions)
		if r.Range.Known != c.known || r.Evidence.RequestedFrom != c.from.Format(time.RFC3339) {
			t.Errorf("%+v %s", r.Range, r.Evidence.RequestedFrom)
		}
		if !slices.ContainsFunc(r.Evidence.Usernames, func(s UsernameSource) bool { return strings.HasSuffix(s.Where, ".html") }) {
			t.Errorf("%+v", r.Evidence.Usernames)
		}
	}
}

// A request for one category only, as three zips of Instagram's and four public repositories (2024 to 2026) have it:
// what is missing is said, and not that the layout is unknown.
// So are all categories that were seen in exports of 2022 and later.
func TestOneCategoryOnly(t *testing.T) {
	following := []byte(`{"relationships_following": [{"title": "", "media_list_data": [], "string_list_data": [{"href": "https://www.instagram.com/x", "value": "x", "timestamp": 1700000000}]}]}`)
	page := []byte(`<html><head><base href="../../"/></head><body><div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><a href="https://www.instagram.com/x">x</a></div></body></html>`)
	for name, f := range map[string]contents{
		"json": {"connections/followers_and_following/following.json": following},
		"html": {"connections/followers_and_following/following.html": page, "start_here.html": page, "files/Instagram-Logo.png": pngOf(1)},
		"ads":  {"ads_information/instagram_ads_and_businesses/ads_about_meta.html": page, "start_here.html": page},
	} {
		r := examine(t, part("instagram-jane.doe-2025-10-08-AbCd1234.zip", zipOf(f)))
		if r.Generation != GenerationV3b || slices.Contains(codes(r, Error), "layout-unknown") {
			t.Errorf("%s: %s %v", name, r.Generation, codes(r, Error))
		}
		if !slices.Contains(codes(r, Error), "personal-information-missing") {
			t.Errorf("%s: %v", name, codes(r, Error))
		}
	}
	for _, name := range []string{
		"ads_information/ads_and_topics/ads_viewed", "connections/contacts/synced_contacts", "logged_information/link_history/link_history",
		"logged_information/recent_searches/profile_searches", "personal_information/information_about_you/profile_based_in",
		"personal_information/device_information/devices", "preferences/settings/notification_preferences", "preferences/your_topics/your_topics",
		"security_and_login_information/login_and_profile_creation/login_activity", "followers_and_following/following", "likes/liked_posts",
		"saved/saved_posts", "login_and_account_creation/login_activity", "story_sticker_interactions/polls",
	} {
		r := examine(t, part("export.zip", zipOf(contents{name + ".json": []byte(`{"x": []}`)})))
		if got := codes(r, Error); slices.Contains(got, "layout-unknown") || !slices.Contains(got, "personal-information-missing") {
			t.Errorf("%s: %s %v", name, r.Generation, got)
		}
	}
	facebook := contents{"connections/friends/your_friends.json": []byte(`{}`), "start_here.html": page, "preferences/x/y.json": []byte(`{}`)}
	if r := examine(t, part("facebook-jane-2025-10-08-AbCd1234.zip", zipOf(facebook))); !slices.Contains(codes(r, Error), "layout-unknown") {
		t.Errorf("Facebook: %s %v", r.Generation, codes(r, Error))
	}
}
