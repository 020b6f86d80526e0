package exportmail

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers on a port of this machine and counts the questions.
func nameServer(t *testing.T, answer func(q dnsmessage.Question, b *dnsmessage.Message)) (addr string, asked *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked = new(atomic.Int32)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			asked.Add(1)
			m.Response, m.Additionals = true, nil
			answer(m.Questions[0], &m)
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().String(), asked
}

func TestResolver(t *testing.T) {
	addr, asked := nameServer(t, func(q dnsmessage.Question, m *dnsmessage.Message) {
		switch q.Name.String() {
		case "key.example.":
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeTXT, Class: dnsmessage.ClassINET, TTL: 60},
				Body:   &dnsmessage.TXTResource{TXT: []string{"v=DKIM1; ", "p=abc"}},
			}}
		case "broken.example.":
			m.RCode = dnsmessage.RCodeServerFailure
		default:
			m.RCode = dnsmessage.RCodeNameError
		}
	})
	r := NewResolver(addr)
	for range 3 {
		got, err := r.LookupTXT(t.Context(), "key.example")
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
	if asked.Load()-before < 2*lookupTries {
		t.Error("a temporary failure is remembered, or not tried again")
	}
	if _, err := lookupKey(t.Context(), r, "broken._domainkey.broken.example", "broken.example"); err == nil {
		t.Error("no error")
	}
}

func TestResolverIsBounded(t *testing.T) {
	addr, _ := nameServer(t, func(_ dnsmessage.Question, m *dnsmessage.Message) { m.RCode = dnsmessage.RCodeNameError })
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
	if err != error(unanswered{}) || time.Since(start) > 2*time.Second {
		t.Errorf("%v after %v from a silent name server", err, time.Since(start))
	}
}
