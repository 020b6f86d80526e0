package main

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

func printed(r *inspect.Report) string {
	f := factsAlone(r)
	var b strings.Builder
	printEvidence(&b, verdict.Gather("", f, verdict.Judge(f), verdict.Made{}))
	return b.String()
}

func incomplete() *inspect.Report {
	r := &inspect.Report{
		Username: "jane.doe", Generation: "v3b", Format: "json", Range: inspect.Range{From: "2019-03-01", To: "2022-04-02", Known: true}, Checks: inspect.AllChecks,
		Parts: []inspect.PartReport{{Name: "a.zip", Size: 26175222, SHA256: "x", Entries: 9}}, PerYear: map[string]int{"2019": 1, "2022": 40},
		Problems:   []inspect.Problem{{Code: "media-missing", Severity: inspect.Error, Path: "posts\u202e_1.json", Text: "30 files that this list names \x1b[2Jare in no part."}},
		References: inspect.References{Total: 130, Resolved: 90},
	}
	for i := range 30 {
		r.References.Missing = append(r.References.Missing, inspect.MissingRef{Path: fmt.Sprintf("media/posts/201811/%d\n\x9b.jpg", i), From: "posts_1.json"})
	}
	return r
}

// TestReportPrintsWhatThePageShows: the verdict first, and then all of it.
func TestReportPrintsWhatThePageShows(t *testing.T) {
	out := printed(incomplete())
	rest := out
	for _, want := range []string{
		"Do not delete the account jane.doe", "Nothing was stored", "What is wrong", "[media-missing]", "What is in the archive", "90 of 130 are here",
		"Posts, stories and reels per year", "2019  # 1\n", "2020  (nothing) 0\n", "2022  ######", "Nothing in the archive is of 2020 and 2021.",
		"What is missing", "Posts: 30 missing", "November 2018: media/posts/201811/0", "and 10 more", "and 10 more, which are counted but not listed",
		"How it is known", "26.2 MB (26175222 bytes)", "What no export ever holds", "What to do next",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("no %q, in this order, in\n%s", want, out)
		}
		rest = after
	}
}

func TestReportFitsATerminal(t *testing.T) {
	for line := range strings.Lines(printed(incomplete())) {
		line = strings.TrimSuffix(line, "\n")
		if utf8.RuneCountInString(line) > columns {
			t.Errorf("too long: %s", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			t.Errorf("a control character: %q", line)
		}
	}
}

// TestReportOfNothing: what is not known is not told as if it were.
func TestReportOfNothing(t *testing.T) {
	out := printed(&inspect.Report{Generation: inspect.GenerationUnknown, Format: inspect.FormatUnknown})
	for _, not := range []string{"unknown to", "Posts, stories and reels", "  0\n", "account :"} {
		if strings.Contains(out, not) {
			t.Errorf("%q in\n%s", not, out)
		}
	}
}
