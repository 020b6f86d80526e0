package fetch

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
)

// wire is a network in memory with one server on it. In the bubble of a synctest, waiting for that server takes no
// time, and no busy machine can be taken for a silent server.
type wire struct {
	conns chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.ended) })
	return nil
}

// Addr is one that the servers' certificate speaks of.
func (w *wire) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case w.conns <- theirs:
		return ours, nil
	case <-w.ended:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serveInMemory is serve and fetcher, on a wire, with the times that ship.
func serveInMemory(t *testing.T, h http.HandlerFunc) (*server, *Fetcher) {
	t.Helper()
	w := &wire{conns: make(chan net.Conn), ended: make(chan struct{})}
	s := serveOn(t, w, h)
	f := fetcher(t, nil, []*server{s})
	f.limits.stall, f.limits.crawl, f.limits.crawlBytes, f.limits.header = patient.stall, patient.crawl, patient.crawlBytes, patient.header
	f.transport.DialContext = w.dial
	return s, f
}
