package imapwatch

import (
	"bytes"
	"context"
	"errors"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// memoryLedger keeps cursors for as long as the test.
type memoryLedger struct {
	mu sync.Mutex
	m  map[string]Cursor
}

func (l *memoryLedger) Cursor(_ context.Context, folder string) (Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.m[folder], nil
}

func (l *memoryLedger) Advance(_ context.Context, folder string, c Cursor) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.m == nil {
		l.m = map[string]Cursor{}
	}
	l.m[folder] = c
	return nil
}

// reader is somebody who watches a mailbox and keeps what comes.
type reader struct {
	o   Options
	t   timings
	got chan Message

	mu     sync.Mutex
	refuse map[string]int // subject → how often Handle still fails
}

// quick are timings for tests: what takes minutes takes parts of a second. Answers are waited for.
func quick() timings {
	t := standard
	t.connect, t.greeting, t.login, t.open, t.plus, t.done, t.command = patience, patience, patience, patience, patience, patience, patience
	t.idle, t.poll = 2*time.Second, 300*time.Millisecond
	t.idleMin, t.idleMax, t.idleLeast = 500*time.Millisecond, 2*time.Second, 50*time.Millisecond
	t.soon = 20 * time.Millisecond
	t.retryMin, t.retryMax = 20*time.Millisecond, 100*time.Millisecond
	t.backoffMin, t.backoffMax = 20*time.Millisecond, 200*time.Millisecond
	t.refused, t.retryLogin = time.Second, 100*time.Millisecond
	return t
}

func newReader(s Server) *reader {
	r := &reader{t: quick(), got: make(chan Message, 100), refuse: map[string]int{}}
	r.o = Options{
		Server: s, Lookback: 5 * 24 * time.Hour, Ledger: &memoryLedger{},
		Candidate: func(h []byte) bool { return !bytes.Contains(h, []byte("Subject: boring")) },
		Handle: func(_ context.Context, m Message) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if s := subject(m.Raw); r.refuse[s] > 0 {
				r.refuse[s]--
				return errors.New("no room")
			}
			r.got <- m
			return nil
		},
	}
	return r
}

// run watches until the returned function is called, which wants an end.
func (r *reader) run(t *testing.T) (w *Watcher, stop func()) {
	t.Helper()
	w = New(r.o)
	w.t = r.t
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			select {
			case err := <-done:
				if err != nil {
					t.Errorf("Run: %v", err)
				}
			case <-time.After(patience):
				buf := make([]byte, 1<<20)
				t.Errorf("Run does not end:\n%s", buf[:runtime.Stack(buf, true)])
			}
		})
	}
	t.Cleanup(stop)
	return w, stop
}

func (r *reader) want(t *testing.T, subjects ...string) (last Message) {
	t.Helper()
	for _, s := range subjects {
		select {
		case last = <-r.got:
			if subject(last.Raw) != s {
				t.Fatalf("got %q, want %q", subject(last.Raw), s)
			}
		case <-time.After(patience):
			t.Fatalf("%q never came", s)
		}
	}
	return last
}

func (r *reader) wantNothing(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case m := <-r.got:
		t.Errorf("%q came once too often", subject(m.Raw))
	case <-time.After(d):
	}
}

func subject(raw []byte) string {
	_, rest, _ := strings.Cut(string(raw), "Subject: ")
	s, _, _ := strings.Cut(rest, "\r\n")
	return s
}

func mail(subject string) []byte {
	return []byte("From: x@example.org\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject + "@x>\r\nDate: " +
		time.Now().Format(time.RFC1123Z) + "\r\n\r\nbody of " + subject + "\r\n")
}

func deliver(t *testing.T, box testworld.Mailbox, folder, subject string) {
	t.Helper()
	if err := box.Deliver(t.Context(), folder, mail(subject)); err != nil {
		t.Fatal(err)
	}
}

func state(w *Watcher, folder string) string {
	for _, f := range w.Status() {
		if f.Folder == folder {
			return f.State
		}
	}
	return ""
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func serverOf(t *testing.T, ca *testworld.CA, box testworld.Mailbox) Server {
	t.Helper()
	host, port, err := net.SplitHostPort(box.Addr())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Server{
		Host: host, Port: n, Security: "tls", User: box.User(), RootCAs: ca.Pool(),
		Password: func(context.Context) (string, error) { return box.Password(), nil },
	}
}

// eachServer runs a test with the in-process server and with a real Dovecot.
func eachServer(t *testing.T, f func(t *testing.T, box testworld.Mailbox, s Server)) {
	t.Helper()
	ca, _ := sharedDovecot(t)
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		box, err := testworld.StartMemory(ca)
		if err != nil {
			t.Fatal(err)
		}
		defer box.Close()
		f(t, box, serverOf(t, ca, box))
	})
	t.Run("dovecot", func(t *testing.T) {
		t.Parallel()
		box, s := neighbour(t)
		f(t, box, s)
	})
}
