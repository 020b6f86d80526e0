package imapwatch

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/oauth"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// signedIn is a provider, and a Source of somebody who has signed in there.
func signedIn(t *testing.T, ca *testworld.CA) (*testworld.Provider, *oauth.Source) {
	t.Helper()
	p, err := testworld.StartProvider(ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	access, refresh := p.SignIn()
	tokens := oauth.NewSource(oauth.Provider{ClientID: testworld.OIDCClient, TokenURL: p.TokenURL(), RootCAs: ca.Pool()},
		filepath.Join(t.TempDir(), "oauth2", "jane.json"), "jane")
	if err := tokens.Keep(t.Context(), &oauth.Grant{
		TokenURL: p.TokenURL(), ClientID: testworld.OIDCClient,
		RefreshToken: refresh, AccessToken: access, Expires: time.Now().Add(time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	return p, tokens
}

func TestLoginAtDovecotWithEachMechanism(t *testing.T) {
	t.Parallel()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	for _, mechanism := range []string{"oauthbearer", "xoauth2", "plain", "login"} {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			p, tokens := signedIn(t, ca)
			box := ownDovecot(t, ca, testworld.WithProvider(p), testworld.WithMechanisms(mechanism))
			s := serverOf(t, ca, box)
			if strings.Contains(mechanism, "oauth") {
				s.Password, s.Token = nil, tokens.Token
			}
			_, err := Probe(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if s.Token == nil {
				return
			}
			// A token that ends before its time is replaced, and nobody notices.
			p.EndAccess()
			if _, err := Probe(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if p.Refreshes() != 1 {
				t.Errorf("%d refreshes, want 1", p.Refreshes())
			}
			// A sign-in that is void counts as a refused login.
			p.Revoke()
			_, err = Probe(t.Context(), s)
			if !errors.Is(err, errLogin) || fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), "igwatchd setup --oauth2 --account jane") {
				t.Errorf("%v, hint %q", err, fault.HintOf(err))
			}
			// And so does somebody else's mailbox.
			_, other := signedIn(t, ca)
			s.Token = other.Token
			_, err = Probe(t.Context(), s)
			if !errors.Is(err, errLogin) || !strings.Contains(fault.HintOf(err), "igwatchd setup --oauth2") || !strings.Contains(err.Error(), "does not accept the access token: status") {
				t.Errorf("%v, hint %q", err, fault.HintOf(err))
			}
		})
	}
}

func TestAWatchOutlivesItsAccessToken(t *testing.T) {
	t.Parallel()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	p, tokens := signedIn(t, ca)
	box := ownDovecot(t, ca, testworld.WithProvider(p))
	s := serverOf(t, ca, box)
	s.Password, s.Token = nil, tokens.Token
	r := newReader(s)
	w, _ := r.run(t)
	watching := func() bool { return state(w, "INBOX") == StateWatching }
	eventually(t, "watching", watching)
	deliver(t, box, "INBOX", "one")
	r.want(t, "one")

	p.EndAccess()
	if err := box.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	deliver(t, box, "INBOX", "two")
	r.want(t, "two")
	eventually(t, "watching again", watching)
	if n := p.Refreshes(); n != 1 {
		t.Errorf("%d refreshes for two connections, want 1", n)
	}

	// When the person has to sign in again, the state says so; when that is done, it goes on.
	p.Revoke()
	if err := box.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "auth-failed", func() bool { return state(w, "INBOX") == StateAuthFailed })
	if said := w.Status()[0].Err; !strings.Contains(said, "igwatchd setup --oauth2") || strings.Contains(said, "access-") || strings.Contains(said, "refresh-") {
		t.Errorf("said: %s", said)
	}
	access, refresh := p.SignIn()
	if err := tokens.Keep(t.Context(), &oauth.Grant{TokenURL: p.TokenURL(), ClientID: testworld.OIDCClient, RefreshToken: refresh, AccessToken: access}); err != nil {
		t.Fatal(err)
	}
	deliver(t, box, "INBOX", "three")
	r.want(t, "three")
}

// script is a server that plays one answer after the other. What it hears is kept.
type script struct {
	Server
	mu    sync.Mutex
	heard []string
	conns int
}

// play starts a server that greets with caps. answer is asked for each line after the commands
// CAPABILITY and NOOP are dealt with; tag is that of the command which is under way.
func play(t *testing.T, caps string, answer func(tag, line string) string) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{Server: Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: "plaintext", User: "jane@example.org"}}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				_, _ = c.Write([]byte("* OK [CAPABILITY " + caps + "] hello\r\n"))
				tag := ""
				for in := bufio.NewScanner(c); in.Scan(); {
					line := in.Text()
					s.mu.Lock()
					s.heard = append(s.heard, line)
					s.mu.Unlock()
					if t, rest, ok := strings.Cut(line, " "); ok {
						tag = t
						if rest == "NOOP" {
							_, _ = c.Write([]byte(tag + " OK done\r\n"))
							continue
						}
						if rest == "CAPABILITY" {
							_, _ = c.Write([]byte("* CAPABILITY " + caps + "\r\n" + tag + " OK done\r\n"))
							continue
						}
					}
					_, _ = c.Write([]byte(answer(tag, line)))
				}
			})
		}
	})
	return s
}

// enter logs in and out, as a watcher would.
func (s *script) enter(t *testing.T) error {
	t.Helper()
	one, err := connect(t.Context(), s.Server, (&address{}).dial, quick(), slog.New(slog.DiscardHandler))
	if err == nil {
		one.close()
	}
	return err
}

// tokensOf hands out the tokens, one after the other when they are refused.
func tokensOf(tokens ...string) func(context.Context, string) (string, error) {
	return func(_ context.Context, refused string) (string, error) {
		i := slices.Index(tokens, refused) + 1
		return tokens[min(i, len(tokens)-1)], nil
	}
}

func decoded(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return string(b)
}

func TestTheReasonOfARefusedTokenIsToldAndTheTokenIsNot(t *testing.T) {
	t.Parallel()
	challenge := base64.StdEncoding.EncodeToString([]byte(`{"status":"401","schemes":"Bearer","scope":"https://mail.google.com/ SECRET"}`))
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		t.Run(mechanism, func(t *testing.T) {
			s := play(t, "IMAP4rev1 SASL-IR AUTH="+mechanism, func(_, line string) string {
				if strings.Contains(line, "AUTHENTICATE") {
					return "+ " + challenge + "\r\n"
				}
				return "" // a server that waits for a proper empty line
			})
			s.Token = tokensOf("SECRET")
			began := time.Now()
			err := s.enter(t) // which has patience for an answer
			if !errors.Is(err, errLogin) || !strings.Contains(err.Error(), `status "401", it wants the scope "https://mail.google.com/`) ||
				fault.HintOf(err) != tokenHint || fault.KindOf(err) != fault.PermanentKind {
				t.Errorf("%v, hint %q", err, fault.HintOf(err))
			}
			if strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the token is told: %v", err)
			}
			if took := time.Since(began); took >= patience {
				t.Errorf("it took %v", took)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.conns != 1 || slices.Contains(s.heard, "=") {
				t.Errorf("%d connections, heard %q", s.conns, s.heard)
			}
		})
	}
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		refusal string
		tokens  []string
		want    int // connections
		ok      bool
	}{
		"challenge, then good":     {"+ e30=", []string{"stale", "good"}, 2, true},
		"a code, then good":        {"TAG NO [AUTHENTICATIONFAILED] no", []string{"stale", "good"}, 2, true},
		"Exchange, then good":      {"TAG NO AUTHENTICATE failed.", []string{"stale", "good"}, 2, true},
		"Exchange, and never good": {"TAG NO AUTHENTICATE failed.", []string{"stale", "stale too", "good"}, 2, false},
		"no other token":           {"TAG NO AUTHENTICATE failed.", []string{"stale"}, 1, false},
		"busy":                     {"TAG NO [UNAVAILABLE] later", []string{"stale", "good"}, 1, false},
		"busy without a code":      {"TAG NO Server Unavailable. 15", []string{"stale", "good"}, 1, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(t, "IMAP4rev1 SASL-IR AUTH=XOAUTH2", func(tag, line string) string {
				if f := strings.Fields(line); len(f) == 4 && f[1] == "AUTHENTICATE" {
					if decoded(t, f[3]) == "user=jane@example.org\x01auth=Bearer good\x01\x01" {
						return tag + " OK in\r\n"
					}
				}
				return strings.Replace(tt.refusal, "TAG", tag, 1) + "\r\n"
			})
			s.Token = tokensOf(tt.tokens...)
			err := s.enter(t)
			s.mu.Lock()
			defer s.mu.Unlock()
			if (err == nil) != tt.ok || s.conns != tt.want {
				t.Errorf("%v after %d connections", err, s.conns)
			}
			if busy := strings.HasPrefix(name, "busy"); err != nil && errors.Is(err, errLogin) == busy {
				t.Errorf("a refused login or not: %v", err)
			}
		})
	}
}

func TestATokenIsShownToAServerWithoutSASLIR(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		s := play(t, "IMAP4rev1 AUTH="+mechanism, func(tag, line string) string {
			switch {
			case strings.HasSuffix(line, " AUTHENTICATE "+mechanism):
				return "+ \r\n"
			case strings.Contains(decoded(t, line), "\x01auth=Bearer good\x01\x01"):
				return tag + " OK in\r\n"
			}
			return tag + " NO no\r\n"
		})
		s.Token = tokensOf("good")
		if err := s.enter(t); err != nil {
			t.Errorf("%s: %v; heard %q", mechanism, err, s.heard)
		}
	}
}

func TestAServerWithoutAWayInIsToldAtOnce(t *testing.T) {
	t.Parallel()
	s := play(t, "IMAP4rev1 AUTH=PLAIN", func(tag, _ string) string { return tag + " BAD what\r\n" })
	s.Token = tokensOf("x")
	if err := s.enter(t); fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), "no login by OAuth 2") {
		t.Errorf("token: %v", err)
	}
	s = play(t, "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", func(tag, _ string) string { return tag + " BAD what\r\n" })
	s.Password = func(context.Context) (string, error) { return "pw", nil }
	if err := s.enter(t); fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), "oauth2") {
		t.Errorf("password: %v, hint %q", err, fault.HintOf(err))
	}
}

func TestLoginByWhatThePasswordServerOffers(t *testing.T) {
	t.Parallel()
	answer := func(tag, line string) string {
		switch f := strings.Fields(line); {
		case line == "":
			return tag + " BAD empty\r\n"
		case len(f) == 3 && f[1] == "AUTHENTICATE":
			return "+ \r\n" // PLAIN without SASL-IR
		case line == base64.StdEncoding.EncodeToString([]byte("\x00jane@example.org\x00pw")), strings.HasSuffix(line, `LOGIN "jane@example.org" "pw"`):
			return tag + " OK in\r\n"
		}
		return tag + " NO [AUTHENTICATIONFAILED] no\r\n"
	}
	// The prompts are the server's taste, and SASL-IR is not there.
	step := 0
	prompts := func(tag, line string) string {
		step++
		switch {
		case strings.HasSuffix(line, " AUTHENTICATE LOGIN"):
			step = 0
			return "+ VXNlciBOYW1lAA==\r\n"
		case step == 1 && line == base64.StdEncoding.EncodeToString([]byte("jane@example.org")):
			return "+ UGFzc3dvcmQA\r\n"
		case step == 2 && line == base64.StdEncoding.EncodeToString([]byte("pw")):
			return tag + " OK in\r\n"
		}
		return tag + " NO no\r\n"
	}
	tests := map[string]struct {
		caps   string
		answer func(tag, line string) string
	}{
		"PLAIN":   {"IMAP4rev1 AUTH=PLAIN AUTH=LOGIN", answer},
		"LOGIN":   {"IMAP4rev1 LOGINDISABLED AUTH=LOGIN", prompts},
		"command": {"IMAP4rev1", answer},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := play(t, tt.caps, tt.answer)
			s.Password = func(context.Context) (string, error) { return "pw", nil }
			if err := s.enter(t); err != nil {
				t.Errorf("%v; heard %q", err, s.heard)
			}
		})
	}
}
