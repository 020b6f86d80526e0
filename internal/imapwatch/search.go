package imapwatch

import (
	"errors"
	"math"
	"slices"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const (
	// maxFound bounds how many messages one search may bring; a wrong answer could name four billion.
	maxFound = 1 << 20
	// manyFound is when a search is repeated beside what it found: some servers cut long answers short.
	manyFound = 500
)

// search returns the UIDs of all messages that match, in ascending order.
func (s *session) search(criteria imap.SearchCriteria) ([]uint32, error) {
	found, err := s.searchOnce(criteria)
	for grown := manyFound; err == nil && len(found) >= grown && len(found) < maxFound; {
		var beside imap.UIDSet
		if low := found[0]; low > 1 {
			beside.AddRange(1, imap.UID(low-1))
		}
		if high := found[len(found)-1]; high < maxUID {
			beside.AddRange(imap.UID(high+1), maxUID)
		}
		narrower := criteria
		narrower.UID = append(slices.Clone(criteria.UID), beside)
		grown = len(found) + 1
		var more []uint32
		more, err = s.searchOnce(narrower)
		found = append(found, more...)
		slices.Sort(found)
		found = slices.Compact(found)
	}
	return found, err
}

// maxUID stands for "as far as there are messages". "*" would not do: it names the last message
// even if that has a smaller UID (RFC 3501, section 6.4.8), and that may be one that cannot be read.
const maxUID = math.MaxUint32 - 1

func (s *session) searchOnce(criteria imap.SearchCriteria) ([]uint32, error) {
	defer s.step("SEARCH", s.t.command, s.t.command, s.t.transfer)()
	data, err := s.client.UIDSearch(&criteria, nil).Wait()
	if err != nil {
		return nil, s.fail("search messages", err)
	}
	set, ok := data.All.(imap.UIDSet)
	if !ok && data.All != nil {
		return nil, s.fail("search messages", fault.Temporary(errors.New("mail server answers with numbers that are not UIDs"), ""))
	}
	count := uint64(0)
	for _, r := range set {
		count += uint64(max(r.Stop, r.Start)-min(r.Stop, r.Start)) + 1
	}
	if set.Dynamic() || count > maxFound {
		return nil, s.fail("search messages", fault.Temporary(errors.New("mail server names more messages than a folder can hold"), ""))
	}
	uids, _ := set.Nums()
	found := make([]uint32, 0, len(uids))
	for _, uid := range uids {
		found = append(found, uint32(uid))
	}
	slices.Sort(found)
	return found, nil
}

// from is the set of all UIDs at or after next.
func from(next uint32) imap.UIDSet {
	var set imap.UIDSet
	set.AddRange(imap.UID(max(next, 1)), maxUID)
	return set
}

func uidSet(uids []uint32) imap.UIDSet {
	var set imap.UIDSet
	for _, uid := range uids {
		set.AddNum(imap.UID(uid))
	}
	return set
}
