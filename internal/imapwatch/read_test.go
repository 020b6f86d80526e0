package imapwatch

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

func TestOneMessageIsReadByItsNumber(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, box testworld.Mailbox, s Server) {
		before := time.Now().Add(-time.Second).Truncate(time.Second)
		deliver(t, box, "INBOX", "first")
		deliver(t, box, "Junk", "other")
		deliver(t, box, "INBOX", "second")
		got, err := readOne(t.Context(), s, (&address{}).dial, quick(), "INBOX", 2)
		if err != nil {
			t.Fatal(err)
		}
		all, err := box.Messages(t.Context(), "INBOX")
		if err != nil {
			t.Fatal(err)
		}
		if subject(got.Raw) != "second" || got.UID != 2 || got.Folder != "INBOX" || got.UIDValidity == 0 || got.Truncated || !bytes.Equal(got.Raw, all[1]) {
			t.Errorf("got %+v", got)
		}
		if got.Received.Before(before) || got.Received.After(time.Now().Add(time.Second)) {
			t.Errorf("received %v", got.Received)
		}
		for _, c := range []struct {
			folder, words, hint string
			uid                 uint32
		}{
			{"INBOX", "folder INBOX has no message with UID 77 (its UIDVALIDITY is ", "moved or deleted", 77},
			{"Spam", `the mailbox has no folder "Spam"`, "INBOX", 1},
		} {
			_, err := readOne(t.Context(), s, (&address{}).dial, quick(), c.folder, c.uid)
			if err == nil || !strings.Contains(err.Error(), c.words) || fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), c.hint) {
				t.Errorf("%s %d: %v (%s; %s)", c.folder, c.uid, err, fault.KindOf(err), fault.HintOf(err))
			}
		}
	})
}

func TestTheTimeOfReceiptIsReadOffAnyAnswer(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 5, 8, 17, 12, 13, 0, time.UTC)
	for _, c := range []struct {
		said string
		want time.Time
	}{
		{`(UID 7 INTERNALDATE " 8-May-2026 10:12:13 -0700" BODY[] "x")`, want},
		{`(INTERNALDATE "08-May-2026 17:12:13 +0000" UID 7 BODY[] "x")`, want},
		{`(FLAGS (\Seen) BODY[] "x" internaldate "08-May-2026 17:12:13 +0000"  UID 7 )`, want},
		{`(UID 7 INTERNALDATE NIL BODY[] "x")`, time.Time{}},
		{`(UID 7 INTERNALDATE "yesterday" BODY[] "x")`, time.Time{}},
		{`(UID 7 INTERNALDATE "" BODY[] "x")`, time.Time{}},
		{`(UID 7 INTERNALDATE "32-May-2026 17:12:13 +0000" BODY[] "x")`, time.Time{}},
	} {
		r := fetchResponse{number: 3}
		out, _, _, end, err := r.tidy([]byte(c.said + "\r\n"))
		if err != nil || !end || !strings.Contains(string(out), "UID 7") || !strings.Contains(string(out), "BODY[] {1}\r\nx") {
			t.Errorf("%s: %q %v", c.said, out, err)
		}
		_, date, found := strings.Cut(string(out), `INTERNALDATE "`)
		date, _, _ = strings.Cut(date, `"`)
		got, err := time.Parse("_2-Jan-2006 15:04:05 -0700", date)
		if found != !c.want.IsZero() || found && (err != nil || !got.Equal(c.want)) {
			t.Errorf("%s: %q", c.said, out)
		}
	}
}
