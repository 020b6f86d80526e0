package daemon

import (
	"testing"
	"time"
)

func TestTheTimeOfReceiptIsTheServersIfItCanBeTrue(t *testing.T) {
	now := time.Date(2026, 5, 8, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ told, want time.Time }{
		{now.Add(-2 * time.Hour), now.Add(-2 * time.Hour)}, // it waited while igwatchd was off
		{now, now},
		{time.Time{}, now},
		{now.Add(time.Minute), now},
		{time.Unix(0, 0), now},
		{now.AddDate(0, 0, -20), now},
	} {
		if got := receipt(c.told, now); !got.Equal(c.want) {
			t.Errorf("%v: %v, want %v", c.told, got, c.want)
		}
	}
}
