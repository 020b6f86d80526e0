// Package interop runs the sign-ins and refreshes of internal/oauth against the OpenID provider
// of github.com/zitadel/oidc, which is certified by the OpenID Foundation.
package interop

import (
	"context"
	"crypto/x509"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/oauth"
)

const user, password, secret = "test-user@127.0.0.1", "verysecure", "a secret: with / odd % letters"

func TestMain(m *testing.M) {
	storage.RegisterClients(storage.NativeClient("native", "http://127.0.0.1"), storage.DeviceClient("device", secret))
	m.Run()
}

// store lets its clients refresh what they got by a device code, which the example storage does not.
type store struct{ *storage.Storage }

type refreshing struct{ op.Client }

func (refreshing) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeCode, oidc.GrantTypeDeviceCode, oidc.GrantTypeRefreshToken}
}

func (s store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.Storage.GetClientByClientID(ctx, id)
	return refreshing{c}, err
}

// CreateAccessAndRefreshTokens notes which client a device belongs to; the example forgets it.
func (s store) CreateAccessAndRefreshTokens(ctx context.Context, r op.TokenRequest, current string) (access, refresh string, ends time.Time, err error) {
	if d, ok := r.(*op.DeviceAuthorizationState); ok {
		r = &storage.AuthRequest{ApplicationID: d.ClientID, UserID: d.Subject, Scopes: d.Scopes}
	}
	return s.Storage.CreateAccessAndRefreshTokens(ctx, r, current)
}

// CompleteDeviceAuthorization takes the person's id; the example's page gives her name.
func (s store) CompleteDeviceAuthorization(ctx context.Context, code, _ string) error {
	return s.Storage.CompleteDeviceAuthorization(ctx, code, "id1")
}

// provider starts one, and a browser that trusts it.
func provider(t *testing.T) (oauth.Provider, *http.Client) {
	t.Helper()
	var handler http.Handler
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	srv.StartTLS()
	t.Cleanup(srv.Close)
	handler = exampleop.SetupServer(srv.URL, store{storage.NewStorage(storage.NewUserStore(srv.URL))}, slog.New(slog.DiscardHandler), false)
	browser := srv.Client()
	browser.Jar, _ = cookiejar.New(nil)
	pool := x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	return oauth.Provider{
		AuthURL: srv.URL + "/auth", TokenURL: srv.URL + "/oauth/token", DeviceURL: srv.URL + "/device_authorization",
		Scopes: []string{"openid", "offline_access"}, RedirectHost: "127.0.0.1", RootCAs: pool,
	}, browser
}

func page(t *testing.T, res *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Error(err)
		return ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d, %v: %s", res.Request.URL.Path, res.StatusCode, err, body)
	}
	return string(body)
}

// works wants the provider to take an access token.
func works(t *testing.T, p oauth.Provider, browser *http.Client, token string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(p.TokenURL, "/oauth/token")+"/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := browser.Do(req)
	if body := page(t, res, err); !strings.Contains(body, `"sub":`) {
		t.Errorf("user info: %s", body)
	}
}

// lives refreshes several times, also from a new Source, as after a restart, and then again with
// a refresh token that is used up.
func lives(t *testing.T, p oauth.Provider, browser *http.Client, g *oauth.Grant) {
	t.Helper()
	works(t, p, browser, g.AccessToken)
	if left := time.Until(g.Expires); left < 4*time.Minute || left > 5*time.Minute {
		t.Errorf("it ends in %v, and the provider says 5 minutes", left)
	}
	file := filepath.Join(t.TempDir(), "oauth2", "jane.json")
	first := *g
	if err := oauth.NewSource(p, file, "jane").Keep(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	token := g.AccessToken
	for range 3 {
		next, err := oauth.NewSource(p, file, "jane").Token(t.Context(), token)
		if err != nil || next == token {
			t.Fatal(err)
		}
		works(t, p, browser, next)
		token = next
	}
	s := oauth.NewSource(p, file, "jane")
	if err := s.Keep(t.Context(), &first); err != nil {
		t.Fatal(err)
	}
	_, err := s.Token(t.Context(), first.AccessToken)
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), `"invalid_grant"`) || strings.Contains(err.Error(), first.RefreshToken) {
		t.Errorf("used up: kind %q: %v", fault.KindOf(err), err)
	}
}

func TestSignInByBrowserAndRefresh(t *testing.T) {
	p, browser := provider(t)
	p.ClientID = "native"
	g, err := p.Browser(t.Context(), func(address string, _ int) {
		go func() {
			res, err := browser.Get(address)
			form := page(t, res, err)
			id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(form)
			if id == nil {
				t.Errorf("no login form: %s", form)
				return
			}
			res, err = browser.PostForm(strings.TrimSuffix(p.AuthURL, "/auth")+"/login/username",
				url.Values{"id": {html.UnescapeString(id[1])}, "username": {user}, "password": {password}})
			if end := page(t, res, err); !strings.Contains(end, "Thank you") {
				t.Errorf("the end: %s", end)
			}
		}()
	})
	if err != nil {
		t.Fatal(err)
	}
	lives(t, p, browser, g)
}

func TestSignInByDeviceAndRefresh(t *testing.T) {
	p, browser := provider(t)
	p.ClientID, p.SecretInHeader = "device", true
	p.Secret = func(context.Context) (string, error) { return secret, nil }
	g, err := p.Device(t.Context(), func(d oauth.DeviceCode) {
		res, err := browser.PostForm(d.URL+"/login", url.Values{"user_code": {d.Code}, "username": {user}, "password": {password}})
		page(t, res, err)
		res, err = browser.Get(d.URL + "/confirm?action=allowed")
		if end := page(t, res, err); !strings.Contains(end, "Device authorization allowed") {
			t.Errorf("the end: %s", end)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	lives(t, p, browser, g)
}

func TestWhoSaysNoIsUnderstood(t *testing.T) {
	p, browser := provider(t)
	p.ClientID, p.SecretInHeader = "device", true
	p.Secret = func(context.Context) (string, error) { return secret, nil }
	_, err := p.Device(t.Context(), func(d oauth.DeviceCode) {
		res, err := browser.PostForm(d.URL+"/login", url.Values{"user_code": {d.Code}, "username": {user}, "password": {password}})
		page(t, res, err)
		res, err = browser.Get(d.URL + "/confirm?action=denied")
		page(t, res, err)
	})
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), `"access_denied"`) {
		t.Errorf("denied: %v", err)
	}
	p.Secret = func(context.Context) (string, error) { return "wrong", nil }
	_, err = p.Device(t.Context(), func(oauth.DeviceCode) {}) // the code is given without a secret
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), "client_secret_file") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("wrong secret: %v", err)
	}
}
