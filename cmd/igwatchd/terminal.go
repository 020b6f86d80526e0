package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// terminal is a conversation with a person; a mute one asks nothing and takes what is suggested.
type terminal struct {
	streams
	mute bool
}

func (t *terminal) say(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

// maxAnswer bounds what is read as one answer, in bytes.
const maxAnswer = 4 << 10

// line asks for a line, unless it is answered already. An empty answer means the suggestion; "-"
// as the suggestion means that nothing is fine too.
func (t *terminal) line(into *string, question, suggestion string) {
	if *into != "" {
		return
	}
	if t.mute {
		*into = strings.TrimPrefix(suggestion, "-")
		return
	}
	_, _ = fmt.Fprint(t.out, question)
	if suggestion != "" && suggestion != "-" {
		_, _ = fmt.Fprintf(t.out, " [%s]", suggestion)
	}
	_, _ = fmt.Fprint(t.out, ": ")
	*into = strings.TrimSpace(t.read())
	if *into == "" && suggestion != "-" {
		*into = suggestion
	}
}

// secret asks for what must not show. Without a terminal it is a line of the input.
func (t *terminal) secret(into *string, question string) {
	if t.mute {
		return
	}
	_, _ = fmt.Fprint(t.out, question+": ")
	if f, ok := t.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		raw, err := term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(t.out)
		if err == nil {
			*into = strings.TrimSpace(string(raw))
		}
		return
	}
	*into = strings.TrimSpace(t.read())
}

// yes asks a question with yes or no.
func (t *terminal) yes(question string, otherwise bool) bool {
	if t.mute {
		return otherwise
	}
	choice := "y/N"
	if otherwise {
		choice = "Y/n"
	}
	_, _ = fmt.Fprintf(t.out, "%s [%s] ", question, choice)
	switch strings.ToLower(strings.TrimSpace(t.read())) {
	case "y", "yes", "j", "ja":
		return true
	case "":
		return otherwise
	}
	return false
}

// read takes one line, byte by byte: what comes after it may be a password, and that is read
// elsewhere.
func (t *terminal) read() string {
	var line []byte
	b := make([]byte, 1)
	for len(line) < maxAnswer {
		n, err := t.in.Read(b)
		if n == 1 {
			if b[0] == '\n' {
				break
			}
			line = append(line, b[0])
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return ""
			}
			break
		}
	}
	return strings.TrimSuffix(string(line), "\r")
}
