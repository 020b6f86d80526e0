package browser

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// months finds a month by its name, or by a beginning of three letters or more that only one month has.
var months = map[string]time.Month{}

func init() {
	const several = 13
	for _, w := range languages {
		for i, name := range strings.Fields(w.months) {
			letters := []rune(name)
			for n := 3; n <= len(letters); n++ {
				month, beginning := time.Month(i+1), string(letters[:n])
				if other, taken := months[beginning]; taken && other != month {
					month = several
				}
				months[beginning] = month
			}
		}
	}
	for _, w := range languages { // a whole name means its month, whatever else begins so
		for i, name := range strings.Fields(w.months) {
			months[name] = time.Month(i + 1)
		}
	}
	for name, month := range months {
		if month == several {
			delete(months, name)
		}
	}
}

// Dates with the month in words; those in digits alone may have day and month in either order, and are not read.
var (
	dayFirst   = regexp.MustCompile(`\b(\d{1,2})[.ºª°]?(?:er)? (?:de )?(\p{L}{3,12})\.?,? (?:de )?(\d{4})(?:\D|$)`)
	monthFirst = regexp.MustCompile(`(?:^|\P{L})(\p{L}{3,12})\.? (\d{1,2}), (\d{4})(?:\D|$)`)
	span       = regexp.MustCompile(`\d{1,4}[./-]\d{1,2}[./-]\d{1,4} ?[-–—] ?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}`)
)

// dateIn returns the first date of a folded text, at midnight UTC, or zero.
func dateIn(text string) time.Time {
	at, found := len(text)+1, time.Time{}
	for _, form := range []struct {
		re                *regexp.Regexp
		day, month, years int
	}{{dayFirst, 1, 2, 3}, {monthFirst, 2, 1, 3}} {
		for _, m := range form.re.FindAllStringSubmatchIndex(text, 20) {
			group := func(i int) string { return text[m[2*i]:m[2*i+1]] }
			day, _ := strconv.Atoi(group(form.day)) // digits, by the expression
			year, _ := strconv.Atoi(group(form.years))
			month, known := months[group(form.month)]
			date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
			if known && date.Day() == day && date.Month() == month && m[0] < at {
				at, found = m[0], date
			}
		}
	}
	return found
}

// dateAfter returns the date that follows, within a few words, one of the words that list picks.
func dateAfter(text string, list func(words) []string) time.Time {
	for _, w := range languages {
		for _, word := range list(w) {
			if _, rest, found := strings.Cut(text, word); found {
				if date := dateIn(strings.ToValidUTF8(rest[:min(len(rest), 40)], "")); !date.IsZero() {
					return date
				}
			}
		}
	}
	return time.Time{}
}
