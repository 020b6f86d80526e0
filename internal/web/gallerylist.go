package web

import (
	"fmt"
	"time"
)

// listView is a grid of entries, by months.
type listView struct {
	galleryTop
	Sentence     string
	Back         *link
	Months       []link
	Groups       []group
	Newer, Older string // further pages of the same list
	Page, Pages  int
}

type group struct {
	Name  string
	Tiles []tile
}

// sparse is how few entries a month has, on average, if its heading would waste the page.
const sparse = 6

func (l *library) listView(to addresses, f filter) listView {
	found := l.pick(f)
	title := kindWords[f.kind].title
	switch {
	case f.query != "":
		title = "Search"
	case f.kind == "":
		title = "Search"
	case f.year != anyYear:
		title = yearName(f.year)
		if f.month > 0 {
			title = months[f.month-1] + " " + title
		}
	}
	v := listView{galleryTop: l.top(to, title, f.kind, f.query), Page: 1, Pages: 1}
	v.Sentence = listSentence(f, len(found))
	if f.query == "" && f.kind != "" {
		v.Back = &link{Text: "All " + kindWords[f.kind].many, To: to.years(f.kind)}
		for _, y := range l.line(f.kind).Years {
			if y.Year == f.year {
				v.Months = l.months(to, f, y)
			}
		}
	}
	if f.page > 0 {
		v.Pages = max(1, (len(found)+pageTiles-1)/pageTiles)
		v.Page = min(f.page, v.Pages)
		if v.Page > 1 {
			g := f
			g.page = v.Page - 1
			v.Newer = to.list(g)
		}
		if v.Page < v.Pages {
			g := f
			g.page = v.Page + 1
			v.Older = to.list(g)
		}
		found = found[(v.Page-1)*pageTiles : min(v.Page*pageTiles, len(found))]
	}
	v.Groups = l.groups(to, f, found)
	return v
}

// groups puts entries under headings: by months, or by years if there are few in a month.
func (l *library) groups(to addresses, f filter, list []int) (groups []group) {
	seen := map[string]bool{}
	for _, n := range list {
		seen[anchorOf(l.Entries[n].Time)] = true
	}
	many := len(list) >= sparse*len(seen)
	clear(seen)
	for _, n := range list {
		at := l.Entries[n].Time
		name, month, anchor := "Without a date", "", anchorOf(at)
		if !at.IsZero() {
			name, month = at.Format("January 2006"), ""
			if !many {
				name, month = at.Format("2006"), at.Format("January")
			}
		}
		if len(groups) == 0 || groups[len(groups)-1].Name != name {
			groups = append(groups, group{Name: name})
		}
		t := l.tile(to, f, n)
		if !seen[anchor] {
			t.Anchor, t.Month = anchor, month
		}
		seen[anchor] = true
		g := &groups[len(groups)-1]
		g.Tiles = append(g.Tiles, t)
	}
	return groups
}

func anchorOf(at time.Time) string {
	if at.IsZero() {
		return "none"
	}
	return at.Format("m2006-01")
}

func listSentence(f filter, n int) string {
	switch {
	case f.query == "" && f.kind == "":
		return "Write a word of a caption into the field above."
	case f.query != "" && n == 0:
		return fmt.Sprintf("No caption holds “%s”.", f.query)
	case f.query != "" && n == 1:
		return fmt.Sprintf("One caption holds “%s”.", f.query)
	case f.query != "":
		return fmt.Sprintf("%d captions hold “%s”.", n, f.query)
	default:
		return counted(f.kind, n)
	}
}
