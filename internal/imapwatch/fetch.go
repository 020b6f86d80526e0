package imapwatch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// maxHeader is how much of a header is read to see whether the message is of interest.
const maxHeader = 128 << 10

// content is a message's bytes, or the first of them.
type content struct {
	uid  uint32
	data []byte
	cut  bool // there are more

	received time.Time // the server's INTERNALDATE; zero if it did not tell
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
	cmd := s.client.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: section.Specifier == imap.PartSpecifierNone, BodySection: []*imap.FetchItemBodySection{section}})
	var (
		broken error
		last   *content // not taken until it is known that its response ended as it should
	)
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if last != nil {
			take(*last)
			last = nil
		}
		got, err := read(msg, limit)
		if err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		if got.uid != 0 && len(got.data) > 0 {
			last = &got
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
	strays := s.strays.drain()
	if _, answered := errors.AsType[*imap.Error](err); err == nil || answered {
		if last != nil {
			take(*last)
		}
		for _, got := range strays {
			if set.Contains(imap.UID(got.uid)) {
				take(got)
			}
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
		case imapclient.FetchItemDataInternalDate:
			got.received = item.Time
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
