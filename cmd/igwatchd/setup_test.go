package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/igwatchd/igwatchd/internal/testworld"
)

// newOAuth2World is a world whose inbox, on a real Dovecot, is entered by access tokens of a
// provider. Nobody has signed in yet.
func newOAuth2World(ctx context.Context, dir string) (w *world, p *testworld.Provider, err error) {
	w, err = newWorld(ctx, dir, func(ca *testworld.CA) (testworld.Mailbox, error) {
		if p, err = testworld.StartProvider(ca); err != nil {
			return nil, err
		}
		return testworld.StartDovecot(ctx, ca, filepath.Join(dir, "dovecot"), testworld.WithProvider(p))
	})
	if err != nil {
		return nil, nil, err
	}
	w.keys["inbox.password_file"] = ""
	w.keys["inbox.oauth2"] = fmt.Sprintf("{ client_id = %q, client_secret_file = %q, auth_url = %q, token_url = %q, device_url = %q, scopes = [\"imap\", \"offline_access\"], ca_file = %q }",
		testworld.OIDCClient, filepath.Join(dir, "secret"), p.AuthURL(), p.TokenURL(), p.DeviceURL(), filepath.Join(dir, "ca.pem"))
	p.SetSecret("hunter2")
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("hunter2\n"), 0o600); err != nil {
		return nil, nil, err
	}
	return w, p, w.writeConfig()
}

// providerCmd is a command of the stories:
//
//	provider start          as world dovecot, and its inbox is entered by OAuth 2
//	provider deny|allow     whoever asks from now on is not let in, or is
//	provider revoke         every sign-in is void
//	provider end-access     every access token has ended, and the mail server forgets its clients
func providerCmd(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "start" {
		w, p, err := newOAuth2World(context.Background(), ts.MkAbs("."))
		ts.Check(err)
		*ts.Value(worldKey{}).(**world) = w // TestStories put it there
		w.provider = p
		ts.Defer(func() { w.close(); _ = p.Close() })
		return
	}
	w := worldOf(ts)
	restart := func() { ts.Check(w.mailbox.(*testworld.Dovecot).Restart(context.Background())) }
	switch args[0] {
	case "deny", "allow":
		w.provider.SetDeny(args[0] == "deny")
	case "revoke":
		w.provider.Revoke()
		restart()
	case "end-access":
		w.provider.EndAccess()
		restart()
	default:
		ts.Fatalf("provider: what is %s?", args[0])
	}
}

func TestSetupByBrowser(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w, p, err := newOAuth2World(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	defer p.Close()
	out, in := io.Pipe()
	var said []string
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			said = append(said, lines.Text())
			if address := strings.TrimSpace(lines.Text()); strings.HasPrefix(address, p.AuthURL()) {
				client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: w.ca.Pool()}, DisableKeepAlives: true}}
				res, err := client.Get(address)
				if err != nil {
					t.Error(err)
					continue
				}
				res.Body.Close()
			}
		}
	}()
	var stderr strings.Builder
	code := run(t.Context(), []string{"setup", "--oauth2", "--browser", "--config", w.config()}, strings.NewReader(""), in, &stderr)
	in.Close()
	<-done
	if code != exitDone || !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "Signed in. The login at localhost:") }) {
		t.Errorf("exit %d\n%s\n%s", code, strings.Join(said, "\n"), stderr.String())
	}
	if info, err := os.Stat(filepath.Join(dir, "state", "oauth2", "jane.doe.json")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}
