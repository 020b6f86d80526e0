package inspect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

func TestNamed(t *testing.T) {
	for name, want := range map[string]string{
		"instagram-jane.doe-2025-10-29-UXHPhjRr.zip":     "jane.doe 2025-10-29",
		"instagram-Jane_D-2025-10-29-UXHPhjRr (1).zip":   "jane_d 2025-10-29",
		"instagram-jane-2025-10-29-UXHPhjRr":             "jane 2025-10-29",
		"micha_birklbauer_20200316.zip":                  "micha_birklbauer 2020-03-16",
		"ryanmonro_20200316_part_2.zip":                  "ryanmonro 2020-03-16",
		"download.zip":                                   " ",
		"instagram-jane-2025-10-29.zip":                  " ",
		"instagram-ja-ne-2025-10-29-UXHPhjRr.zip":        " ",
		"../instagram-jane-2025-10-29-UXHPhjRr.zip.part": " ",
	} {
		if u, d := named(name); u+" "+d != want {
			t.Errorf("%s: %q %q", name, u, d)
		}
	}
}

// data is the list of the account's own data with one label for the username.
func data(label, value string) contents {
	return contents{personalF: []byte(fmt.Sprintf(
		`{"profile_user":[{"media_map_data":{"Foto":{"uri":"media/profile/202201/newer.jpg"}},"string_map_data":{"Email":{"value":"jane@example.org"},%q:{"value":%q},"X":{"value":"False"}}}]}`, label, value))}
}

func TestIdentity(t *testing.T) {
	lined := contents{personalF: []byte(`[{"label_values":[{"label":"Gebruikersnaam","value":"jane.doe"},{"label":"Naam","value":"Jane"}],"media":[]}]`)}
	cases := []struct {
		name, part       string
		changes          contents
		username, errors string
	}{
		{"English", partName, nil, "jane.doe", ""},
		{"Italian", partName, data("Nome utente", "jane.doe"), "jane.doe", ""},
		{"French, broken key", partName, data("Nom d\u00e2\u0080\u0099utilisateur", "jane.doe"), "jane.doe", ""},
		{"label_values", partName, lined, "jane.doe", ""},
		{"only in the data", "download.zip", nil, "jane.doe", ""},
		{"unknown language, agrees with the name", partName, data("Käyttis", "jane.doe"), "jane.doe", ""},
		{"unknown language, nothing to agree with", "download.zip", data("Käyttis", "jane.doe"), "", "identity-unknown"},
		{"unknown language, disagrees", partName, data("Käyttis", "john"), "", "identity-disagrees"},
		{"other account", partName, data("Username", "john"), "", "identity-disagrees"},
		{"no data", partName, contents{personalF: nil}, "jane.doe", "personal-information-missing"},
		{"only the data of Threads", partName, contents{personalF: nil, activityD + "threads/personal_information.json": []byte(`{}`)}, "jane.doe", "personal-information-missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := examine(t, part(c.part, zipOf(with(c.changes))))
			asked := ""
			if c.name == "unknown language, agrees with the name" { // a name is no proof that the word means it
				asked = "identity-by-agreement"
			}
			demand(t, r, c.errors, asked)
			if r.Username != c.username {
				t.Errorf("username %q", r.Username)
			}
			if c.username != "" && len(r.Evidence.Usernames) == 0 {
				t.Error("no evidence")
			}
		})
	}
}

func TestGeneratedFromEntries(t *testing.T) {
	if r := examine(t, part("download.zip", zipOf(wholeExport()))); r.GeneratedAt != "2026-01-09" {
		t.Error(r.GeneratedAt)
	}
}

func date(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	return time.Unix(stamp(s), 0).UTC()
}

func TestSpan(t *testing.T) {
	cases := []struct {
		name                                        string
		signedUp, oldest, newest, active, generated string
		whole, year                                 bool
	}{
		{"from sign-up to today", "2019-03-15", "2019-04-02", "2026-01-01", "2026-01-05", "2026-01-09", true, false},
		{"silent for years, but messages", "2019-03-15", "2019-04-02", "2021-01-01", "2026-01-05", "2026-01-09", true, false},
		{"silent altogether", "2019-03-15", "2019-04-02", "2021-01-01", "2021-01-01", "2026-01-09", false, false},
		{"silent for a quarter", "2019-03-15", "2019-04-02", "2025-10-01", "2025-10-01", "2026-01-09", false, false},
		{"first post late", "2019-03-15", "2019-08-02", "2026-01-01", "2026-01-05", "2026-01-09", false, false},
		{"posts before sign-up", "2019-03-15", "2018-08-02", "2026-01-01", "2026-01-05", "2026-01-09", false, false},
		{"sign-up unknown", "", "2019-04-02", "2026-01-01", "2026-01-05", "2026-01-09", false, false},
		{"last year of an old account", "2015-03-15", "2025-01-20", "2026-01-01", "2026-01-05", "2026-01-09", false, true},
		{"last year, sign-up unknown", "", "2025-01-20", "2026-01-01", "2026-01-05", "2026-01-09", false, true},
		{"young account", "2025-06-01", "2025-06-10", "2026-01-01", "2026-01-05", "2026-01-09", true, false},
		// "Last three years" begins on 2023-01-09, between sign-up and the oldest post.
		{"a range would explain the beginning", "2023-01-01", "2023-02-15", "2026-01-01", "2026-01-05", "2026-01-09", false, false},
		{"a range would explain the beginning, one year", "2025-01-01", "2025-02-15", "2026-01-01", "2026-01-05", "2026-01-09", false, false},
		{"items after the export", "2019-03-15", "2019-04-02", "2026-03-01", "2026-03-01", "2026-01-09", false, false},
		{"nothing", "2019-03-15", "", "", "", "2026-01-09", false, false},
	}
	for _, c := range cases {
		s := span{oldest: date(c.oldest), newest: date(c.newest), active: date(c.active), signedUp: date(c.signedUp), generated: date(c.generated)}
		if s.whole() != c.whole || s.atMostAYear() != c.year {
			t.Errorf("%s: whole %v, at most a year %v", c.name, s.whole(), s.atMostAYear())
		}
	}
}

// TestSpanOfPages: what pages say about the request counts, but only if it can be read.
func TestSpanOfPages(t *testing.T) {
	for name, c := range map[string]struct {
		begins, ends string
		unread       bool
		undated      int
		whole        bool
	}{
		"all":                   {"2010-01-01", "2026-01-09", false, 0, true},
		"since sign-up":         {"2019-03-15", "2026-01-09", false, 0, true},
		"begins later":          {"2019-05-15", "2026-01-09", false, 0, false},
		"ends early":            {"2010-01-01", "2025-12-01", false, 0, false},
		"not told":              {"", "", false, 0, true},
		"not told, and undated": {"", "", false, 1, false},
		"cannot be read":        {"", "", true, 0, false},
	} {
		s := span{
			oldest: date("2019-04-02"), newest: date("2026-01-01"), active: date("2026-01-01"), signedUp: date("2019-03-15"), generated: date("2026-01-09"),
			begins: date(c.begins), ends: date(c.ends), unread: c.unread, undated: c.undated,
		}
		if s.whole() != c.whole {
			t.Errorf("%s: whole %v", name, s.whole())
		}
	}
}

// TestHeaders: two pages that say different things, and what cannot be read.
func TestHeaders(t *testing.T) {
	aside := func(generated, from, to string) string {
		return `<html><aside role="contentinfo">Generated by jane.doe on <time datetime="` + generated + `">x</time><div>Contains data you requested from <time datetime="` + from +
			`">x</time> to <time datetime="` + to + `">x</time></div></aside></html>`
	}
	for name, c := range map[string]struct {
		pages     []string
		from, to  string
		questions []string
	}{
		"the narrower range counts": {[]string{aside("2026-01-09T10:00Z", "2010-01-01T00:00Z", "2026-01-09T00:00Z"), aside("2026-01-09T10:00Z", "2023-01-01T00:00Z", "2026-01-08T00:00Z")}, "2023-01-01T00:00:00Z", "2026-01-08T00:00:00Z", []string{"range-limited"}},
		"before there was a zero":   {[]string{aside("2026-01-09T10:00Z", "1970-01-01T00:00Z", "2026-01-09T00:00Z")}, "1970-01-01T00:00:00Z", "2026-01-09T00:00:00Z", nil},
		"another day":               {[]string{aside("2025-11-09T10:00Z", "2010-01-01T00:00Z", "2026-01-09T00:00Z")}, "2010-01-01T00:00:00Z", "2026-01-09T00:00:00Z", []string{"generated-disagrees"}},
		"no time":                   {[]string{aside("2026-01-09T10:00Z", "2025-09-01", "2026-01-09T00:00Z")}, "", "", nil},
		"no end":                    {[]string{aside("2026-01-09T10:00Z", "2010-01-01T00:00Z", "today")}, "", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			e := account()
			e.HTML, e.Generated = true, time.Date(2026, 1, 9, 0, 0, 0, 0, time.UTC)
			for i, p := range c.pages {
				e.Spoil = append(e.Spoil, testworld.Extra(fmt.Sprintf("preferences/%d.html", i), []byte(p)))
			}
			r := examine(t, written(t, e)...)
			if r.Evidence.RequestedFrom != c.from || r.Evidence.RequestedTo != c.to {
				t.Errorf("%q to %q", r.Evidence.RequestedFrom, r.Evidence.RequestedTo)
			}
			for _, q := range c.questions {
				if !slices.Contains(codes(r, Question), q) {
					t.Errorf("no %s: %v", q, codes(r, Question))
				}
			}
			if c.from == "" && r.Range.Known {
				t.Error("the range is believed to be known")
			}
		})
	}
}

// TestRenamed: a file of any name may hold an export, and is nobody else's because of it.
func TestRenamed(t *testing.T) {
	for _, name := range []string{"instagram_20260109.zip", "backup_20260101.zip", "IMG_20240101.zip", "export.zip"} {
		r := examine(t, part(name, zipOf(wholeExport())))
		demand(t, r, "", "")
		if r.Username != "jane.doe" {
			t.Errorf("%s: %q", name, r.Username)
		}
	}
}

func TestOneYearIsAsked(t *testing.T) {
	year := contents{
		signupF:                          []byte(fmt.Sprintf(`{"account_history_registration_info":[{"string_map_data":{"Ora":{"timestamp":%d}}}]}`, stamp("2012-01-01"))),
		mediaD + "posts_1.json":          []byte("[{\"media\":[" + medium("media/posts/201904/one.jpg", "2025-04-02") + "]}]"),
		mediaD + "stories.json":          nil,
		mediaD + "reels.json":            nil,
		"media/stories/202506/story.jpg": nil, "media/reels/202305/reel.mp4": nil, "media/reels/202305/sub_1.srt": nil,
		"media/posts/202407/two.jpg": nil, "media/posts/202407/three.mp4": nil,
	}
	r := examine(t, one(year))
	demand(t, r, "", "range-one-year")
	if r.Range.Known || r.Evidence.SignedUp != "2012-01-01T00:00:00Z" {
		t.Errorf("%+v %s", r.Range, r.Evidence.SignedUp)
	}
}

// TestProblemsAreBounded: one cause with thousands of effects does not bury the others.
func TestProblemsAreBounded(t *testing.T) {
	f := contents{}
	for i := range 500 {
		f[fmt.Sprintf("media/posts/202001/%03d.jpg", i)] = []byte("rubbish\x00")
	}
	var posts []string
	for name := range f {
		posts = append(posts, `{"media":[`+medium(name, "2020-01-01")+`]}`)
	}
	slices.Sort(posts)
	f[mediaD+"posts_2.json"] = []byte("[" + strings.Join(posts, ",") + "]")
	r := examine(t, one(f))
	if n := len(r.Problems); n < maxPerCode || n > maxPerCode+5 {
		t.Errorf("%d problems", n)
	}
	last := ""
	for _, p := range r.Problems {
		if p.Code == "media-kind" {
			last = p.Text
		}
	}
	if !strings.Contains(last, "400 more") {
		t.Errorf("the list ends with %q", last)
	}
	for i := range 1500 {
		posts = append(posts, `{"media":[`+medium(fmt.Sprintf("media/posts/gone/%04d.jpg", i), "2020-01-01")+`]}`)
	}
	r = examine(t, one(contents{mediaD + "posts_2.json": []byte("[" + strings.Join(posts, ",") + "]")}))
	if len(r.References.Missing) != maxMissingListed || r.References.Total-r.References.Resolved != 2000 {
		t.Errorf("%d listed, %d of %d resolved", len(r.References.Missing), r.References.Resolved, r.References.Total)
	}
}

// TestSameReportEveryTime: two workers read in no fixed order, the report must not show it.
func TestSameReportEveryTime(t *testing.T) {
	z := zipOf(with(contents{"media/posts/201904/one.jpg": nil, dmThread + "photos/dm.jpg": nil, "media/posts/202407/two.jpg": {}}))
	report := func() string {
		b, err := json.Marshal(examine(t, part(partName, z)))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := report()
	for range 20 {
		if again := report(); again != first {
			t.Fatalf("%s\n%s", first, again)
		}
	}
}
