package imapwatch

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

func TestEveryMessageIsHandedOnOnce(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, box testworld.Mailbox, s Server) {
		deliver(t, box, "INBOX", "before")
		r := newReader(s)
		w, stop := r.run(t)
		m := r.want(t, "before")
		if m.Folder != "INBOX" || m.UID == 0 || m.UIDValidity == 0 || !bytes.Equal(m.Raw, mail("before")) && !bytes.Contains(m.Raw, []byte("body of before")) ||
			!bytes.HasPrefix(m.Raw, m.Header) || !bytes.HasSuffix(m.Header, []byte("\r\n\r\n")) || m.Truncated {
			t.Errorf("%+v", m)
		}
		eventually(t, "INBOX is watched", func() bool { return state(w, "INBOX") == StateWatching })
		deliver(t, box, "INBOX", "live")
		r.want(t, "live")
		deliver(t, box, "INBOX", "boring")
		deliver(t, box, "INBOX", "after boring")
		r.want(t, "after boring")
		eventually(t, "Junk is polled", func() bool { return state(w, "Junk") == StatePolling })
		deliver(t, box, "Junk", "in the spam folder")
		r.want(t, "in the spam folder")
		r.wantNothing(t, 500*time.Millisecond)
		stop()
		if state(w, "INBOX") != StateStopped {
			t.Errorf("after the end: %+v", w.Status())
		}

		// Another run goes on where this one was.
		deliver(t, box, "INBOX", "meanwhile")
		r2 := newReader(s)
		r2.o.Ledger = r.o.Ledger
		r2.run(t)
		r2.want(t, "meanwhile")
		r2.wantNothing(t, 500*time.Millisecond)
	})
}

func TestAMessageThatIsNotTakenComesAgainAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, box testworld.Mailbox, s Server) {
		r := newReader(s)
		r.refuse["stubborn"] = 3
		deliver(t, box, "INBOX", "stubborn")
		deliver(t, box, "INBOX", "easy")
		r.run(t)
		r.want(t, "easy", "stubborn")

		// One that is never taken keeps the cursor where it is: the next run sees it.
		r.mu.Lock()
		r.refuse["never"] = 1 << 30
		r.mu.Unlock()
		deliver(t, box, "INBOX", "never")
		deliver(t, box, "INBOX", "later")
		m := r.want(t, "later")
		time.Sleep(200 * time.Millisecond)
		if c, _ := r.o.Ledger.Cursor(t.Context(), "INBOX"); c.Next >= m.UID {
			t.Errorf("the cursor %+v has passed a message that nobody took", c)
		}
	})
}

func TestAppendPutsAMailOnce(t *testing.T) {
	t.Parallel()
	eachServer(t, func(t *testing.T, box testworld.Mailbox, s Server) {
		for range 3 {
			if err := Append(t.Context(), s, "INBOX", "news@x", mail("news")); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := box.Messages(t.Context(), "INBOX"); err != nil || len(all) != 1 {
			t.Errorf("%d mails, %v", len(all), err)
		}
		if err := Append(t.Context(), s, "No such folder", "news@x", mail("news")); err == nil {
			t.Error("a folder that is not there was accepted")
		}
	})
}

func TestDovecotKilledAndPaused(t *testing.T) {
	t.Parallel()
	ca, _ := sharedDovecot(t)
	box := ownDovecot(t, ca)
	r := newReader(serverOf(t, ca, box))
	r.t.connect, r.t.greeting, r.t.login, r.t.open = 5*time.Second, 5*time.Second, 5*time.Second, 5*time.Second
	r.t.plus, r.t.done, r.t.command = 2*time.Second, time.Second, 5*time.Second
	w, _ := r.run(t)
	watching := func() bool { return state(w, "INBOX") == StateWatching }
	eventually(t, "watching", watching)
	deliver(t, box, "INBOX", "one")
	r.want(t, "one")

	if err := box.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the loss is noticed", func() bool { return state(w, "INBOX") == StateConnecting })
	if err := box.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "watching again", watching)
	deliver(t, box, "INBOX", "two")
	r.want(t, "two")

	// A stopped server still acknowledges packets: only a probe notices.
	if err := box.Pause(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the silence is noticed", func() bool { return state(w, "INBOX") == StateConnecting })
	if err := box.Resume(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "watching again", watching)
	deliver(t, box, "INBOX", "three")
	r.want(t, "three")
	r.wantNothing(t, 300*time.Millisecond)
}

func TestRefusedLogin(t *testing.T) {
	t.Parallel()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	box, err := testworld.StartMemory(ca)
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	s := serverOf(t, ca, box)
	var mu sync.Mutex
	password, logins := "wrong", 0
	s.Password = func(context.Context) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		logins++
		return password, nil
	}
	if _, err := Probe(t.Context(), s); err == nil || !strings.Contains(fault.HintOf(err), "app password") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("Probe: %v, hint %q", err, fault.HintOf(err))
	}
	logins = 0
	r := newReader(s)
	r.t.refused = time.Hour
	w, _ := r.run(t)
	eventually(t, "auth-failed", func() bool { return state(w, "INBOX") == StateAuthFailed })
	time.Sleep(300 * time.Millisecond)
	mu.Lock()
	if logins > 4 {
		t.Errorf("%d logins: that locks accounts", logins)
	}
	password = box.Password()
	mu.Unlock()
	deliver(t, box, "INBOX", "at last")
	w.Wake()
	r.want(t, "at last")
}

func TestWhatCannotWorkIsSaidWithAHint(t *testing.T) {
	t.Parallel()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	box, err := testworld.StartMemory(ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() }) // after the parallel parts
	tests := map[string]struct {
		change func(s *Server)
		hint   string
		kind   fault.Kind
	}{
		"unknown host":      {func(s *Server) { s.Host = "imap.igwatchd.invalid" }, "host", fault.TemporaryKind},
		"nobody there":      {func(s *Server) { s.Port = 1 }, "port", fault.TemporaryKind},
		"foreign authority": {func(s *Server) { s.RootCAs = nil }, "ca_file", fault.TemporaryKind},
		"plaintext abroad":  {func(s *Server) { s.Security, s.Host = "plaintext", "192.0.2.1" }, "", fault.ConfigurationKind},
		"no STARTTLS there": {func(s *Server) { s.Security = "starttls" }, "", fault.TemporaryKind},
		"unreadable secret": {func(s *Server) {
			s.Password = func(context.Context) (string, error) { return "", errors.New("no file") }
		}, "", ""},
		"unknown protection": {func(s *Server) { s.Security = "ssl" }, "", fault.ConfigurationKind},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serverOf(t, ca, box)
			tt.change(&s)
			q := quick()
			if name == "no STARTTLS there" { // it waits for a client to speak
				q.greeting = time.Second
			}
			_, err := probe(t.Context(), s, (&address{}).dial, q)
			if err == nil || !strings.Contains(fault.HintOf(err), tt.hint) || tt.kind != "" && fault.KindOf(err) != tt.kind {
				t.Errorf("kind %q, hint %q: %v", fault.KindOf(err), fault.HintOf(err), err)
			}
		})
	}
	// The wildcard: a watcher with such a server does not spin.
	w := New(Options{Server: Server{Security: "plaintext", Host: "192.0.2.1", Port: 1}, Ledger: &memoryLedger{}})
	if err := w.Run(t.Context()); fault.KindOf(err) != fault.ConfigurationKind {
		t.Errorf("Run: %v", err)
	}
}
