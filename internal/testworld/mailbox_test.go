package testworld

import (
	"bytes"
	"context"
	"crypto/tls"
	"slices"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// idle logs in, waits in IDLE on folder and returns a channel that hears of every EXISTS.
func idle(t *testing.T, ca *CA, box Mailbox, folder string) <-chan uint32 {
	t.Helper()
	exists := make(chan uint32, 16)
	client, err := imapclient.DialTLS(box.Addr(), &imapclient.Options{
		TLSConfig: &tls.Config{RootCAs: ca.Pool()},
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				exists <- *data.NumMessages
			}
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	if err := client.Login(box.User(), box.Password()).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Select(folder, nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Idle(); err != nil {
		t.Fatal(err)
	}
	return exists
}

// checkMailbox is what every Mailbox must do.
func checkMailbox(t *testing.T, ca *CA, box Mailbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for _, folder := range []string{"INBOX", "Junk"} {
		exists := idle(t, ca, box, folder)
		raw, err := Mail{Kind: Ready2026}.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if err := box.Deliver(ctx, folder, raw); err != nil {
			t.Fatal(err)
		}
		select {
		case n := <-exists:
			if n != 1 {
				t.Errorf("%s: EXISTS %d, want 1", folder, n)
			}
		case <-ctx.Done():
			t.Fatalf("%s: the waiting client heard nothing", folder)
		}
		got, err := box.Messages(ctx, folder)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || !bytes.HasSuffix(got[0], raw) {
			t.Errorf("%s: %d messages, want the delivered one byte by byte", folder, len(got))
		}
	}
	client, done, err := connect(ctx, ca, box)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if caps := client.Caps(); !caps.Has(imap.CapIdle) || !caps.Has(imap.CapSpecialUse) {
		t.Errorf("capabilities %v lack IDLE or SPECIAL-USE", caps)
	}
	folders, err := client.List("", "*", &imap.ListOptions{ReturnSpecialUse: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	junk := slices.ContainsFunc(folders, func(f *imap.ListData) bool {
		return f.Mailbox == "Junk" && slices.Contains(f.Attrs, imap.MailboxAttrJunk)
	})
	if !junk {
		t.Error("LIST shows no folder marked \\Junk")
	}
	if err := box.Deliver(ctx, "No such folder", []byte("Subject: x\r\n\r\n")); err == nil {
		t.Error("a message went to a folder that does not exist")
	}
}

func TestMemoryMailbox(t *testing.T) {
	ca := newCA(t)
	box, err := StartMemory(ca)
	if err != nil {
		t.Fatal(err)
	}
	checkMailbox(t, ca, box)
	if err := box.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := box.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if _, err := box.Messages(t.Context(), "INBOX"); err == nil {
		t.Error("a closed mailbox still answers")
	}
}
