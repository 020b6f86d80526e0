package exportmail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// lookalikes maps letters that look like a Latin one to it. Imitations write "Instаgram" with
// a Cyrillic letter to slip past filters; the list holds what has a twin in most typefaces.
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'е': 'e', 'һ': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l',
	'м': 'm', 'п': 'n', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'г': 'r', 'ѕ': 's', 'т': 't', 'ѵ': 'v', 'ԝ': 'w', 'х': 'x', 'у': 'y',
	'α': 'a', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'ı': 'i', 'ł': 'l', 'ø': 'o', 'ɡ': 'g', 'ɑ': 'a',
	'’': '\'', '‘': '\'', 'ʼ': '\'', '`': '\'', '´': '\'',
}

// maxFolded bounds what fold returns, in bytes: one letter may become eighteen.
const maxFolded = maxText

// fold returns s in the form in which wordings are compared: small Latin letters without
// marks, single spaces, nothing invisible, lookalikes replaced. What is longer than maxFolded
// then is cut soon after.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := true // swallows leading spaces
	for len(s) > 0 && b.Len() < maxFolded {
		n := min(len(s), 4<<10) // a piece: marks that it parts from their letter are dropped anyway
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n++
		}
		for _, r := range norm.NFKD.String(s[:n]) {
			r = unicode.ToLower(r)
			if l, ok := lookalikes[r]; ok {
				r = l
			}
			switch {
			case unicode.IsSpace(r):
				if !space {
					b.WriteByte(' ')
				}
				space = true
			case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			default:
				b.WriteRune(r)
				space = false
			}
		}
		s = s[n:]
	}
	return strings.TrimSuffix(b.String(), " ")
}

// skeleton folds s further, until "lnstagrarn" and "1nstagram" are "instagram". Only for
// names: it makes other words unreadable.
func skeleton(s string) string {
	return strings.NewReplacer("rn", "m", "vv", "w", "l", "i", "1", "i", "|", "i", "!", "i", "0", "o", "5", "s", "$", "s", "4", "a", "@", "a", "_", "", "-", "", " ", "", ".", "").
		Replace(fold(s))
}

// dropInvisible removes what takes no room on the screen; for strings.Map.
func dropInvisible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}
