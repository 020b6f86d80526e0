package verdict

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Picture is one of the person's own, small, decoded from the stored copy: what a
// person recognises proves more to them than any checksum.
type Picture struct {
	Year    int
	Caption string // of its post
	JPEG    []byte
}

// Source is the picture as a part of the page.
func (p Picture) Source() template.URL {
	return template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(p.JPEG)) //nolint:gosec // base64 of our own encoder's output
}

// Alt describes the picture to those who do not see it.
func (p Picture) Alt() string {
	if p.Caption == "" {
		return fmt.Sprintf("a picture of %d", p.Year)
	}
	return fmt.Sprintf("a picture of %d: %s", p.Year, p.Caption)
}

// Page writes the evidence for a verdict as one HTML file that needs no script,
// no network and nothing beside it. id is how the export is called.
func Page(w io.Writer, id string, f Facts, v Verdict, pictures []Picture) error {
	type group struct {
		Head    string
		Reasons []Reason
	}
	var groups []group
	for _, g := range []struct{ head, severity string }{
		{"What is wrong", inspect.Error},
		{"What only you can answer", inspect.Question},
		{"Worth knowing", inspect.Info},
	} {
		if reasons := v.Open(g.severity); len(reasons) > 0 {
			groups = append(groups, group{g.head, reasons})
		}
	}
	data := struct {
		ID, Account, Verdict, Word, Sentence string
		Groups                               []group
		Report                               *inspect.Report
		Chart                                *chart
		Parts                                []Part
		Copies                               []Copy
		Offered                              *Offered
		Pictures                             []Picture
		Lacking                              []lackingList
		Checked                              bool // all checks were carried out to their end
	}{
		ID: id, Account: f.Account, Verdict: v.Verdict, Word: strings.ReplaceAll(v.Verdict, "-", " "), Sentence: v.Sentence(f.Account),
		Groups: groups, Report: f.Report, Parts: f.Parts, Copies: f.Copies, Offered: f.Offered, Pictures: pictures,
		Checked: f.Report != nil && everyCheckFinished(f) == nil,
	}
	if f.Report != nil {
		data.Chart = newChart(f.Report.PerYear)
	}
	for _, old := range f.Earlier {
		if l := old.Lacking; l != nil && len(l.Paths) > 0 {
			more := l.Talks - len(l.Paths)
			if !l.Strange {
				more += l.Media
			}
			data.Lacking = append(data.Lacking, lackingList{old.ID, old.Made, l.Paths, more})
		}
	}
	if err := pageTemplate.Execute(w, data); err != nil {
		return fmt.Errorf("write evidence page: %w", err)
	}
	return nil
}

// lackingList is what an earlier export holds and this one does not.
type lackingList struct {
	ID, Made string
	Paths    []string
	More     int // how many are not listed
}

// chart is a bar for each year, also for those with nothing in them: a gap shows.
type chart struct {
	Width int
	Label string
	Bars  []bar
	Gaps  string // the years in between with nothing in them, or ""
}

type bar struct {
	X, Y, H, TextY, Year, Count int
	Gap                         bool
}

// maxYears bounds the chart: Instagram began in 2010.
const maxYears = 40

func newChart(perYear map[string]int) *chart {
	years := map[int]int{}
	most := 0
	for text, n := range perYear {
		var year int
		if _, err := fmt.Sscanf(text, "%4d", &year); err == nil && n > 0 {
			years[year] = n
			most = max(most, n)
		}
	}
	if most == 0 {
		return nil
	}
	sorted := slices.Sorted(maps.Keys(years))
	first, last := sorted[0], sorted[len(sorted)-1]
	first = max(first, last-maxYears+1)
	c := &chart{Width: 34 * (last - first + 1)}
	var label, gaps []string
	for year := first; year <= last; year++ {
		h := 95 * years[year] / most
		b := bar{X: 34*(year-first) + 4, Y: 113 - h, H: h, TextY: 110 - h, Year: year, Count: years[year]}
		if b.Count == 0 {
			b.Gap, b.Y, b.H = true, 18, 95
			gaps = append(gaps, fmt.Sprint(year))
		}
		c.Bars = append(c.Bars, b)
		label = append(label, fmt.Sprintf("%d: %d", year, years[year]))
	}
	c.Label, c.Gaps = strings.Join(label, ", "), strings.Join(gaps, ", ")
	return c
}
