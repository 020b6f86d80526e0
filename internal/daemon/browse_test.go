package daemon

import (
	"testing"

	"github.com/igwatchd/igwatchd/internal/journal"
)

// TestThePageAnswersForItsOwnFilesAlone: how many files there are is known only if the page states it, and every one of
// them came from there.
func TestThePageAnswersForItsOwnFilesAlone(t *testing.T) {
	files := func(sums ...string) (parts []journal.Part) {
		for _, s := range sums {
			parts = append(parts, journal.Part{Name: s + ".zip", SHA256: s})
		}
		return parts
	}
	all := map[int]string{1: "a", 2: "b"}
	for name, c := range map[string]struct {
		page  *pageOffer
		parts []journal.Part
		want  int
	}{
		"no page":                          {nil, files("a"), 0},
		"the link led to a file":           {&pageOffer{Got: map[int]string{1: "a"}}, files("a"), 0},
		"all of them":                      {&pageOffer{Parts: 2, Stated: true, Got: all}, files("a", "b"), 2},
		"all of them, but counted only":    {&pageOffer{Parts: 2, Got: all}, files("a", "b"), 0},
		"one is missing":                   {&pageOffer{Parts: 2, Stated: true, Got: map[int]string{1: "a"}}, files("a"), 2},
		"one is missing, counted":          {&pageOffer{Parts: 2, Got: map[int]string{1: "a"}}, files("a"), 2},
		"one came by hand":                 {&pageOffer{Parts: 2, Stated: true, Got: map[int]string{1: "a"}}, files("a", "x"), 0},
		"one of them was taken away since": {&pageOffer{Parts: 2, Stated: true, Got: all}, files("a", "x"), 0},
		"one more than the page has":       {&pageOffer{Parts: 2, Stated: true, Got: all}, files("a", "b", "x"), 2}, // verdict asks then
	} {
		if got := c.page.announced(c.parts); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
