package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/album"
)

// link leads somewhere.
type link struct {
	Text, Count, To string
	Here            bool
}

// galleryTop is what every page of a gallery begins with.
type galleryTop struct {
	Title, Owner string
	Kinds        []link
	Search       string // where the form sends its words; "": no form
	Query        string
	About        string // the page of the archive; "": there is none
}

func (l *library) top(to addresses, title, kind, query string) galleryTop {
	v := galleryTop{Title: title, Owner: l.owner, Search: to.search(), Query: query, About: to.about()}
	for _, t := range l.lines {
		v.Kinds = append(v.Kinds, link{kindWords[t.Kind].title, strconv.Itoa(len(t.Entries)), to.years(t.Kind), t.Kind == kind})
	}
	if n := len(l.Threads); n > 0 {
		v.Kinds = append(v.Kinds, link{"Messages", strconv.Itoa(n), to.threads(0), kind == "messages"})
	}
	return v
}

// tile is one entry in a grid.
type tile struct {
	To, Thumb, Alt, Badge string
	Text                  string // instead of a picture that is not there
	Anchor                string // of the first one in a month
	Month                 string // of the first one in a month, where no heading says it
}

func (l *library) tile(to addresses, f filter, n int) tile {
	e := l.Entries[n]
	t := tile{To: to.entry(f, n), Alt: describe(e), Text: cut(e.Caption, 120)}
	if len(e.Media) == 0 {
		return t
	}
	first := e.Media[0].File()
	t.Thumb = to.thumb(first)
	switch {
	case len(e.Media) > 1:
		t.Badge = fmt.Sprintf("%d in one", len(e.Media))
	case filming(first):
		t.Badge = "Video"
	}
	return t
}

// describe says in words what an entry is.
func describe(e album.Entry) string {
	text := capital(kindWords[e.Kind].one)
	if len(e.Media) > 1 {
		text += fmt.Sprintf(" with %d pictures or videos", len(e.Media))
	}
	if e.Time.IsZero() {
		text += " without a date"
	} else {
		text += " of " + day(e.Time)
	}
	if e.Caption != "" {
		text += ": " + cut(e.Caption, 100)
	}
	return text
}

// yearsView is the page of one kind: a chart, and each year with its newest pictures.
type yearsView struct {
	galleryTop
	Sentence string
	Chart    *chart
	Years    []yearView
	Missing  int
	Unread   int
}

type yearView struct {
	Name, Count, To string
	Months          []link
	Tiles           []tile
}

// yearTiles is how many pictures stand for a year.
const yearTiles = 8

func (l *library) yearsView(to addresses, kind string) (v yearsView, ok bool) {
	t := l.line(kind)
	if kindWords[kind].many == "" {
		return v, false
	}
	v = yearsView{galleryTop: l.top(to, kindWords[kind].title, kind, ""), Missing: l.Missing, Unread: len(l.Unread)}
	v.Sentence = span(l, t)
	v.Chart = chartOf(t, func(year int) string { return to.list(filter{kind: kind, year: year, page: 1}) })
	for _, y := range t.Years {
		f := filter{kind: kind, year: y.Year, page: 1}
		yv := yearView{Name: yearName(y.Year), Count: counted(kind, y.Count), To: to.list(f), Months: l.months(to, f, y)}
		for _, n := range t.Entries[y.First : y.First+min(y.Count, yearTiles)] {
			yv.Tiles = append(yv.Tiles, l.tile(to, f, n))
		}
		v.Years = append(v.Years, yv)
	}
	return v, true
}

func span(l *library, t album.Timeline) string {
	if len(t.Entries) == 0 {
		return "The archive holds none."
	}
	newest := l.Entries[t.Entries[0]].Time
	dated := len(t.Entries)
	if last := t.Years[len(t.Years)-1]; last.Year == 0 {
		dated = last.First
	}
	text := counted(t.Kind, len(t.Entries))
	switch {
	case dated == 0:
		return text + ", without dates."
	case dated == 1 || day(newest) == day(l.Entries[t.Entries[dated-1]].Time):
		return text + ", of " + day(newest) + "."
	}
	return text + ", from " + day(l.Entries[t.Entries[dated-1]].Time) + " to " + day(newest) + "."
}

func yearName(year int) string {
	if year == 0 {
		return "Without a date"
	}
	return strconv.Itoa(year)
}

// months are the months of a year that hold something, the oldest first.
func (l *library) months(to addresses, f filter, y album.Year) (list []link) {
	for m, n := range y.Months {
		if n > 0 {
			g := filter{kind: f.kind, year: y.Year, month: m + 1, page: 1}
			list = append(list, link{months[m], strconv.Itoa(n), to.list(g), f.month == m+1})
		}
	}
	return list
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// turning is what leads to the pages before and behind one.
type turning struct{ Label, Newer, Older, NewerText, OlderText, Where string }

func turn(label, newer, older, newerText, olderText, where string) turning {
	return turning{label, newer, older, newerText, olderText, where}
}

func pagesText(page, pages int) string {
	if pages < 2 {
		return ""
	}
	return fmt.Sprintf("Page %d of %d", page, pages)
}
