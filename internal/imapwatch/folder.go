package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// folder is what is known of one folder while it is watched, on however many connections. It is
// used by one goroutine.
type folder struct {
	name   string
	w      *Watcher
	loaded bool
	saved  Cursor // as the ledger has it

	validity uint32
	// next is the smallest UID not yet found on the server. Only a message that was seen moves
	// it: UIDNEXT alone may be ahead of what a search shows.
	next    uint32
	pending map[uint32]*pending // found, and in need of something

	aside    int   // messages given up
	unsaved  error // why the ledger does not know how far the folder is read
	unopened error // why the folder could not be opened
}

// pending is a message on its way to the handler.
type pending struct {
	candidate bool // its header was liked
	alone     bool // it may be what breaks a fetch of many
	strikes   int
	refusals  int // by the handler
	due       time.Time
	err       error // the last thing that went wrong
}

const (
	// batch is how many headers are asked for at once.
	batch = 100
	// A message is given up after so many strikes. What it does by itself (three times an
	// answer that cannot be read, or none although the message is there) counts four times as
	// much as what may have other reasons (a lost connection, a NO).
	strikesOut, ownStrike, anyStrike = 12, 4, 1
	// recent is how many of the last UIDs are looked at in a rescan whatever their date.
	recent = 20
)

// find brings the pending messages up to date with the server, after EXAMINE or STATUS said now.
// fresh tells that the connection is new.
func (f *folder) find(ctx context.Context, s *session, now opened, fresh bool) error {
	if !f.loaded {
		c, err := f.w.o.Ledger.Cursor(ctx, f.name)
		if err != nil {
			return fmt.Errorf("read how far %s was read: %w", f.name, err)
		}
		f.saved, f.validity, f.next, f.loaded = c, c.UIDValidity, c.Next, true
		f.pending = map[uint32]*pending{}
	}
	switch {
	case !fresh && (now.validity == 0 || now.validity == f.validity && now.next == 0):
		// The server does not say whether there is anything; the last rescan was on this connection.
	case now.validity == 0, now.validity != f.validity, f.next == 0, now.next < f.next:
		return f.rescan(s, now)
	case now.next == f.next:
		return nil
	}
	return f.search(s)
}

// search adds all messages from f.next on.
func (f *folder) search(s *session) error {
	uids, err := s.search(imap.SearchCriteria{UID: []imap.UIDSet{from(f.next)}})
	// "n:*" means the last message too, whatever its UID (RFC 3501, section 9, seq-range).
	f.add(slices.DeleteFunc(uids, func(uid uint32) bool { return uid < f.next }))
	return err
}

// rescan looks at the last days whatever was read before: the folder is new, the server has
// renumbered it, or it does not tell enough to know.
func (f *folder) rescan(s *session, now opened) error {
	if now.next == 0 {
		// Before the search, so that what arrives between the two is found by the next look.
		last, err := s.search(imap.SearchCriteria{UID: []imap.UIDSet{{{Start: 0, Stop: 0}}}})
		if err != nil {
			return err
		}
		if len(last) > 0 {
			now.next = last[len(last)-1] + 1
		}
	}
	since := time.Now().Add(-f.w.o.Lookback).AddDate(0, 0, -2)
	uids, err := s.search(imap.SearchCriteria{Since: since})
	if err != nil {
		return err
	}
	if now.validity == 0 || now.validity != f.validity || now.next < f.next {
		clear(f.pending)
		f.next = 0
	}
	f.w.log.Info("reading the last days of a folder", "folder", f.name, "since", since.Format(time.DateOnly), "messages", len(uids))
	f.validity = now.validity
	f.next = max(f.next, now.next, 1)
	// The search may lag behind what has just arrived.
	for uid := now.next; uid > 1 && now.next-uid < recent; uid-- {
		uids = append(uids, uid-1)
	}
	f.add(uids)
	return nil
}

// add notes messages that were found.
func (f *folder) add(uids []uint32) {
	for _, uid := range uids {
		if f.pending[uid] == nil {
			f.pending[uid] = &pending{}
		}
		f.next = max(f.next, min(uid, maxUID-1)+1)
	}
}

// look asks for everything new in one command, and works on it. It is what keeps IDLE honest.
// first is how long the server may be silent, rung whether it has announced something; news
// tells whether there was anything.
func (f *folder) look(ctx context.Context, s *session, first time.Duration, rung bool) (news bool, err error) {
	liked := map[uint32]bool{}
	start := f.next
	err = s.fetch(from(start), headerSection(0), maxHeader, first, func(c content) {
		if c.uid >= start {
			liked[c.uid] = f.w.o.Candidate(c.data)
		}
	})
	if err != nil && !isRefusal(err) {
		return false, err // nothing counts: a smaller UID may have been still to come
	}
	for uid, yes := range liked {
		f.add([]uint32{uid})
		if f.pending[uid].candidate = yes; !yes {
			delete(f.pending, uid)
		}
	}
	// Gaps are mostly messages that were deleted; but some servers leave out what they
	// cannot send, and none may be passed over.
	if gaps := int(f.next-start) != len(liked); err != nil || gaps || rung && len(liked) == 0 {
		var set imap.UIDSet
		set.AddRange(imap.UID(max(start, 1)), maxUID)
		uids, err := s.search(imap.SearchCriteria{UID: []imap.UIDSet{set}})
		if err != nil {
			f.next = start
			return false, err
		}
		f.add(slices.DeleteFunc(uids, func(uid uint32) bool { _, judged := liked[uid]; return judged || uid < start }))
	}
	return f.next > start, f.work(ctx, s)
}

// judge decides by the header whether a message is fetched.
func (f *folder) judge(c content) {
	if f.w.o.Candidate(c.data) {
		f.pending[c.uid].candidate = true
	} else {
		delete(f.pending, c.uid)
	}
}

// due returns the pending messages that are to be worked on now, in order.
func (f *folder) due(want func(*pending) bool) []uint32 {
	now := time.Now()
	var uids []uint32
	for uid, p := range f.pending {
		if !p.due.After(now) && want(p) {
			uids = append(uids, uid)
		}
	}
	slices.Sort(uids)
	return uids
}

// untilDue is how long it takes until the next pending message is due, at most longest.
func (f *folder) untilDue(longest time.Duration) time.Duration {
	for _, p := range f.pending {
		longest = min(longest, max(time.Until(p.due), 0))
	}
	return longest
}

// work does what can be done now for all pending messages. Errors that concern one message are
// kept with it; those returned concern the connection.
func (f *folder) work(ctx context.Context, s *session) error {
	if err := f.deliver(ctx, s); err != nil {
		return err
	}
	for uids := range slices.Chunk(f.due(func(p *pending) bool { return !p.candidate && !p.alone }), batch) {
		if err := f.headers(s, uids); err != nil {
			return err
		}
		if err := f.deliver(ctx, s); err != nil {
			return err
		}
	}
	for _, uid := range f.due(func(p *pending) bool { return !p.candidate && p.alone }) {
		if err := f.headerAlone(s, uid); err != nil {
			return err
		}
	}
	return f.deliver(ctx, s)
}

// headers judges several messages. Any of them that makes trouble is left for a fetch of its own.
func (f *folder) headers(s *session, uids []uint32) error {
	err := s.fetch(uidSet(uids), headerSection(0), maxHeader, s.t.command, func(c content) {
		if f.pending[c.uid] != nil {
			f.judge(c)
		}
	})
	missing := slices.DeleteFunc(slices.Clone(uids), func(uid uint32) bool {
		p := f.pending[uid]
		return p == nil || p.candidate
	})
	if len(missing) == 0 {
		return err
	}
	if err != nil && !isRefusal(err) {
		f.pending[missing[0]].alone = true // servers answer in order: this was next
		return err
	}
	missing, err = f.stillThere(s, missing)
	for _, uid := range missing {
		f.pending[uid].alone = true
	}
	return err
}

// stillThere forgets those of uids that are no longer on the server, and returns the others.
func (f *folder) stillThere(s *session, uids []uint32) ([]uint32, error) {
	there, err := s.search(imap.SearchCriteria{UID: []imap.UIDSet{uidSet(uids)}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(uids, func(uid uint32) bool {
		gone := !slices.Contains(there, uid)
		if gone {
			delete(f.pending, uid)
		}
		return gone
	}), nil
}

// headerAlone judges one message, asking in other words after each failure.
func (f *folder) headerAlone(s *session, uid uint32) error {
	p, judged := f.pending[uid], false
	err := s.fetch(uidSet([]uint32{uid}), headerSection(p.strikes/ownStrike), maxHeader, s.t.command, func(c content) {
		if c.uid == uid && !judged {
			judged = true
			c.data = headerOf(c.data)
			f.judge(c)
		}
	})
	if judged {
		return goOn(err)
	}
	return f.failed(s, uid, err)
}

// goOn drops the error of a command after which the connection lives.
func goOn(err error) error {
	if isRefusal(err) {
		return nil
	}
	return err
}

// failed notes that a message could not be fetched, and gives it up after too many times. It
// returns err if that ended the connection.
func (f *folder) failed(s *session, uid uint32, err error) error {
	p, strike := f.pending[uid], anyStrike
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errParser):
		strike = ownStrike
	case err == nil:
		there, err := f.stillThere(s, []uint32{uid})
		if err != nil || len(there) == 0 {
			return err
		}
		strike = ownStrike
		p.err = fmt.Errorf("read message %d: the mail server does not send it although it is there", uid)
	}
	if err != nil {
		p.err = fmt.Errorf("read message %d: %w", uid, err)
	}
	p.strikes += strike
	p.due = time.Now().Add(doubled(f.w.t.retryMin, f.w.t.retryMax, p.strikes/ownStrike))
	if p.strikes >= strikesOut {
		f.aside++
		f.w.log.Error("a message cannot be read and is left out", "folder", f.name, "uid", uid, "error", p.err)
		delete(f.pending, uid)
	}
	return goOn(err)
}

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
		Header: headerOf(got.data), Raw: got.data, Truncated: got.cut,
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
// the watch: it only means that messages come again.
func (f *folder) save(ctx context.Context) error {
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

// trouble is what Status says of a folder that is being watched.
func (f *folder) trouble() error {
	if f.unopened != nil {
		return f.unopened
	}
	for _, uid := range slices.Sorted(maps.Keys(f.pending)) {
		if err := f.pending[uid].err; err != nil {
			return err
		}
	}
	if f.unsaved != nil {
		return fmt.Errorf("note how far %s is read: %w", f.name, f.unsaved)
	}
	if f.aside > 0 {
		return fmt.Errorf("%d messages could not be read and were left out; the log names them", f.aside)
	}
	return nil
}
