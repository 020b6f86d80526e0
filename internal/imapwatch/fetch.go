package imapwatch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxHeader is how much of a header is read to see whether the message is of interest.
const maxHeader = 128 << 10

// content is a message's bytes, or the first of them.
type content struct {
	uid  uint32
	data []byte
	cut  bool // there are more
}

// headerSection is what is asked for to see a header. Not every server can do everything: after
// failures it is asked for in other words.
func headerSection(failures int) *imap.FetchItemBodySection {
	part := &imap.SectionPartial{Size: maxHeader}
	switch failures % 3 {
	case 1:
		return &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true}
	case 2:
		return &imap.FetchItemBodySection{Peek: true, Partial: part}
	}
	return &imap.FetchItemBodySection{Specifier: imap.PartSpecifierHeader, Peek: true, Partial: part}
}

// bodySection is the whole message, up to limit bytes and one more, which shows that it is longer.
func bodySection(limit int64) *imap.FetchItemBodySection {
	return &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: limit + 1}}
}

// fetch reads section of every message in set and hands each to take, in the order of arrival. It
// keeps up to limit bytes of each and skips the rest. A message that comes without any bytes
// counts as not sent. If an IDLE is just ending, its answer is awaited here, within first.
func (s *session) fetch(set imap.UIDSet, section *imap.FetchItemBodySection, limit int64, first time.Duration, take func(content)) error {
	defer s.step("FETCH", first, s.t.command, s.t.transfer)()
	s.strays.drain()
	cmd := s.client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	var broken error
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		got, err := read(msg, limit)
		if err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		if got.uid != 0 && len(got.data) > 0 {
			take(got)
		}
	}
	err := cmd.Close()
	if idle := s.idling; idle != nil {
		s.idling = nil
		if ended := idle.Wait(); err == nil {
			err = ended
		}
	}
	s.strays.wait()
	for _, got := range s.strays.drain() {
		if set.Contains(imap.UID(got.uid)) {
			take(got)
		}
	}
	if err == nil {
		err = broken
	}
	return s.fail("read messages", err)
}

// read takes one message from the parser, which waits until all of it is taken.
func read(msg *imapclient.FetchMessageData, limit int64) (content, error) {
	var got content
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			got.uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil || got.data != nil {
				continue // Next skips it
			}
			data, err := io.ReadAll(io.LimitReader(item.Literal, limit+1))
			if err != nil {
				return got, fmt.Errorf("read literal: %w", err)
			}
			got.cut = int64(len(data)) > limit
			got.data = data[:min(int64(len(data)), limit)]
		}
	}
	return got, nil
}

// strays keeps messages that the library did not recognise as the answer to a command: those whose
// UID comes after their bytes.
type strays struct {
	mu   sync.Mutex
	idle sync.Cond // no take runs
	busy int
	got  []content
	size int
}

// maxStrays bounds what is kept of them, in bytes.
const maxStrays = 2 * MaxMessage

func newStrays() *strays {
	s := &strays{}
	s.idle.L = &s.mu
	return s
}

// take runs in a goroutine of the library. The parser waits for the bytes to be read, so that a take
// has begun before the command that it belongs to ends.
func (s *strays) take(msg *imapclient.FetchMessageData) {
	s.mu.Lock()
	s.busy++
	s.mu.Unlock()
	got, err := read(msg, MaxMessage)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && got.uid != 0 && len(got.data) > 0 && s.size+len(got.data) <= maxStrays {
		s.got = append(s.got, got)
		s.size += len(got.data)
	}
	if s.busy--; s.busy == 0 {
		s.idle.Broadcast()
	}
}

func (s *strays) wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.busy > 0 {
		s.idle.Wait()
	}
}

func (s *strays) drain() []content {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got, s.size = nil, 0
	return got
}

// headerOf returns the part of a message up to and including the first blank line.
func headerOf(raw []byte) []byte {
	end := len(raw)
	for _, blank := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(raw, []byte(blank)); i >= 0 {
			end = min(end, i+len(blank))
		}
	}
	return raw[:end]
}

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
