package testworld

import (
	"errors"
	"fmt"
	"math"
	"net"
	"sync"
	"time"
)

// Proxy stands on loopback between a client and a server, forwards TCP bytes without looking at
// them, and fails in the ways networks do. Its methods may be called at any time, from anywhere.
type Proxy struct {
	target string
	addr   string
	wg     sync.WaitGroup

	mu       sync.Mutex
	listener *net.TCPListener // nil while refusing, and after Close
	links    map[*link]bool
	budget   int64 // of a new link
	delay    time.Duration
	closed   bool
}

// link is one connection through the proxy.
type link struct {
	client, server *net.TCPConn
	// budget is how many bytes of the server's may still pass. At 0 nothing passes in either
	// direction, and never will: bytes are missing from the stream. Guarded by Proxy.mu.
	budget int64
	ended  chan struct{} // closed with both connections
	once   sync.Once
}

const unlimited = math.MaxInt64

// StartProxy starts a proxy in front of the server at target, which need not be up.
func StartProxy(target string) (*Proxy, error) {
	p := &Proxy{target: target, addr: "127.0.0.1:0", links: map[*link]bool{}, budget: unlimited}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.listen(); err != nil {
		return nil, fmt.Errorf("start proxy: %w", err)
	}
	p.addr = p.listener.Addr().String()
	return p, nil
}

// Addr is "localhost:PORT".
func (p *Proxy) Addr() string {
	_, port, _ := net.SplitHostPort(p.addr)
	return net.JoinHostPort("localhost", port)
}

// Forward ends every fault. Connections that were held stay dead; new ones work.
func (p *Proxy) Forward() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = 0
	p.allow(unlimited)
	if p.listener != nil || p.closed {
		return nil
	}
	// Somebody's outgoing connection may have been given the port meanwhile.
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = p.listen(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("listen again: %w", err)
}

// Hold takes and acknowledges every byte and forwards none, as a box in the middle does that has
// forgotten a connection. The end of one side is not told to the client either.
func (p *Proxy) Hold() { p.HoldAfter(0) }

// HoldAfter lets n more bytes of the server's through on each connection, and then holds it: half
// a response.
func (p *Proxy) HoldAfter(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allow(max(n, 0))
}

// allow gives n bytes to every link that lives, and to every new one. p.mu is held.
func (p *Proxy) allow(n int64) {
	p.budget = n
	for l := range p.links {
		if l.budget > 0 {
			l.budget = n
		}
	}
}

// Delay keeps back what either side sends for d, each time it sends something.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Cut resets every connection (RST). New ones are taken.
func (p *Proxy) Cut() { p.end((*link).reset) }

// HangUp closes every connection in an orderly way (FIN). New ones are taken.
func (p *Proxy) HangUp() { p.end((*link).close) }

// end calls how for each open connection.
func (p *Proxy) end(how func(*link)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		how(l)
	}
}

// Refuse refuses new connections until Forward is called. Open ones live on.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
}

// Open tells how many connections there are.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

// Close resets every connection and returns when nothing of the proxy is left running.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Refuse()
	p.Cut()
	p.wg.Wait()
	return nil
}

// listen begins to take connections. p.mu is held.
func (p *Proxy) listen() error {
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		return err
	}
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return errors.Join(errors.New("not a TCP listener"), l.Close())
	}
	p.listener = tcp
	p.wg.Go(func() {
		for {
			client, err := tcp.AcceptTCP()
			if err != nil {
				return
			}
			p.wg.Go(func() { p.serve(client) })
		}
	})
	return nil
}

// serve forwards one connection until it ends.
func (p *Proxy) serve(client *net.TCPConn) {
	l := &link{client: client, ended: make(chan struct{})}
	defer l.close()
	upstream, err := net.DialTimeout("tcp", p.target, time.Minute)
	if err != nil {
		l.reset()
		return
	}
	l.server, _ = upstream.(*net.TCPConn)
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		l.reset()
		return
	}
	l.budget = p.budget
	p.links[l] = true
	p.mu.Unlock()

	var pumps sync.WaitGroup
	pumps.Go(func() { p.pump(l, l.client, l.server, false) })
	pumps.Go(func() { p.pump(l, l.server, l.client, true) })
	pumps.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// pump forwards one direction.
func (p *Proxy) pump(l *link, from, to *net.TCPConn, fromServer bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if d := p.wait(); d > 0 {
				select {
				case <-time.After(d):
				case <-l.ended:
				}
			}
			if _, failed := to.Write(buf[:p.pass(l, n, fromServer)]); failed != nil {
				err = failed
			}
		}
		if err != nil {
			if fromServer && p.pass(l, 1, false) == 0 {
				return // held: the client never learns; the other direction goes on until it gives up
			}
			l.close()
			return
		}
	}
}

func (p *Proxy) wait() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delay
}

// pass returns how many of n bytes go through.
func (p *Proxy) pass(l *link, n int, fromServer bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.budget == 0 {
		return 0
	}
	if fromServer && l.budget != unlimited {
		n = int(min(int64(n), l.budget))
		l.budget -= int64(n)
	}
	return n
}

func (l *link) reset() {
	_ = l.client.SetLinger(0)
	l.close()
}

func (l *link) close() {
	l.once.Do(func() {
		close(l.ended)
		l.client.Close()
		if l.server != nil {
			l.server.Close()
		}
	})
}
