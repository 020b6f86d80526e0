package imapwatch

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/emersion/go-imap/v2"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

const drilled = "drill-5MQ2XV7.igwatchd@example.org"

func TestOnlyTheOneMailIsRemoved(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, box testworld.Mailbox, s Server) {
		for _, id := range []string{"kept@x", "given-up@x", drilled, "drill-6.igwatchd@example.org"} {
			if err := Append(t.Context(), s, "INBOX", id, withID(id, id)); err != nil {
				t.Fatal(err)
			}
		}
		// The person has marked a mail as deleted and may change their mind until they expunge it.
		mark := func(s *session) error {
			if err := s.selectFolder("INBOX"); err != nil {
				return err
			}
			return s.client.Store(imap.UIDSetNum(2), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close()
		}
		if err := errandTo(t.Context(), s, (&address{}).dial, standard, mark); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it is gone already
			if err := Remove(t.Context(), s, "INBOX", drilled); err != nil {
				t.Fatal(err)
			}
		}
		left, err := box.Messages(t.Context(), "INBOX")
		if err != nil || len(left) != 3 || slices.ContainsFunc(left, func(m []byte) bool { return bytes.Contains(m, []byte(drilled)) }) {
			t.Errorf("%d mails are left, %v", len(left), err)
		}
		if err := Remove(t.Context(), s, "INBOX", ""); fault.KindOf(err) != fault.PermanentKind {
			t.Errorf("without a Message-ID: %v", err)
		}
	})
}

func TestAWatcherRemovesThroughItsOwnConnections(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, box testworld.Mailbox, s Server) {
		r := newReader(s)
		w := New(r.o)
		w.t = quick()
		var c counted
		w.dial = c.dial(w.dial)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.Run(ctx) }()
		eventually(t, "both folders are watched", func() bool { return state(w, "INBOX") == StateWatching && state(w, "Junk") == StatePolling })
		if err := w.Append(ctx, "INBOX", drilled, withID("drill", drilled)); err != nil {
			t.Fatal(err)
		}
		if err := w.Remove(ctx, "INBOX", drilled); err != nil {
			t.Fatal(err)
		}
		if left, err := box.Messages(ctx, "INBOX"); err != nil || len(left) != 0 {
			t.Errorf("%d mails are left, %v", len(left), err)
		}
		deliver(t, box, "INBOX", "after it")
		deliver(t, box, "Junk", "there too")
		for range 2 {
			<-r.got
		}
		c.mu.Lock()
		if c.most > 2 {
			t.Errorf("%d connections at once", c.most)
		}
		c.mu.Unlock()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestRemovingAsTheServerCan looks at the very commands: a plain EXPUNGE is never among them.
func TestRemovingAsTheServerCan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		caps  string
		trash bool
		want  string // of the commands that change something
		kind  fault.Kind
	}{
		"UIDPLUS":                 {"UIDPLUS", true, "UID STORE 1 +FLAGS.SILENT (\\Deleted); UID EXPUNGE 1", fault.UnknownKind},
		"both":                    {"UIDPLUS MOVE", true, "UID STORE 1 +FLAGS.SILENT (\\Deleted); UID EXPUNGE 1", fault.UnknownKind},
		"MOVE alone":              {"MOVE", true, `UID MOVE 1 "Bin"`, fault.UnknownKind},
		"Gmail":                   {"UIDPLUS MOVE X-GM-EXT-1", true, `UID MOVE 1 "Bin"`, fault.UnknownKind},
		"Gmail without a bin":     {"UIDPLUS MOVE X-GM-EXT-1", false, "UID STORE 1 +FLAGS.SILENT (\\Deleted); UID EXPUNGE 1", fault.UnknownKind},
		"MOVE, nowhere to":        {"MOVE", false, "", fault.PermanentKind},
		"neither":                 {"", true, "", fault.PermanentKind},
		"too many are said to be": {"UIDPLUS", true, "", fault.PermanentKind},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.caps += " " + c.caps
				if c.trash {
					f.boxes["Bin"] = &fakeBox{validity: 1, next: 1, marks: `\Trash`}
				}
				f.put("INBOX", "drill")
				if strings.HasPrefix(name, "too many") {
					for range mostRemoved {
						f.put("INBOX", "drill")
					}
				}
				var changed []string
				f.odd = func(c *fakeConn, tag, line string) bool {
					switch words := strings.Fields(line); {
					case words[0] == "SELECT":
						c.answer(tag, "EXAMINE "+words[1])
					case words[0] == "UID" && words[1] != "SEARCH", words[0] == "EXPUNGE", words[0] == "STORE":
						changed = append(changed, line)
						c.say("%s OK done\n", tag)
					default:
						return false
					}
					return true
				}
				err := errandTo(t.Context(), f.server(), f.dial, standard, func(s *session) error { return s.remove("INBOX", drilled) })
				if fault.KindOf(err) != c.kind {
					t.Errorf("%v", err)
				}
				if got := strings.Join(changed, "; "); got != c.want {
					t.Errorf("it was asked for %q, want %q", got, c.want)
				}
			})
		})
	}
}
