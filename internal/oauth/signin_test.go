package oauth

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// browser opens an address as the person's browser does, and returns the last page.
func (x *place) browser(t *testing.T, address string) (status int, page string, header http.Header) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x.ca.Pool()}, DisableKeepAlives: true}}
	res, err := client.Get(address)
	if err != nil {
		t.Error(err)
		return 0, "", nil
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return res.StatusCode, string(body), res.Header
}

func TestSignInByBrowser(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost"} {
		x := newPlace(t)
		x.client.RedirectHost = host
		x.client.AuthParams = map[string]string{"login_hint": "jane@example.org"}
		pages := make(chan string, 1)
		var port int
		g, err := x.client.Browser(t.Context(), func(address string, p int) {
			port = p
			u, err := url.Parse(address)
			q := u.Query()
			if err != nil || q.Get("login_hint") != "jane@example.org" || q.Get("code_challenge_method") != "S256" || len(q.Get("state")) < 20 ||
				q.Get("redirect_uri") != "http://"+host+":"+strconv.Itoa(p) {
				t.Errorf("address %s", address)
			}
			// What else comes along does not end the wait.
			back := "http://127.0.0.1:" + strconv.Itoa(p)
			for path, want := range map[string]int{
				"/favicon.ico": 404, "/": 400, "/?code=x&state=guess": 400, "/?error=access_denied": 400, "/?state=" + q.Get("state"): 400,
			} {
				if status, _, _ := x.browser(t, back+path); status != want {
					t.Errorf("%s: status %d, want %d", path, status, want)
				}
			}
			go func() {
				_, page, header := x.browser(t, address)
				if header.Get("Content-Security-Policy") != "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" ||
					header.Get("Referrer-Policy") != "no-referrer" || header.Get("Cache-Control") != "no-store" {
					t.Errorf("headers %v", header)
				}
				pages <- page
			}()
		})
		if err != nil {
			t.Fatal(err)
		}
		if page := <-pages; !strings.Contains(page, "Thank you") || strings.Contains(page, g.AccessToken) {
			t.Errorf("page: %s", page)
		}
		if !x.Knows(g.AccessToken) || !x.Knows(g.RefreshToken) || time.Until(g.Expires) < 50*time.Minute {
			t.Errorf("the grant is not one: expires %v", g.Expires)
		}
		if res, err := http.Get("http://127.0.0.1:" + strconv.Itoa(port)); err == nil {
			res.Body.Close()
			t.Error("the port is still open")
		}
	}
}

func TestSignInByBrowserThatEndsOtherwise(t *testing.T) {
	x := newPlace(t)
	x.SetDeny(true)
	_, err := x.client.Browser(t.Context(), func(address string, _ int) {
		go func() {
			if _, page, _ := x.browser(t, address); !strings.Contains(page, "Not signed in") {
				t.Errorf("page: %s", page)
			}
		}()
	})
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), `"access_denied"`) || fault.HintOf(err) == "" {
		t.Errorf("denied: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := x.client.Browser(ctx, func(string, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	// A code that was stolen on this machine is no use without the verifier, and ours none with a wrong one.
	x.SetDeny(false)
	_, err = x.client.Browser(t.Context(), func(address string, port int) {
		u, _ := url.Parse(address)
		go x.browser(t, "http://127.0.0.1:"+strconv.Itoa(port)+"/?code=MADE-UP&state="+u.Query().Get("state"))
	})
	if fault.KindOf(err) != fault.PermanentKind || strings.Contains(err.Error(), "MADE-UP") {
		t.Errorf("made up: %v", err)
	}
}

func TestSignInByDevice(t *testing.T) {
	t.Parallel()
	x := newPlace(t)
	var shown DeviceCode
	began := time.Now()
	x.SetDeviceAnswers(0, 1) // once "slower", which means five seconds more
	g, err := x.client.Device(t.Context(), func(d DeviceCode) { shown = d })
	if err != nil {
		t.Fatal(err)
	}
	if shown.Code != "WDJB-MJHT" || !strings.HasPrefix(shown.URL, "https://localhost:") || time.Until(shown.Expires) > time.Minute {
		t.Errorf("shown %+v", shown)
	}
	if !x.Knows(g.AccessToken) || !x.Knows(g.RefreshToken) {
		t.Error("the grant is not one")
	}
	if d := time.Since(began); d < 7*time.Second {
		t.Errorf("asked too often: in after %v", d)
	}
}

func TestSignInByDeviceThatEndsOtherwise(t *testing.T) {
	t.Parallel()
	x := newPlace(t)
	_, err := x.client.Device(t.Context(), func(DeviceCode) { x.SetDeny(true) })
	if fault.KindOf(err) != fault.PermanentKind || !strings.Contains(err.Error(), `"access_denied"`) {
		t.Errorf("denied: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := x.client.Device(ctx, func(DeviceCode) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	x.client.Scopes = []string{"everything"}
	if _, err := x.client.Device(t.Context(), func(DeviceCode) { t.Error("shown") }); fault.KindOf(err) != fault.PermanentKind || !strings.Contains(fault.HintOf(err), "scopes") {
		t.Errorf("wrong scope: %v", err)
	}
}
