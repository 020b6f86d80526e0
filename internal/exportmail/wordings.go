package exportmail

import (
	"regexp"
	"slices"
	"strings"
)

// A wording is a text that the export mail is known to have had. Everything is in folded
// form (see fold). To add a language, add an entry: subjects and phrases as the mail has
// them, small letters, no accents.
type wording struct {
	name     string
	language string
	subjects []string // the whole subject
	phrases  []string // a sentence of the body
}

// wordings lists the known texts from the newest to the oldest. That of 2023 to 2026 was read
// in a mail of May 2026, that of 2019 in a report of that year; the others in guides.
var wordings = []wording{
	{
		name: "meta-information-download", language: "en", // 2023 to 2026
		subjects: []string{
			"your meta information download is ready",
			"your meta information file is ready for download",
		},
		phrases: []string{
			"the meta information files that you requested are now available to download",
			"the meta information files you requested are now available to download",
		},
	},
	{
		name: "meta-information-download", language: "es", // 2023 to 2024
		subjects: []string{"la descarga de tu informacion de meta esta lista"},
	},
	{
		name: "information-download", language: "en", // about 2023
		subjects: []string{
			"your information download is ready",
			"your information is ready to download",
		},
	},
	{
		name: "instagram-data", language: "en", // 2018 to 2023
		subjects: []string{"your instagram data", "your instagram data is ready"},
	},
	{
		name: "instagram-data", language: "es",
		subjects: []string{"tus datos de instagram", "tus datos de instagram estan listos"},
	},
}

// forwarded matches what mail programs put before the subject of a mail passed on.
var forwarded = regexp.MustCompile(`^(?:(?:re|fw|fwd|wg|aw|rv|tr)\s*:\s*)+`)

// matchSubject returns the wording that has this folded subject, or nil. Long subjects also
// count with something around them, because an imitation may add to them.
func matchSubject(subject string) *wording {
	subject = strings.Trim(forwarded.ReplaceAllString(subject, ""), " .!:;-\"'")
	for i, w := range wordings {
		for _, s := range w.subjects {
			if subject == s || len(strings.Fields(s)) > 4 && strings.Contains(subject, s) {
				return &wordings[i]
			}
		}
	}
	return nil
}

// matchBody returns the wording of which the folded text has a sentence, or nil.
func matchBody(text string) *wording {
	for i, w := range wordings {
		if slices.ContainsFunc(w.phrases, func(p string) bool { return strings.Contains(text, p) }) {
			return &wordings[i]
		}
	}
	return nil
}

// An otherMail is a kind of mail that comes from the same senders and is not the export mail.
type otherMail struct {
	code    string
	subject *regexp.Regexp // on the folded subject
	text    string         // for the person
}

var otherMails = []otherMail{
	{
		"export-in-progress", regexp.MustCompile(`\bin progress\b|\b(?:we've|we have) received your .*request|\ben (?:curso|proceso)\b|isn't ready|not ready|not yet`),
		"This mail says that the export has been requested. The one that says it is ready comes later.",
	},
	{
		"export-trouble", regexp.MustCompile(`(?:download|export|information|descarga|exportacion).*(?:cancel|expired?\b|caduc|fail|problem|could ?n[o']t|unable)|(?:cancel|fail|problem|could ?n[o']t|unable).*(?:download|export|information|descarga)`),
		"This mail says that something went wrong with an export. Look at Accounts Center, and request it again if it is not there.",
	},
	{
		"facebook-export", regexp.MustCompile(`facebook information file|\byour facebook (?:information|data|download)|facebook.*(?:download|archive) is ready|informacion de facebook`),
		"This mail is about the archive of a Facebook account, not of an Instagram account.",
	},
	{
		"login-code", regexp.MustCompile(`(?:^|\s)\d{3} ?\d{3}(?:\s|$).*\b(?:code|codigo)\b|\b(?:code|codigo)\b.*\d{3} ?\d{3}\b|is your instagram code`),
		"This mail brings a login code.",
	},
	{
		"confirm-address", regexp.MustCompile(`^confirm your (?:email|e-mail)|^confirma tu (?:correo|direccion)`),
		"This mail asks to confirm an address.",
	},
	{
		"recovery", regexp.MustCompile(`easy to get back on instagram|^reset your password|trouble logging in|restablece`),
		"This mail offers to log in again.",
	},
	{
		"verify-account", regexp.MustCompile(`^verify your account|^verifica tu cuenta`),
		"This mail asks to verify an account.",
	},
	{
		"settings-update", regexp.MustCompile(`update about your (?:instagram )?account|new log-?in (?:to|on)|privacy policy|terms of (?:use|service)`),
		"This mail is about account settings.",
	},
	{
		"copyright", regexp.MustCompile(`copyright|infring|violat|community (?:guidelines|standards)`),
		"This mail is about copyright or rules. Mails like it are often used to steal passwords.",
	},
}

// matchOther returns the kind of other mail that has this folded subject, or nil.
func matchOther(subject string) *otherMail {
	for i := range otherMails {
		if otherMails[i].subject.MatchString(subject) {
			return &otherMails[i]
		}
	}
	return nil
}

var (
	aboutThing  = regexp.MustCompile(`\b(?:information|data|files?|archive|copy|backup|export|informacion|datos|archivos?|copia)\b`)
	aboutAction = regexp.MustCompile(`\b(?:download(?:ed|s)?|export(?:s|ed)?|ready|available|descarg\w*|export\w*|list[oa]s?|disponibles?)\b`)
)

// aboutExport tells whether a folded subject may speak of a finished export in words that
// are not known: enough to look closer, never enough to act.
func aboutExport(subject string) bool {
	return aboutThing.MatchString(subject) && aboutAction.MatchString(subject)
}

// inviting matches what an imitation says in the text, whatever its subject.
var inviting = regexp.MustCompile(`\b(?:download|export) (?:a copy of )?your (?:instagram |meta )?(?:information|data|files?)\b|\b(?:descargar?|exportar?) tu(?:s)? (?:informacion|datos|archivos)\b`)

// common lists frequent words by which a known language is told from an unknown one.
var common = map[string][]string{
	"en": {"the", "you", "your", "and", "this", "to", "of", "for", "if", "is"},
	"es": {"el", "los", "las", "tu", "una", "puedes", "y", "del", "esta", "este"},
}

// languageOf returns the known language that the folded text is written in, or "".
func languageOf(text string) string {
	seen := map[string]bool{}
	for w := range strings.FieldsFuncSeq(text[:min(len(text), 16<<10)], func(r rune) bool { return r < 'a' || r > 'z' }) {
		seen[w] = true
	}
	for _, language := range []string{"en", "es"} {
		n := 0
		for _, w := range common[language] {
			if seen[w] {
				n++
			}
		}
		if n >= 5 {
			return language
		}
	}
	return ""
}

var numbers = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "fourteen": 14,
	"un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "diez": 10,
	"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "10": 10, "14": 14,
}

// validity matches the sentence that says how long the export can be had.
var validity = regexp.MustCompile(`\byou(?: will|'ll)? have (\w+) days? to download|\btendras (\w+) dias? para descargar|\btienes (\w+) dias? para descargar`)

// daysOf returns how many days the folded text gives, or 0 when it does not say so in known
// words, or says two different things.
func daysOf(text string) int {
	days := 0
	for _, m := range validity.FindAllStringSubmatch(text, -1) {
		n := numbers[m[1]+m[2]+m[3]]
		if n == 0 || days != 0 && n != days {
			return 0
		}
		days = n
	}
	return days
}
