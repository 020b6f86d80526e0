package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/term"
)

// progressLine returns how to show one line that replaces itself, on a terminal only; the empty
// text takes it away.
func progressLine(s streams) func(text string) {
	f, ok := s.err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func(string) {}
	}
	var last time.Time
	return func(text string) {
		if text != "" && time.Since(last) < 100*time.Millisecond {
			return
		}
		last = time.Now()
		_, _ = fmt.Fprintf(f, "\r\x1b[K%s", text)
	}
}
