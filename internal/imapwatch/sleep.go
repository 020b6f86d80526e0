package imapwatch

import (
	"context"
	"time"
)

// noticeSleep wakes the watcher after the machine was suspended. Go's timers stand still
// meanwhile (CLOCK_MONOTONIC on Linux), connections die, and nothing else tells.
func (w *Watcher) noticeSleep(ctx context.Context) {
	ticker := time.NewTicker(w.t.tick)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now := time.Now()
		if slept(last, now, w.t.tick) {
			w.log.Info("the clock jumped; probing the mailbox")
			w.Wake()
		}
		last = now
	}
}

// slept tells whether more time passed between two ticks than there should, by the wall clock
// or, where that stands still too, by the other.
func slept(last, now time.Time, tick time.Duration) bool {
	wall := now.Round(0).Sub(last.Round(0))
	steady := now.Sub(last)
	return wall > 3*tick || wall < -tick || steady > 3*tick
}
