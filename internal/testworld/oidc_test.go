package testworld

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// startProvider starts one and returns how to post a form to it.
func startProvider(t *testing.T) (*Provider, *http.Client, func(address string, form url.Values) (int, map[string]any)) {
	t.Helper()
	ca := newCA(t)
	p, err := StartProvider(ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, client, func(address string, form url.Values) (int, map[string]any) {
		t.Helper()
		res, err := client.PostForm(address, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var m map[string]any
		_ = json.NewDecoder(res.Body).Decode(&m)
		return res.StatusCode, m
	}
}

func TestProviderTakesAReplacedTokenForStolen(t *testing.T) {
	p, _, post := startProvider(t)
	access, refresh := p.SignIn()
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {OIDCClient}, "refresh_token": {refresh}}
	status, first := post(p.TokenURL(), form)
	if status != 200 || !p.Knows(first["access_token"].(string)) || !p.Knows(access) || p.Knows(refresh) {
		t.Fatalf("refresh: %d %v", status, first)
	}
	if status, again := post(p.TokenURL(), form); status != 400 || again["error"] != "invalid_grant" {
		t.Errorf("the same again: %d %v", status, again)
	}
	for _, token := range []string{access, first["access_token"].(string), first["refresh_token"].(string)} {
		if p.Knows(token) {
			t.Error("a token of the stolen sign-in lives on")
		}
		if _, m := post(p.IntrospectURL(), url.Values{"token": {token}}); m["active"] != false {
			t.Errorf("introspection: %v", m)
		}
	}
	if p.Refreshes() != 1 {
		t.Errorf("%d refreshes", p.Refreshes())
	}
}

func TestProviderWantsTheVerifierAndTheSameRedirect(t *testing.T) {
	p, client, post := startProvider(t)
	const verifier, back = "a verifier that is long enough for RFC 7636", "http://127.0.0.1:1234"
	sum := sha256.Sum256([]byte(verifier))
	ask := url.Values{
		"response_type": {"code"}, "client_id": {OIDCClient}, "redirect_uri": {back}, "scope": {OIDCScope}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	code := func(change, value string) url.Values {
		q := url.Values{}
		for k, v := range ask {
			q[k] = v
		}
		if change != "" {
			q.Set(change, value)
		}
		res, err := client.Get(p.AuthURL() + "?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		u, err := res.Location()
		if err != nil {
			return nil
		}
		if u.Query().Get("state") != "s" {
			t.Errorf("state: %s", u)
		}
		return u.Query()
	}
	redeem := func(verifier, back string) (int, map[string]any) {
		return post(p.TokenURL(), url.Values{
			"grant_type": {"authorization_code"}, "client_id": {OIDCClient}, "code": {code("", "").Get("code")},
			"code_verifier": {verifier}, "redirect_uri": {back},
		})
	}
	if status, m := redeem(verifier, back); status != 200 {
		t.Errorf("%d %v", status, m)
	}
	if status, m := redeem("another verifier", back); status != 400 || m["error"] != "invalid_grant" {
		t.Errorf("another verifier: %d %v", status, m)
	}
	if status, m := redeem(verifier, back+"/"); status != 400 || m["error"] != "invalid_grant" {
		t.Errorf("another redirect: %d %v", status, m)
	}
	for change, want := range map[[2]string]string{
		{"code_challenge_method", "plain"}: "invalid_request", {"scope", "everything"}: "invalid_scope",
		{"redirect_uri", "https://evil.example"}: "", {"client_id", "another"}: "",
	} {
		if got := code(change[0], change[1]).Get("error"); got != want {
			t.Errorf("%v: %q, want %q", change, got, want)
		}
	}
}

func TestProviderEndsTokensInTime(t *testing.T) {
	p, _, post := startProvider(t)
	access, refresh := p.SignIn()
	if status, m := post(p.IntrospectURL(), url.Values{"token": {access}}); status != 200 || m["active"] != true || m["username"] != mailUser {
		t.Errorf("%d %v", status, m)
	}
	p.EndAccess()
	if p.Knows(access) || !p.Knows(refresh) {
		t.Error("the wrong tokens have ended")
	}
	p.SetLifetime(50 * time.Millisecond)
	short, _ := p.SignIn()
	time.Sleep(100 * time.Millisecond)
	if p.Knows(short) {
		t.Error("a token has no end")
	}
	p.SetSecret("s")
	if status, m := post(p.TokenURL(), url.Values{"grant_type": {"refresh_token"}, "client_id": {OIDCClient}, "refresh_token": {refresh}}); status != 401 || m["error"] != "invalid_client" {
		t.Errorf("without the secret: %d %v", status, m)
	}
}
