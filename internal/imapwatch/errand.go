package imapwatch

import (
	"context"
	"log/slog"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// errand is something that somebody wants done in the mailbox besides the watch.
type errand struct {
	do   func(*session) error
	done chan error
}

// send has an errand run on the second connection as soon as that waits, or on one of its own if
// there is none at present.
func (w *Watcher) send(ctx context.Context, do func(*session) error) error {
	e := &errand{do, make(chan error, 1)}
	select {
	case w.errands <- e: // the second connection is up, and does it
		select {
		case err := <-e.done:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	case w.second <- struct{}{}: // there is none at present
		defer func() { <-w.second }()
		return errandTo(ctx, w.o.Server, w.dial, w.t, do)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errandTo runs an errand on a connection of its own.
func errandTo(ctx context.Context, server Server, dial dialer, t timings, do func(*session) error) error {
	if err := server.check(); err != nil {
		return err
	}
	s, err := connect(ctx, server, dial, t, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer s.close()
	return do(s)
}

// run does an errand for somebody else. Only what ends the connection is returned.
func (v *othersVisitor) run(s *session, e *errand) error {
	err := e.do(s)
	e.done <- err
	if err != nil && !isRefusal(err) && fault.KindOf(err) != fault.PermanentKind {
		return err
	}
	return s.leave()
}
