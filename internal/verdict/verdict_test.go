package verdict

import (
	"slices"
	"testing"
	"testing/quick"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

const sum = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// whole are facts about an archive that nothing can be said against.
func whole() Facts {
	return Facts{
		Account: "jane.doe", Posts: 412, Announced: 1,
		Parts: []Part{{"a.zip", 100, sum}},
		Report: &inspect.Report{
			Username: "jane.doe", Generation: "v3b", Format: "json",
			Range:      inspect.Range{From: "2014-01-02", To: "2026-11-20", Known: true},
			Parts:      []inspect.PartReport{{Name: "a.zip", Size: 100, SHA256: sum, Entries: 9}},
			Counts:     inspect.Counts{Posts: 412, Media: 500},
			References: inspect.References{Total: 500, Resolved: 500},
			Checks:     slices.Clone(inspect.AllChecks),
			Evidence:   inspect.Evidence{Pictures: 400, LongestSide: 1440},
		},
		Copies:  []Copy{{Place: "archive", Proven: true}},
		Answers: map[string]bool{"quality-unknown": true},
	}
}

func TestNothingAgainstItIsSafe(t *testing.T) {
	if v := Judge(whole()); v.Verdict != Safe || len(v.Open(inspect.Error)) != 0 {
		t.Errorf("%+v", v)
	}
}

func sized(f *Facts, size int64) { f.Parts[0].Size, f.Report.Parts[0].Size = size, size }

func TestRules(t *testing.T) {
	tests := map[string]struct {
		change        func(f *Facts)
		verdict, code string
	}{
		"nothing known":         {func(f *Facts) { *f = Facts{} }, NotSafe, "not-received"},
		"not inspected":         {func(f *Facts) { f.Report = nil }, NotSafe, "not-inspected"},
		"other bytes inspected": {func(f *Facts) { f.Report.Parts[0].SHA256 = "x" }, NotSafe, "parts-differ"},
		"digest unknown":        {func(f *Facts) { f.Report.Parts[0].SHA256, f.Parts[0].SHA256 = "", "" }, NotSafe, "parts-differ"},
		"one part not inspected": {func(f *Facts) {
			f.Parts = append(f.Parts, Part{"b.zip", 1, sum})
			f.Announced = 2
		}, NotSafe, "parts-differ"},
		"wrong account":   {func(f *Facts) { f.Report.Username = "bob" }, NotSafe, "wrong-account"},
		"nobody's":        {func(f *Facts) { f.Report.Username = "" }, NotSafe, "wrong-account"},
		"account unknown": {func(f *Facts) { f.Account, f.Report.Username = "", "" }, NotSafe, "wrong-account"},
		"old layout":      {func(f *Facts) { f.Report.Generation = "v1" }, Safe, ""},
		"old layout, its posts prove nothing": {func(f *Facts) {
			f.Report.Generation, f.Report.Range.Known = "v1", false
		}, Questions, "range-unknown"},
		"pages, their posts prove nothing": {func(f *Facts) {
			f.Report.Format, f.Report.Range.Known = "html", false
		}, Questions, "range-unknown"},
		"renamed, nobody's": {func(f *Facts) {
			f.Report.Username = ""
			f.Report.Problems = []inspect.Problem{{Code: "identity-disagrees", Severity: inspect.Error, Text: "t"}}
		}, NotSafe, "identity-disagrees"},
		"both formats":   {func(f *Facts) { f.Report.Format = "mixed" }, NotSafe, "layout-not-covered"},
		"no format":      {func(f *Facts) { f.Report.Format = "" }, NotSafe, "layout-not-covered"},
		"unknown layout": {func(f *Facts) { f.Report.Generation = "v4" }, NotSafe, "layout-not-covered"},
		"HTML": {func(f *Facts) {
			f.Report.Format = "html"
			f.Report.Problems = []inspect.Problem{{Code: "format-html", Severity: inspect.Question, Text: "t"}}
		}, Questions, "format-html"},
		"a finding":        {func(f *Facts) { f.Report.Problems = []inspect.Problem{{Code: "crc", Severity: "error", Text: "t"}} }, NotSafe, "crc"},
		"odd severity":     {func(f *Facts) { f.Report.Problems = []inspect.Problem{{Code: "crc", Severity: "fatal", Text: "t"}} }, NotSafe, "crc"},
		"a question":       {func(f *Facts) { f.Report.Problems = []inspect.Problem{{Code: "gap", Severity: "question", Text: "t"}} }, Questions, "gap"},
		"unexplained miss": {func(f *Facts) { f.Report.References.Resolved-- }, NotSafe, "references-missing"},
		"no copy":          {func(f *Facts) { f.Copies = nil }, NotSafe, "not-stored"},
		"copy not read":    {func(f *Facts) { f.Copies[0].Proven = false }, NotSafe, "copy-not-proven"},
		"replica missing":  {func(f *Facts) { f.Copies = append(f.Copies, Copy{Place: "usb"}) }, NotSafe, "copy-not-proven"},
		"part missing":     {func(f *Facts) { f.Announced = 2 }, NotSafe, "parts-missing"},
		"parts not known":  {func(f *Facts) { f.Announced = 0 }, Questions, "part-count"},
		"fewer posts":      {func(f *Facts) { f.Posts = 413 }, NotSafe, "posts-missing"},
		"range not known":  {func(f *Facts) { f.Report.Range.Known, f.Posts = false, 0 }, Questions, "range-unknown"},
		"reels do not prove the range": {func(f *Facts) {
			f.Report.Range.Known, f.Posts, f.Report.Counts.Reels = false, 420, 20
		}, Questions, "range-unknown"},
		"nothing of one's own": {func(f *Facts) {
			f.Report.Range, f.Posts, f.Report.Counts.Posts = inspect.Range{}, 0, 0
		}, Questions, "range-unknown"},
		"quality not known":     {func(f *Facts) { f.Answers = nil }, Questions, "quality-unknown"},
		"answer to an error":    {func(f *Facts) { f.Copies = nil; f.Answers["not-stored"] = true }, NotSafe, "not-stored"},
		"posts prove the range": {func(f *Facts) { f.Report.Range.Known = false }, Safe, ""},
		"capital letters":       {func(f *Facts) { f.Report.Username = "Jane.Doe" }, Safe, ""},
		"info changes nothing":  {func(f *Facts) { f.Report.Problems = []inspect.Problem{{Code: "x", Severity: "info", Text: "t"}} }, Safe, "x"},
		"less than before": {func(f *Facts) {
			f.Report.PerYear = map[string]int{"2019": 5}
			f.Earlier = []Earlier{{ID: "e0", Made: "2025-01-01", PerYear: map[string]int{"2018": 3, "2019": 5}, Lacking: &inspect.Lacking{Version: inspect.CompareVersion}}}
		}, Questions, "less-than-before"},
		"fewer messages than before": {func(f *Facts) {
			f.Earlier = []Earlier{NewEarlier("e0", "2025-01-01", &inspect.Report{Counts: inspect.Counts{Messages: 3}}, &inspect.Lacking{Version: inspect.CompareVersion})}
		}, Questions, "less-than-before"},
		"a section less than before": {func(f *Facts) {
			f.Earlier = []Earlier{NewEarlier("e0", "2025-01-01", &inspect.Report{Evidence: inspect.Evidence{Sections: []string{"saved"}}}, &inspect.Lacking{Version: inspect.CompareVersion})}
		}, Questions, "less-than-before"},
		"as much as before": {func(f *Facts) {
			f.Report.PerYear = map[string]int{"2019": 5, "2020": 1}
			f.Earlier = []Earlier{{ID: "e0", Made: "2025-01-01", PerYear: map[string]int{"2019": 5}, Lacking: &inspect.Lacking{Version: inspect.CompareVersion}}}
		}, Safe, ""},
		"reels that are posts too":          {func(f *Facts) { f.Posts, f.Report.Counts.Reels, f.Report.Evidence.ReelsInPosts = 420, 10, 10 }, NotSafe, "posts-missing"},
		"reels that are posts of their own": {func(f *Facts) { f.Posts, f.Report.Counts.Reels, f.Report.Evidence.ReelsInPosts = 420, 10, 2 }, Safe, ""},
		"IGTV counts as posts":              {func(f *Facts) { f.Posts, f.Report.Evidence.IGTV = 414, 2 }, Safe, ""},
		"dates that cannot be read": {func(f *Facts) {
			f.Report.Range, f.Report.Evidence.Undated, f.Posts = inspect.Range{}, 412, 0
		}, Questions, "range-unknown"},
		"a year without anything": {func(f *Facts) {
			f.Posts, f.Report.PerYear = 0, map[string]int{"2018": 3, "2019": 1, "2021": 5}
		}, Questions, "gap-years"},
		"a year without anything, all posts here": {func(f *Facts) { f.Report.PerYear = map[string]int{"2018": 3, "2021": 5} }, Safe, ""},
		"no gap": {func(f *Facts) { f.Posts, f.Report.PerYear = 0, map[string]int{"2018": 3, "2019": 1} }, Safe, ""},
		"an export of long ago": {func(f *Facts) {
			f.Received = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
			f.Report.GeneratedAt = "2022-01-05"
		}, Questions, "old-export"},
		"an export of now": {func(f *Facts) {
			f.Received = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
			f.Report.GeneratedAt = "2026-11-20"
		}, Safe, ""},
		"an export of no day": {func(f *Facts) { f.Received = time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC) }, Questions, "old-export"},
		"no list of posts": {func(f *Facts) {
			f.Posts, f.Report.Evidence.OtherLists = 0, true
			f.Report.Problems = []inspect.Problem{{Code: "section-missing", Severity: inspect.Question, Text: "t"}}
		}, Questions, "section-missing"},
		"no list of posts, and the profile shows some": {func(f *Facts) {
			f.Posts, f.Report.Counts.Posts = 412, 0
			f.Report.Problems = []inspect.Problem{{Code: "section-missing", Severity: inspect.Question, Text: "t"}}
		}, NotSafe, "posts-missing"},
		"posts that may be drafts": {func(f *Facts) {
			f.Report.Range.Known, f.Report.Evidence.PostsUnsure = false, 1
		}, Questions, "range-unknown"},
		"no list of posts, and no posts": {func(f *Facts) {
			f.Posts, f.NoPosts, f.Report.Counts.Posts, f.Report.Evidence.OtherLists = 0, true, 0, true
			f.Report.Problems = []inspect.Problem{{Code: "section-missing", Severity: inspect.Question, Text: "t"}}
		}, Questions, "posts-empty"},
		"no list of posts nor of anything, and no posts": {func(f *Facts) {
			f.Posts, f.NoPosts, f.Report.Counts.Posts = 0, true, 0
			f.Report.Problems = []inspect.Problem{{Code: "section-missing", Severity: inspect.Question, Text: "t"}}
		}, Questions, "posts-empty"},
		"files of before": {func(f *Facts) {
			f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Version: inspect.CompareVersion, Media: 1, Talks: 2, Paths: []string{"media/posts/1.jpg"}}}}
		}, Questions, "earlier-files"},
		"files of one of two before": {func(f *Facts) {
			f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Version: inspect.CompareVersion, Media: 1}}, {Lacking: &inspect.Lacking{Version: inspect.CompareVersion}}}
		}, Questions, "earlier-files"},
		"smaller than before": {func(f *Facts) {
			f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Version: inspect.CompareVersion, Smaller: 1}}}
		}, Questions, "earlier-larger"},
		"all of before": {func(f *Facts) { f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Version: inspect.CompareVersion}}} }, Safe, ""},
		"other names than before": {func(f *Facts) {
			f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Version: inspect.CompareVersion, Media: 9, Strange: true}}}
		}, Questions, "earlier-not-compared"},
		"other names and less talk": {func(f *Facts) {
			f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Version: inspect.CompareVersion, Media: 9, Talks: 1, Strange: true}}}
		}, Questions, "earlier-files"},
		"before cannot be read":      {func(f *Facts) { f.Earlier = []Earlier{{Lacking: &inspect.Lacking{Trouble: "no such file"}}} }, Questions, "earlier-not-compared"},
		"before is not compared yet": {func(f *Facts) { f.Earlier = []Earlier{{ID: "e0"}} }, Questions, "earlier-not-compared"},
		"one more on its way":        {func(f *Facts) { f.Coming = 1 }, NotSafe, "parts-coming"},
		"two more on their way":      {func(f *Facts) { f.Coming, f.Answers["parts-coming"] = 2, true }, NotSafe, "parts-coming"},
		"a full part":                {func(f *Facts) { sized(f, 2<<30); f.Announced = 0; f.Answers["part-count"] = true }, Questions, "part-full"},
		"a part of about 3 GB":       {func(f *Facts) { sized(f, 3_221_000_000); f.Announced = 0; f.Answers["part-count"] = true }, Questions, "part-full"},
		"a full part, all of it":     {func(f *Facts) { sized(f, 2<<30) }, Safe, ""},
		"a part almost full": {func(f *Facts) {
			sized(f, 2<<30-1)
			f.Announced = 0
			f.Answers["part-count"] = true
		}, Safe, ""},
		"a full part and a smaller one": {func(f *Facts) {
			sized(f, 2<<30)
			f.Parts = append(f.Parts, Part{"b.zip", 1000, sum})
			f.Report.Parts = append(f.Report.Parts, inspect.PartReport{Name: "b.zip", Size: 1000, SHA256: sum})
			f.Announced = 0
			f.Answers["part-count"] = true
		}, Safe, ""},
		"answered part question": {func(f *Facts) { f.Announced = 0; f.Answers["part-count"] = true }, Safe, "part-count"},
	}
	for _, c := range inspect.AllChecks {
		tests["without "+c] = struct {
			change        func(f *Facts)
			verdict, code string
		}{func(f *Facts) {
			f.Report.Checks = slices.DeleteFunc(f.Report.Checks, func(x string) bool { return x == c })
		}, NotSafe, "checks-unfinished"}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := whole()
			tt.change(&f)
			v := Judge(f)
			if v.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s: %+v", v.Verdict, tt.verdict, v.Reasons)
			}
			if tt.code != "" && !slices.ContainsFunc(v.Reasons, func(r Reason) bool { return r.Code == tt.code && r.Text != "" }) {
				t.Errorf("no reason %s in %+v", tt.code, v.Reasons)
			}
		})
	}
}

func TestAFaultWhileJudgingIsNotSafe(t *testing.T) {
	old := rules
	defer func() { rules = old }()
	rules = append(slices.Clone(old), rule{"boom", func(Facts) []Reason { panic("boom") }})
	if v := Judge(whole()); v.Verdict != NotSafe || v.Reasons[0].Code != "judging-failed" {
		t.Errorf("%+v", v)
	}
}

// TestSafeNeedsEverything takes random facts: whenever they are called safe,
// each condition must hold on its own.
func TestSafeNeedsEverything(t *testing.T) {
	safe := 0
	try := func(posts uint8, announced uint8, user, gen, copies, answered, known, checks, second bool, problem uint8) bool {
		f := whole()
		f.Posts, f.Announced = int(posts)*4, int(announced%3)
		f.Report.Range.Known = known
		f.Answers = map[string]bool{"quality-unknown": answered, "part-count": answered, "range-unknown": answered}
		if !user {
			f.Report.Username = "bob"
		}
		if !gen {
			f.Report.Generation = "unknown"
		}
		if second {
			f.Copies = append(f.Copies, Copy{Place: "usb", Proven: copies})
		}
		f.Copies[0].Proven = copies
		if !checks {
			f.Report.Checks = f.Report.Checks[1:]
		}
		if s := []string{"", "", "info", "question", "error"}[problem%5]; s != "" {
			f.Report.Problems = []inspect.Problem{{Code: "p", Severity: s, Text: "t"}}
		}
		v := Judge(f)
		if v.Verdict != Safe {
			return v.Verdict == Questions || v.Verdict == NotSafe
		}
		safe++
		return user && gen && copies && checks && answered && f.Announced < 2 && problem%5 < 3 && f.Posts <= 412
	}
	if err := quick.Check(try, &quick.Config{MaxCount: 20000}); err != nil {
		t.Error(err)
	}
	if safe == 0 {
		t.Error("no random facts were safe: the property says nothing")
	}
}

func TestSentencesNeverInviteWrongly(t *testing.T) {
	for _, v := range []string{Questions, NotSafe, "", "other"} {
		s := Verdict{Verdict: v}.Sentence("jane")
		if slices.Contains([]string{"", s}, Verdict{Verdict: Safe}.Sentence("jane")) {
			t.Errorf("%s: %s", v, s)
		}
	}
}
