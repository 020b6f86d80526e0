package imapwatch

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// counted counts a watcher's connections through its dialer.
type counted struct {
	mu         sync.Mutex
	open, most int
}

func (c *counted) dial(d dialer) dialer {
	return func(ctx context.Context, s Server, t timings) (wire, error) {
		w, err := d(ctx, s, t)
		if err != nil {
			return w, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open++
		c.most = max(c.most, c.open)
		inner := w.raw
		w.raw = &closeCounted{Conn: inner, once: &sync.Once{}, done: func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.open--
		}}
		return w, nil
	}
}

func TestAWatcherPutsMailsThroughItsOwnConnections(t *testing.T) {
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
		var wg sync.WaitGroup
		for i := range 6 { // three mails, each asked for twice, all at once
			wg.Go(func() {
				id := []string{"a@x", "b@x", "c@x"}[i%3]
				if err := w.Append(t.Context(), "INBOX", id, withID("news", id)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if all, err := box.Messages(t.Context(), "INBOX"); err != nil || len(all) != 3 {
			t.Errorf("%d mails, %v", len(all), err)
		}
		short, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		if err := w.Append(short, "No such folder", "d@x", withID("news", "d@x")); err == nil {
			t.Error("a folder that is not there was accepted")
		}
		deliver(t, box, "Junk", "still read")
		eventually(t, "the second connection goes on", func() bool { return state(w, "Junk") == StatePolling })
		c.mu.Lock()
		if c.most > 2 {
			t.Errorf("%d connections at once", c.most)
		}
		c.mu.Unlock()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		// Without a watch it makes a connection of its own.
		if err := w.Append(t.Context(), "INBOX", "e@x", withID("news", "e@x")); err != nil {
			t.Error(err)
		}
	})
}

func withID(subject, id string) []byte {
	return []byte("From: x@example.org\r\nSubject: " + subject + "\r\nMessage-ID: <" + id + ">\r\n\r\ntext\r\n")
}

// closeCounted tells once that a connection was closed.
type closeCounted struct {
	net.Conn
	once *sync.Once
	done func()
}

func (c *closeCounted) Close() error {
	c.once.Do(c.done)
	return c.Conn.Close()
}
