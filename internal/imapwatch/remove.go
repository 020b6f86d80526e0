package imapwatch

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Remove takes the message with a Message-ID out of a folder, if it is there, and touches no other:
// it is expunged by its UID (RFC 4315, section 2.1) or moved to the folder for deleted mail (RFC 6851,
// RFC 6154). A server that can neither is not asked for EXPUNGE, which would take along whatever the
// person has marked as deleted; the error is permanent then, and the message stays.
func Remove(ctx context.Context, server Server, folder, messageID string) error {
	return errandTo(ctx, server, (&address{}).dial, standard, func(s *session) error { return s.remove(folder, messageID) })
}

// Remove is the same through the watcher's own connections, as Append is.
func (w *Watcher) Remove(ctx context.Context, folder, messageID string) error {
	return w.send(ctx, func(s *session) error { return s.remove(folder, messageID) })
}

// capGmail tells Gmail, where a message that is expunged from a folder stays under "All Mail".
const capGmail imap.Cap = "X-GM-EXT-1"

// mostRemoved is how many messages may have one Message-ID of ours. More are somebody else's.
const mostRemoved = 3

func (s *session) remove(folder, messageID string) error {
	if len(messageID) < 10 || strings.ContainsAny(messageID, "\r\n") { // servers search for a part of it
		return fault.Permanent(errors.New("remove mail: it has no usable Message-ID"), "")
	}
	trash := ""
	if s.caps.Has(imap.CapMove) {
		all, err := s.list()
		if err != nil {
			return err
		}
		trash = trashOf(all)
	}
	byUID := s.caps.Has(imap.CapUIDPlus)
	if trash == "" && !byUID {
		return fault.Permanent(errors.New("remove mail: the mail server cannot remove a single message"), "delete it by hand")
	}
	if err := s.selectFolder(folder); err != nil {
		return err
	}
	header := imap.SearchCriteriaHeaderField{Key: "Message-ID", Value: messageID}
	found, err := s.search(imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{header}})
	if err != nil || len(found) == 0 {
		return err
	}
	if len(found) > mostRemoved {
		return fault.Permanent(errors.New("remove mail: too many messages have its Message-ID"), "delete it by hand")
	}
	if trash != "" && (!byUID || s.caps.Has(capGmail)) {
		return s.move(found, trash)
	}
	return s.expunge(found)
}

// selectFolder opens a folder to change something in it.
func (s *session) selectFolder(folder string) error {
	defer s.step("SELECT", s.t.open, s.t.open, s.t.open)()
	_, err := s.client.Select(folder, nil).Wait()
	return s.fail("open folder "+folder, err)
}

func (s *session) move(uids []uint32, to string) error {
	defer s.step("MOVE", s.t.command, s.t.command, s.t.command)()
	_, err := s.client.Move(uidSet(uids), to).Wait()
	return s.fail("move mail to "+to, err)
}

func (s *session) expunge(uids []uint32) error {
	defer s.step("EXPUNGE", s.t.command, s.t.command, s.t.transfer)()
	flag := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
	if err := s.client.Store(uidSet(uids), flag, nil).Close(); err != nil {
		return s.fail("mark mail as deleted", err)
	}
	return s.fail("remove mail", s.client.UIDExpunge(uidSet(uids)).Close())
}

// trashOf returns the folder that the server marks as the one for deleted mail.
func trashOf(all []*imap.ListData) string {
	for _, one := range all {
		if slices.Contains(one.Attrs, imap.MailboxAttrTrash) {
			return one.Mailbox
		}
	}
	return ""
}
