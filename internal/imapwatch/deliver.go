package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// deliver fetches the candidates that are due, hands them on, and saves how far the folder is read.
func (f *folder) deliver(ctx context.Context, s *session) error {
	for _, uid := range f.due(func(p *pending) bool { return p.candidate }) {
		if err := f.handOn(ctx, s, uid); err != nil {
			return errors.Join(err, f.save(ctx))
		}
	}
	return f.save(ctx)
}

// handOn fetches one message and gives it to the handler.
func (f *folder) handOn(ctx context.Context, s *session, uid uint32) error {
	p := f.pending[uid]
	// After failures less is asked for: the export mail is small, and half of it is news too.
	limit := int64(MaxMessage >> (4 * (p.strikes / ownStrike)))
	var got *content
	err := s.fetch(uidSet([]uint32{uid}), bodySection(limit), limit, s.t.command, func(c content) {
		if c.uid == uid && got == nil {
			got = &c
		}
	})
	if got == nil {
		return f.failed(s, uid, err)
	}
	m := Message{
		Folder: f.name, UIDValidity: f.validity, UID: uid,
		Header: headerOf(got.data), Raw: got.data, Truncated: got.cut, Received: got.received,
	}
	if handled := f.w.o.Handle(ctx, m); handled != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.err = fmt.Errorf("message %d was read but could not be kept: %w", uid, handled)
		f.w.log.Warn("a message could not be handed on; it is tried again", "folder", f.name, "uid", uid, "error", handled)
		p.due = time.Now().Add(doubled(f.w.t.retryMin, f.w.t.retryMax, p.refusals))
		p.refusals++
	} else {
		delete(f.pending, uid)
	}
	return goOn(err)
}

// save makes durable up to where every message is done with. The ledger's trouble does not stop
// the watch: it only means that messages come again. Who wants to know of messages that were given
// up hears of them first: after a crash in between they are given up, and told of, once more.
func (f *folder) save(ctx context.Context) error {
	for ; len(f.given) > 0 && ctx.Err() == nil; f.given = f.given[1:] {
		if tell := f.w.o.SetAside; tell != nil {
			tell(ctx, f.name, f.validity, f.given[0].uid, f.given[0].cause)
		}
	}
	c := Cursor{UIDValidity: f.validity, Next: f.next}
	for uid := range f.pending {
		c.Next = min(c.Next, uid)
	}
	if c == f.saved || ctx.Err() != nil {
		return ctx.Err()
	}
	f.unsaved = f.w.o.Ledger.Advance(ctx, f.name, c)
	if f.unsaved != nil {
		f.w.log.Warn("how far a folder is read could not be kept", "folder", f.name, "error", f.unsaved)
		return nil //nolint:nilerr // see above: the same messages come again
	}
	f.saved = c
	return nil
}
