package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// times notes when something happened to a mail, by its number.
type times struct {
	mu sync.Mutex
	m  map[int]time.Time
}

func (t *times) note(n int) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.m == nil {
		t.m = map[int]time.Time{}
	}
	if _, known := t.m[n]; !known {
		t.m[n] = now
	}
}

func (t *times) of(n int) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.m[n]
	return at, ok
}

var number = regexp.MustCompile(`(?m)^Subject: mail (\d+)\r?$`)

func mail(n int) []byte {
	return fmt.Appendf(nil, "From: a@example.org\r\nTo: b@example.org\r\nSubject: mail %d\r\nMessage-ID: <%d@bench>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\n%s\r\n", n, n, bytes.Repeat([]byte("text "), 2000))
}

// place is a mailbox to measure on.
type place struct {
	server  imapwatch.Server
	deliver func(ctx context.Context, raw []byte) error
	exists  *times // when the server itself wrote EXISTS; nil where that is not to be seen
}

func latency(ctx context.Context, mails int) error {
	ca, err := testworld.NewCA()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "inbox")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	memory, stop, err := startMemory(ca)
	if err != nil {
		return err
	}
	defer stop()
	dovecot, err := testworld.StartDovecot(ctx, ca, dir)
	if err != nil {
		return err
	}
	defer dovecot.Close()
	for _, p := range []struct {
		name string
		place
	}{
		{"imapmemserver", memory},
		{"Dovecot", place{server: serverOf(ca, dovecot.Addr(), dovecot.User(), dovecot.Password()), deliver: func(ctx context.Context, raw []byte) error {
			return dovecot.Deliver(ctx, "INBOX", raw)
		}}},
	} {
		fmt.Printf("%s, TLS, %d mails of 10 KB, both sides connected at once\n", p.name, mails)
		if err := p.measure(ctx, mails); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func serverOf(ca *testworld.CA, addr, user, password string) imapwatch.Server {
	_, port, _ := net.SplitHostPort(addr)
	n, _ := strconv.Atoi(port)
	return imapwatch.Server{
		Host: "localhost", Port: n, Security: "tls", User: user, RootCAs: ca.Pool(),
		Password: func(context.Context) (string, error) { return password, nil },
	}
}

func (p place) measure(ctx context.Context, mails int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var sent, handled, ran, theirs times
	w := imapwatch.New(imapwatch.Options{
		Server: p.server, Lookback: 48 * time.Hour, Ledger: &ledger{},
		Handle: func(ctx context.Context, m imapwatch.Message) error {
			if g := number.FindSubmatch(m.Raw); g != nil {
				n, _ := strconv.Atoi(string(g[1]))
				handled.note(n)
				_ = exec.CommandContext(ctx, "true").Run() // what the peer does, in the same place
				ran.note(n)
			}
			return nil
		},
	})
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	current := make(chan int, 1)
	peer, err := startPeer(ctx, p.server, func() {
		select {
		case n := <-current:
			_ = exec.CommandContext(ctx, "true").Run()
			theirs.note(n)
		default:
		}
	})
	if err != nil {
		return err
	}
	defer peer()
	if err := until(ctx, 20*time.Second, func() bool { return w.Status()[0].State == imapwatch.StateWatching }); err != nil {
		return err
	}
	time.Sleep(time.Second)
	for n := 1; n <= mails; n++ {
		current <- n
		sent.note(n)
		if err := p.deliver(ctx, mail(n)); err != nil {
			return err
		}
		if err := until(ctx, 10*time.Second, func() bool {
			_, a := ran.of(n)
			_, b := theirs.of(n)
			return a && b
		}); err != nil {
			return fmt.Errorf("mail %d: %w", n, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	since := func(t *times, from *times) (list []time.Duration) {
		for n := 1; n <= mails; n++ {
			a, ok1 := from.of(n)
			b, ok2 := t.of(n)
			if ok1 && ok2 {
				list = append(list, b.Sub(a))
			}
		}
		return list
	}
	them := spread("goimapnotify's loop: delivery → command ran", since(&theirs, &sent))
	us := spread("igwatchd: delivery → handler has the mail", since(&handled, &sent))
	spread("igwatchd: delivery → the same command ran", since(&ran, &sent))
	if p.exists != nil {
		spread("igwatchd: the server's EXISTS → handler", since(&handled, p.exists))
	}
	fmt.Printf("  ratio of the medians, igwatchd's handler to the peer's command: %.2f\n", us.Seconds()/them.Seconds())
	cancel()
	return <-done
}

// startPeer is goimapnotify's loop: it remembers how many messages there are, and calls changed when
// IDLE says that there are more.
func startPeer(ctx context.Context, s imapwatch.Server, changed func()) (stop func(), err error) {
	var last uint32
	news := make(chan uint32, 64)
	client, err := imapclient.DialTLS(net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), &imapclient.Options{
		TLSConfig: &tls.Config{RootCAs: s.RootCAs, ServerName: s.Host},
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				news <- *d.NumMessages
			}
		}},
	})
	if err != nil {
		return nil, err
	}
	password, _ := s.Password(ctx)
	if err := client.Login(s.User, password).Wait(); err != nil {
		return nil, err
	}
	box, err := client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, err
	}
	last = box.NumMessages
	idle, err := client.Idle()
	if err != nil {
		return nil, err
	}
	end := make(chan struct{})
	go func() {
		for {
			select {
			case n := <-news:
				if n > last {
					changed()
				}
				last = n
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); _ = idle.Close(); _ = client.Close() }, nil
}

// tap notes when EXISTS goes out, before it is encrypted.
type tap struct {
	net.Conn
	seen func(n int)
}

var existsLine = regexp.MustCompile(`\* (\d+) EXISTS`)

func (t *tap) Write(b []byte) (int, error) {
	for _, g := range existsLine.FindAllSubmatch(b, -1) {
		if n, err := strconv.Atoi(string(g[1])); err == nil {
			t.seen(n)
		}
	}
	return t.Conn.Write(b)
}

type tapListener struct {
	net.Listener
	seen func(n int)
}

func (l *tapListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &tap{c, l.seen}, nil
}

// startMemory is imapmemserver over TLS, with an ear on what it writes.
func startMemory(ca *testworld.CA) (place, func(), error) {
	cert, err := ca.Issue("localhost", "127.0.0.1")
	if err != nil {
		return place{}, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return place{}, nil, err
	}
	mem := imapmemserver.New()
	user := imapmemserver.NewUser("bench", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		return place{}, nil, err
	}
	mem.AddUser(user)
	var exists times
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		InsecureAuth: true, // it is TLS, but the ear hides it
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIdle: {}, imap.CapUnselect: {}},
	})
	go server.Serve(&tapListener{tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}}), exists.note})
	p := place{server: serverOf(ca, l.Addr().String(), "bench", "secret"), exists: &exists, deliver: func(_ context.Context, raw []byte) error {
		_, err := user.Append("INBOX", literal{bytes.NewReader(raw)}, &imap.AppendOptions{})
		return err
	}}
	return p, func() { _ = server.Close() }, nil
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }
