package imapwatch

import (
	"context"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

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
