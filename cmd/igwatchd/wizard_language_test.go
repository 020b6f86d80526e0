package main

import "testing"

func TestTheLanguageOfTheEnvironment(t *testing.T) {
	for _, c := range []struct{ all, messages, lang, want string }{
		{"", "", "", "en"},
		{"", "", "de_DE.UTF-8", "de"},
		{"", "de_AT", "en_US.UTF-8", "de"},
		{"C.UTF-8", "", "de_DE.UTF-8", "en"},
		{"", "", "de", "de"},
		{"", "", "de@euro", "de"},
		{"", "", "tlh_XX", "en"},
		{"", "", "...", "en"},
		{"", "", "_", "en"},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_MESSAGES", c.messages)
		t.Setenv("LANG", c.lang)
		if got := spoken(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
