package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

func TestFailuresOfTheProvider(t *testing.T) {
	x := newPlace(t)
	s := x.source()
	stale := x.saved(t).AccessToken
	for _, status := range []int{500, 503, 429, 302, 307, 403, 404} {
		x.Fail(status)
		_, err := s.Token(t.Context(), stale)
		if fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(err.Error(), fmt.Sprint(status)) || strings.Contains(err.Error(), "secret-looking") {
			t.Errorf("%d: kind %q: %v", status, fault.KindOf(err), err)
		}
	}
	x.SetSecret("the client's secret")
	_, err := s.Token(t.Context(), stale)
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), "client_secret_file") {
		t.Errorf("no secret: %v", err)
	}
	for _, inHeader := range []bool{true, false} {
		x.client.Secret, x.client.SecretInHeader = func(context.Context) (string, error) { return "the client's secret", nil }, inHeader
		x.get(t, x.source(), x.saved(t).AccessToken)
	}
	x.client.Secret = func(context.Context) (string, error) { return "", fault.Temporary(errors.New("no file"), "write it") }
	if _, err := x.source().Token(t.Context(), x.saved(t).AccessToken); fault.KindOf(err) != fault.TemporaryKind || fault.HintOf(err) != "write it" {
		t.Errorf("unreadable secret: %v", err)
	}
	x.client.Secret, x.client.RootCAs = nil, nil
	if _, err := x.source().Token(t.Context(), x.saved(t).AccessToken); fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(fault.HintOf(err), "ca_file") {
		t.Errorf("foreign authority: %v, hint %q", err, fault.HintOf(err))
	}
	_ = x.Close()
	x.client.RootCAs = x.ca.Pool()
	if _, err := x.source().Token(t.Context(), x.saved(t).AccessToken); fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("nobody there: %v", err)
	}
}

// hostile is a provider that answers everything with the same, after it has done what is told.
func hostile(t *testing.T, status int, answer string, first ...func()) Provider {
	t.Helper()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, f := range first {
			f()
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(srv.Close)
	pool := srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return Provider{ClientID: "c", TokenURL: srv.URL + "/t", DeviceURL: srv.URL + "/d", RootCAs: pool}
}

func TestOddAnswersToARefresh(t *testing.T) {
	tests := map[string]struct {
		status int
		answer string
		kind   fault.Kind
	}{
		"endless":                    {200, `{"access_token":"` + strings.Repeat("a", answerLimit) + `"}`, fault.TemporaryKind},
		"null":                       {200, "null", fault.TemporaryKind},
		"no JSON":                    {200, "<html>", fault.TemporaryKind},
		"no token":                   {200, "{}", fault.TemporaryKind},
		"a token for something else": {200, `{"access_token":"ACCESS","token_type":"DPoP"}`, fault.PermanentKind},
		"a token with an end":        {200, `{"access_token":"ACCESS\u0001\u0001"}`, fault.PermanentKind},
		"an error with success":      {200, `{"error":"invalid_grant"}`, fault.PermanentKind},
		"an error nobody knows":      {400, `{"error":"` + strings.Repeat("x", 1000) + `\u001b[2J"}`, fault.TemporaryKind},
		"our own token back":         {400, `{"error":"invalid_grant","error_description":"no such token: REFRESH"}`, fault.PermanentKind},
		"down":                       {503, `{"error":"invalid_grant"}`, fault.TemporaryKind},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := hostile(t, tt.status, tt.answer)
			s := NewSource(p, filepath.Join(t.TempDir(), "x.json"), "jane")
			if err := s.Keep(t.Context(), &Grant{TokenURL: p.TokenURL, ClientID: "c", RefreshToken: "REFRESH"}); err != nil {
				t.Fatal(err)
			}
			token, err := s.Token(t.Context(), "")
			if err == nil || token != "" || fault.KindOf(err) != tt.kind {
				t.Fatalf("%q, kind %q: %v", token, fault.KindOf(err), err)
			}
			if text := err.Error(); strings.Contains(text, "REFRESH") || strings.Contains(text, "ACCESS") || strings.Contains(text, "\x1b") || len(text) > 600 {
				t.Errorf("it says too much: %s", text)
			}
			if g, err := load(s.file); err != nil || g.RefreshToken != "REFRESH" {
				t.Errorf("the file has changed: %v", err)
			}
		})
	}
	// A provider that does not replace refresh tokens leaves ours as it is; without an end, a
	// token is tried until it is refused.
	p := hostile(t, 200, `{"access_token":"new","token_type":"bearer"}`)
	s := NewSource(p, filepath.Join(t.TempDir(), "x.json"), "jane")
	if err := s.Keep(t.Context(), &Grant{TokenURL: p.TokenURL, ClientID: "c", RefreshToken: "REFRESH"}); err != nil {
		t.Fatal(err)
	}
	if token, err := s.Token(t.Context(), ""); err != nil || token != "new" {
		t.Fatal(err)
	}
	if g, err := load(s.file); err != nil || g.RefreshToken != "REFRESH" || !g.usable(time.Now().Add(1000*time.Hour), "") {
		t.Errorf("%v", err)
	}
}

func TestOddAnswersToADevice(t *testing.T) {
	const good = `"device_code":"d","user_code":"AB-CD","verification_uri":"https://x.example/go"`
	for name, answer := range map[string]string{
		"null": "null", "empty": "{}", "no JSON": "<html>",
		"a terminal's commands": `{"device_code":"d","user_code":"\u001b[2J","verification_uri":"https://x.example/go"}`,
		"clear text":            `{"device_code":"d","user_code":"AB","verification_uri":"http://x.example/go"}`,
		"no place":              `{"device_code":"d","user_code":"AB","verification_uri":"https:"}`,
	} {
		_, err := hostile(t, 200, answer).Device(t.Context(), func(DeviceCode) { t.Errorf("%s: shown", name) })
		if fault.KindOf(err) != fault.TemporaryKind {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An interval below zero must not end the program.
	ctx, cancel := context.WithCancel(t.Context())
	_, err := hostile(t, 200, `{`+good+`,"interval":-1}`).Device(ctx, func(DeviceCode) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interval: %v", err)
	}
	// A code that ran out, and a grant that would not last.
	_, err = hostile(t, 200, `{`+good+`,"interval":1,"expires_in":1}`).Device(t.Context(), func(DeviceCode) {})
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), "has run out") {
		t.Errorf("expired: %v", err)
	}
	_, err = hostile(t, 200, `{`+good+`,"interval":1,"access_token":"a"}`).Device(t.Context(), func(DeviceCode) {})
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), "offline_access") {
		t.Errorf("no refresh token: %v", err)
	}
}

func TestATokenRequestIsNeverRedirected(t *testing.T) {
	var asked atomic.Int32
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer elsewhere.Close()
	srv := httptest.NewTLSServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect)) // keeps method and body
	defer srv.Close()
	pool := srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	p := Provider{ClientID: "c", TokenURL: srv.URL, RootCAs: pool}
	s := NewSource(p, filepath.Join(t.TempDir(), "x.json"), "jane")
	if err := s.Keep(t.Context(), &Grant{TokenURL: p.TokenURL, ClientID: "c", RefreshToken: "REFRESH"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Token(t.Context(), ""); fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(fault.HintOf(err), "token_url") {
		t.Errorf("%v, hint %q", err, fault.HintOf(err))
	}
	if asked.Load() != 0 {
		t.Error("the refresh token went elsewhere")
	}
}
