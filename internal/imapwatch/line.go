package imapwatch

import (
	"context"
	"errors"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// line keeps one connection up: it comes back after every loss, at once or later and later.
type line struct {
	w     *Watcher
	name  string // INBOX or "others"
	call  chan struct{}
	visit func(ctx context.Context, s *session) error

	failures int // in a row
	refused  int // logins in a row
}

// keep connects and calls visit with each session, until ctx ends. ready, if set, blocks until
// there is a reason to connect.
func (l *line) keep(ctx context.Context, ready func(context.Context)) {
	for {
		if ready != nil {
			ready(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		err := l.once(ctx)
		if ctx.Err() != nil {
			return
		}
		l.wait(ctx, err)
	}
}

// once opens one session and stays in it as long as it lasts.
func (l *line) once(ctx context.Context) error {
	w := l.w
	if l.name != inbox {
		select {
		case w.second <- struct{}{}:
			defer func() { <-w.second }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s, err := connect(ctx, w.o.Server, w.dial, w.t, w.log)
	if err != nil {
		l.failures++
		if errors.Is(err, errLogin) {
			l.refused++
		}
		return err
	}
	l.refused = 0
	began := time.Now()
	w.attach(l.name, s.conn)
	w.log.Debug("connected", "connection", l.name)
	err = l.visit(ctx, s)
	s.close()
	w.attach(l.name, nil)
	l.failures++
	if time.Since(began) > w.t.stable {
		l.failures = 0
	}
	return err
}

// wait says what is wrong, and waits before the next attempt as long as is polite.
func (l *line) wait(ctx context.Context, err error) {
	w := l.w
	if errors.Is(err, errNothingToWatch) {
		l.failures = 0
		pause(ctx, w.t.relist, l.call)
		return
	}
	state := StateConnecting
	delay := jittered(w.t.soon)
	if l.failures > 0 {
		delay = jittered(doubled(w.t.backoffMin, w.t.backoffMax, l.failures-1))
	}
	if l.refused >= 3 {
		state, delay = StateAuthFailed, w.t.refused
	}
	w.setLine(l.name, state, err)
	w.log.Warn("no connection to the mailbox", "connection", l.name, "error", err, "hint", fault.HintOf(err), "next_attempt", delay.Round(time.Millisecond))
	if l.refused >= 3 {
		// A wake-up must not turn into a burst of wrong passwords.
		least := min(delay, w.t.retryLogin)
		pause(ctx, least, nil)
		delay -= least
	}
	if pause(ctx, delay, l.call) {
		l.failures = 0
	}
}
