package imapwatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Append puts a message, with CRLF line ends, into a folder, unread. It first looks for a message
// with the same Message-ID there, and does nothing if there is one: calling it again after a crash
// is safe.
func Append(ctx context.Context, server Server, folder, messageID string, raw []byte) error {
	return appendTo(ctx, server, (&address{}).dial, standard, folder, messageID, raw)
}

// Append is the same through the watcher's own connections, so that a mailbox never has more than
// two: servers count them, and some lock out who has too many. It waits until the second one is
// free, at most until ctx ends.
func (w *Watcher) Append(ctx context.Context, folder, messageID string, raw []byte) error {
	return w.send(ctx, func(s *session) error { return s.put(folder, messageID, raw) })
}

func appendTo(ctx context.Context, server Server, dial dialer, t timings, folder, messageID string, raw []byte) error {
	return errandTo(ctx, server, dial, t, func(s *session) error { return s.put(folder, messageID, raw) })
}

// put opens the folder and appends the message unless it is there.
func (s *session) put(folder, messageID string, raw []byte) error {
	if messageID == "" || strings.ContainsAny(messageID, "\r\n") {
		return fault.Permanent(errors.New("put mail into folder: it has no usable Message-ID"), "")
	}
	if _, err := s.examine(folder); err != nil {
		return err
	}
	header := imap.SearchCriteriaHeaderField{Key: "Message-ID", Value: messageID}
	found, err := s.search(imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{header}})
	if err != nil || len(found) > 0 {
		return err
	}
	defer s.conn.step("APPEND", s.t.command, s.t.command, s.t.transfer)()
	cmd := s.client.Append(folder, int64(len(raw)), nil)
	_, wrote := io.Copy(cmd, bytes.NewReader(raw))
	closed := cmd.Close()
	_, err = cmd.Wait()
	if err == nil {
		err = errors.Join(wrote, closed)
	}
	if err != nil {
		return fault.Temporary(fmt.Errorf("put mail into folder: %w", s.fail("APPEND", err)), "")
	}
	return nil
}
