package verdict

import (
	"strconv"
	"testing"
)

func TestChartBoundsTheYears(t *testing.T) {
	if c := newChart(map[string]int{"0001": 1, "2026": 2}); len(c.Years) != maxYears {
		t.Errorf("%d years", len(c.Years))
	}
	if newChart(nil) != nil || newChart(map[string]int{"2020": 0}) != nil {
		t.Error("a chart of nothing")
	}
}

// TestChartFitsAnyNumberOfYears: the drawing is as wide for one year as for many, and grows by a row for each.
func TestChartFitsAnyNumberOfYears(t *testing.T) {
	const wide, digit = 320, 8 // of the drawing, and at most of a digit
	for first := 2010; first <= 2026; first++ {
		c := newChart(map[string]int{strconv.Itoa(first): 1, "2026": 123456})
		if want := rowHeight*(2027-first) + 2; c.Height() != want {
			t.Errorf("from %d: %d high, not %d", first, c.Height(), want)
		}
		bottom := 0
		for _, y := range c.Years {
			if y.Top() < bottom {
				t.Errorf("the row of %d lies over the one above", y.Year)
			}
			bottom = y.Top() + 14
			if y.Beside() < y.Left()+y.Width() {
				t.Errorf("%d: the number lies over the bar", y.Year)
			}
			if end := y.Beside() + digit*len(strconv.Itoa(y.Count)); end > wide {
				t.Errorf("%d: the number ends at %d", y.Year, end)
			}
		}
		if bottom > c.Height() {
			t.Errorf("the last row ends at %d of %d", bottom, c.Height())
		}
	}
}

func TestGapsAreTold(t *testing.T) {
	c := newChart(map[string]int{"2012": 1, "2014": 2, "2018": 1, "2021": 4})
	if want := "2013, 2015 to 2017, 2019 and 2020"; c.Gaps != want {
		t.Errorf("%q, not %q", c.Gaps, want)
	}
	f := whole()
	f.Report.PerYear = map[string]int{"2012": 1, "2014": 2}
	if got := Gather("x", f, Judge(f), Made{}).Gaps; got != "Nothing in the archive is of 2013." && got != "Nothing in the archive is of 2013. See the question above." {
		t.Errorf("%q", got)
	}
}
