package imapwatch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// conn is the connection as go-imap sees it: what comes in is filtered and counted, and what waits
// too long ends. The library's own deadlines are ignored. They miss most waits, are applied twice,
// and include the time that the reader of a message takes.
type conn struct {
	wire
	in     *filter
	bye    chan struct{} // closed when the server has said BYE
	hangUp sync.Once

	mu    sync.Mutex
	heard time.Time
	cause error // the first reason why the connection ended
	ended bool  // by the server, in good order
}

func newConn(w wire, t timings, alert func(string)) *conn {
	c := &conn{wire: w, bye: make(chan struct{}), heard: time.Now()}
	c.in = &filter{from: bufio.NewReaderSize(readerFunc(c.receive), keptBuffer), alert: alert}
	c.in.farewell = func(words string) {
		c.blame(fault.Temporary(fmt.Errorf("%w: %s", errGoodbye, quoted(words)), ""))
		c.hangUp.Do(func() {
			close(c.bye)
			// What follows may still be the tagged answer that says why, so do not close at once.
			time.AfterFunc(t.bye, func() { c.raw.Close() })
		})
	}
	c.in.refill() // the parser reads the greeting at once, before any step begins
	if w.greeted {
		c.in.greet()
	}
	return c
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// receive reads from the network and notes that the server lives.
func (c *conn) receive(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.heard = time.Now()
		c.mu.Unlock()
	}
	if err != nil {
		c.blame(lost(err))
	}
	return n, err
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if err != nil {
		c.blame(lost(err))
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	if !c.in.asked.sent(p) {
		return len(p), nil
	}
	n, err := c.Conn.Write(p)
	if err != nil {
		c.blame(lost(err))
	}
	return n, err
}

var (
	errHungUp  = errors.New("mail server closed the connection")
	errGoodbye = errors.New("mail server said goodbye")
)

// lost wraps an error of the network. A limit that was exceeded already says what it is.
func lost(err error) error {
	if fault.KindOf(err) != fault.UnknownKind {
		return err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Temporary(errHungUp, "")
	}
	return fault.Temporary(fmt.Errorf("connection to mail server lost: %w", err), "")
}

// Close closes below TLS, whose own goodbye can take five seconds.
func (c *conn) Close() error { return c.raw.Close() }

// kill ends the connection and every wait on it.
func (c *conn) kill(cause error) {
	c.blame(cause)
	c.raw.Close()
}

// hungUp tells whether the server ended the connection by itself.
func (c *conn) hungUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

func (c *conn) blame(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.ended = errors.Is(cause, errHungUp) || errors.Is(cause, errGoodbye)
		c.cause = cause
	}
}

// reason returns why the connection ended, or nil if nothing but the parser ended it.
func (c *conn) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

func (c *conn) lastHeard() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard
}

// step gives what the server is asked next a deadline: first until it says anything, silent for
// each silence after that, total for all. When one passes, the connection is killed. The returned
// function ends the step.
func (c *conn) step(name string, first, silent, total time.Duration) (end func()) {
	c.in.refill()
	start := time.Now()
	var (
		mu    sync.Mutex
		ended bool
		timer *time.Timer
	)
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(min(first, total), func() {
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return
		}
		limit := start.Add(first)
		if heard := c.lastHeard(); heard.After(start) {
			limit = later(limit, heard.Add(silent))
		}
		if whole := start.Add(total); limit.After(whole) {
			limit = whole
		}
		if left := time.Until(limit); left > 0 {
			timer.Reset(left)
			return
		}
		c.kill(fault.Temporary(fmt.Errorf("mail server does not answer (%s, %v)", name, time.Since(start).Round(time.Second)), ""))
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		timer.Stop()
	}
}

// The library's deadlines; see conn.
func (c *conn) SetDeadline(time.Time) error      { return nil }
func (c *conn) SetReadDeadline(time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

var _ net.Conn = (*conn)(nil)

// quoted makes a server's words fit for a log line and an error.
func quoted(s string) string {
	const limit = 200
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return fmt.Sprintf("%q", s)
}
