package notify

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-message/mail"
)

// Append puts a message with the given Message-ID into a mailbox, unless it is
// there already.
type Append func(ctx context.Context, messageID string, raw []byte) error

type inbox struct {
	address string
	put     Append
}

// Inbox tells the person by a mail that is put into their own inbox at address.
// It needs no other credential, and reaches every device that reads that inbox.
func Inbox(address string, put Append) Channel { return &inbox{address, put} }

func (i *inbox) Name() string { return "inbox " + i.address }

func (i *inbox) Send(ctx context.Context, e Event) error {
	raw, err := Compose(i.address, e)
	if err != nil {
		return err
	}
	if err := i.put(ctx, MessageID(i.address, e), raw); err != nil {
		return fmt.Errorf("put mail into %s: %w", i.address, err)
	}
	return nil
}

// MessageID is the same for the same event, so that it is put once.
func MessageID(address string, e Event) string {
	_, domain, _ := strings.Cut(address, "@")
	return e.ID + ".igwatchd@" + domain
}

// Compose writes the event as a plain-text message (RFC 5322).
func Compose(address string, e Event) ([]byte, error) {
	at := e.Time
	if at.IsZero() {
		at = time.Now()
	}
	var h mail.Header
	h.SetDate(at)
	h.SetSubject(e.Title)
	h.SetAddressList("From", []*mail.Address{{Name: "igwatchd", Address: address}})
	h.SetAddressList("To", []*mail.Address{{Address: address}})
	h.SetMessageID(MessageID(address, e))
	h.Set("Auto-Submitted", "auto-generated") // RFC 3834, section 5
	h.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	h.Set("Content-Transfer-Encoding", "quoted-printable")
	var b bytes.Buffer
	w, err := mail.CreateSingleInlineWriter(&b, h)
	if err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	text := e.Text
	if e.URL != "" {
		text += "\n\n" + e.URL
	}
	if _, err := w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n")); err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compose mail: %w", err)
	}
	return b.Bytes(), nil
}
