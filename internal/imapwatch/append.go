package imapwatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

func appendTo(ctx context.Context, server Server, dial dialer, t timings, folder, messageID string, raw []byte) error {
	if err := server.check(); err != nil {
		return err
	}
	if messageID == "" || strings.ContainsAny(messageID, "\r\n") {
		return fault.Permanent(errors.New("put mail into folder: it has no usable Message-ID"), "")
	}
	s, err := connect(ctx, server, dial, t, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer s.close()
	if _, err := s.examine(folder); err != nil {
		return err
	}
	header := imap.SearchCriteriaHeaderField{Key: "Message-ID", Value: messageID}
	found, err := s.search(imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{header}})
	if err != nil || len(found) > 0 {
		return err
	}
	defer s.conn.step("APPEND", t.command, t.command, t.transfer)()
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
