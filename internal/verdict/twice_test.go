package verdict

import (
	"testing"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// TestLackingTwice: what two exports of different days lack alike is a question, if every file of the later one is here.
// In all other cases it stays an error.
func TestLackingTwice(t *testing.T) {
	const list = "your_instagram_activity/media/posts_1.json"
	files := func(names ...string) *inspect.Report {
		r := new(*whole().Report)
		r.GeneratedAt = "2025-01-01"
		r.References = inspect.References{Total: 100, Resolved: 100 - len(names)}
		for _, name := range names {
			r.References.Missing = append(r.References.Missing, inspect.MissingRef{Path: name, From: list})
		}
		r.Problems = []inspect.Problem{{Code: "media-missing", Severity: inspect.Error, Path: list, Text: "files are missing"}}
		return r
	}
	folder := func(code, text string) *inspect.Report {
		r := new(*whole().Report)
		r.GeneratedAt = "2025-01-01"
		r.Problems = []inspect.Problem{{Code: code, Severity: inspect.Error, Path: "media/archived_posts", Text: text}}
		return r
	}
	german, _ := words.In("de")
	for name, c := range map[string]struct {
		now, before *inspect.Report
		change      func(*Facts)
		asked       bool
	}{
		"the same file":              {files("a"), files("a"), nil, true},
		"fewer files":                {files("a"), files("a", "b"), nil, true},
		"another file":               {files("a"), files("b"), nil, false},
		"one more file":              {files("a", "b"), files("a"), nil, false},
		"the earlier one is whole":   {files("a"), files(), nil, false},
		"more than are listed":       {files("a"), files("a"), func(f *Facts) { f.Report.References.Resolved = 50 }, false},
		"it has more files":          {files("a"), files("a"), func(f *Facts) { f.Announced = 2 }, false},
		"it may have more files":     {files("a"), files("a"), func(f *Facts) { f.Announced = 0 }, false},
		"it has no more, as told":    {files("a"), files("a"), func(f *Facts) { f.Announced, f.Answers["part-count"] = 0, true }, true},
		"another is coming":          {files("a"), files("a"), func(f *Facts) { f.Coming = 1 }, false},
		"of the same day":            {files("a"), files("a"), func(f *Facts) { f.Earlier[0].Made = f.Report.GeneratedAt }, false},
		"no earlier export":          {files("a"), files("a"), func(f *Facts) { f.Earlier = nil }, false},
		"a list":                     {folder("index-missing", "3 files"), folder("index-missing", "3 files"), nil, true},
		"a list, of more files":      {folder("index-missing", "3 files"), folder("index-missing", "2 files"), nil, false},
		"conversations":              {folder("messages-missing", "x"), folder("messages-missing", "x"), nil, true},
		"damage":                     {folder("media-damaged", "x"), folder("media-damaged", "x"), nil, false},
		"another account's":          {folder("identity-disagrees", "x"), folder("identity-disagrees", "x"), nil, false},
		"a number in a list of them": {folder("index-gap", "x"), folder("index-gap", "x"), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := whole()
			f.Report, f.Announced = c.now, len(f.Parts)
			f.Report.GeneratedAt = "2026-11-21"
			f.Earlier = []Earlier{NewEarlier("e0", "2025-01-01", c.before, &inspect.Lacking{Version: inspect.CompareVersion})}
			f.Earlier[0].Parts = nil
			if c.change != nil {
				c.change(&f)
			}
			v := Judge(f)
			if (v.Verdict == Questions) != c.asked || c.asked == (len(v.Open(inspect.Error)) > 0) {
				t.Fatalf("%s: %+v", v.Verdict, v.Reasons)
			}
			if !c.asked {
				return
			}
			q := v.Open(inspect.Question)
			if len(q) != 1 || q[0].Code != "lacking-twice" || german.Tell(q[0].Phrase) == q[0].Text {
				t.Errorf("%+v", q)
			}
			f.Answers["lacking-twice"] = true
			if v := Judge(f); v.Verdict != Safe {
				t.Errorf("with its answer: %+v", v)
			}
		})
	}
}
