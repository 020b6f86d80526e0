package imapwatch

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

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
		case <-time.After(5 * time.Second):
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
func (w *netfaultWatch) until(t *testing.T, want string, after time.Time, limit time.Duration) netfaultChange {
	t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
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
			t.Fatalf("INBOX is not %q within %v: %+v", want, limit, w.Status())
		}
	}
}

// has waits for mails.
func (w *netfaultWatch) has(t *testing.T, limit time.Duration, subjects ...string) {
	t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		missing := slices.DeleteFunc(slices.Clone(subjects), func(s string) bool { return w.got[s] > 0 })
		w.mu.Unlock()
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v did not come within %v: %+v", missing, limit, w.Status())
		}
	}
}

func netfaultDovecot(t *testing.T) (*testworld.Dovecot, Server) {
	t.Helper()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	box, err := testworld.StartDovecot(t.Context(), ca, filepath.Join(t.TempDir(), "dovecot"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	_, port, err := net.SplitHostPort(box.Addr())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return box, Server{
		Host: "localhost", Port: n, Security: securityTLS, User: box.User(), RootCAs: ca.Pool(),
		Password: func(context.Context) (string, error) { return box.Password(), nil },
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

func netfaultDeliver(t *testing.T, box *testworld.Dovecot, subject string) {
	t.Helper()
	if err := box.Deliver(t.Context(), inbox, netfaultMail(subject)); err != nil {
		t.Fatal(err)
	}
}

// netfaultGoroutines fails the test if it leaves goroutines of this project or of the IMAP library
// behind. Call it first: it looks after all other cleanups.
func netfaultGoroutines(t *testing.T) {
	t.Helper()
	stacks := func() []string {
		buf := make([]byte, 4<<20)
		return strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	}
	id := func(stack string) string {
		head, _, _ := strings.Cut(stack, " [")
		return head
	}
	before := map[string]bool{}
	for _, s := range stacks() {
		before[id(s)] = true
	}
	t.Cleanup(func() {
		for end := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			left := slices.DeleteFunc(stacks(), func(s string) bool {
				return before[id(s)] || strings.Contains(s, "testing.tRunner") ||
					!strings.Contains(s, "igwatchd/internal") && !strings.Contains(s, "emersion/go-imap")
			})
			if len(left) == 0 {
				return
			}
			if time.Now().After(end) {
				t.Errorf("goroutines are left:\n%s", strings.Join(left, "\n\n"))
				return
			}
		}
	})
}

// netfaultLimit is how long after the first lost packet a loss is noticed, whatever was under way.
const netfaultLimit = 25 * time.Second

// TestDroppedPacketsAreNoticed is the worst that a network does: packets vanish, in one direction
// or both, and nobody says so. All waits but the length of IDLE are the real ones.
func TestDroppedPacketsAreNoticed(t *testing.T) {
	if os.Getenv(netfaultInside) == "" {
		t.Parallel()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDroppedPacketsAreNoticed$", "-test.parallel=8", "-test.v")
		cmd.Env = append(os.Environ(), netfaultInside+"=1")
		testworld.OwnNetwork(cmd)
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Error(err)
		}
		return
	}
	netfaultGoroutines(t)
	if err := testworld.LoopbackUp(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		direction string
		idle      time.Duration // how long an IDLE lasts
		quiet     time.Duration // from the beginning of IDLE to the drop
		limit     time.Duration
	}{
		"silent in IDLE":                   {testworld.BothWays, standard.idle, 500 * time.Millisecond, netfaultLimit},
		"silent, answers alone lost":       {testworld.FromServer, standard.idle, 500 * time.Millisecond, netfaultLimit},
		"silent, after a keepalive":        {testworld.BothWays, standard.idle, 16 * time.Second, netfaultLimit},
		"DONE goes into the hole":          {testworld.BothWays, 2 * time.Second, 1900 * time.Millisecond, netfaultLimit},
		"DONE arrives, its answer is lost": {testworld.FromServer, 2 * time.Second, 1900 * time.Millisecond, netfaultLimit},
		"DONE into a hole 9 seconds old":   {testworld.BothWays, 10 * time.Second, time.Second, netfaultLimit},
		"DONE into a hole 12 seconds old":  {testworld.BothWays, 13 * time.Second, time.Second, netfaultLimit},
		"DONE into a hole 15 seconds old":  {testworld.BothWays, 15500 * time.Millisecond, 500 * time.Millisecond, netfaultLimit},
		"DONE into a hole 19 seconds old":  {testworld.BothWays, 20 * time.Second, time.Second, netfaultLimit},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box, s := netfaultDovecot(t)
			with := standard
			with.idle = tt.idle
			w := netfaultStart(t, s, with)
			watching := w.until(t, StateWatching, time.Time{}, 20*time.Second)
			time.Sleep(time.Until(watching.at.Add(tt.quiet)))

			dropped := time.Now()
			hole, err := testworld.OpenHole(strconv.Itoa(s.Port), tt.direction)
			if err != nil {
				t.Fatal(err)
			}
			netfaultDeliver(t, box, "into the hole")
			noticed := w.until(t, StateConnecting, dropped, 60*time.Second)
			took := noticed.at.Sub(dropped)
			t.Logf("noticed after %v: %s", took.Round(10*time.Millisecond), noticed.err)
			if took > tt.limit {
				t.Errorf("noticed after %v, later than %v", took, tt.limit)
			}
			if took < time.Second {
				t.Errorf("noticed after %v: that was not the hole", took)
			}

			netfaultDeliver(t, box, "while away")
			if err := hole.Close(); err != nil {
				t.Fatal(err)
			}
			w.has(t, 30*time.Second, "into the hole", "while away")
			netfaultDeliver(t, box, "afterwards")
			w.has(t, 10*time.Second, "afterwards")
			t.Logf("all is well %v after the drop", time.Since(dropped).Round(10*time.Millisecond))
		})
	}
}

// TestSilenceBehindAcknowledgementsIsNoticed: the kernel, or a box in the middle, acknowledges every
// byte, so TCP sees nothing wrong. The look that ends each IDLE does, at the latest after a whole
// IDLE and the patience with DONE: 5 minutes and 15 seconds with the standard timings.
func TestSilenceBehindAcknowledgementsIsNoticed(t *testing.T) {
	if s := standard.idle + standard.done; s > 5*time.Minute+15*time.Second {
		t.Errorf("one cycle and its answer take %v", s)
	}
	const slack = time.Second // a busy machine
	tests := map[string]struct {
		begin, end func(*testworld.Dovecot, *testworld.Proxy) error
	}{
		"server stopped": {
			func(box *testworld.Dovecot, _ *testworld.Proxy) error { return box.Pause() },
			func(box *testworld.Dovecot, _ *testworld.Proxy) error { return box.Resume() },
		},
		"box in the middle": {
			func(_ *testworld.Dovecot, p *testworld.Proxy) error { p.Hold(); return nil },
			func(_ *testworld.Dovecot, p *testworld.Proxy) error { return p.Forward() },
		},
		"half an answer": {
			func(_ *testworld.Dovecot, p *testworld.Proxy) error { p.HoldAfter(20); return nil },
			func(_ *testworld.Dovecot, p *testworld.Proxy) error { return p.Forward() },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			netfaultGoroutines(t)
			box, s := netfaultDovecot(t)
			proxy, s := netfaultProxy(t, s)
			with := standard
			with.idle, with.done = 1500*time.Millisecond, time.Second
			// The silence may begin in another step, too, each of which is shorter than a cycle.
			with.connect, with.greeting, with.plus, with.command = time.Second, time.Second, time.Second, 2*time.Second
			with.backoffMin, with.backoffMax = 20*time.Millisecond, 200*time.Millisecond
			w := netfaultStart(t, s, with)
			w.until(t, StateWatching, time.Time{}, 20*time.Second)
			netfaultDeliver(t, box, "before")
			w.has(t, 10*time.Second, "before")

			began := time.Now()
			if err := tt.begin(box, proxy); err != nil {
				t.Fatal(err)
			}
			noticed := w.until(t, StateConnecting, began, 20*time.Second)
			took := noticed.at.Sub(began)
			t.Logf("noticed after %v: %s", took.Round(10*time.Millisecond), noticed.err)
			if limit := with.idle + with.done + slack; took > limit {
				t.Errorf("noticed after %v, later than %v", took, limit)
			}
			// The delivery agent would wait for the stopped server.
			if err := box.Drop("meanwhile", netfaultMail("meanwhile")); err != nil {
				t.Fatal(err)
			}
			if err := tt.end(box, proxy); err != nil {
				t.Fatal(err)
			}
			w.has(t, 20*time.Second, "meanwhile")
			netfaultDeliver(t, box, "afterwards")
			w.has(t, 10*time.Second, "afterwards")
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
