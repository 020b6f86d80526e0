package inspect

import (
	"runtime/debug"
	"testing"
)

func TestCollectorIsLeanDuringInspectionsOnly(t *testing.T) {
	percent := func() int {
		now := debug.SetGCPercent(100)
		debug.SetGCPercent(now)
		return now
	}
	for _, before := range []int{100, 20, -1} {
		defer debug.SetGCPercent(debug.SetGCPercent(before))
		want := leanPercent
		if before == 20 {
			want = before
		}
		var l leaner
		first, second := l.begin(), l.begin()
		first()
		if percent() != want {
			t.Errorf("from %d: %d while one runs", before, percent())
		}
		if second(); percent() != before {
			t.Errorf("from %d: %d afterwards", before, percent())
		}
	}
}
