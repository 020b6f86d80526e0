package exportmail

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers on a port of this machine, by UDP and TCP, and counts the questions. An
// answer whose Response is false afterwards is not sent.
func nameServer(t *testing.T, answer func(q dnsmessage.Question, m *dnsmessage.Message, stream bool)) (addr string, asked *atomic.Int32) {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	streams, err := net.Listen("tcp", packets.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	asked = new(atomic.Int32)
	reply := func(question []byte, stream bool) []byte {
		var m dnsmessage.Message
		if m.Unpack(question) != nil || len(m.Questions) != 1 {
			return nil
		}
		asked.Add(1)
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		answer(m.Questions[0], &m, stream)
		out, err := m.Pack()
		if err != nil || !m.Response {
			return nil
		}
		return out
	}
	var running sync.WaitGroup
	running.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := packets.ReadFrom(buf)
			if err != nil {
				return
			}
			if out := reply(buf[:n], false); out != nil {
				_, _ = packets.WriteTo(out, from)
			}
		}
	})
	running.Go(func() {
		for {
			conn, err := streams.Accept()
			if err != nil {
				return
			}
			serveStream(conn, reply)
		}
	})
	t.Cleanup(func() { _ = packets.Close(); _ = streams.Close(); running.Wait() })
	return packets.LocalAddr().String(), asked
}

// serveStream answers one question on a stream, where each message has its length before it
// (RFC 1035, section 4.2.2).
func serveStream(conn net.Conn, reply func([]byte, bool) []byte) {
	defer conn.Close()
	size := make([]byte, 2)
	if _, err := io.ReadFull(conn, size); err != nil {
		return
	}
	question := make([]byte, binary.BigEndian.Uint16(size))
	if _, err := io.ReadFull(conn, question); err != nil {
		return
	}
	if out := reply(question, true); out != nil {
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(out))), out...))
	}
}

func txtRecord(name dnsmessage.Name, texts ...string) dnsmessage.Resource {
	return dnsmessage.Resource{
		Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET, TTL: 60},
		Body:   &dnsmessage.TXTResource{TXT: texts},
	}
}

func cnameRecord(name dnsmessage.Name, to string) dnsmessage.Resource {
	return dnsmessage.Resource{
		Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeCNAME, Class: dnsmessage.ClassINET, TTL: 60},
		Body:   &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(to)},
	}
}

// TestAnswersOfDNS: what each kind of answer means for a key. Only an answer that says so
// means that there is no key; everything else may be different later.
func TestAnswersOfDNS(t *testing.T) {
	const found, missing, later = "found", "missing", "later"
	type message = *dnsmessage.Message
	code := func(c dnsmessage.RCode) func(dnsmessage.Question, message, bool) {
		return func(_ dnsmessage.Question, m message, _ bool) { m.RCode = c }
	}
	tests := map[string]struct {
		want   string
		answer func(dnsmessage.Question, message, bool)
	}{
		"a record": {found, func(q dnsmessage.Question, m message, _ bool) {
			m.Answers = []dnsmessage.Resource{txtRecord(q.Name, "k")}
		}},
		"a record behind an alias": {found, func(q dnsmessage.Question, m message, _ bool) {
			m.Answers = []dnsmessage.Resource{cnameRecord(q.Name, "k.example."), txtRecord(dnsmessage.MustNewName("k.example."), "k")}
		}},
		"too long for a packet": {found, func(q dnsmessage.Question, m message, stream bool) {
			if m.Truncated = !stream; stream {
				m.Answers = []dnsmessage.Resource{txtRecord(q.Name, "k")}
			}
		}},
		"no such name": {missing, code(dnsmessage.RCodeNameError)},
		"no record of this type": {missing, func(_ dnsmessage.Question, m message, _ bool) {
			m.Authorities = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("b.example."), Type: dnsmessage.TypeSOA, Class: dnsmessage.ClassINET, TTL: 60},
				Body:   &dnsmessage.SOAResource{NS: dnsmessage.MustNewName("b.example."), MBox: dnsmessage.MustNewName("b.example.")},
			}}
		}},
		"aliases in a circle": {missing, func(q dnsmessage.Question, m message, _ bool) {
			m.Answers = []dnsmessage.Resource{cnameRecord(q.Name, "k.example."), cnameRecord(dnsmessage.MustNewName("k.example."), q.Name.String())}
		}},
		"server failure":    {later, code(dnsmessage.RCodeServerFailure)},
		"refused":           {later, code(dnsmessage.RCodeRefused)},
		"not understood":    {later, code(dnsmessage.RCodeFormatError)},
		"not implemented":   {later, code(dnsmessage.RCodeNotImplemented)},
		"unknown code":      {later, code(dnsmessage.RCode(9))},
		"answer of a relay": {later, func(_ dnsmessage.Question, m message, _ bool) { m.RecursionAvailable = false }},
		"too long and no stream": {later, func(_ dnsmessage.Question, m message, stream bool) {
			m.Truncated = true
			m.Response = !stream
		}},
		"answer to another question": {later, func(q dnsmessage.Question, m message, _ bool) {
			m.Questions[0].Name = dnsmessage.MustNewName("evil.example.")
			m.Answers = []dnsmessage.Resource{txtRecord(q.Name, "k")}
		}},
		"answer with another number": {later, func(q dnsmessage.Question, m message, _ bool) {
			m.ID++
			m.Answers = []dnsmessage.Resource{txtRecord(q.Name, "k")}
		}},
		"silence": {later, func(_ dnsmessage.Question, m message, _ bool) { m.Response = false }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, asked := nameServer(t, func(q dnsmessage.Question, m *dnsmessage.Message, stream bool) {
				if q.Name.String() != "a._domainkey.b.example." || q.Type != dnsmessage.TypeTXT {
					t.Errorf("asked for %s: search domains of the system must not answer", q.Name)
				}
				tt.answer(q, m, stream)
			})
			r := NewResolver(addr)
			for range 2 { // the second time perhaps from memory
				patience := time.Minute
				if tt.want == later { // some wait in vain for a proper answer
					patience = time.Second
				}
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				records, err := lookupKey(ctx, r, "a._domainkey.b.example", "b.example")
				cancel()
				got := missing
				switch {
				case err == nil && len(records) == 1 && records[0] == "k":
					got = found
				case errors.Is(err, unanswered{}):
					got = later
				case err == nil:
					t.Errorf("got %q", records)
				}
				if got != tt.want {
					t.Errorf("got %s (%v), want %s", got, err, tt.want)
				}
			}
			if known := len(r.known); (known == 1) != (tt.want != later) {
				t.Errorf("%d answers remembered", known)
			}
			if asked.Load() == 0 {
				t.Error("nobody was asked")
			}
		})
	}
}

// TestRememberedAnswersEnd: a key that was not there may come, and one that was may go.
func TestRememberedAnswersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		there := false
		r := NewResolver("192.0.2.53:53")
		r.dns.Dial = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go serveStream(theirs, func(question []byte, _ bool) []byte {
				var m dnsmessage.Message
				if err := m.Unpack(question); err != nil {
					t.Error(err)
				}
				m.Response, m.RecursionAvailable, m.Additionals, m.RCode = true, true, nil, dnsmessage.RCodeNameError
				if there {
					m.RCode, m.Answers = dnsmessage.RCodeSuccess, []dnsmessage.Resource{txtRecord(m.Questions[0].Name, "k")}
				}
				out, err := m.Pack()
				if err != nil {
					t.Error(err)
				}
				return out
			})
			return ours, nil
		}
		for _, step := range []struct {
			wait  time.Duration
			there bool
			found bool
		}{
			{0, false, false},
			{keepMissing - time.Second, true, false},
			{2 * time.Second, true, true},
			{keepFound - time.Second, false, true},
			{2 * time.Second, false, false},
		} {
			time.Sleep(step.wait)
			there = step.there
			if _, err := r.LookupTXT(t.Context(), "k.example"); (err == nil) != step.found {
				t.Errorf("%+v: %v", step, err)
			}
		}
	})
}

// TestSilentServerIsPassedOver: the first of several name servers may be dead for long.
func TestSilentServerIsPassedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dialed := 0
		r := NewResolver("192.0.2.53:53")
		r.dns.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			if until, ok := ctx.Deadline(); !ok || time.Until(until) <= 0 {
				t.Error("no time left to ask the next server")
			}
			ours, theirs := net.Pipe()
			if dialed++; dialed == 1 {
				go func() { _, _ = io.Copy(io.Discard, theirs) }() // takes the question, says nothing
				return ours, nil
			}
			go serveStream(theirs, func(question []byte, _ bool) []byte {
				var m dnsmessage.Message
				if err := m.Unpack(question); err != nil {
					t.Error(err)
				}
				m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
				m.Answers = []dnsmessage.Resource{txtRecord(m.Questions[0].Name, "k")}
				out, err := m.Pack()
				if err != nil {
					t.Error(err)
				}
				return out
			})
			return ours, nil
		}
		start := time.Now()
		if got, err := r.LookupTXT(t.Context(), "k.example"); err != nil || dialed != 2 {
			t.Errorf("got %q, %v after %v and %d servers", got, err, time.Since(start), dialed)
		}
	})
}

func TestResolver(t *testing.T) {
	addr, asked := nameServer(t, func(q dnsmessage.Question, m *dnsmessage.Message, _ bool) {
		switch q.Name.String() {
		case "key.example.":
			m.Answers = []dnsmessage.Resource{txtRecord(q.Name, "v=DKIM1; ", "p=abc")}
		case "broken.example.":
			m.RCode = dnsmessage.RCodeServerFailure
		default:
			m.RCode = dnsmessage.RCodeNameError
		}
	})
	r := NewResolver(addr)
	for _, dot := range []string{"", ".", ""} {
		got, err := r.LookupTXT(t.Context(), "key.example"+dot)
		if err != nil || len(got) != 1 || got[0] != "v=DKIM1; p=abc" {
			t.Fatalf("got %q, %v", got, err)
		}
		got[0] = "changed by the caller"
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times for a known name", n)
	}

	for range 3 {
		_, err := lookupKey(t.Context(), r, "a._domainkey.none.example", "none.example")
		if err == nil || err == error(unanswered{}) {
			t.Fatalf("a name that does not exist: %v", err)
		}
	}
	before := asked.Load()
	for range 2 {
		if _, err := r.LookupTXT(t.Context(), "broken.example"); err == nil {
			t.Fatal("no error from a broken name server")
		}
	}
	if asked.Load()-before < 4 {
		t.Error("a temporary failure is remembered, or not tried again")
	}
	if _, err := lookupKey(t.Context(), r, "broken._domainkey.broken.example", "broken.example"); err == nil {
		t.Error("no error")
	}
}

func TestResolverIsBounded(t *testing.T) {
	addr, _ := nameServer(t, func(_ dnsmessage.Question, m *dnsmessage.Message, _ bool) { m.RCode = dnsmessage.RCodeNameError })
	r := NewResolver(addr)
	for i := range keepAtMost + 10 {
		_, _ = r.LookupTXT(t.Context(), string(rune('a'+i%26))+string(rune('a'+i/26))+".example")
	}
	if len(r.known) > keepAtMost {
		t.Errorf("%d names kept", len(r.known))
	}
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err = lookupKey(ctx, NewResolver(silent.LocalAddr().String()), "a._domainkey.b.example", "b.example")
	if err != error(unanswered{}) || time.Since(start) > time.Minute {
		t.Errorf("%v after %v from a silent name server", err, time.Since(start))
	}
}
