package inspect

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// wrong are what can stand where something else belongs.
var wrong = []string{"null", `""`, `"unavailable"`, "0", "false", "{}", "[]", "[null]", "[[]]", `{"error":"An error occurred"}`}

// mutant is a list in which one thing is otherwise.
type mutant struct {
	how   string
	clean bool // it is a list as Instagram could make it, of an account that has less
	doc   any
}

// mutants changes every place of a document in every way: left out, replaced, cut off.
func mutants(doc any) (all []mutant) {
	var visit func(at string, v any, put func(any) any)
	visit = func(at string, v any, put func(any) any) {
		for _, w := range wrong {
			var x any
			if err := json.Unmarshal([]byte(w), &x); err != nil {
				panic(err)
			}
			all = append(all, mutant{at + " is " + w, false, put(x)})
		}
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				less := maps.Clone(v)
				delete(less, key)
				clean := holdsFiles(key) // a message without a picture
				all = append(all, mutant{at + " without " + key, clean, put(less)})
				visit(at+"."+key, v[key], func(x any) any {
					c := maps.Clone(v)
					c[key] = x
					return put(c)
				})
			}
		case []any:
			for i := range v {
				all = append(all, mutant{fmt.Sprintf("%s without [%d]", at, i), len(v) > 1, put(slices.Delete(slices.Clone(v), i, i+1))})
				visit(fmt.Sprintf("%s[%d]", at, i), v[i], func(x any) any {
					c := slices.Clone(v)
					c[i] = x
					return put(c)
				})
			}
		}
	}
	visit("", doc, func(x any) any { return x })
	return all
}

// uris gathers the local files that a document names.
func uris(doc any, into map[string]bool) {
	switch v := doc.(type) {
	case map[string]any:
		for key, x := range v {
			if s, ok := x.(string); ok && (key == "uri" || key == "path" || key == "media") && s != "" && !strings.Contains(s, "://") {
				into[s] = true
			}
			uris(x, into)
		}
	case []any:
		for _, x := range v {
			uris(x, into)
		}
	}
}

// remarks returns the codes of what a report asks or finds wrong.
func remarks(r *Report) (all []string) {
	for _, p := range r.Problems {
		if p.Severity != Info {
			all = append(all, p.Code)
		}
	}
	slices.Sort(all)
	return all
}

// TestNoListLosesAFileSilently changes one thing in one list so that it no longer names a file: the list that
// Instagram could have sent instead. The file may be there or gone with it; either way something is asked or
// found wrong. With IGWATCHD_LONG every such change is tried.
func TestNoListLosesAFileSilently(t *testing.T) {
	every, first := 10, rand.IntN(10)
	if os.Getenv("IGWATCHD_LONG") != "" {
		every, first = 1, 0
	}
	for form, f := range map[string]contents{"v3b": manyLists(), "v2b": older(manyLists()), "v1": exportV1()} {
		before := remarks(examine(t, part(partName, zipOf(f))))
		if form != "v1" && len(before) > 0 {
			t.Errorf("%s is not whole to begin with: %v", form, before)
		}
		found, tried := 0, 0
		for list, raw := range f {
			if !strings.HasSuffix(list, ".json") {
				continue
			}
			elsewhere := map[string]bool{}
			for other, raw := range f {
				if other != list && strings.HasSuffix(other, ".json") {
					uris(parsed(raw), elsewhere)
				}
			}
			doc := parsed(raw)
			for _, m := range mutants(doc) {
				lost := lostFiles(doc, m.doc, elsewhere)
				if len(lost) == 0 || unseen(list, m) {
					continue
				}
				if found++; found%every != first {
					continue
				}
				tried++
				kept := maps.Clone(f)
				var err error
				if kept[list], err = json.Marshal(m.doc); err != nil {
					t.Fatal(err)
				}
				if slices.Equal(remarks(examine(t, part(partName, zipOf(kept)))), before) {
					t.Errorf("%s, %s: %s: nothing is said of what is there", form, list, m.how)
				}
				if m.clean || form == "v1" && oneKindLess.MatchString(m.how) {
					continue // an account that has less
				}
				gone := maps.Clone(kept)
				for _, name := range lost {
					delete(gone, name)
				}
				if slices.Equal(remarks(examine(t, part(partName, zipOf(gone)))), before) {
					t.Errorf("%s, %s: %s: nothing is said of what is gone", form, list, m.how)
				}
			}
		}
		if found < 150 || tried < found/every {
			t.Errorf("%s: only %d of %d changes were tried", form, tried, found)
		}
	}
}

// oneKindLess is a change of media.json by which one kind of things is not there.
var oneKindLess = regexp.MustCompile(`^ without \S+$|^\.\w+ (without \S+|is \[\])$`)

func parsed(raw []byte) (doc any) {
	if err := json.Unmarshal(raw, &doc); err != nil {
		panic(err)
	}
	return doc
}

// lostFiles are what one document names, and neither the other nor another list.
func lostFiles(before, after any, elsewhere map[string]bool) (lost []string) {
	was, is := map[string]bool{}, map[string]bool{}
	uris(before, was)
	uris(after, is)
	for uri := range was {
		if !is[uri] && !elsewhere[uri] {
			lost = append(lost, uri)
		}
	}
	return lost
}

// unseen reports whether nothing can show that something is missing: subtitles, which few films have, and what was
// deleted, of which many exports list items without anything.
func unseen(list string, m mutant) bool {
	return strings.Contains(m.how, "_metadata") || strings.Contains(list, "recently_deleted")
}

// manyLists is a whole export with each list that there is.
func manyLists() contents {
	f := wholeExport()
	small := func() func(name string) { // small ones are read quickly; each is another
		frames := 0
		return func(name string) {
			frames++
			f[name] = gifOf(frames)
		}
	}()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if kindsByExtension[path.Ext(name)] == kindJPEG {
			small(name)
		}
	}
	m := activityD + "media/"
	for _, name := range []string{"media/archived_posts/202001/a.jpg", "media/archived_posts/202001/b.jpg", "media/other/202001/o.jpg", "media/recently_deleted/202001/d.jpg", "media/stories/202506/story2.jpg", "media/posts/202401/r.jpg"} {
		small(name)
	}
	f["media/igtv/202001/i.mp4"] = mp4Of(17)
	f["media/reels/202305/reel2.mp4"] = mp4Of(18)
	f[m+"posts.json"] = []byte(`[` + detailedPost("1720384531", "media/posts/202407/two.jpg", "media/posts/202407/three.mp4") + `,` + detailedPost("1704067200", "media/posts/202401/r.jpg") + `]`)
	f[m+"stories.json"] = []byte(`{"ig_stories":[` + medium("media/stories/202506/story.jpg", "2025-06-01") + `,` + medium("media/stories/202506/story2.jpg", "2025-06-02") + `]}`)
	f[m+"reels.json"] = []byte(strings.Replace(string(f[m+"reels.json"]), `]}]}`, `]},{"media":[`+medium("media/reels/202305/reel2.mp4", "2023-05-02")+`]}]}`, 1))
	f[m+"archived_posts.json"] = []byte(`{"ig_archived_post_media":[{"media":[` + medium("media/archived_posts/202001/a.jpg", "2020-01-01") + `,` + medium("media/archived_posts/202001/b.jpg", "2020-01-01") + `],"title":"x","creation_timestamp":1577836800}]}`)
	f[m+"igtv_videos.json"] = []byte(`{"ig_igtv_media":[{"media":[` + medium("media/igtv/202001/i.mp4", "2020-01-01") + `]}]}`)
	f[m+"other_content.json"] = []byte(`{"ig_other_media":[{"media":[` + medium("media/other/202001/o.jpg", "2020-01-01") + `]}]}`)
	f[m+"recently_deleted_content.json"] = []byte(`{"ig_recently_deleted_media":[{"media":[` + medium("media/recently_deleted/202001/d.jpg", "2020-01-01") + `]}]}`)
	return f
}

// detailedPost is an entry of the posts.json of 2026, as the parsers of that time read it.
func detailedPost(when string, uris ...string) string {
	var media []string
	for _, uri := range uris {
		media = append(media, medium(uri, "2024-07-07"))
	}
	lines := `{"label":"Caption","value":"x"},{"label":"Media","media":[` + media[0] + `]},{"label":"Draft","value":"False"},{"label":"Published","value":"True"}`
	if len(media) > 1 {
		lines += `,{"title":"","dict":[`
		for i, m := range slices.Backward(media) { // the cover comes last
			if lines += `{"title":"","dict":[{"label":"Media","media":[` + m + `]}]}`; i > 0 {
				lines += ","
			}
		}
		lines += `]}`
	}
	return `{"timestamp":` + when + `,"media":[],"label_values":[` + lines + `],"fbid":"1784"}`
}

// older moves an export into the layout of 2022.
func older(f contents) contents {
	g := contents{}
	for name, b := range f {
		b = []byte(strings.ReplaceAll(string(b), activityD, ""))
		switch {
		case name == personalF:
			name = "personal_information/personal_information.json"
		case strings.HasPrefix(name, mediaD):
			name = "content/" + strings.TrimPrefix(name, mediaD)
		case name == signupF:
			name = "login_and_account_creation/instagram_signup_information.json"
		}
		name = strings.TrimPrefix(strings.TrimPrefix(name, activityD), "connections/")
		g[name] = b
	}
	return g
}

func exportV1() contents {
	entry := func(path string) string {
		return `{"caption":"","taken_at":"2019-06-01T10:11:12+00:00","path":"` + path + `"}`
	}
	f := contents{
		"media.json": []byte(`{"photos":[` + entry("photos/201906/a.jpg") + `,` + entry("photos/201906/b.jpg") + `],"videos":[` + entry("videos/201906/c.mp4") + `],"stories":[` + entry("stories/201906/d.jpg") +
			`],"direct":[` + entry("direct/201906/e.jpg") + `],"profile":[` + entry("profile/201906/f.jpg") + `]}`),
		"messages.json": []byte(`[{"participants":["jane.doe","bob"],"conversation":[{"sender":"bob","created_at":"2020-10-20T08:06:45.249753+00:00","text":"hi"},{"sender":"bob","created_at":"2020-10-20T08:06:45","media":"direct/201906/e.jpg"}]}]`),
		"profile.json":  []byte(`{"username":"jane.doe","name":"Jane","date_joined":"2015-03-02T01:02:03"}`), "connections.json": []byte(`{"followers":{"bob":"2019-01-01T00:00:00"}}`),
	}
	for _, name := range []string{"likes.json", "comments.json", "saved.json"} {
		f[name] = []byte(`["You have no data in this section"]`)
	}
	for i, name := range []string{"photos/201906/a.jpg", "photos/201906/b.jpg", "stories/201906/d.jpg", "direct/201906/e.jpg", "profile/201906/f.jpg"} {
		f[name] = gifOf(i + 1)
	}
	f["videos/201906/c.mp4"] = mp4Of(40)
	return f
}
