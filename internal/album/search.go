package album

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Search finds entries by the words of their captions. It may be used by many goroutines.
type Search struct{ folded []string }

// NewSearch prepares the captions of all entries, once.
func (a *Album) NewSearch() *Search {
	s := &Search{folded: make([]string, len(a.Entries))}
	for i, e := range a.Entries {
		text := e.Caption
		for _, m := range e.Media {
			if m.Caption != "" && m.Caption != e.Caption {
				text += "\n" + m.Caption
			}
		}
		s.folded[i] = fold(text)
	}
	return s
}

// Find returns the entries whose captions hold all words of the query, the newest first. Neither
// case nor accents matter. An empty query finds nothing.
func (s *Search) Find(query string) (found []int) {
	words := strings.Fields(fold(query))
	if len(words) == 0 {
		return nil
	}
	for i, text := range slices.Backward(s.folded) {
		if text != "" && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			found = append(found, i)
		}
	}
	return found
}

// letters that Unicode does not take apart, though people type them without their stroke.
var letters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "’", "'")

// fold brings a text into the form in which it is compared: folded case (Unicode 3.13), taken apart
// (NFKD), without marks.
func fold(text string) string {
	plain := true
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] < 0x80
	}
	if plain {
		return strings.ToLower(text)
	}
	text = norm.NFKD.String(cases.Fold().String(text))
	return letters.Replace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, text))
}
