package web

import (
	"fmt"
	"slices"

	"github.com/igwatchd/igwatchd/internal/album"
)

// chart is a picture of how much was posted in each month. Each year is a link.
type chart struct {
	Width, Height, Base int
	Label               string // what the picture shows, in words
	Top                 string // the most in one month
	Years               []chartYear
}

type chartYear struct {
	X, Width, Middle int
	Name, To, Label  string
	Bars             []bar
}

type bar struct {
	X, Y, Width, Height float64
}

// Sizes of a chart in its own units: a page stretches it to its width.
const (
	chartWidth  = 960
	chartHeight = 168
	chartBase   = 140 // where bars stand
	chartRoom   = 116 // for the highest bar
	yearWidth   = 52  // at least
)

// chartOf draws a timeline; nil if it holds no dates.
func chartOf(t album.Timeline, to func(year int) string) *chart {
	years := slices.Clone(t.Years)
	years = slices.DeleteFunc(years, func(y album.Year) bool { return y.Year == 0 })
	if len(years) == 0 {
		return nil
	}
	oldest, newest, most, when := years[len(years)-1].Year, years[0].Year, 0, ""
	if newest-oldest > 100 { // somebody's clock was wrong: years without anything are left out
		oldest = newest - 100
	}
	for _, y := range years {
		for m, n := range y.Months {
			if n > most {
				most, when = n, fmt.Sprintf("%s %d", months[m], y.Year)
			}
		}
	}
	width := max(yearWidth, chartWidth/(newest-oldest+1))
	c := &chart{
		Width: width * (newest - oldest + 1), Height: chartHeight, Base: chartBase, Top: fmt.Sprint(most),
		Label: fmt.Sprintf("%s per month from %d to %d, each year a link. The most in one month: %d, in %s.", kindWords[t.Kind].title, oldest, newest, most, when),
	}
	for year := oldest; year <= newest; year++ {
		x := (year - oldest) * width
		cy := chartYear{X: x, Width: width, Middle: x + width/2, Name: fmt.Sprint(year)}
		if i := slices.IndexFunc(years, func(y album.Year) bool { return y.Year == year }); i >= 0 {
			cy.To, cy.Label = to(year), fmt.Sprintf("%d: %s", year, counted(t.Kind, years[i].Count))
			step := float64(width-6) / 12
			for m, n := range years[i].Months {
				if n == 0 {
					continue
				}
				h := max(3, float64(chartRoom*n)/float64(most))
				cy.Bars = append(cy.Bars, bar{
					X: round(float64(x+3) + float64(m)*step), Y: round(chartBase - h), Width: round(max(1.5, step-1.5)), Height: round(h),
				})
			}
		}
		c.Years = append(c.Years, cy)
	}
	return c
}

func round(f float64) float64 { return float64(int(f*10+.5)) / 10 }

var months = [12]string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// counted says how many of a kind.
func counted(kind string, n int) string {
	if n == 1 {
		return "1 " + kindWords[kind].one
	}
	return fmt.Sprintf("%d %s", n, kindWords[kind].many)
}
