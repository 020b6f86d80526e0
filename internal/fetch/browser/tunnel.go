package browser

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// tunnel is the only way to the network that Chromium has: a proxy on loopback that connects (RFC 9110,
// section 9.3.6) to hosts on a list, and leaves TLS to the two ends. It resolves names at the moment of
// connecting and looks at the address it got, so no name server's second answer leads inside.
type tunnel struct {
	listener net.Listener
	server   *http.Server
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	hosts    []string
	busy     sync.WaitGroup
	ctx      context.Context
	cancel   context.CancelFunc
	private  atomic.Bool
}

func listen(ctx context.Context, dial func(context.Context, string, string) (net.Conn, error), hosts []string) (*tunnel, error) {
	t := &tunnel{dial: dial, hosts: hosts}
	var err error
	if t.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fault.Temporary(fmt.Errorf("make a tunnel for Chromium: %w", err), "")
	}
	t.ctx, t.cancel = context.WithCancel(ctx)
	t.server = &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	t.busy.Go(func() { _ = t.server.Serve(t.listener) })
	return t, nil
}

func (t *tunnel) address() string { return t.listener.Addr().String() }

// inside tells whether a listed host was refused for its address.
func (t *tunnel) inside() bool { return t.private.Load() }

func (t *tunnel) close() {
	t.cancel()
	_ = t.server.Close()
	t.busy.Wait()
}

func (t *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || !listed(t.hosts, r.Host) {
		http.Error(w, "refused", http.StatusForbidden)
		return
	}
	t.busy.Add(1)
	defer t.busy.Done()
	ctx, cancel := context.WithTimeout(t.ctx, 15*time.Second)
	defer cancel()
	server, err := t.dial(ctx, "tcp", withPort(r.Host))
	if err != nil {
		if fault.KindOf(err) == fault.PermanentKind {
			t.private.Store(true)
		}
		http.Error(w, "not reached", http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	stop := context.AfterFunc(t.ctx, func() { client.Close(); server.Close() })
	defer stop()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(server, buffered) // what its reader holds already comes first
		server.Close()
		client.Close()
	})
	_, _ = io.Copy(client, server)
	server.Close()
	client.Close()
	up.Wait()
}

// listed tells whether host, with or without a port, is on the list.
func listed(hosts []string, host string) bool {
	host = withPort(host)
	for _, entry := range hosts {
		entry, wild := strings.CutPrefix(withPort(entry), "*.")
		if !wild && entry == host || wild && strings.HasSuffix(host, "."+entry) {
			return true
		}
	}
	return false
}

func withPort(host string) string {
	host = strings.ToLower(host)
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "443")
}

// shown is a host as it may stand in a message: strangers choose where they redirect to.
func shown(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_:", r)
	}
	if host == "" || len(host) > 255 || strings.ContainsFunc(host, odd) {
		return "an address without a proper host"
	}
	return host
}
