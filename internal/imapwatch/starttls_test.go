package imapwatch

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// halfway is a server of which a test decides how it gets to TLS, if it does.
type halfway struct {
	mu    sync.Mutex
	plain []string // what it heard before TLS
	inner []string // and within
}

// start lets greet be said, and answer be the reaction to STARTTLS; then TLS begins with cert, if any.
func (h *halfway) start(t *testing.T, greet, answer string, later string, cert *tls.Certificate) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				h.serve(c, greet, answer, later, cert)
			})
		}
	})
	return Server{
		Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: "starttls", User: "u",
		Password: func(context.Context) (string, error) { return "secret", nil },
	}
}

func (h *halfway) serve(c net.Conn, greet, answer, later string, cert *tls.Certificate) {
	_, _ = c.Write([]byte(greet))
	buf := make([]byte, 1<<10)
	n, err := c.Read(buf)
	if err != nil {
		return
	}
	h.mu.Lock()
	h.plain = append(h.plain, string(buf[:n]))
	h.mu.Unlock()
	_, _ = c.Write([]byte(answer))
	if later != "" {
		time.Sleep(50 * time.Millisecond)
		_, _ = c.Write([]byte(later))
	}
	if cert == nil {
		n, _ = c.Read(buf)
		h.mu.Lock()
		h.plain = append(h.plain, string(buf[:n]))
		h.mu.Unlock()
		return
	}
	secure := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*cert}})
	defer secure.Close()
	for in := bufio.NewScanner(secure); in.Scan(); {
		tag, line, _ := strings.Cut(in.Text(), " ")
		h.mu.Lock()
		h.inner = append(h.inner, line)
		h.mu.Unlock()
		if line == "CAPABILITY" {
			_, _ = secure.Write([]byte("* CAPABILITY IMAP4rev1 IDLE\r\n"))
		}
		_, _ = secure.Write([]byte(tag + " OK\r\n"))
	}
}

func certificateFor(t *testing.T, ca *testworld.CA, host string) *tls.Certificate {
	t.Helper()
	cert, err := ca.Issue(host)
	if err != nil {
		t.Fatal(err)
	}
	return &cert
}

func TestSTARTTLS(t *testing.T) {
	t.Parallel()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	other, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	const ok = "S1 OK begin\r\n"
	expired, err := ca.IssueExpired("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	good := certificateFor(t, ca, "127.0.0.1")
	tests := map[string]struct {
		greet, answer, later string
		cert                 *tls.Certificate
		want                 string // in the error; empty: none
	}{
		"proper":                            {"* OK hello\r\n", ok, "", good, ""},
		"remarks before the answer":         {"* OK hello\r\n", "* OK busy\r\n" + ok, "", good, ""},
		"what was promised before is void":  {"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hello\r\n", ok, "", good, ""},
		"PREAUTH":                           {"* PREAUTH welcome\r\n", ok, "", good, "greets with"},
		"BYE":                               {"* BYE no\r\n", ok, "", good, "greets with"},
		"no greeting but garbage":           {"SSH-2.0-x\r\n", ok, "", good, "greets with"},
		"a greeting without end":            {strings.Repeat("x", 20<<10), ok, "", good, "greeting"},
		"refused":                           {"* OK hello\r\n", "S1 NO not here\r\n", "", nil, "refuses STARTTLS"},
		"stripped":                          {"* OK hello\r\n", "S1 BAD unknown command\r\n", "", nil, "refuses STARTTLS"},
		"a foreign tag":                     {"* OK hello\r\n", "S2 OK begin\r\n", "", nil, "STARTTLS"},
		"remarks without end":               {"* OK hello\r\n", strings.Repeat("* OK wait\r\n", 200), "", nil, "does not answer STARTTLS"},
		"no answer":                         {"* OK hello\r\n", "", "", nil, "STARTTLS"},
		"bytes injected behind the OK":      {"* OK hello\r\n", ok + "T1 OK [CAPABILITY IMAP4rev1] in\r\n", "", good, "more before TLS"},
		"bytes injected a moment later":     {"* OK hello\r\n", ok, "T1 OK in\r\n", good, "TLS"},
		"certificate of another authority":  {"* OK hello\r\n", ok, "", certificateFor(t, other, "127.0.0.1"), "authority"},
		"certificate for another name":      {"* OK hello\r\n", ok, "", certificateFor(t, ca, "imap.example.org"), "another name"},
		"certificate of yesterday":          {"* OK hello\r\n", ok, "", &expired, "not valid"},
		"the connection ends instead of it": {"* OK hello\r\n", ok, "", nil, "TLS"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &halfway{}
			s := h.start(t, tt.greet, tt.answer, tt.later, tt.cert)
			s.RootCAs = ca.Pool()
			q := quick()
			if name == "no answer" || name == "a foreign tag" { // they say nothing that counts
				q.greeting = time.Second
			}
			_, err := probe(t.Context(), s, (&address{}).dial, q)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && fault.KindOf(err) != fault.TemporaryKind {
				t.Errorf("of kind %q: %v", fault.KindOf(err), err)
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			for _, line := range h.plain {
				if strings.Contains(line, "secret") || strings.Contains(line, "LOGIN") || strings.Contains(line, "AUTHENTICATE") {
					t.Errorf("said in the open: %q", line)
				}
			}
			if entered := strings.Contains(strings.Join(h.inner, " "), "LOGIN"); entered != (tt.want == "") {
				t.Errorf("logged in: %v; heard %q", entered, h.inner)
			}
		})
	}
}

func TestPlaintextStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"192.0.2.1", "imap.example.org", "0.0.0.0", "::", "2001:db8::1", "localhost.example.org"} {
		if err := (Server{Host: host, Port: 143, Security: "plaintext", Password: passwords(new(int))}).check(); fault.KindOf(err) != fault.ConfigurationKind {
			t.Errorf("%s: %v", host, err)
		}
	}
	// "localhost" is a name, and somebody may have given it another meaning: the address decides.
	a := &address{last: "192.0.2.1:143"}
	_, err := a.reach(t.Context(), Server{Host: "192.0.2.1", Port: 143, Security: "plaintext"}, quick())
	if fault.KindOf(err) != fault.ConfigurationKind {
		t.Errorf("a foreign address was dialled: %v", err)
	}
}
