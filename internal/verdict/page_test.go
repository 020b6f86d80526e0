package verdict

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

var today = Made{At: time.Date(2026, 11, 27, 18, 4, 0, 0, time.FixedZone("CET", 3600)), Program: "igwatchd 1.2", Folder: "/srv/archive/jane.doe/e1"}

func pageOf(t *testing.T, f Facts, pictures ...Picture) string {
	t.Helper()
	var b strings.Builder
	if err := Page(&b, "20261123-abc", f, Judge(f), pictures, today); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageShowsTheEvidenceAndNothingForeign(t *testing.T) {
	f := whole()
	f.Account = "jane.doe"
	f.Report.PerYear = map[string]int{"2019": 10, "2021": 40, "x": 3}
	f.Report.Problems = []inspect.Problem{{Code: "x", Severity: inspect.Error, Text: `<script>alert(1)</script><img src="https://evil.example/x">`}}
	f.Offered = &Offered{Seen: f.Copies[0].At, Files: 2, Requested: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Range: "All <time>", Quality: "high"}
	page := pageOf(t, f)
	for _, want := range []string{"Do not delete the account jane.doe", sum, "412", "2020: 0", "read back, every byte", "2 files, requested on 2026-11-20, range “All &lt;time&gt;”, high quality"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		if tok.Type == html.StartTagToken && (tok.Data == "script" || tok.Data == "img" || tok.Data == "link") {
			t.Errorf("the page holds %s", tok)
		}
	}
}

func TestPageOfNothing(t *testing.T) {
	if page := pageOf(t, Facts{}); !strings.Contains(page, "Do not delete") || strings.Contains(page, "<title>: ") {
		t.Error(page)
	}
}

func TestPageShowsPicturesAndGaps(t *testing.T) {
	f := whole()
	f.Report.PerYear = map[string]int{"2019": 10, "2021": 40}
	page := pageOf(t, f, Picture{2019, `<b>"sun"</b>`, []byte("jpeg bytes")}, Picture{2021, "", []byte("more")})
	for _, want := range []string{
		"Do you recognise these?", "data:image/jpeg;base64,anBlZyBieXRlcw==", "&lt;b&gt;", "a picture of 2021", `class="gap"`, "Nothing in the archive is of 2020.",
		"img-src data:", "What to do next",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(page, `<b>"sun"`) {
		t.Error("a caption is taken for markup")
	}
}

func TestPageSaysWhenAndByWhat(t *testing.T) {
	page := pageOf(t, whole())
	for _, want := range []string{"Judged on 2026-11-27 17:04 UTC by igwatchd 1.2.", "Export 20261123-abc.", "The archive lies in /srv/archive/jane.doe/e1."} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestPageSaysOfWhichYearsThereIsNoPicture(t *testing.T) {
	f := whole()
	f.Report.PerYear = map[string]int{"2019": 10, "2021": 40, "2022": 1}
	for want, pictures := range map[string][]Picture{
		"No picture could be shown of 2019 and 2022.":          {{Year: 2021}},
		"No picture from the archive could be shown here.":     nil,
		"Do you recognise these?</h2>\n<p>One picture of each": {{Year: 2019}, {Year: 2021}, {Year: 2022}},
	} {
		if page := pageOf(t, f, pictures...); !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if page := pageOf(t, f, Picture{Year: 2019}, Picture{Year: 2021}, Picture{Year: 2022}); strings.Contains(page, "No picture") {
		t.Error("a picture is said to be missing")
	}
	f.Report.Counts.Media = 0
	if page := pageOf(t, f); !strings.Contains(page, "There are no pictures in the archive") {
		t.Error("no pictures: not said")
	}
}

func TestPagePraisesNoDamagedCopy(t *testing.T) {
	f := whole()
	f.Copies[0].Damaged = true
	page := pageOf(t, f, Picture{Year: 2019})
	if strings.Contains(page, "the archive can be read") || !strings.Contains(page, "says nothing about the rest") {
		t.Error("pictures are taken for a proof of a damaged copy")
	}
}

// TestPageKeepsStrangersTextsApart: a name that turns the direction of writing turns nothing else.
func TestPageKeepsStrangersTextsApart(t *testing.T) {
	f := whole()
	f.Report.PerYear = map[string]int{"2019": 1}
	f.Report.References.Resolved--
	f.Report.References.Missing = []inspect.MissingRef{{Path: "media/\u202egpj.exe\x1b[2J", From: "posts\u2066.json"}}
	f.Report.Problems = []inspect.Problem{{Code: "media-missing", Severity: inspect.Error, Path: "a\u200f.jpg", Text: "It is not here."}}
	f.Offered = &Offered{Files: 1, Range: "\u202dAll"}
	page := pageOf(t, f, Picture{2019, "\u202eesrever \u05d0\x1b", []byte("x")})
	if flat := strings.ReplaceAll(page, "\n", " "); words.Visible(flat) != flat {
		t.Error("a control character is on the page")
	}
	for _, want := range []string{`<bdi><code>media/\u202egpj.exe\u001b[2J</code></bdi>`, `a\u200f.jpg: It is not here.`, "<bdi>esrever \u05d0</bdi>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestPageFitsANarrowScreen: what may be long can be broken anywhere, and nothing forbids it.
func TestPageFitsANarrowScreen(t *testing.T) {
	page := pageOf(t, whole())
	if strings.Contains(page, "nowrap") || !strings.Contains(page, "overflow-wrap: anywhere") {
		t.Error("a long name does not fit")
	}
}
