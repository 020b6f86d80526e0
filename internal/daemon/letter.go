package daemon

import (
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/words"
)

// news writes what people are told, in their language. Every piece of it ends with the one
// thing to do next, or says that there is nothing to do. Its id comes from what happened and
// never from the words, so that nothing is told anew in another language.
type news struct{ words.Language }

// newsIn writes in the language of that code, English if there is none.
func newsIn(code string) news {
	l, _ := words.In(code)
	return news{l}
}

// letter is the text of one piece of news, paragraph by paragraph.
type letter struct {
	words.Language
	text strings.Builder
}

func (n news) letter() *letter { return &letter{Language: n.Language} }

// say begins a paragraph.
func (l *letter) say(format string, args ...any) {
	if l.text.Len() > 0 {
		l.text.WriteString("\n\n")
	}
	l.text.WriteString(l.Say(format, args...))
}

// row adds a line to a list.
func (l *letter) row(mark string, p words.Phrase) {
	l.text.WriteString("\n  " + mark + " " + l.Tell(p))
}

// cause sets off what a machine said. It stays as it is: others can look for just these words.
func (l *letter) cause(why string) {
	if why != "" {
		l.say("Detail: %s", words.Text(strings.ReplaceAll(why, "\n", "; ")))
	}
}

// hint ends the letter with the hint of an error, and tells whether there is one.
func (l *letter) hint(why error) bool {
	hint := fault.HintOf(why)
	switch {
	case hint == "":
		return false
	case strings.HasPrefix(hint, "igwatchd "): // which does it, then
		l.say("You need to do nothing: %s", words.Text(hint))
	default:
		l.say("What to do: %s", words.Text(hint))
	}
	return true
}

// String returns the text with the end of its last line.
func (l *letter) String() string { return l.text.String() + "\n" }
