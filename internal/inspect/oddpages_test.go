package inspect

import (
	"fmt"
	"slices"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestPagesOfAllYearsAndLanguages: whole exports in pages, as they were in each year and are in each language, say the
// same as the lists in JSON, but for the minute.
func TestPagesOfAllYearsAndLanguages(t *testing.T) {
	layouts := []string{testworld.LayoutV2a, testworld.LayoutV2b, testworld.LayoutV3a, testworld.LayoutV3b}
	for _, layout := range layouts {
		for _, language := range append([]string{""}, testworld.Languages...) {
			for _, early := range []bool{false, true} {
				if early && layout != testworld.LayoutV2a {
					continue
				}
				t.Run(fmt.Sprintf("%s %s %v", layout, language, early), func(t *testing.T) {
					e := account()
					e.Layout, e.Language, e.EarlyPages, e.HTML = layout, language, early, true
					r := examine(t, written(t, e)...)
					demand(t, r, "", "format-html")
					if r.Evidence.Undated != 0 || r.Counts.Posts != e.Posts+e.Carousels || r.Counts.Messages != e.Threads*e.MessagesPerThread {
						t.Errorf("%d undated, %+v", r.Evidence.Undated, r.Counts)
					}
					e.HTML, e.Language, e.EarlyPages = false, "", false
					lists := examine(t, written(t, e)...)
					if r.Range != lists.Range || fmt.Sprint(r.PerYear) != fmt.Sprint(lists.PerYear) {
						t.Errorf("%+v %v, by the lists %+v %v", r.Range, r.PerYear, lists.Range, lists.PerYear)
					}
					if got, want := r.Evidence.NewestActivity, lists.Evidence.NewestActivity; got[:16] != want[:16] {
						t.Errorf("newest activity %s, by the lists %s", got, want)
					}
				})
			}
		}
	}
}

// TestRepacked: what services and people do to zips loses nothing, and brings a question at most.
func TestRepacked(t *testing.T) {
	in := func(change func(*testworld.Export)) testworld.Export {
		e := account()
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		export            testworld.Export
		errors, questions string
	}{
		"three folders around it": {in(func(e *testworld.Export) { e.Repacked.Folders, e.WrapRoot = "Documents/Instagram", true }), "", ""},
		"a note beside it":        {in(func(e *testworld.Export) { e.Repacked.Note, e.WrapRoot = true, true }), "", ""},
		"on a Mac":                {in(func(e *testworld.Export) { e.Repacked.Mac, e.WrapRoot = true, true }), "", ""},
		"on a Mac, no folder":     {in(func(e *testworld.Export) { e.Repacked.Mac = true }), "", ""},
		"backslashes":             {in(func(e *testworld.Export) { e.Repacked.Backslashes = true }), "", ""},
		"backslashes in folders":  {in(func(e *testworld.Export) { e.Repacked.Backslashes, e.DriveRoot = true, true }), "", ""},
		"Deflate64":               {in(func(e *testworld.Export) { e.Repacked.Deflate64 = true }), "", ""},
		"parts in one zip, by Google Drive": {in(func(e *testworld.Export) {
			e.Repacked = testworld.Repacked{Folders: "Takeout/Drive", Name: "Takeout", Together: true}
			e.Parts, e.DriveRoot = 3, true
		}), "", ""},
		"parts of two days in one zip": {in(func(e *testworld.Export) {
			e.Repacked.Together, e.Parts, e.WrapRoot, e.DaysApart = true, 2, true, 1
		}), "", "parts-mixed"},
		"renamed parts": {in(func(e *testworld.Export) { e.Repacked.Name, e.Parts = "Takeout", 3 }), "", ""},
		"renamed parts of two days": {in(func(e *testworld.Export) {
			e.Repacked.Name, e.Parts, e.DaysApart = "Takeout", 2, 1
		}), "", "parts-mixed"},
		"parts of two days": {in(func(e *testworld.Export) { e.Parts, e.DaysApart = 2, 1 }), "", "parts-mixed"},
		"parts of two weeks": {in(func(e *testworld.Export) {
			e.Parts, e.DaysApart = 2, 7
		}), "parts-mixed", ""},
		"everything at once": {in(func(e *testworld.Export) {
			e.Repacked = testworld.Repacked{Folders: "a/b/c/d", Name: "Takeout", Note: true, Mac: true, Backslashes: true, Deflate64: true}
			e.Parts, e.DriveRoot, e.ListsApart = 3, true, true
		}), "", ""},
		"everything at once, as pages": {in(func(e *testworld.Export) {
			e.Repacked = testworld.Repacked{Folders: "a/b/c/d", Name: "Takeout", Note: true, Mac: true, Backslashes: true, Deflate64: true}
			e.Parts, e.WrapRoot, e.HTML, e.Language, e.Layout, e.EarlyPages = 2, true, true, "pt", testworld.LayoutV2a, true
		}), "", "format-html"},
	} {
		t.Run(name, func(t *testing.T) {
			r := examine(t, written(t, c.export)...)
			demand(t, r, c.errors, c.questions)
			if r.Counts.Posts != c.export.Posts+c.export.Carousels || r.References.Resolved != r.References.Total || !slices.Equal(r.Checks, AllChecks) {
				t.Errorf("%+v %+v %v", r.Counts, r.References, r.Checks)
			}
		})
	}
}
