package imapwatch

import (
	"context"
	"errors"
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

// listen waits in IDLE again and again, until it is time to open the folder anew. The bell is
// emptied before each look, and the look comes before IDLE, so that nothing is overlooked
// whenever it arrives.
func (v *inboxVisitor) listen(ctx context.Context, s *session) error {
	t := v.w.t
	reopen := time.Now().Add(t.reopen)
	first, rung := t.command, false
	for {
		drain(s.news)
		news, err := v.f.look(ctx, s, first, rung)
		if err != nil {
			return err
		}
		if first, rung = t.command, false; news {
			continue
		}
		if time.Now().After(reopen) {
			return nil
		}
		v.w.set(inbox, StateWatching, v.f.trouble())
		if rung, err = s.idle(ctx, v.f.untilDue(t.idle), v.w.wakeInbox); err != nil {
			return v.idleFailed(err)
		}
		v.idleFailures = 0
		first = t.done // the look goes out with DONE
	}
}

// idleFailed notes trouble with IDLE itself. A server that refuses it, or twice lets the
// connection die over it, is polled for a while.
func (v *inboxVisitor) idleFailed(err error) error {
	if !errors.Is(err, errNoIdle) {
		return err
	}
	v.idleFailures++
	if isRefusal(err) || v.idleFailures >= 2 {
		v.w.log.Info("looking for new mail every minute instead", "error", err)
		v.noIdleUntil = time.Now().Add(v.w.t.noIdle)
	}
	return goOn(err)
}

// poll waits until it is time to open the folder anew, which some servers need to show new mail.
func (v *inboxVisitor) poll(ctx context.Context, s *session) error {
	v.w.set(inbox, StatePolling, v.f.trouble())
	_, err := s.await(ctx, v.f.untilDue(v.w.t.poll), v.w.wakeInbox)
	return err
}
