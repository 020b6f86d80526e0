package imapwatch

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Read returns the message that has this UID in a folder, and changes nothing there. It makes a
// connection of its own for a moment, as Probe does, beside those of a Watcher. A folder or a
// message that is not there is an error of kind permanent.
func Read(ctx context.Context, server Server, folder string, uid uint32) (Message, error) {
	return readOne(ctx, server, (&address{}).dial, standard, folder, uid)
}

func readOne(ctx context.Context, server Server, dial dialer, t timings, name string, uid uint32) (Message, error) {
	if err := server.check(); err != nil {
		return Message{}, err
	}
	s, err := connect(ctx, server, dial, t, slog.New(slog.DiscardHandler))
	if err != nil {
		return Message{}, err
	}
	defer s.close()
	now, err := s.examine(name)
	if isRefusal(err) {
		return Message{}, s.noFolder(name, err)
	}
	if err != nil {
		return Message{}, err
	}
	var got *content
	err = s.fetch(uidSet([]uint32{uid}), bodySection(MaxMessage), MaxMessage, t.command, func(c content) {
		if c.uid == uid && got == nil {
			got = &c
		}
	})
	if got == nil {
		return Message{}, s.noMessage(name, now.validity, uid, err)
	}
	return Message{
		Folder: name, UIDValidity: now.validity, UID: uid,
		Header: headerOf(got.data), Raw: got.data, Truncated: got.cut, Received: got.received,
	}, nil
}

// noFolder says why a folder could not be opened.
func (s *session) noFolder(name string, refused error) error {
	all, err := s.list()
	if err != nil || slices.ContainsFunc(all, func(d *imap.ListData) bool { return d.Mailbox == name }) {
		return refused
	}
	var names []string
	for _, d := range all {
		if !slices.Contains(d.Attrs, imap.MailboxAttrNoSelect) && len(names) < 20 {
			names = append(names, d.Mailbox)
		}
	}
	return fault.Permanent(fmt.Errorf("the mailbox has no folder %q", name), "its folders: "+strings.Join(names, ", "))
}

// noMessage says why a message did not come.
func (s *session) noMessage(name string, validity, uid uint32, err error) error {
	if goOn(err) != nil {
		return err
	}
	found, searched := s.search(imap.SearchCriteria{UID: []imap.UIDSet{uidSet([]uint32{uid})}})
	if searched != nil || len(found) > 0 {
		if err == nil {
			err = fault.Temporary(fmt.Errorf("the mail server has message %d of folder %s, but does not send it", uid, name), "")
		}
		return err
	}
	return fault.Permanent(fmt.Errorf("folder %s has no message with UID %d (its UIDVALIDITY is %d)", name, uid, validity),
		"it may have been moved or deleted; UIDs also change when the server renumbers the folder, and then UIDVALIDITY does too")
}
