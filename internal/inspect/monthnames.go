package inspect

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed months.txt
var monthTable string

// languages is a set of languages, one bit for each line of the table.
type languages uint64

// months says what a word means in which languages: bit set per month, January first.
type months [12]languages

// meaning returns the month (1 to 12) that a word is in some languages, and in which of them. Without one, month
// is 0; if the word is one month in some of the languages and another in others, unsure is true.
func (m *months) meaning(among languages) (month int, in languages, unsure bool) {
	for i, l := range m {
		switch {
		case l&among == 0:
		case month != 0:
			return 0, 0, true
		default:
			month, in = i+1, l&among
		}
	}
	return month, in, false
}

// monthNames are all names of months, and what they are cut down to: pages have "фев" and "set" where the
// table has "февр" and "setembro". Names in full count for more than beginnings of others.
var monthNames = sync.OnceValue(func() map[string]*months {
	names, cut := make(map[string]*months), make(map[string]*months)
	note := func(into map[string]*months, name string, month int, l languages) {
		if into[name] == nil {
			into[name] = new(months)
		}
		into[name][month] |= l
	}
	language := languages(1)
	for line := range strings.Lines(monthTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		_, all, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for month, forms := range strings.Split(all, "|") {
			for _, form := range strings.Fields(forms) {
				note(names, form, month, language)
				letters := 0
				for i := range form {
					if letters++; letters > minMonth {
						note(cut, form[:i], month, language)
					}
				}
			}
		}
		language <<= 1
	}
	for name, m := range cut {
		for i := range m {
			for j := range m { // what two months of a language begin with is no name of either
				if i != j {
					m[i] &^= m[j] & m[i]
				}
			}
		}
		if names[name] == nil {
			names[name] = m
		}
	}
	return names
})

// minMonth is how many letters of a month's name have to be there.
const minMonth = 3
