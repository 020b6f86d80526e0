package exportmail

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// span is a piece of a text and what takes its place.
type span struct {
	from, to int
	with     string
}

var (
	addressOfMail = regexp.MustCompile(`[^\s<>"'(),:;@\[\]]+@[^\s<>"'(),;:@\[\]]*[^\s<>"'(),;:@\[\].!?]`)
	dottedName    = regexp.MustCompile(`(?:[\pL\pN_-]+\.)+\pL[\pL\pN-]+(?:[/?#:][^\s<>"“”«»]+)?`)
	handle        = regexp.MustCompile(`@[\pL\pN_.]+`)
	// greeting matches how a mail begins, and the name it says.
	greeting = regexp.MustCompile(`(?im)(?:^|[.!?>]\s)\s*(?:hi|hello|hey|dear|hola|estimad[oa]|querid[oa]|hallo|guten tag|liebe[r]?|sehr geehrte[r]?|bonjour|salut|cher|chère|ol[áa]|oi|prezad[oa]|ciao|gentile|hej|hei|merhaba|cześć|witaj|привет|здравствуйте),?[ \t]+([^\s,!:.][^\n,!:]{0,60}?)\s*[,!:\n]`)
	bare     = regexp.MustCompile(`[^\s<>"“”„«»(),;!?\[\]{}]+`)
)

// text returns what a person reads with everything replaced that may tell whose mail it is. Words
// stay, whatever their language: they are what the copy is for.
func (s *sharer) text(text string) string {
	var b strings.Builder
	at := 0
	for _, p := range s.spans(text) {
		b.WriteString(text[at:p.from])
		b.WriteString(p.with)
		at = p.to
	}
	return b.String() + text[at:]
}

// visible drops what takes no room, so that it cannot part a word.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// spans finds what is to be replaced, in order and without overlaps.
func (s *sharer) spans(text string) []span {
	found := s.findHidden(text)
	rest := []byte(text) // what is no address of any kind, to be looked at word by word
	each := func(re *regexp.Regexp, with func(match string) string) {
		for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
			m = m[len(m)-2:] // the group, if there is one
			found = append(found, span{m[0], m[1], with(text[m[0]:m[1]])})
			for i := m[0]; i < m[1]; i++ {
				rest[i] = ' '
			}
		}
	}
	each(addressInText, func(m string) string {
		whole := trimSentence(nil, m)
		return s.url(whole) + m[len(whole):]
	})
	each(addressOfMail, s.address)
	each(greeting, func(m string) string { return s.name("name", m) })
	each(handle, func(m string) string { return "@" + s.name("name", m[1:]) })
	each(dottedName, s.dotted)
	s.tokens(string(rest), func(p span) { found = append(found, p) })

	// The longest of those that begin together comes first; what overlaps is swallowed.
	slices.SortStableFunc(found, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	var out []span
	for _, p := range found {
		if n := len(out); n > 0 && p.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, p.to)
			continue
		}
		out = append(out, p)
	}
	return out
}

var (
	shortNumber = regexp.MustCompile(`^[0-9]{1,2}$`)
	longNumber  = regexp.MustCompile(`^\pN+(?:[.,:/-]\pN+)*$`)
	timely      = regexp.MustCompile(`^[0-9]{1,2}-\pL+$`) // 24-hour
	plainWord   = regexp.MustCompile(`^(?:\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\pM]*|[\p{Lu}\p{Lo}\pM]+)$`)
)

// mixedWords are written with a capital within, and are no tokens.
var mixedWords = []string{"iPhone", "iPad", "iOS", "iCloud", "macOS", "WhatsApp", "YouTube", "PayPal", "LinkedIn", "TikTok", "AccountsCenter", "ZuckMail"}

// maxWord is the longest word in Latin letters that is no token: German ones have thirty.
const maxWord = 32

// tokens finds what is no word: codes, keys, numbers.
func (s *sharer) tokens(text string, take func(span)) {
	numberBefore := -1 // of the last short number, if nothing else came since: it may be part of a code
	for _, m := range bare.FindAllStringIndex(text, -1) {
		from, to := m[0], m[1]
		for from < to && strings.ContainsRune(".:'*-–—…|/&#", firstRune(text[from:to])) {
			from += len(string(firstRune(text[from:to])))
		}
		for from < to && strings.ContainsRune(".:'*-–—…|/&#", lastRune(text[from:to])) {
			to -= len(string(lastRune(text[from:to])))
		}
		t := text[from:to]
		switch {
		case t == "":
			continue
		case shortNumber.MatchString(t):
			if numberBefore >= 0 {
				take(span{numberBefore, numberBefore + len(shortAt(text, numberBefore)), s.number(shortAt(text, numberBefore))})
				take(span{from, to, s.number(t)})
			}
			numberBefore = from
			continue
		case longNumber.MatchString(t):
			take(span{from, to, s.number(t)})
		case timely.MatchString(t):
		default:
			for _, piece := range strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune("-'’/.–—&…:·|", r) }) {
				if !isWord(piece) {
					take(span{from, to, s.name("token", t)})
					break
				}
			}
		}
		numberBefore = -1
	}
}

func isWord(t string) bool {
	latin := strings.IndexFunc(t, func(r rune) bool { return r > 0x24f }) < 0
	return plainWord.MatchString(t) && (len(t) <= maxWord || !latin) || slices.Contains(mixedWords, t)
}

func shortAt(text string, at int) string {
	end := at
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	return text[at:end]
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func lastRune(s string) rune {
	var last rune
	for _, r := range s[max(0, len(s)-4):] {
		last = r
	}
	return last
}

// dotted returns a host name, perhaps with a path, that stands in a text without its scheme. It
// may also be a user name.
func (s *sharer) dotted(name string) string {
	end := strings.IndexAny(name, "/?#:")
	if end < 0 {
		return s.host(name)
	}
	whole := trimSentence(nil, name)
	return strings.TrimPrefix(s.url("https://"+whole), "https://") + name[len(whole):]
}

// name returns the placeholder of a value: the same one each time.
func (s *sharer) name(kind, value string) string {
	if kind == "name" || kind == "person" || kind == "host" {
		value = fold(value) // however it is written
	}
	key := kind + "\x00" + value
	if p, ok := s.names[key]; ok {
		return p
	}
	s.count[kind]++
	p := fmt.Sprintf("%s%d", kind, s.count[kind])
	s.names[key] = p
	return p
}

// number replaces the digits of a number, so that its form stays.
func (s *sharer) number(value string) string {
	id := strings.TrimPrefix(s.name("number", value), "number")
	out := []rune(value)
	for i := len(out) - 1; i >= 0; i-- {
		if !unicode.IsNumber(out[i]) {
			continue
		}
		out[i] = '0'
		if id != "" {
			out[i], id = rune(id[len(id)-1]), id[:len(id)-1]
		}
	}
	return string(out)
}

// knownMailboxes are local parts that say what an address is for, not whose it is.
var knownMailboxes = []string{"security", "no-reply", "noreply", "notification", "notifications", "support", "update", "registrations", "mail", "advertise-noreply"}

// address returns a mail address, or something else with an @, without whose it is.
func (s *sharer) address(address string) string {
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], strings.ToLower(address[at+1:])
	host := s.host(domain)
	if host == domain && slices.Contains(knownMailboxes, strings.ToLower(local)) {
		return strings.ToLower(local) + "@" + host
	}
	return s.name("person", address) + "@" + host
}
