package imapwatch

import (
	"context"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

const netfaultInside = "IGWATCHD_TEST_OWN_NETWORK"

// netfaultWatch watches a mailbox, and keeps which subjects came when and how INBOX fared.
type netfaultWatch struct {
	*Watcher

	mu      sync.Mutex
	changes []netfaultChange
	got     map[string]int
	cursors map[string]Cursor
}

// Cursor implements Ledger.
func (w *netfaultWatch) Cursor(_ context.Context, folder string) (Cursor, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cursors[folder], nil
}

// Advance implements Ledger.
func (w *netfaultWatch) Advance(_ context.Context, folder string, c Cursor) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cursors[folder] = c
	return nil
}

type netfaultChange struct {
	state, err string
	at         time.Time
}

func netfaultStart(t *testing.T, s Server, with timings) *netfaultWatch {
	t.Helper()
	w := &netfaultWatch{got: map[string]int{}, cursors: map[string]Cursor{}}
	w.Watcher = New(Options{
		Server: s, Lookback: 24 * time.Hour, Ledger: w,
		Handle: func(_ context.Context, m Message) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.got[netfaultSubject(m.Raw)]++
			return nil
		},
		Changed: func() { w.note() },
	})
	w.t = with
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(patience):
			t.Error("Run does not end")
		}
	})
	return w
}

// note keeps INBOX's state if it is another than before.
func (w *netfaultWatch) note() {
	if w.Watcher == nil { // New itself sets the first state
		return
	}
	now := w.Status()[0]
	w.mu.Lock()
	defer w.mu.Unlock()
	if last := len(w.changes) - 1; last < 0 || w.changes[last].state != now.State {
		w.changes = append(w.changes, netfaultChange{now.State, now.Err, time.Now()})
	}
}

// until waits for INBOX to come into a state after a point in time, and returns when it did and why.
func (w *netfaultWatch) until(t *testing.T, want string, after time.Time) netfaultChange {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		i := slices.IndexFunc(w.changes, func(c netfaultChange) bool { return c.state == want && c.at.After(after) })
		var found netfaultChange
		if i >= 0 {
			found = w.changes[i]
		}
		w.mu.Unlock()
		if i >= 0 {
			return found
		}
		if time.Now().After(end) {
			t.Fatalf("INBOX is not %q within %v: %+v", want, patience, w.Status())
		}
	}
}

// has waits for mails.
func (w *netfaultWatch) has(t *testing.T, subjects ...string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		missing := slices.DeleteFunc(slices.Clone(subjects), func(s string) bool { return w.got[s] > 0 })
		w.mu.Unlock()
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v did not come within %v: %+v", missing, patience, w.Status())
		}
	}
}

func netfaultMail(subject string) []byte {
	return []byte("From: x@example.org\r\nSubject: " + subject + "\r\n\r\nbody\r\n")
}

func netfaultSubject(raw []byte) string {
	_, rest, _ := strings.Cut(string(raw), "Subject: ")
	subject, _, _ := strings.Cut(rest, "\r\n")
	return subject
}

func netfaultDeliver(t *testing.T, box testworld.Mailbox, subject string) {
	t.Helper()
	if err := box.Deliver(t.Context(), inbox, netfaultMail(subject)); err != nil {
		t.Fatal(err)
	}
}

// netfaultLimit is how long after the first lost packet a loss is noticed, whatever was under way.
const netfaultLimit = 25 * time.Second

// netfaultStrict tells whether what was noticed must have been noticed in time, too, on a machine that has
// nothing else to do. Elsewhere a test waits with patience, which is still less than what the
// mechanisms of others would take: 5 minutes of IDLE, and 15 of TCP. TestTheKernelGivesUpInTime and the tests
// in synthetic time know the times exactly.
func netfaultStrict() bool { return os.Getenv("IGWATCHD_LONG") != "" }

// TestTheKernelGivesUpInTime asks the kernel what it was told.
func TestTheKernelGivesUpInTime(t *testing.T) {
	t.Parallel()
	_, s := neighbour(t)
	conn, err := (&address{}).reach(t.Context(), s, quick())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[int]int{
		unix.TCP_USER_TIMEOUT: 20_000, unix.TCP_KEEPIDLE: 15, unix.TCP_KEEPINTVL: 5, unix.TCP_KEEPCNT: 3,
	} {
		if err := raw.Control(func(fd uintptr) {
			if got, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, name); err != nil || got != want {
				t.Errorf("option %d of TCP is %d (%v), want %d", name, got, err, want)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Control(func(fd uintptr) {
		if on, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_KEEPALIVE); err != nil || on == 0 {
			t.Errorf("there are no keepalives: %d, %v", on, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// TestDroppedPacketsAreNoticed is the worst that a network does: packets vanish, in one direction
// or both, and nobody says so. All waits but the length of IDLE are the real ones.
func TestDroppedPacketsAreNoticed(t *testing.T) {
	if os.Getenv(netfaultInside) == "" {
		t.Parallel()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDroppedPacketsAreNoticed$", "-test.v")
		cmd.Env = append(os.Environ(), netfaultInside+"=1")
		testworld.OwnNetwork(cmd)
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Error(err)
		}
		return
	}
	if err := testworld.LoopbackUp(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		direction string
		idle      time.Duration // how long an IDLE lasts
		quiet     time.Duration // from the beginning of IDLE to the drop
		long      bool          // it takes longer than the others together
	}{
		"silent in IDLE":                   {testworld.BothWays, standard.idle, 500 * time.Millisecond, false},
		"silent, answers alone lost":       {testworld.FromServer, standard.idle, 500 * time.Millisecond, false},
		"silent, after a keepalive":        {testworld.BothWays, standard.idle, 16 * time.Second, true},
		"DONE goes into the hole":          {testworld.BothWays, 2 * time.Second, 1900 * time.Millisecond, false},
		"DONE arrives, its answer is lost": {testworld.FromServer, 2 * time.Second, 1900 * time.Millisecond, false},
		"DONE into a hole 9 seconds old":   {testworld.BothWays, 10 * time.Second, time.Second, false},
		"DONE into a hole 12 seconds old":  {testworld.BothWays, 13 * time.Second, time.Second, false},
		"DONE into a hole 15 seconds old":  {testworld.BothWays, 15500 * time.Millisecond, 500 * time.Millisecond, false},
		"DONE into a hole 19 seconds old":  {testworld.BothWays, 20 * time.Second, time.Second, false},
	}
	for name, tt := range tests {
		if tt.long && !netfaultStrict() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box, s := neighbour(t)
			_, s = netfaultProxy(t, s) // a port of its own, to lose the packets of
			with := standard
			with.idle = tt.idle
			w := netfaultStart(t, s, with)
			watching := w.until(t, StateWatching, time.Time{})
			time.Sleep(time.Until(watching.at.Add(tt.quiet)))

			dropped := time.Now()
			hole, err := testworld.OpenHole(strconv.Itoa(s.Port), tt.direction)
			if err != nil {
				t.Fatal(err)
			}
			netfaultDeliver(t, box, "into the hole")
			noticed := w.until(t, StateConnecting, dropped)
			took := noticed.at.Sub(dropped)
			t.Logf("noticed after %v: %s", took.Round(10*time.Millisecond), noticed.err)
			if took > netfaultLimit && netfaultStrict() {
				t.Errorf("noticed after %v, later than %v", took, netfaultLimit)
			}
			if took < time.Second {
				t.Errorf("noticed after %v: that was not the hole", took)
			}

			netfaultDeliver(t, box, "while away")
			if err := hole.Close(); err != nil {
				t.Fatal(err)
			}
			w.has(t, "into the hole", "while away")
			netfaultDeliver(t, box, "afterwards")
			w.has(t, "afterwards")
			t.Logf("all is well %v after the drop", time.Since(dropped).Round(10*time.Millisecond))
		})
	}
}

// TestSilenceBehindAcknowledgementsIsNoticed: the kernel, or a box in the middle, acknowledges every
// byte, so TCP sees nothing wrong. The look that ends each IDLE does, at the latest after a whole
// IDLE and the patience with DONE: 5 minutes and 15 seconds with the standard timings.
func TestSilenceBehindAcknowledgementsIsNoticed(t *testing.T) {
	t.Parallel()
	if s := standard.idle + standard.done; s > 5*time.Minute+15*time.Second {
		t.Errorf("one cycle and its answer take %v", s)
	}
	const slack = time.Second
	for name, how := range map[string]func(*testworld.Proxy){
		"server stopped":    nil,
		"box in the middle": func(p *testworld.Proxy) { p.Hold() },
		"half an answer":    func(p *testworld.Proxy) { p.HoldAfter(20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ca, server := sharedDovecot(t)
			if how == nil {
				server = ownDovecot(t, ca)
			}
			box, err := server.Neighbour()
			if err != nil {
				t.Fatal(err)
			}
			proxy, s := netfaultProxy(t, serverOf(t, ca, box))
			with := standard
			with.idle, with.done = 1500*time.Millisecond, time.Second
			// The silence may begin in another step, too, each of which is shorter than a cycle.
			with.connect, with.greeting, with.plus, with.command = time.Second, time.Second, time.Second, 2*time.Second
			with.backoffMin, with.backoffMax = 20*time.Millisecond, 200*time.Millisecond
			w := netfaultStart(t, s, with)
			w.until(t, StateWatching, time.Time{})
			netfaultDeliver(t, box, "before")
			w.has(t, "before")

			began := time.Now()
			if how != nil {
				how(proxy)
			} else if err := server.Pause(); err != nil {
				t.Fatal(err)
			}
			noticed := w.until(t, StateConnecting, began)
			took := noticed.at.Sub(began)
			t.Logf("noticed after %v: %s", took.Round(10*time.Millisecond), noticed.err)
			if limit := with.idle + with.done + slack; took > limit && netfaultStrict() {
				t.Errorf("noticed after %v, later than %v", took, limit)
			}
			if how != nil {
				netfaultDeliver(t, box, "meanwhile")
				err = proxy.Forward()
			} else {
				err = server.Resume() // the delivery agent waits for the server
				netfaultDeliver(t, box, "meanwhile")
			}
			if err != nil {
				t.Fatal(err)
			}
			w.has(t, "meanwhile")
			netfaultDeliver(t, box, "afterwards")
			w.has(t, "afterwards")
		})
	}
}

// netfaultProxy puts a proxy in front of a server.
func netfaultProxy(t *testing.T, s Server) (*testworld.Proxy, Server) {
	t.Helper()
	proxy, err := testworld.StartProxy(net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(proxy.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if s.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	return proxy, s
}
