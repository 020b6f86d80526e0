package imapwatch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// folder is what is known of one folder while it is watched, on however many connections. It is
// used by one goroutine.
type folder struct {
	name   string
	w      *Watcher
	loaded bool
	saved  Cursor // as the ledger has it

	presented opened // what the server said of the folder last
	validity  uint32
	// next is the smallest UID not yet found on the server. Only a message that was seen moves
	// it: UIDNEXT alone may be ahead of what a search shows.
	next    uint32
	pending map[uint32]*pending // found, and in need of something

	aside    int    // messages given up
	given    []gone // those of them that nobody was told of yet
	unsaved  error  // why the ledger does not know how far the folder is read
	unopened error  // why the folder could not be opened
}

// gone is a message that was given up, and why.
type gone struct {
	uid   uint32
	cause error
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
	// A message is given up after so many strikes. What it does by itself (three times an
	// answer that cannot be read, or none although the message is there) counts four times as
	// much as what may have other reasons (a lost connection, a NO).
	strikesOut, ownStrike, anyStrike = 12, 4, 1
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
	before := f.presented
	f.presented = now
	switch {
	case now.validity != 0 && now.validity == f.validity && f.next != 0 && now.next >= f.next:
		if now.next == f.next {
			return nil
		}
		return f.search(s)
	case !fresh && now.validity == before.validity && (now.next == 0 || now.next >= before.next):
		// As odd as at the last look on this connection, and nothing else speaks of new numbers.
		return f.search(s)
	}
	return f.rescan(s, now)
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
