package words

import (
	"strings"
	"testing"
)

func TestShown(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"media/posts/202407/1.jpg":           "media/posts/202407/1.jpg",
		"café 😊 שלום 写真":                     "café 😊 שלום 写真",
		"a\x1b[2Jb\r\nNothing is wrong.":     `a\u001b[2Jb\u000d\u000aNothing is wrong.`,
		"\u202egpj.exe":                      `\u202egpj.exe`,
		"\u2066x\u2069\u200e":                `\u2066x\u2069\u200e`,
		"bad \xff byte":                      `bad \ufffd byte`,
		strings.Repeat("é", maxShown):        strings.Repeat("é", maxShown),
		strings.Repeat("é", maxShown) + "ab": strings.Repeat("é", maxShown) + "…",
	} {
		if got := Shown(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 26_175_222: "26.2 MB", 3_000_000_000: "3.0 GB", 5e12: "5.0 TB", 7e15: "7000.0 TB"} {
		if got := Size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
