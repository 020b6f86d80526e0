package testworld

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// startEcho starts a server that sends back what it gets.
func startEcho(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				_, _ = io.Copy(c, c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
	})
	return l.Addr().String()
}

func startProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	p, err := StartProxy(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Close()
		for end := time.Now().Add(5 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
			buf := make([]byte, 1<<20)
			stacks := string(buf[:runtime.Stack(buf, true)])
			if !strings.Contains(stacks, "(*Proxy)") {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("goroutines are left:\n%s", stacks)
			}
		}
	})
	return p
}

func dialProxy(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// echoes sends text and returns what of it comes back within d, and the error that ended the wait.
func echoes(c net.Conn, text string, d time.Duration) (string, error) {
	if _, err := io.WriteString(c, text); err != nil {
		return "", err
	}
	_ = c.SetReadDeadline(time.Now().Add(d))
	buf := make([]byte, len(text))
	n, err := io.ReadFull(c, buf)
	return string(buf[:n]), err
}

const (
	echoSoon = 5 * time.Minute
	echoNot  = 200 * time.Millisecond
)

func wantEcho(t *testing.T, c net.Conn) {
	t.Helper()
	if got, err := echoes(c, "hello", echoSoon); got != "hello" || err != nil {
		t.Fatalf("echo %q, %v", got, err)
	}
}

func TestProxyForwardsAndDelays(t *testing.T) {
	p := startProxy(t, startEcho(t))
	c := dialProxy(t, p)
	wantEcho(t, c)
	p.Delay(100 * time.Millisecond)
	began := time.Now()
	wantEcho(t, c)
	if took := time.Since(began); took < 200*time.Millisecond {
		t.Errorf("there and back took %v with 100 ms each way", took)
	}
	c.Close()
	for end := time.Now().Add(echoSoon); p.Open() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a closed connection is still forwarded")
		}
	}
}

func TestProxyHoldsForGoodWhatWasHeldOnce(t *testing.T) {
	p := startProxy(t, startEcho(t))
	c := dialProxy(t, p)
	wantEcho(t, c)
	p.Hold()
	if got, err := echoes(c, "hello", echoNot); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("held: echo %q, %v", got, err)
	}
	during := dialProxy(t, p)
	if got, err := echoes(during, "hello", echoNot); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("held from the start: echo %q, %v", got, err)
	}
	if err := p.Forward(); err != nil {
		t.Fatal(err)
	}
	if got, err := echoes(c, "hello", echoNot); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("after: echo %q, %v", got, err)
	}
	wantEcho(t, dialProxy(t, p))
}

func TestProxyLetsHalfAResponseThrough(t *testing.T) {
	p := startProxy(t, startEcho(t))
	c := dialProxy(t, p)
	wantEcho(t, c)
	p.HoldAfter(3)
	if got, err := echoes(c, "hello", echoNot); got != "hel" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("echo %q, %v", got, err)
	}
}

func TestProxyEndsConnections(t *testing.T) {
	p := startProxy(t, startEcho(t))
	for name, tt := range map[string]struct {
		end  func()
		want error
	}{
		"cut":     {p.Cut, syscall.ECONNRESET},
		"hang up": {p.HangUp, io.EOF},
	} {
		c := dialProxy(t, p)
		wantEcho(t, c)
		tt.end()
		_ = c.SetReadDeadline(time.Now().Add(echoSoon))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		wantEcho(t, dialProxy(t, p))
	}
}

func TestProxyRefusesNewConnectionsOnly(t *testing.T) {
	p := startProxy(t, startEcho(t))
	c := dialProxy(t, p)
	wantEcho(t, c)
	p.Refuse()
	if _, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new connection: %v", err)
	}
	wantEcho(t, c)
	if err := p.Forward(); err != nil {
		t.Fatal(err)
	}
	wantEcho(t, dialProxy(t, p))
}

func TestProxyWithoutAServerResets(t *testing.T) {
	p := startProxy(t, "127.0.0.1:1")
	c, err := net.Dial("tcp", p.Addr())
	if err == nil { // the reset may come as early as that
		defer c.Close()
		_ = c.SetReadDeadline(time.Now().Add(echoSoon))
		_, err = c.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%v, want a reset", err)
	}
}
