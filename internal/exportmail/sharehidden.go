package exportmail

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// hidden is a word that must not be in the copy, in folded form.
type hidden struct {
	word  string
	whole bool // only where it is a word of its own: it is short, or a part of common words
	named bool // the person asked for it
}

// ourWords are the words of the known mails. A name that is one of them is not taken out of the
// text because it stands in an address: many have one like "instagram@…" for each service.
var ourWords = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	add := func(text string) {
		for _, w := range strings.Fields(text) {
			known[strings.Trim(w, ".,'")] = true
		}
	}
	for _, w := range spoken().wordings {
		for _, text := range slices.Concat(w.subjects, w.phrases) {
			add(text)
		}
	}
	for _, list := range spoken().common {
		add(strings.Join(list, " "))
	}
	add("instagram facebook meta insta threads whatsapp information data file files archive copy backup export exports download downloads ready available")
	add("request requested account accounts team security privacy mail email password code progress days days' received link page center centre support confirm reset login verify cancelled expired failed problem copyright")
	add("informacion datos archivo archivos copia descarga descargar exportar lista listo disponible cuenta codigo correo")
	return known
})

// hide notes what a person is called: a user name, a full name, an address.
func (s *sharer) hide(value string, named bool) {
	value = strings.TrimSpace(fold(value))
	local, _, isAddress := strings.Cut(value, "@")
	s.hideWord(value, named)
	if isAddress {
		s.hideWord(local, named)
	}
	// What is a name of several parts in one place is one of them in another.
	for part := range strings.FieldsFuncSeq(local, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if part != local {
			s.hideWord(part, false)
		}
	}
}

func (s *sharer) hideWord(word string, named bool) {
	if len(word) < 2 || !named && ourWords()[word] || len(s.hidden) >= 1000 {
		return
	}
	h := hidden{word: word, named: named, whole: len(word) < 4}
	if !named {
		for w := range ourWords() {
			h.whole = h.whole || strings.Contains(w, word)
		}
	}
	if !slices.ContainsFunc(s.hidden, func(o hidden) bool { return o.word == h.word && (o.named || !named) }) {
		s.hidden = append(s.hidden, h)
	}
}

// folded is a text in the form in which it is compared, and where each byte of that came from.
type folded struct {
	text string
	from []int32 // for each byte of text, the offset of its letter in the original; and its end
}

// foldMap is fold, letter by letter.
func foldMap(text string) folded {
	var b strings.Builder
	f := folded{from: make([]int32, 0, len(text)+1)}
	add := func(r rune, at int) {
		n := b.Len()
		b.WriteRune(r)
		for range b.Len() - n {
			f.from = append(f.from, int32(at))
		}
	}
	space := true
	for at, r := range text {
		part := string(r)
		if r > 127 {
			part = norm.NFKD.String(part)
		}
		for _, r := range part {
			r = unicode.ToLower(r)
			if l, ok := lookalikes[r]; ok {
				r = l
			}
			switch {
			case unicode.IsSpace(r):
				if !space {
					add(' ', at)
				}
				space = true
			case unicode.In(r, unicode.Mn, unicode.Cf) || unicode.IsControl(r):
			default:
				add(r, at)
				space = false
			}
		}
	}
	f.text = b.String()
	f.from = append(f.from, int32(len(text)))
	return f
}

// findHidden returns where hidden words are in text.
func (s *sharer) findHidden(text string) []span {
	var found []span
	f := foldMap(text)
	for _, h := range s.hidden {
		for start := 0; ; {
			i := strings.Index(f.text[start:], h.word)
			if i < 0 {
				break
			}
			from, to := start+i, start+i+len(h.word)
			start = to
			if h.whole && (letterBefore(f.text, from) || letterAfter(f.text, to)) {
				continue
			}
			end := f.from[to]
			for to < len(f.text) && end == f.from[to-1] { // it ends within a letter such as "ﬁ"
				to++
				end = f.from[to]
			}
			found = append(found, span{int(f.from[from]), int(end), s.name("name", h.word)})
		}
	}
	return found
}

func letterBefore(s string, at int) bool {
	r := []rune(s[max(0, at-4):at])
	return len(r) > 0 && (unicode.IsLetter(r[len(r)-1]) || unicode.IsDigit(r[len(r)-1]))
}

func letterAfter(s string, at int) bool {
	for _, r := range s[at:] {
		return unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return false
}
