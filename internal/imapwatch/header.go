package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

// batch is how many headers are asked for at once.
const batch = 100

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
		f.given = append(f.given, gone{uid, p.err})
	}
	return goOn(err)
}
