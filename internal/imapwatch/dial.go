package imapwatch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// wire is an open connection at the point where IMAP begins or, after STARTTLS, goes on.
type wire struct {
	net.Conn          // what IMAP is spoken on
	raw      net.Conn // what lies below TLS: closing it never waits for the peer
	greeted  bool     // the greeting was read before STARTTLS; there will be no other
}

// dialer opens a connection. Tests put another in the place of address.dial.
type dialer func(ctx context.Context, s Server, t timings) (wire, error)

// address remembers where a server was reached, for times when its name cannot be looked up: DNS is
// often the last thing to come back. TLS still proves that it is the same server.
type address struct {
	mu   sync.Mutex
	last string
}

// keepAlive finds a dead peer within half a minute of silence, where the standard takes 2.5 minutes.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// dial connects, and makes the connection private unless the server is on this machine.
func (a *address) dial(ctx context.Context, s Server, t timings) (wire, error) {
	raw, err := a.reach(ctx, s, t)
	if err != nil {
		return wire{}, dialFault(s, err)
	}
	w := wire{Conn: raw, raw: raw}
	if s.Security == securityPlaintext {
		return w, nil
	}
	if s.Security == securityStartTLS {
		if err := upgrade(ctx, raw, t.greeting); err != nil {
			raw.Close()
			return wire{}, err
		}
		w.greeted = true
	}
	// No ALPN: some providers refuse "imap" although they speak nothing else.
	secure := tls.Client(raw, &tls.Config{ServerName: s.Host, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12})
	ctx, cancel := context.WithTimeout(ctx, t.connect)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		raw.Close()
		return wire{}, dialFault(s, fmt.Errorf("TLS: %w", err))
	}
	w.Conn = secure
	return w, nil
}

// reach opens the TCP connection; net.Dialer tries IPv6 and IPv4 side by side (RFC 8305).
func (a *address) reach(ctx context.Context, s Server, t timings) (net.Conn, error) {
	d := net.Dialer{Timeout: t.connect, KeepAliveConfig: keepAlive, Control: func(_, to string, c syscall.RawConn) error {
		if s.Security == securityPlaintext {
			if at, err := netip.ParseAddrPort(to); err != nil || !at.Addr().IsLoopback() {
				return errPlaintext(s.Host)
			}
		}
		return limitUnacknowledged(c)
	}}
	conn, err := d.DialContext(ctx, "tcp", s.address())
	if _, isDNS := errors.AsType[*net.DNSError](err); isDNS {
		if known := a.known(); known != "" {
			conn, err = d.DialContext(ctx, "tcp", known)
		}
	}
	if err == nil {
		a.mu.Lock()
		a.last = conn.RemoteAddr().String()
		a.mu.Unlock()
	}
	return conn, err
}

func (a *address) known() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}
