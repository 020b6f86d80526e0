package exportmail

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A wording is a text that the export mail is known to have had.
type wording struct {
	name     string
	language string   // its code; from the language it stands in
	years    string   // when it was seen
	source   string   // how sure that is
	subjects []string // the whole subject
	phrases  []string // a sentence of the body
}

// A language is what is known of the mails in one language; see languages.
type language struct {
	code     string
	words    []string // frequent words, by which text in it is known
	wordings []wording
	others   map[string]string // by the code of an otherMail: what its subject matches

	thing, action string // what is spoken of, and what can be done with it: words of a subject about an export
	ready         string // in one sentence: the thing can be had now
	hedged        string // in the same sentence: not so, or not yet
	pending       string // anywhere: it is still being made
	inviting      string // asks to download

	// validity are sentences that say how long the export can be had; {time} stands for a number,
	// which is one of numbers or in digits, and one of the units. Those of sooner may speak of
	// something else, so they can only make the time shorter than it usually is.
	validity []string
	sooner   []string
	units    map[string]time.Duration
	numbers  map[string]int
}

// A reader is a language ready for use.
type reader struct {
	*language
	others                                          map[string]*regexp.Regexp
	thing, action, ready, hedged, pending, inviting *regexp.Regexp // nil: nothing matches
	validity, sooner                                []*regexp.Regexp
}

func newReader(l *language) reader {
	word := func(pattern string) *regexp.Regexp {
		if pattern == "" {
			return nil
		}
		return regexp.MustCompile(`\b(?:` + pattern + `)`)
	}
	whole := func(pattern string) *regexp.Regexp {
		if pattern == "" {
			return nil
		}
		return regexp.MustCompile(`\b(?:` + pattern + `)\b`)
	}
	r := reader{
		language: l, others: map[string]*regexp.Regexp{},
		thing: whole(l.thing), action: whole(l.action), ready: word(l.ready), hedged: word(l.hedged), pending: word(l.pending), inviting: whole(l.inviting),
	}
	for code, pattern := range l.others {
		r.others[code] = regexp.MustCompile(pattern)
	}
	units := slices.SortedFunc(maps.Keys(l.units), func(a, b string) int { return len(b) - len(a) })
	timed := func(v string) *regexp.Regexp {
		return regexp.MustCompile(`(?:^|[ (])(?:` + strings.Replace(v, "{time}", `(\S+) (`+strings.Join(units, "|")+`)\b`, 1) + `)`)
	}
	for _, v := range l.validity {
		r.validity = append(r.validity, timed(v))
	}
	for _, v := range l.sooner {
		r.sooner = append(r.sooner, timed(v))
	}
	return r
}

// vocabulary is the table in the forms in which it is used.
type vocabulary struct {
	readers  []reader
	wordings []wording           // of all languages
	common   map[string][]string // the frequent words, by language
}

// spoken makes it when the first mail is judged: most commands of igwatchd judge none.
var spoken = sync.OnceValue(newVocabulary)

func newVocabulary() *vocabulary {
	v := &vocabulary{common: map[string][]string{}}
	for i := range languages {
		l := &languages[i]
		v.readers = append(v.readers, newReader(l))
		v.common[l.code] = l.words
		for _, w := range l.wordings {
			w.language = l.code
			v.wordings = append(v.wordings, w)
		}
	}
	return v
}

// forwarded matches what mail programs and filters put before the subject of a mail passed on:
// a short word of many languages with a colon, or a remark in brackets or stars.
var forwarded = regexp.MustCompile(`^(?:(?:(?:re|fw|fwd|wg|aw|antw|rv|tr|sv|vs|vb|vl|i|r|rif|enc|res|odp|pd|ynt|ilt|doorst|回复|答复|转发|轉寄|回覆)(?:\[\d+\]|\^\d+)?\s*[:：]|\[[^\[\]]{1,40}\]|\*+[^*]{1,20}\*+)\s*)+`)

func bareSubject(subject string) string {
	return strings.Trim(forwarded.ReplaceAllString(subject, ""), " .!:;-\"'")
}

// matchSubject returns the wording that has this folded subject, or nil. Long subjects also
// count with something around them, because an imitation may add to them; then rest is that.
func matchSubject(e *effort, subject string) (w *wording, rest string) {
	e.read(len(subject))
	subject = bareSubject(subject)
	all := spoken().wordings
	for i := range all {
		for _, s := range all[i].subjects {
			if subject == s {
				return &all[i], ""
			}
		}
	}
	for i := range all {
		for _, s := range all[i].subjects {
			if e.contains(subject, s) && len(strings.Fields(s)) > 4 {
				before, after, _ := strings.Cut(subject, s)
				return &all[i], before + " " + after
			}
		}
	}
	return nil, subject
}

// matchBody returns the wording of which the folded text has a sentence, or nil.
func matchBody(e *effort, text string) *wording {
	all := spoken().wordings
	for i, w := range all {
		if slices.ContainsFunc(w.phrases, func(p string) bool { return e.contains(text, p) }) {
			return &all[i]
		}
	}
	return nil
}

// An otherMail is a kind of mail that comes from the same senders and is not the export mail.
// By which subjects it is known stands in languages.
type otherMail struct {
	code string
	text string // for the person
}

var otherMails = []otherMail{
	{"export-in-progress", "This mail says that the export has been requested. The one that says it is ready comes later."},
	{"export-trouble", "This mail says that something went wrong with an export. Look at Accounts Center, and request it again if it is not there."},
	{"facebook-export", "This mail is about the archive of a Facebook account, not of an Instagram account."},
	{"login-code", "This mail brings a login code."},
	{"confirm-address", "This mail asks to confirm an address."},
	{"recovery", "This mail offers to log in again."},
	{"verify-account", "This mail asks to verify an account."},
	{"settings-update", "This mail is about account settings."},
	{"account-deletion", "This mail is about deleting or deactivating an account."},
	{"notification", "This mail tells what somebody did on Instagram."},
	{"copyright", "This mail is about copyright or rules. Mails like it are often used to steal passwords."},
}

// matchOther returns the kind of other mail that has this folded subject, or nil.
func matchOther(e *effort, subject string) *otherMail {
	for i, o := range otherMails {
		if o.code == "facebook-export" && strings.Contains(subject, "instagram") {
			continue // of both
		}
		if slices.ContainsFunc(spoken().readers, func(r reader) bool { return e.matches(r.others[o.code], subject) }) {
			return &otherMails[i]
		}
	}
	return nil
}

// aboutExport tells whether a folded subject may speak of a finished export in words that
// are not known: enough to look closer, never enough to act.
func aboutExport(e *effort, subject string) bool {
	any := func(of func(reader) *regexp.Regexp) bool {
		return slices.ContainsFunc(spoken().readers, func(r reader) bool { return e.matches(of(r), subject) })
	}
	return any(func(r reader) *regexp.Regexp { return r.thing }) && any(func(r reader) *regexp.Regexp { return r.action })
}

// maxSentences is how much of the folded text is read sentence by sentence, in bytes. A genuine
// mail is shorter.
const maxSentences = 64 << 10

func opening(text string) string { return text[:min(len(text), maxSentences)] }

// saysReady tells whether a sentence of the folded text says, in a known language, that a thing
// can be had now. saysPending tells whether it says that it is still being made.
func saysReady(e *effort, text string) bool {
	for s := range strings.FieldsFuncSeq(opening(text), func(r rune) bool { return strings.ContainsRune(".!?。", r) }) {
		if slices.ContainsFunc(spoken().readers, func(r reader) bool {
			return e.matches(r.ready, s) && !e.matches(r.hedged, s)
		}) {
			return true
		}
	}
	return false
}

func saysPending(e *effort, text string) bool {
	text = opening(text)
	return slices.ContainsFunc(spoken().readers, func(r reader) bool { return e.matches(r.pending, text) })
}

// invites tells whether the folded text asks to download, as an imitation does whatever its subject.
func invites(e *effort, text string) bool {
	return slices.ContainsFunc(spoken().readers, func(r reader) bool { return e.matches(r.inviting, text) })
}

// enoughWords is how many different frequent words of a language a text in it has at least;
// enoughFirst of them are in its first half, for a foreign footer makes no language.
const (
	enoughWords = 5
	enoughFirst = 2
)

// languageOf returns the known language that the folded text is written in, or "".
func languageOf(e *effort, text string) string {
	text = text[:min(len(text), 16<<10)]
	e.read(len(text))
	all := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" .,;:!?()\"'…¿¡-/", r) })
	first := map[string]int{} // where each stands first
	for i, w := range all {
		if _, ok := first[w]; !ok {
			first[w] = i
		}
	}
	best, most := "", enoughWords-1
	for _, r := range spoken().readers {
		n, early := 0, 0
		for _, w := range r.words {
			if at, ok := first[w]; ok {
				n++
				if at <= len(all)/2 {
					early++
				}
			}
		}
		if n > most && early >= enoughFirst {
			best, most = r.code, n
		}
	}
	return best
}

// validityOf returns how long the folded text says that the export can be had, or 0. When it
// says two things, or one of them is not understood, the shortest counts, and clear is false.
func validityOf(e *effort, text string) (d time.Duration, clear bool) {
	clear = true
	text = opening(text)
	read := func(r reader, patterns []*regexp.Regexp, limit time.Duration) {
		for _, pattern := range patterns {
			e.read(len(text))
			for _, m := range pattern.FindAllStringSubmatch(text, -1) {
				n, ok := r.numbers[m[1]]
				if digits, err := strconv.Atoi(m[1]); err == nil && digits > 0 && digits < 1000 {
					n, ok = digits, true
				}
				one := time.Duration(n) * r.units[m[2]]
				switch {
				case !ok || one == 0 || one > limit:
					clear = false
				case d == 0 || one < d:
					clear = clear && d == 0
					d = one
				case one > d:
					clear = false
				}
			}
		}
	}
	for _, r := range spoken().readers {
		read(r, r.validity, math.MaxInt64)
		read(r, r.sooner, availability)
	}
	return d, clear
}
