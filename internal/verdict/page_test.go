package verdict

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

func TestPageShowsTheEvidenceAndNothingForeign(t *testing.T) {
	f := whole()
	f.Account = "jane.doe"
	f.Report.PerYear = map[string]int{"2019": 10, "2021": 40, "x": 3}
	f.Report.Problems = []inspect.Problem{{Code: "x", Severity: inspect.Error, Text: `<script>alert(1)</script><img src="https://evil.example/x">`}}
	f.Offered = &Offered{Seen: f.Copies[0].At, Files: 2, Requested: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Range: "All <time>", Quality: "high"}
	var b strings.Builder
	if err := Page(&b, "20261123-abc", f, Judge(f), nil); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"Do not delete the account jane.doe", sum, "412", "2020: 0", "read back on", "2 files, requested on 2026-11-20, range “All &lt;time&gt;”, high quality"} {
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

func TestPageClaimsOnlyWhatWasChecked(t *testing.T) {
	for _, finished := range []bool{true, false} {
		f := whole()
		if !finished {
			f.Report.Checks = f.Report.Checks[:3]
		}
		var b strings.Builder
		if err := Page(&b, "x", f, Judge(f), nil); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "Every byte of every file") != finished {
			t.Errorf("checks finished: %v, but the page says otherwise", finished)
		}
	}
}

func TestPageOfNothing(t *testing.T) {
	var b strings.Builder
	if err := Page(&b, "", Facts{}, Judge(Facts{}), nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "Do not delete") {
		t.Error(b.String())
	}
}

func TestChartBoundsTheYears(t *testing.T) {
	if c := newChart(map[string]int{"0001": 1, "2026": 2}); len(c.Bars) != maxYears {
		t.Errorf("%d bars", len(c.Bars))
	}
	if newChart(nil) != nil || newChart(map[string]int{"2020": 0}) != nil {
		t.Error("a chart of nothing")
	}
}

func TestPageShowsPicturesAndGaps(t *testing.T) {
	f := whole()
	f.Report.PerYear = map[string]int{"2019": 10, "2021": 40}
	var b strings.Builder
	pictures := []Picture{{2019, `<b>"sun"</b>`, []byte("jpeg bytes")}, {2021, "", []byte("more")}}
	if err := Page(&b, "x", f, Judge(f), pictures); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{
		"Do you recognise these?", "data:image/jpeg;base64,anBlZyBieXRlcw==", "&lt;b&gt;", "a picture of 2021", `class="gap"`, "Nothing in the archive is of 2020",
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

func TestPageListsWhatAnEarlierExportHolds(t *testing.T) {
	f := whole()
	f.Earlier = []Earlier{{ID: "e0", Lacking: &inspect.Lacking{Media: 1200, Talks: 1, Paths: []string{"media/posts/1.jpg", "messages/<b>_1/message_1.json"}}}}
	var b strings.Builder
	if err := Page(&b, "x", f, Judge(f), nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<code>media/posts/1.jpg</code>", "messages/&lt;b&gt;_1/message_1.json", "And 1199 more", "kept as e0"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}
