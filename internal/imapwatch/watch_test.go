package imapwatch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
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

// quick are timings for tests: what takes minutes takes parts of a second.
func quick() timings {
	t := standard
	t.connect, t.greeting, t.login, t.open = 3*time.Second, 3*time.Second, 3*time.Second, 3*time.Second
	t.plus, t.done, t.command = 2*time.Second, time.Second, 3*time.Second
	t.idle, t.poll = 2*time.Second, 300*time.Millisecond
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

// run watches until the returned function is called, which wants a quick end
// and no goroutine left.
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
			case <-time.After(2 * time.Second):
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
		case <-time.After(20 * time.Second):
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
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(10 * time.Millisecond) {
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
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("memory", func(t *testing.T) {
		box, err := testworld.StartMemory(ca)
		if err != nil {
			t.Fatal(err)
		}
		defer box.Close()
		f(t, box, serverOf(t, ca, box))
	})
	t.Run("dovecot", func(t *testing.T) {
		box, err := testworld.StartDovecot(t.Context(), ca, filepath.Join(t.TempDir(), "dovecot"))
		if err != nil {
			t.Fatal(err)
		}
		defer box.Close()
		f(t, box, serverOf(t, ca, box))
	})
}

func TestEveryMessageIsHandedOnOnce(t *testing.T) {
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
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	box, err := testworld.StartDovecot(t.Context(), ca, filepath.Join(t.TempDir(), "dovecot"))
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	r := newReader(serverOf(t, ca, box))
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
	began := time.Now()
	if err := box.Pause(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the silence is noticed", func() bool { return state(w, "INBOX") == StateConnecting })
	if limit := r.t.idle + r.t.done + 2*time.Second; time.Since(began) > limit {
		t.Errorf("noticed after %v, later than %v", time.Since(began), limit)
	}
	if err := box.Resume(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "watching again", watching)
	deliver(t, box, "INBOX", "three")
	r.want(t, "three")
	r.wantNothing(t, 300*time.Millisecond)
}

func TestRefusedLogin(t *testing.T) {
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
	w, _ := r.run(t)
	eventually(t, "auth-failed", func() bool { return state(w, "INBOX") == StateAuthFailed })
	time.Sleep(300 * time.Millisecond) // a third of the pause
	mu.Lock()
	if logins > 4 {
		t.Errorf("%d logins: that locks accounts", logins)
	}
	password = box.Password()
	mu.Unlock()
	deliver(t, box, "INBOX", "at last")
	r.want(t, "at last")
}

func TestWhatCannotWorkIsSaidWithAHint(t *testing.T) {
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
			q.greeting = time.Second
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

// oddServer is a tiny IMAP server whose manners a test chooses.
type oddServer struct {
	l net.Listener
	// fetch answers one UID FETCH of a body section; nil: properly.
	fetch func(tag string, uid int, section, literal string) string
	// before is sent before the answer to each command.
	before string
	// noIdle leaves IDLE out; refuseIdle answers it with NO.
	noIdle, refuseIdle bool

	mu          sync.Mutex
	mails       []string
	uidValidity int
	logins      int
}

func startOdd(t *testing.T, o *oddServer) Server {
	t.Helper()
	var err error
	if o.l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	o.uidValidity = 1
	t.Cleanup(func() { _ = o.l.Close() })
	go func() {
		for {
			c, err := o.l.Accept()
			if err != nil {
				return
			}
			go o.serve(c)
		}
	}()
	port := o.l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it listens on TCP
	return Server{Host: "127.0.0.1", Port: port, Security: "plaintext", User: "u", Password: func(context.Context) (string, error) { return "p", nil }}
}

func (o *oddServer) put(subject string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails = append(o.mails, string(mail(subject)))
}

func (o *oddServer) serve(c net.Conn) {
	defer c.Close()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(c, format, args...) }
	say("* OK hello\r\n")
	buf := make([]byte, 64<<10)
	pending := ""
	line := func() (string, bool) {
		for !strings.Contains(pending, "\r\n") {
			n, err := c.Read(buf)
			if err != nil {
				return "", false
			}
			pending += string(buf[:n])
		}
		var l string
		l, pending, _ = strings.Cut(pending, "\r\n")
		return l, true
	}
	for {
		l, ok := line()
		if !ok {
			return
		}
		tag, cmd, _ := strings.Cut(l, " ")
		say("%s", o.before)
		o.mu.Lock()
		mails, validity := append([]string{}, o.mails...), o.uidValidity
		o.mu.Unlock()
		switch upper := strings.ToUpper(cmd); {
		case strings.HasPrefix(upper, "CAPABILITY"):
			idle := " IDLE"
			if o.noIdle {
				idle = ""
			}
			say("* CAPABILITY IMAP4rev1%s\r\n%s OK\r\n", idle, tag)
		case strings.HasPrefix(upper, "LOGIN"):
			o.mu.Lock()
			o.logins++
			o.mu.Unlock()
			say("%s OK\r\n", tag)
		case strings.HasPrefix(upper, "EXAMINE"):
			say("* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n* OK [UIDNEXT %d] x\r\n%s OK [READ-ONLY] done\r\n", len(mails), validity, len(mails)+1, tag)
		case strings.HasPrefix(upper, "LIST"):
			say("* LIST () \"/\" INBOX\r\n%s OK\r\n", tag)
		case strings.HasPrefix(upper, "UID SEARCH"):
			say("* SEARCH")
			for i := range mails {
				say(" %d", i+1)
			}
			say("\r\n%s OK\r\n", tag)
		case strings.HasPrefix(upper, "UID FETCH"):
			o.answerFetch(say, tag, cmd, mails)
		case upper == "IDLE" && o.refuseIdle:
			say("%s NO not now\r\n", tag)
		case upper == "IDLE":
			say("+ idling\r\n")
			if _, ok := line(); !ok {
				return
			}
			say("%s OK\r\n", tag)
		case strings.HasPrefix(upper, "LOGOUT"):
			say("* BYE\r\n%s OK\r\n", tag)
			return
		case upper == "NOOP":
			say("* %d EXISTS\r\n%s OK\r\n", len(mails), tag)
		default:
			say("%s OK\r\n", tag)
		}
	}
}

func (o *oddServer) answerFetch(say func(string, ...any), tag, cmd string, mails []string) {
	set := strings.Fields(cmd)[2]
	var wanted []int
	for part := range strings.SplitSeq(set, ",") {
		from, to, ranged := strings.Cut(part, ":")
		first, _ := strconv.Atoi(from)
		last := first
		if ranged {
			if last, _ = strconv.Atoi(to); to == "*" {
				last = max(first, len(mails))
			}
		}
		for u := first; u <= last && u <= len(mails); u++ {
			wanted = append(wanted, u)
		}
	}
	_, section, found := strings.Cut(cmd, "BODY.PEEK")
	for _, u := range wanted {
		if !found {
			say("* %d FETCH (UID %d)\r\n", u, u)
			continue
		}
		name := section[:strings.IndexAny(section+")", " )")]
		text := mails[u-1]
		if strings.Contains(strings.ToUpper(name), "HEADER") {
			text = text[:strings.Index(text, "\r\n\r\n")+4]
		}
		if i := strings.Index(name, "<"); i >= 0 {
			var from, size int
			_, _ = fmt.Sscanf(name[i:], "<%d.%d>", &from, &size)
			text = text[min(from, len(text)):min(from+size, len(text))]
			name = fmt.Sprintf("%s<%d>", name[:i], from)
		}
		literal := fmt.Sprintf("{%d}\r\n%s", len(text), text)
		if o.fetch != nil {
			say("%s", o.fetch(tag, u, name, literal))
			continue
		}
		say("* %d FETCH (UID %d BODY%s %s)\r\n", u, u, name, literal)
	}
	say("%s OK\r\n", tag)
}

func TestOddServers(t *testing.T) {
	proper := func(_ string, uid int, section, literal string) string {
		return fmt.Sprintf("* %d FETCH (UID %d BODY%s %s)\r\n", uid, uid, section, literal)
	}
	tests := map[string]*oddServer{
		"proper":                   {},
		"unknown untagged data":    {before: "* XFOO bar\r\n* VANISHED 1:3\r\n* LSUB () \"/\" x\r\n"},
		"blank lines":              {before: "\r\n"},
		"flags the parser dies of": {before: "* OK [PERMANENTFLAGS (a]b)] x\r\n* FLAGS (\"\" x]y)\r\n"},
		"unsolicited FETCH":        {before: "* 1 FETCH (FLAGS (\\Seen) X-GM-LABELS (a b))\r\n"},
		"UID after the literal": {fetch: func(_ string, uid int, section, literal string) string {
			return fmt.Sprintf("* %d FETCH (BODY%s %s UID %d)\r\n", uid, section, literal, uid)
		}},
		"flags before the answer": {fetch: func(tag string, uid int, section, literal string) string {
			return fmt.Sprintf("* %d FETCH (UID %d FLAGS (\\Recent))\r\n", uid, uid) + proper(tag, uid, section, literal)
		}},
		"two spaces": {fetch: func(_ string, uid int, section, literal string) string {
			return fmt.Sprintf("* %d FETCH (UID %d  BODY%s %s)\r\n", uid, uid, section, literal)
		}},
		"no IDLE":      {noIdle: true},
		"IDLE refused": {refuseIdle: true},
		"silent IDLE":  {}, // never says EXISTS: the renewal finds the mail
	}
	for name, o := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startOdd(t, o)
			o.put("first")
			r := newReader(s)
			r.run(t)
			r.want(t, "first")
			o.put("second")
			r.want(t, "second")
			r.wantNothing(t, 200*time.Millisecond)
		})
	}
}

func TestRenumberedFolderIsReadAgain(t *testing.T) {
	o := &oddServer{}
	s := startOdd(t, o)
	o.put("one")
	r := newReader(s)
	_, stop := r.run(t)
	r.want(t, "one")
	stop()
	o.mu.Lock()
	o.uidValidity, o.mails = 2, []string{string(mail("one")), string(mail("two"))}
	o.mu.Unlock()
	r.run(t)
	r.want(t, "one", "two") // "one" again: telling twins apart is the handler's
	if c, _ := r.o.Ledger.Cursor(t.Context(), "INBOX"); c.UIDValidity != 2 {
		eventually(t, "the cursor is of the new numbering", func() bool {
			c, _ := r.o.Ledger.Cursor(t.Context(), "INBOX")
			return c.UIDValidity == 2 && c.Next == 3
		})
	}
}

func TestAMessageThatKillsTheParserIsSetAside(t *testing.T) {
	o := &oddServer{fetch: func(_ string, uid int, section, literal string) string {
		if uid == 2 {
			return fmt.Sprintf("* %d FETCH (UID %d BODY%s (((\r\n", uid, uid, section)
		}
		return fmt.Sprintf("* %d FETCH (UID %d BODY%s %s)\r\n", uid, uid, section, literal)
	}}
	s := startOdd(t, o)
	for _, m := range []string{"one", "poison", "three"} {
		o.put(m)
	}
	r := newReader(s)
	w, _ := r.run(t)
	got := map[string]bool{}
	for range 2 {
		select {
		case m := <-r.got:
			got[subject(m.Raw)] = true
		case <-time.After(20 * time.Second):
			t.Fatalf("only %v came; %+v", got, w.Status())
		}
	}
	if !got["one"] || !got["three"] {
		t.Errorf("got %v", got)
	}
	eventually(t, "it is told", func() bool { return w.Status()[0].Err != "" })
}
