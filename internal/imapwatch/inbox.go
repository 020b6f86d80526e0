package imapwatch

import (
	"context"
	"errors"
	"time"
)

// watchInbox keeps INBOX watched on a connection of its own.
func (w *Watcher) watchInbox(ctx context.Context) {
	v := &inboxVisitor{w: w, f: &folder{name: inbox, w: w}, rhythm: newRhythm(&w.t)}
	l := &line{w: w, name: inbox, call: w.wakeInbox, visit: v.visit}
	l.keep(ctx, nil)
}

// inboxVisitor watches INBOX during one session after the other.
type inboxVisitor struct {
	w      *Watcher
	f      *folder
	rhythm *rhythm

	idleFailures int
	falseAlarms  int       // in a row
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
	reopen := time.Now().Add(v.w.t.reopen)
	drain(s.news)
	news, err := v.f.look(ctx, s, v.w.t.command, false)
	for err == nil {
		switch {
		case news: // look again: more may have come meanwhile
			drain(s.news)
			news, err = v.f.look(ctx, s, v.w.t.command, false)
			continue
		case time.Now().After(reopen) || time.Now().Before(v.noIdleUntil):
			return nil
		}
		news, err = v.idle(ctx, s)
	}
	return err
}

// idle is one IDLE and the look that ends it, and what is to be learnt from both.
func (v *inboxVisitor) idle(ctx context.Context, s *session) (news bool, err error) {
	full := v.rhythm.next()
	wait := v.f.untilDue(full)
	state := StateWatching
	if v.rhythm.mute {
		state = StatePolling
	}
	v.w.set(inbox, state, v.f.trouble())
	began := time.Now()
	why, err := s.idle(ctx, wait, v.w.wakeInbox)
	after, silence := time.Since(began), time.Since(s.conn.lastHeard())
	switch {
	case errors.Is(err, errNoIdle):
		v.idleFailed(err)
		return false, goOn(err)
	case err != nil && ctx.Err() == nil && s.conn.hungUp():
		v.rhythm.ended(after)
	case err != nil && ctx.Err() == nil:
		v.rhythm.lost(silence)
	}
	if err != nil {
		return false, err
	}
	rung := drain(s.news) || why == endNews
	if news, err = v.f.look(ctx, s, v.w.t.done, rung); err != nil { // goes out with DONE
		if why == endTime && ctx.Err() == nil {
			v.rhythm.lost(silence)
		}
		return false, err
	}
	switch {
	case news && why != endCall:
		v.rhythm.brought(rung)
	case why == endTime && wait == v.rhythm.length:
		v.rhythm.held()
	}
	if v.falseAlarms++; news || why != endNews {
		v.falseAlarms = 0
	}
	if v.falseAlarms > 3 { // a server that cries wolf must not keep both sides busy
		pause(ctx, doubled(v.w.t.retryMin, v.w.t.poll, v.falseAlarms-4), nil)
	}
	if why != endServer {
		v.idleFailures = 0
		return news, nil
	}
	v.rhythm.ended(after)
	if after < v.w.t.idleLeast {
		v.idleFailed(errNoIdle)
	}
	return news, nil
}

// idleFailed notes trouble with IDLE itself. A server that refuses it, or twice ends it at once or
// lets the connection die over it, is polled for a while.
func (v *inboxVisitor) idleFailed(err error) {
	v.idleFailures++
	if isRefusal(err) || v.idleFailures >= 2 {
		v.w.log.Info("looking for new mail every minute instead", "error", err)
		v.noIdleUntil = time.Now().Add(v.w.t.noIdle)
	}
}

// poll waits until it is time to open the folder anew, which some servers need to show new mail.
func (v *inboxVisitor) poll(ctx context.Context, s *session) error {
	v.w.set(inbox, StatePolling, v.f.trouble())
	_, err := s.await(ctx, v.f.untilDue(v.w.t.poll), v.w.wakeInbox, nil, nil)
	return err
}
