package album

import "slices"

// Timeline is everything of one kind, in the order of time.
type Timeline struct {
	Kind    string
	Entries []int  // indexes into the album's Entries, the newest first; without a time at the end
	Years   []Year // those that hold something, the newest first; year 0 is without a time
}

// Year is one year of a timeline, in UTC.
type Year struct {
	Year   int
	Count  int
	Months [12]int // how many in each month; none in year 0
	First  int     // where it begins in the timeline's Entries
}

// Kinds in the order of how much they matter.
var Kinds = []string{Post, Reel, Story, Archived, Profile, Deleted, Other}

// Timeline gathers the entries of a kind.
func (a *Album) Timeline(kind string) Timeline {
	t := Timeline{Kind: kind}
	dated := len(a.Entries)
	for dated > 0 && a.Entries[dated-1].Time.IsZero() {
		dated--
	}
	for i := dated - 1; i >= 0; i-- {
		t.take(a, i)
	}
	for i := dated; i < len(a.Entries); i++ {
		t.take(a, i)
	}
	return t
}

func (t *Timeline) take(a *Album, i int) {
	e := a.Entries[i]
	if e.Kind != t.Kind {
		return
	}
	year := 0
	if !e.Time.IsZero() {
		year = e.Time.Year()
	}
	if n := len(t.Years); n == 0 || t.Years[n-1].Year != year {
		t.Years = append(t.Years, Year{Year: year, First: len(t.Entries)})
	}
	y := &t.Years[len(t.Years)-1]
	y.Count++
	if year != 0 {
		y.Months[e.Time.Month()-1]++
	}
	t.Entries = append(t.Entries, i)
}

// Of returns the entries of one year, and of one month if it is not 0, the newest first.
func (t Timeline) Of(a *Album, year, month int) []int {
	i := slices.IndexFunc(t.Years, func(y Year) bool { return y.Year == year })
	if i < 0 {
		return nil
	}
	y := t.Years[i]
	list := t.Entries[y.First : y.First+y.Count]
	if month == 0 || year == 0 {
		return list
	}
	var some []int
	for _, n := range list {
		if int(a.Entries[n].Time.Month()) == month {
			some = append(some, n)
		}
	}
	return some
}
