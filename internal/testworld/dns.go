package testworld

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// DNS is a name server on the loopback interface that knows TXT records only. It answers over
// UDP and TCP (RFC 1035), and marks answers that do not fit a datagram as truncated.
type DNS struct {
	udp net.PacketConn
	tcp net.Listener
	wg  sync.WaitGroup

	mu      sync.Mutex
	txt     map[string][]string // by lower-case name with the final dot
	fail    bool
	silent  bool
	queries int
	conns   map[net.Conn]bool
	closed  bool
}

// StartDNS serves the given TXT records, by name, until Close.
func StartDNS(txt map[string][]string) (*DNS, error) {
	d := &DNS{txt: make(map[string][]string), conns: make(map[net.Conn]bool)}
	for name, values := range txt {
		d.SetTXT(name, values...)
	}
	// Both protocols need the same port; another program may hold one of the two.
	var err error
	for range 20 {
		if d.tcp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			break
		}
		if d.udp, err = net.ListenPacket("udp", d.tcp.Addr().String()); err == nil {
			break
		}
		d.tcp.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("start name server: %w", err)
	}
	d.wg.Go(d.serveUDP)
	d.wg.Go(d.serveTCP)
	return d, nil
}

// Addr returns the server's address and port.
func (d *DNS) Addr() string { return d.tcp.Addr().String() }

// SetTXT sets the TXT records of a name, one per value; without values the name is gone.
// A value longer than 255 bytes becomes several strings of one record (RFC 1035, section 3.3.14).
func (d *DNS) SetTXT(name string, values ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if key := canonicalName(name); len(values) > 0 {
		d.txt[key] = slices.Clone(values)
	} else {
		delete(d.txt, key)
	}
}

// SetFail makes every answer a server failure (SERVFAIL), as of a name server that is out of order.
func (d *DNS) SetFail(fail bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = fail
}

// Silence makes the server take questions and never answer.
func (d *DNS) Silence(silent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.silent = silent
}

// Queries returns how many questions came, the unanswered ones too.
func (d *DNS) Queries() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.queries
}

// Close stops the server and waits for its goroutines.
func (d *DNS) Close() error {
	d.mu.Lock()
	d.closed = true
	for conn := range d.conns {
		conn.Close()
	}
	d.mu.Unlock()
	err := errors.Join(d.tcp.Close(), d.udp.Close())
	d.wg.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (d *DNS) serveUDP() {
	buf := make([]byte, 4096)
	for {
		n, from, err := d.udp.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer := d.answer(buf[:n], true); answer != nil {
			// A datagram that cannot be sent is a lost one: the client asks again.
			_, _ = d.udp.WriteTo(answer, from)
		}
	}
}

func (d *DNS) serveTCP() {
	for {
		conn, err := d.tcp.Accept()
		if err != nil {
			return
		}
		d.mu.Lock()
		if d.closed {
			conn.Close()
		}
		d.conns[conn] = true
		d.mu.Unlock()
		d.wg.Go(func() {
			d.converse(conn)
			conn.Close()
			d.mu.Lock()
			delete(d.conns, conn)
			d.mu.Unlock()
		})
	}
}

// converse answers the questions of one TCP connection, each with its length in front (RFC 7766).
func (d *DNS) converse(conn net.Conn) {
	for {
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer := d.answer(query, false)
		if answer == nil {
			continue
		}
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// answer returns the answer to query, or nil if there is none.
func (d *DNS) answer(query []byte, datagram bool) []byte {
	var ask dnsmessage.Message
	if err := ask.Unpack(query); err != nil || ask.Response || len(ask.Questions) != 1 {
		return nil
	}
	q := ask.Questions[0]
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: ask.ID, Response: true, Authoritative: true, RecursionDesired: ask.RecursionDesired, RecursionAvailable: true,
		},
		Questions: ask.Questions,
	}
	d.mu.Lock()
	d.queries++
	values, known := d.txt[canonicalName(q.Name.String())]
	fail, silent := d.fail, d.silent
	d.mu.Unlock()
	switch {
	case silent:
		return nil
	case fail:
		reply.RCode = dnsmessage.RCodeServerFailure
	case !known:
		reply.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeTXT && q.Class == dnsmessage.ClassINET:
		for _, value := range values {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
				Body:   &dnsmessage.TXTResource{TXT: inStrings(value)},
			})
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	if datagram && len(packed) > datagramSize(ask) {
		reply.Answers, reply.Truncated = nil, true
		if packed, err = reply.Pack(); err != nil {
			return nil
		}
	}
	return packed
}

// datagramSize is how large an answer the asker takes over UDP (RFC 6891, section 6.2.3).
func datagramSize(ask dnsmessage.Message) int {
	for _, r := range ask.Additionals {
		if r.Header.Type == dnsmessage.TypeOPT {
			return max(512, int(r.Header.Class))
		}
	}
	return 512
}

func inStrings(value string) []string {
	var parts []string
	for len(value) > 255 {
		parts, value = append(parts, value[:255]), value[255:]
	}
	return append(parts, value)
}

func canonicalName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) + "." }
