package inspect

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// pageZone is the zone in which pages tell times: a fixed one, wherever and whenever
// something was posted.
var pageZone = time.FixedZone("UTC-8", -8*60*60)

// pageDates reads the times of one page. They are in the account's language, which no page names: "Aug 17, 2025 11:23 am",
// "ago 07, 2026 7:31 da tarde/noite", "12 мар 2022 г., 08:28", "2023年9月13日 05:45" are some that were seen.
type pageDates struct {
	known languages // in which all months so far have a name
}

func newPageDates() pageDates { return pageDates{known: ^languages(0)} }

// read returns a page's time as UNIX seconds, 0 if it is none or cannot be read. It is unsure if the month's
// name is one of two in different languages; what is read later may tell which. The half of the day is told in words that
// are not all known, so that a time may be twelve hours early.
func (d *pageDates) read(s string) (t int64, unsure bool) {
	var p pieces
	if len(s) < 12 || len(s) > 80 || !p.split(s) {
		return 0, false
	}
	hour, minute, ok := p.clock()
	if !ok {
		return 0, false
	}
	year, ok := p.year()
	if !ok {
		return 0, false
	}
	month, day, unsure := p.day(d)
	if month == 0 || day < 1 || hour > 23 || minute > 59 {
		return 0, unsure
	}
	at := time.Date(year, time.Month(month), day, hour, minute, 0, 0, pageZone)
	if at.Day() != day { // the 31st of a shorter month
		return 0, false
	}
	return at.Unix(), false
}

// piece is a number or a word of a time.
type piece struct {
	word   string // in lower case, without dots and apostrophes
	number int
	digits int  // how many, 0 if it is a word
	before rune // what separates it from the piece before, 0 if nothing or more than one character
	used   bool
}

// pieces are those of one time. None that was seen has more than nine.
type pieces struct {
	all [16]piece
	n   int
}

func (p *pieces) list() []piece { return p.all[:p.n] }

// split reports whether s can be a time.
func (p *pieces) split(s string) bool {
	var between rune
	gap := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		value, isDigit := digit(r)
		if !isDigit && !unicode.IsLetter(r) {
			if !unicode.Is(unicode.Cf, r) { // marks of direction
				between = r
				gap++
			}
			s = s[size:]
			continue
		}
		if p.n == len(p.all) {
			return false
		}
		next := &p.all[p.n]
		p.n++
		if gap == 1 {
			next.before = between
		}
		between, gap = 0, 0
		if !isDigit {
			end := wordLength(s)
			next.word, s = plainWord(s[:end]), s[end:]
			continue
		}
		for isDigit && next.digits < 5 {
			next.number = next.number*10 + value
			next.digits++
			s = s[size:]
			r, size = utf8.DecodeRuneInString(s)
			value, isDigit = digit(r)
		}
	}
	return p.n >= 3
}

// zeroDigits are the zeros of the scripts that Instagram's languages are written in.
const zeroDigits = "٠۰०০੦૦୦௦౦೦൦෦๐０"

// digit returns the value of a digit in any of the scripts.
func digit(r rune) (value int, ok bool) {
	if r < utf8.RuneSelf {
		return int(r - '0'), r >= '0' && r <= '9'
	}
	for _, zero := range zeroDigits {
		if r >= zero && r < zero+10 {
			return int(r - zero), true
		}
	}
	return 0, false
}

// wordLength returns how many bytes of s belong to its first word. Dots are in the midst of words in Thai and Greek.
func wordLength(s string) int {
	for i, r := range s {
		_, isDigit := digit(r)
		if isDigit || !unicode.In(r, unicode.L, unicode.M) && !strings.ContainsRune(inWords, r) {
			return i
		}
	}
	return len(s)
}

// inWords are the marks in words that do not matter: dots, apostrophes, Hindi's sign of an abbreviation, joiners.
const inWords = ".'’׳॰\u200c\u200d"

func plainWord(s string) string {
	if strings.ContainsAny(s, inWords) {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune(inWords, r) {
				return -1
			}
			return r
		}, s)
	}
	return strings.ToLower(s)
}

// clock takes the hour and the minute: "23:59", "11:59 pm", "下午11:59", "23.59", "23 h 59".
func (p *pieces) clock() (hour, minute int, ok bool) {
	all := p.list()
	at, end := -1, 0
	for i := 1; i < len(all) && at < 0; i++ {
		switch {
		case all[i].digits != 2:
		case all[i].before == ':':
			at, end = i-1, i
		case hours[all[i-1].word] && i > 1:
			at, end = i-2, i
		}
	}
	if last := len(all) - 1; at < 0 && all[last].digits == 2 && all[last].before == '.' {
		at, end = last-1, last
	}
	if at < 0 || all[at].digits < 1 || all[at].digits > 2 {
		return 0, 0, false
	}
	hour, minute = all[at].number, all[end].number
	all[at].used, all[end].used = true, true
	if end++; end < len(all) && all[end].digits == 2 && all[end].before == ':' { // seconds
		all[end].used = true
	}
	for _, w := range all[max(at-1, 0):] { // Chinese and Korean say the half of the day before the hour
		switch {
		case afternoon[w.word] && hour < 12:
			return hour + 12, minute, true
		case forenoon[w.word] && hour == 12:
			return 0, minute, true
		}
	}
	return hour, minute, true
}

// hours stand between the hour and the minute.
var hours = set("h", "時", "时", "點", "点", "시")

// The halves of the day: those that were seen, and those of Unicode's CLDR.
var (
	forenoon = set("am", "صباحا", "ص", "manhã", "madrugada", "проб", "дп", "dop", "dopoledne", "πμ", "قظ", "ap", "de", "fh", "vm", "fm",
		"pg", "पूर्वाह्न", "පෙව", "öö", "sa", "sáng", "上午", "凌晨", "早上", "午前", "오전", "ก่อนเที่ยง")
	afternoon = set("pm", "مساء", "م", "tarde", "noite", "слоб", "пп", "odp", "odpoledne", "μμ", "بظ", "ip", "du", "eh", "nm", "em",
		"ptg", "अपराह्न", "පව", "ös", "ch", "chiều", "下午", "中午", "晚上", "午後", "오후", "หลังเที่ยง")
)

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// year takes the year. In Thai it is the Buddhist one.
func (p *pieces) year() (int, bool) {
	all := p.list()
	found := 0
	for i, n := range all {
		switch {
		case n.used || n.digits != 4:
			continue
		case found != 0:
			return 0, false
		}
		all[i].used, found = true, n.number
	}
	if found > 2400 {
		found -= 543
	}
	return found, found >= 1900 && found < 2100
}

// day takes the month and the day from what is left, and nothing may be left then.
func (p *pieces) day(d *pageDates) (month, day int, unsure bool) {
	var two [2]piece
	numbers := two[:0]
	numbered, yearFirst := -1, false // which of the numbers is the month
	all := p.list()
	for i, w := range all {
		switch {
		case w.used:
			yearFirst = yearFirst || w.digits == 4 && len(numbers) == 0
		case w.digits > 2:
			return 0, 0, false
		case w.digits > 0:
			if i > 0 && beforeMonth[all[i-1].word] || i+1 < len(all) && behindMonth[all[i+1].word] {
				numbered = len(numbers)
			}
			numbers = append(numbers, w)
		default:
			m, doubt := d.month(w.word)
			if m != 0 && month != 0 && m != month {
				return 0, 0, false
			}
			month, unsure = max(month, m), unsure || doubt
		}
	}
	switch {
	case unsure:
		return 0, 0, len(numbers) == 1
	case len(numbers) == 1:
		return month, numbers[0].number, false
	case len(numbers) != 2 || month != 0:
		return 0, 0, false
	}
	a, b := numbers[0].number, numbers[1].number
	switch {
	case numbered == 0, numbered < 0 && yearFirst:
		return a, b, false
	case numbered == 1, a > 12, a == b, numbers[1].before == '.', numbers[1].before == '-':
		return b, a, false
	case b > 12:
		return a, b, false
	}
	return 0, 0, false // the third of April, or the fourth of March
}

// What stands beside the number of a month.
var (
	beforeMonth = set("tháng", "thg")
	behindMonth = set("月", "월")
)

// month returns the month that a word names.
func (d *pageDates) month(word string) (month int, unsure bool) {
	m := monthNames()[word]
	if m == nil {
		rest, in := strings.CutPrefix(word, "ב") // Hebrew: "in"
		if m = monthNames()[rest]; !in || m == nil {
			return 0, false
		}
	}
	if month, in, unsure := m.meaning(d.known); month != 0 || unsure {
		if month != 0 {
			d.known = in
		}
		return month, unsure
	}
	month, _, unsure = m.meaning(^languages(0)) // a name that the table lacks for this language
	return month, unsure
}
