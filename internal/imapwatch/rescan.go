package imapwatch

import (
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
)

const (
	// recent is how many of the last UIDs are looked at in a rescan whatever their date.
	recent = 20
	// many is how many messages of the last days are more than a look at each header is worth.
	many = 500
)

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
	uids, err := f.lastDays(s)
	if err != nil {
		return err
	}
	if same := now.validity != 0 && now.validity == f.validity; !same {
		clear(f.pending) // its numbers mean other messages now
		f.next = 0
	} else if now.next < f.next {
		f.next = 0
	} else if err := f.search(s); err != nil { // what has waited for longer than the last days
		return err
	}
	f.validity = now.validity
	f.next = max(f.next, now.next, 1)
	// The search may lag behind what has just arrived.
	for uid := now.next; uid > 1 && now.next-uid < recent; uid-- {
		uids = append(uids, uid-1)
	}
	f.add(uids)
	return nil
}

// lastDays finds the messages of the last days, or of a great many those that may be candidates.
//
// Not every server searches headers equally well: RFC 3501 (section 6.4.4) wants any part of the
// text found, Gmail finds whole words, and an index may lag behind. So as long as it costs little
// every header is looked at here.
func (f *folder) lastDays(s *session) ([]uint32, error) {
	since := imap.SearchCriteria{Since: time.Now().Add(-f.w.o.Lookback).AddDate(0, 0, -2)}
	uids, err := s.searchOnce(since) // enough to know whether there are many
	if err == nil && len(uids) >= many && len(f.w.o.Keywords) == 0 {
		uids, err = s.search(since)
	}
	if err != nil {
		return nil, err
	}
	log := f.w.log.With("folder", f.name, "since", since.Since.Format(time.DateOnly), "messages", len(uids))
	if len(uids) < many || len(f.w.o.Keywords) == 0 {
		log.Info("reading the last days of a folder")
		return uids, nil
	}
	narrow := since
	narrow.Or = [][2]imap.SearchCriteria{either(f.w.o.Keywords)}
	some, err := s.search(narrow)
	switch {
	case isRefusal(err):
		log.Info("reading the last days of a folder; the server does not search for words", "error", err)
		return s.search(since)
	case err != nil:
		return nil, err
	}
	log.Info("reading the last days of a folder", "with_keyword", len(some))
	return some, nil
}

// either matches messages with any of the words in From or Subject.
func either(words []string) [2]imap.SearchCriteria {
	has := func(key string) imap.SearchCriteria {
		return imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: key, Value: words[0]}}}
	}
	subject := has("Subject")
	if len(words) > 1 {
		rest := imap.SearchCriteria{Or: [][2]imap.SearchCriteria{either(words[1:])}}
		subject = imap.SearchCriteria{Or: [][2]imap.SearchCriteria{{subject, rest}}}
	}
	return [2]imap.SearchCriteria{has("From"), subject}
}
