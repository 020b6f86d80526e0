package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds a stranger's text within a sentence, in characters.
const maxShown = 300

// Shown returns what a stranger wrote, such as the name of a file, so that it can stand in a sentence, a mail or on
// a terminal: without characters that move the cursor, end the line or turn the direction of what
// follows around. They are shown by their number, and what is too long is cut.
func Shown(s string) string {
	plain := func(r rune) bool {
		return r != utf8.RuneError && !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) && r != '\u2028' && r != '\u2029'
	}
	if utf8.RuneCountInString(s) <= maxShown && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxShown {
			b.WriteString("…")
			break
		}
		if plain(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
