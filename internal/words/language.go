package words

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// table is one language: what it makes of the English sentences.
type table struct {
	code  string            // as in the configuration, BCP 47
	texts map[string]string // by the English format
	// begins are the beginnings of texts that go on with what only a fault knows: a path, a
	// command, or another text.
	begins map[string]string
	// counted are the sentences that differ by a number, which is their first argument.
	counted map[string]forms
	// moment and day write a time of the zone it is in.
	moment, day func(time.Time) string
}

// forms are what a sentence is for each kind of number that the language tells apart
// (CLDR: "one", "two", "few", "many", "other"; or "=0").
type forms map[string]string

// tables are all languages. A new one is a file with its table, and a line here.
var tables = []table{english, german}

// Language tells phrases. The zero value is English.
type Language struct{ spoken *spoken }

type spoken struct {
	table
	printer *message.Printer
}

// English is what phrases are written in.
var English = Language{}

// languages are made when the first phrase is told.
var languages = sync.OnceValue(func() map[string]*spoken { return speak(tables) })

// In returns the language of that code, such as "de", and whether there is one.
func In(code string) (Language, bool) {
	s, ok := languages()[code]
	return Language{s}, ok
}

// Codes names all languages, in the order of the alphabet.
func Codes() []string { return slices.Sorted(maps.Keys(languages())) }

// speak makes one catalogue of the tables. A table that cannot be used is a fault in the
// program, which no test of this package lets pass.
func speak(tables []table) map[string]*spoken {
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	must := func(err error) {
		if err != nil {
			panic(fmt.Sprintf("words: %v", err))
		}
	}
	for _, t := range tables {
		tag := language.MustParse(t.code)
		for key, text := range t.texts {
			must(b.SetString(tag, key, text))
		}
		for key, f := range t.counted {
			must(b.Set(tag, key, plural.Selectf(1, "%d", cases(f)...)))
		}
	}
	all := make(map[string]*spoken, len(tables))
	for _, t := range tables {
		all[t.code] = &spoken{t, message.NewPrinter(language.MustParse(t.code), message.Catalog(b))}
	}
	return all
}

// cases lists forms with the one last that fits every number: the first that fits is told.
func cases(f forms) []any {
	var list []any
	for _, kind := range slices.Sorted(maps.Keys(f)) {
		if kind != "other" {
			list = append(list, kind, f[kind])
		}
	}
	return append(list, "other", f["other"])
}

// table returns what the language consists of.
func (l Language) table() *spoken {
	if l.spoken == nil {
		return languages()["en"]
	}
	return l.spoken
}

// Say tells a format with its arguments.
func (l Language) Say(format string, args ...any) string { return l.Tell(Of(format, args...)) }

// Tell returns the phrase as a text in this language.
func (l Language) Tell(p Phrase) string {
	t := l.table()
	if len(p.Args) == 0 {
		if text, ok := t.texts[p.Format]; ok {
			return text
		}
		for begin, told := range t.begins {
			if rest, ok := strings.CutPrefix(p.Format, begin); ok {
				return told + l.Tell(Text(rest))
			}
		}
		// A fault's words often end with a detail of their own.
		for at := len(p.Format); at > 0; {
			if at = strings.LastIndex(p.Format[:at], ": "); at > 0 {
				if told, ok := t.texts[p.Format[:at]]; ok && strings.Contains(told, " ") {
					return told + ": " + l.Tell(Text(p.Format[at+2:]))
				}
			}
		}
		return p.Format
	}
	args := make([]any, len(p.Args))
	for i, a := range p.Args {
		args[i] = l.argument(a)
	}
	return t.printer.Sprintf(p.Format, args...)
}

// argument returns what goes into a format: a number, or a text.
func (l Language) argument(a any) any {
	switch a := a.(type) {
	case Phrase:
		return l.Tell(a)
	case List:
		return l.join(a)
	case Moment:
		return l.table().moment(time.Time(a).Local())
	case Day:
		return l.table().day(time.Time(a).Local())
	}
	return a
}
