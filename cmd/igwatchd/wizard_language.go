package main

import (
	"os"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// spoken returns the language of the environment (POSIX: LC_ALL, then LC_MESSAGES, then
// LANG), or "en" if it is none that igwatchd writes in.
func spoken() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := os.Getenv(name); locale != "" { // such as de_AT.UTF-8
			if at := strings.IndexAny(locale, "_.@"); at >= 0 {
				locale = locale[:at]
			}
			if _, known := words.In(locale); known {
				return locale
			}
			break
		}
	}
	return "en"
}
