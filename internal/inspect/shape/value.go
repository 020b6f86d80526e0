package shape

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// valueForm says what a JSON value is without saying it, and the year if it is a time.
func valueForm(key string, kind byte, text string) (form string, year int) {
	switch kind {
	case '"':
		if key == "label" && labels[text] {
			return strconv.Quote(text), 0
		}
		return textForm(text)
	case '0':
		return numberForm(text)
	case 'n':
		return "null", 0
	}
	return "boolean", 0
}

func numberForm(text string) (string, int) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return "fraction", 0
	case n == 0:
		return "0", 0
	case believable(n):
		return "seconds", yearOf(n)
	case believable(n / 1000):
		return "milliseconds", yearOf(n / 1000)
	case believable(n / 1_000_000):
		return "microseconds", yearOf(n / 1_000_000)
	}
	return "number", 0
}

// believable reports whether a number of seconds is of the years that Instagram exists in.
func believable(seconds int64) bool { return seconds > 1_262_304_000 && seconds < 2_208_988_800 } // 2010 to 2039

func yearOf(seconds int64) int { return time.Unix(seconds, 0).UTC().Year() }

var (
	isoTime  = regexp.MustCompile(`^(20\d\d)-\d\d-\d\dT\d\d:\d\d`)
	exifTime = regexp.MustCompile(`^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$`)
	address  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
	longAgo  = regexp.MustCompile(`(19|20)\d\d`)
)

// textForm says what a text is without saying it.
func textForm(s string) (form string, year int) {
	switch {
	case s == "":
		return "empty text", 0
	case strings.TrimSpace(s) == "":
		return "blanks", 0
	case strings.Trim(s, "0123456789") == "":
		return "digits", 0
	case exifTime.MatchString(s):
		return "EXIF time", 0
	case address.MatchString(s):
		return addressForm(s), 0
	}
	if m := isoTime.FindStringSubmatch(s); m != nil {
		year, _ = strconv.Atoi(m[1])
		return "ISO time", year
	}
	if looksLikePath(s) {
		return "path " + maskPath(s), 0
	}
	form = "text"
	if len(s) <= 60 && strings.Contains(s, ":") && longAgo.MatchString(s) {
		form = "time like " + strconv.Quote(pattern(s))
	}
	if mangled(s) {
		form += " (bytes as characters)"
	}
	return form, 0
}

// looksLikePath reports whether a text names a file: folders, no blank in front of the name's ending.
func looksLikePath(s string) bool {
	if len(s) > 400 || strings.ContainsAny(s, " \n\t") || !strings.Contains(s, "/") {
		return false
	}
	top, _, _ := strings.Cut(strings.TrimLeft(s, "./"), "/")
	return top == "" || maskWord(top) == top
}

// hosts are those of Instagram's own addresses.
var hosts = []string{"instagram.com", "facebook.com", "threads.net", "threads.com", "fbcdn.net", "cdninstagram.com", "fbsbx.com", "meta.com"}

// addressForm tells an address of Instagram's from any other one.
func addressForm(s string) string {
	scheme, rest, _ := strings.Cut(s, ":")
	if scheme == "data" || scheme == "mailto" || scheme == "tel" || scheme == "javascript" {
		return scheme + " address"
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "/")
	for _, h := range hosts {
		if host == h || strings.HasSuffix(host, "."+h) {
			return "address at " + h
		}
	}
	return "address"
}

// mangled reports whether a text has every byte of its UTF-8 as a character of its own, as Instagram's JSON does.
func mangled(s string) bool {
	var b []byte
	ascii := true
	for _, r := range s {
		if r > 0xff {
			return false
		}
		ascii = ascii && r < utf8.RuneSelf
		b = append(b, byte(r))
	}
	return !ascii && utf8.Valid(b)
}

// pattern is the form of a time: each word is x, each number 9, a year Y.
func pattern(s string) string {
	s = longAgo.ReplaceAllString(s, "\x00")
	var b strings.Builder
	last := rune(0)
	for _, r := range s {
		c := r
		switch {
		case r == 0:
			c = 'Y'
		case unicode.IsDigit(r):
			c = '9'
		case unicode.IsLetter(r), unicode.IsMark(r):
			c = 'x'
		case unicode.IsSpace(r):
			c = ' '
		case !strings.ContainsRune(",.:/-", r):
			c = '?'
		}
		if c != last || c == ':' {
			b.WriteRune(c)
		}
		last = c
	}
	return b.String()
}
