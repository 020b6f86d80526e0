package imapwatch

import (
	"context"
	"time"
)

// watchInbox keeps INBOX watched on a connection of its own.
func (w *Watcher) watchInbox(ctx context.Context) {
	v := &inboxVisitor{w: w, f: &folder{name: inbox, w: w}}
	l := &line{w: w, name: inbox, call: w.wakeInbox, visit: v.visit}
	l.keep(ctx, nil)
}

// inboxVisitor watches INBOX during one session after the other.
type inboxVisitor struct {
	w *Watcher
	f *folder

	idleFailures int
	noIdleUntil  time.Time // IDLE is offered but does not work
}

// visit reads what is new and then waits for more, until the connection ends.
func (v *inboxVisitor) visit(ctx context.Context, s *session) error {
	for fresh := true; ; fresh = false {
		now, err := s.examine(inbox)
		if err != nil {
			return err
		}
		if err := v.f.find(ctx, s, now, fresh); err != nil {
			return err
		}
		if err := v.f.work(ctx, s); err != nil {
			return err
		}
		ring(v.w.inboxUp)
		if s.canIdle() && time.Now().After(v.noIdleUntil) {
			err = v.listen(ctx, s)
		} else {
			err = v.poll(ctx, s)
		}
		if err != nil {
			return err
		}
	}
}

// listen waits in IDLE again and again, until it is time to open the folder anew. The bell is emptied before each look and the look comes before IDLE, so that
// nothing that arrives at any moment is overlooked.
func (v *inboxVisitor) listen(ctx context.Context, s *session) error {
	t := v.w.t
	reopen := time.Now().Add(t.reopen)
	first, news := t.command, true
	for time.Now().Before(reopen) {
		for news {
			drain(s.news)
			var err error
			if news, err = v.f.look(ctx, s, first); err != nil {
				return err
			}
			first = t.command
		}
		v.w.set(inbox, StateWatching, v.f.trouble())
		why, err := s.idle(ctx, v.f.untilDue(t.idle), v.w.wakeInbox)
		if err != nil {
			return v.idleFailed(ctx, s, err)
		}
		v.idleFailures = 0
		// DONE is on its way; the look follows it at once.
		news, first = true, t.done
		if why == wokenByCall {
			first = t.woken
		}
	}
	// The answer to DONE comes with the last look.
	_, err := v.f.look(ctx, s, first)
	return err
}

// idleFailed notes trouble with IDLE itself. A server that refuses it, or lets the connection
// die over it, is polled for a while.
func (v *inboxVisitor) idleFailed(ctx context.Context, s *session, err error) error {
	if ctx.Err() != nil {
		return err
	}
	v.idleFailures++
	if isRefusal(err) || v.idleFailures >= 2 {
		v.w.log.Info("IDLE does not work here; looking for new mail every minute", "error", err)
		v.noIdleUntil = time.Now().Add(v.w.t.noIdle)
	}
	if isRefusal(err) {
		return nil
	}
	return err
}

// poll waits until it is time to open the folder anew, which some servers need to show new mail.
func (v *inboxVisitor) poll(ctx context.Context, s *session) error {
	v.w.set(inbox, StatePolling, v.f.trouble())
	_, err := s.await(ctx, v.f.untilDue(v.w.t.poll), v.w.wakeInbox)
	return err
}
