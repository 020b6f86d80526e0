package verdict

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Chart is a row for each year, also for those with nothing in them: a gap shows.
type Chart struct {
	Years []Year
	Gaps  string // the years in between with nothing in them, or ""
}

// Year is one row.
type Year struct {
	Year, Count int
	Share       float64 // of the longest row, 0 to 1
	row         int
}

// maxYears bounds the chart: Instagram began in 2010.
const maxYears = 40

// newChart returns nil where there is nothing to draw.
func newChart(perYear map[string]int) *Chart {
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
	c := &Chart{}
	var gaps []int
	for year := first; year <= last; year++ {
		n := years[year]
		c.Years = append(c.Years, Year{year, n, float64(n) / float64(most), year - first})
		if n == 0 {
			gaps = append(gaps, year)
		}
	}
	c.Gaps = spans(gaps)
	return c
}

// Label tells the chart to those who do not see it.
func (c *Chart) Label() string {
	var rows []string
	for _, y := range c.Years {
		rows = append(rows, fmt.Sprintf("%d: %d", y.Year, y.Count))
	}
	return strings.Join(rows, ", ")
}

// Measures of the drawing. Its unit is a pixel where it is 320 of them wide, as on the narrowest telephones.
const (
	rowHeight = 20
	barLeft   = 40
	barMost   = 220
)

// Height is that of the drawing.
func (c *Chart) Height() int { return rowHeight*len(c.Years) + 2 }

// Gap tells whether the archive holds nothing of the year.
func (y Year) Gap() bool { return y.Count == 0 }

// Left, Top, Width, Base and Beside place the bar, and the two numbers.
func (y Year) Left() int { return barLeft }

// Top is where the bar begins.
func (y Year) Top() int { return rowHeight*y.row + 3 }

// Width is the bar's; the frame of a gap is as wide as the longest.
func (y Year) Width() int {
	if y.Gap() {
		return barMost
	}
	return max(2, int(barMost*y.Share))
}

// Base is the line on which the numbers stand.
func (y Year) Base() int { return y.Top() + 11 }

// Beside is where the count stands.
func (y Year) Beside() int { return barLeft + y.Width() + 6 }

// spans tells years in words: 2014, 2016 to 2018 and 2020.
func spans(years []int) string {
	var list []string
	for i := 0; i < len(years); {
		end := i
		for end+1 < len(years) && years[end+1] == years[end]+1 {
			end++
		}
		switch {
		case end >= i+2:
			list = append(list, fmt.Sprintf("%d to %d", years[i], years[end]))
		default:
			for _, year := range years[i : end+1] {
				list = append(list, fmt.Sprint(year))
			}
		}
		i = end + 1
	}
	return enumerate(list)
}

// enumerate joins words as in a sentence.
func enumerate(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}
