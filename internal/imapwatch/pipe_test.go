package imapwatch

import (
	"io"
	"net"
	"sync"
	"time"
)

// pipe is one direction of a connection in memory. Writing never waits, as with a network's buffers.
type pipe struct {
	mu   sync.Mutex
	some sync.Cond
	buf  []byte
	err  error // what the reader gets once buf is empty
	dead bool  // bytes go nowhere
}

func newPipe() *pipe {
	p := &pipe{}
	p.some.L = &p.mu
	return p
}

func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) == 0 && p.err == nil {
		p.some.Wait()
	}
	if len(p.buf) == 0 {
		return 0, p.err
	}
	n := copy(b, p.buf)
	if p.buf = p.buf[n:]; len(p.buf) == 0 {
		p.buf = nil
	}
	return n, nil
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, io.ErrClosedPipe
	}
	if !p.dead {
		p.buf = append(p.buf, b...)
		p.some.Broadcast()
	}
	return len(b), nil
}

func (p *pipe) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.some.Broadcast()
}

// duplex is one end of a connection in memory.
type duplex struct {
	in, out *pipe
	once    sync.Once
	closed  func()
}

// connected returns both ends of a new connection.
func connected() (client, server *duplex) {
	a, b := newPipe(), newPipe()
	return &duplex{in: a, out: b}, &duplex{in: b, out: a}
}

func (d *duplex) Read(b []byte) (int, error)  { return d.in.Read(b) }
func (d *duplex) Write(b []byte) (int, error) { return d.out.Write(b) }

func (d *duplex) Close() error {
	d.once.Do(func() {
		d.in.end(net.ErrClosed)
		d.out.end(io.EOF)
		if d.closed != nil {
			d.closed()
		}
	})
	return nil
}

// vanish makes the connection a hole: neither end hears of the other again.
func (d *duplex) vanish() {
	for _, p := range []*pipe{d.in, d.out} {
		p.mu.Lock()
		p.dead = true
		p.mu.Unlock()
	}
}

// fail is what a reset of the connection looks like from the other end.
func (d *duplex) fail(err error) { d.out.end(err) }

func (*duplex) LocalAddr() net.Addr              { return &net.IPAddr{} }
func (*duplex) RemoteAddr() net.Addr             { return &net.IPAddr{} }
func (*duplex) SetDeadline(time.Time) error      { return nil }
func (*duplex) SetReadDeadline(time.Time) error  { return nil }
func (*duplex) SetWriteDeadline(time.Time) error { return nil }
