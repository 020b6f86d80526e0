package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds a stranger's text within a sentence, in characters.
const maxShown = 300

// Shown returns what a stranger wrote, such as the name of a file, so that it can stand in a sentence, a
// mail or on a terminal: like [Visible], and cut if it is too long.
func Shown(s string) string {
	if utf8.RuneCountInString(s) > maxShown {
		s = string([]rune(s)[:maxShown]) + "…"
	}
	return Visible(s)
}

// Visible shows what a stranger's text would rather hide. Control characters are commands to a terminal, and those
// for the direction of writing turn around the sentence that they stand in: both are written out, as in \u202e.
func Visible(s string) string {
	return mapHidden(s, func(r rune) string { return fmt.Sprintf(`\u%04x`, r) })
}

// Calm takes such characters out of a text that is written by people, where they are common and mean little.
func Calm(s string) string {
	return mapHidden(s, func(r rune) string {
		if unicode.IsSpace(r) {
			return " "
		}
		return ""
	})
}

func mapHidden(s string, shown func(rune) string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			b.WriteString(shown(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.In(r, unicode.Zl, unicode.Zp)
}
