// Package words holds what igwatchd tells people, in every language it speaks.
//
// A sentence is written once, in English, where its fact is known; the English format is
// also the key under which a language has its own. It travels as a [Phrase], that is
// unspoken, and becomes text in the language of whom it is told: [Language.Tell]. Programs
// go by codes, never by sentences. A sentence that a language lacks is told in English.
package words

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Phrase is something to tell: an English format in the manner of [fmt.Sprintf], and what
// goes into it. Without arguments the format is a text that is told as it is.
type Phrase struct {
	Format string
	Args   []any // string, int, Phrase, List, Moment or Day
}

// List is told one after another, with semicolons.
type List []Phrase

// Moment is a time to the minute, told as it is where the program runs.
type Moment time.Time

// Day is a time of which only the day is told.
type Day time.Time

// Of makes a phrase of a format and its arguments. Whole numbers may be of any type;
// an error becomes a Text, and everything else what [fmt.Sprint] makes of it.
func Of(format string, args ...any) Phrase {
	p := Phrase{Format: format}
	for _, a := range args {
		p.Args = append(p.Args, plain(a))
	}
	return p
}

// Text is told as it is, unless a language has something for just this text.
func Text(s string) Phrase { return Phrase{Format: s} }

// String tells the phrase in English.
func (p Phrase) String() string { return English.Tell(p) }

// IsZero tells whether there is nothing to tell.
func (p Phrase) IsZero() bool { return p.Format == "" && len(p.Args) == 0 }

// plain reduces an argument to one of the kinds of Phrase.Args.
func plain(a any) any {
	switch a := a.(type) {
	case string, int, Phrase, List, Moment, Day:
		return a
	case error:
		return Text(a.Error())
	case int64:
		return int(a)
	case uint16:
		return int(a)
	case uint32:
		return int(a)
	case uint64:
		return int(a)
	}
	return fmt.Sprint(a)
}

// written is a phrase's form in JSON.
type written struct {
	Format string `json:"format"`
	Args   []any  `json:"args,omitempty"`
}

// MarshalJSON writes the phrase so that UnmarshalJSON reads the same one. Times are
// written as English text.
func (p Phrase) MarshalJSON() ([]byte, error) {
	w := written{Format: p.Format}
	for _, a := range p.Args {
		switch a := a.(type) {
		case Moment, Day:
			w.Args = append(w.Args, English.argument(a))
		default:
			w.Args = append(w.Args, a)
		}
	}
	return json.Marshal(w)
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Phrase) UnmarshalJSON(data []byte) error {
	var r struct {
		Format string            `json:"format"`
		Args   []json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	*p = Phrase{Format: r.Format}
	for _, raw := range r.Args {
		a, err := readArgument(raw)
		if err != nil {
			return fmt.Errorf("read phrase: %w", err)
		}
		p.Args = append(p.Args, a)
	}
	return nil
}

func readArgument(raw json.RawMessage) (any, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, errors.New("an argument is empty")
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case '{':
		var p Phrase
		err := json.Unmarshal(raw, &p)
		return p, err
	case '[':
		var l List
		err := json.Unmarshal(raw, &l)
		return l, err
	}
	return strconv.Atoi(string(raw))
}

// Left is a span of time as people say it.
func Left(d time.Duration) Phrase {
	switch {
	case d < time.Minute:
		return Of("less than a minute")
	case d < 2*time.Hour:
		return Of("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return Of("%d hours", int(d.Hours()))
	default:
		return Of("%d days", int(d.Hours()/24))
	}
}

// join tells a list.
func (l Language) join(list List) string {
	told := make([]string, len(list))
	for i, p := range list {
		told[i] = l.Tell(p)
	}
	return strings.Join(told, "; ")
}
