package browser

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// dials notes where it is asked to connect to.
type dials struct {
	mu  sync.Mutex
	all []string
}

func (d *dials) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	d.all = append(d.all, address)
	d.mu.Unlock()
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

func (d *dials) seen() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.all...)
}

// world is a page with one export of two parts, and a site with its bytes.
func world(t *testing.T) (*testworld.Accounts, *testworld.Site, Options, *dials) {
	t.Helper()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	site, err := testworld.StartSite(ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = site.Close() })
	accounts, err := testworld.StartAccounts(ca, site.AddExport("one.zip", "two.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = accounts.Close() })
	d := &dials{}
	return accounts, site, Options{
		Profile: filepath.Join(t.TempDir(), "profile"), LinkHosts: []string{accounts.Host()}, ByteHosts: []string{site.ByteHost()}, Dial: d.dial,
		Test: Test{NoSandbox: os.Geteuid() == 0, Headless: true, SPKI: []string{accounts.SPKI()}, limits: &hurried},
	}, d
}

func TestTheWindowHoldsTheProfileUntilItEnds(t *testing.T) {
	t.Parallel()
	accounts, _, o, _ := world(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- Login(ctx, o, accounts.SessionLink()) }()
	for end := time.Now().Add(5 * time.Minute); len(accounts.Requests()) == 0; time.Sleep(20 * time.Millisecond) {
		select {
		case err := <-ended:
			t.Fatal("the window closed by itself:", err)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("the window never asked for the page")
		}
	}
	if err := Available(t.Context(), o); fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("with the window open, Available = %v, want a temporary fault", err)
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("Login returned nil though its context ended")
	}
	nothingLeft(t, o.Profile)
	if err := Available(t.Context(), o); err != nil {
		t.Errorf("after the window, Available = %v", err)
	}
}

// steps does the steps in a browser of its own.
func steps(t *testing.T, o Options, list ...chromedp.Action[chromedp.Void]) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	s, err := start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer nothingLeft(t, o.Profile)
	defer s.close()
	return chromedp.Do(s.ctx, list...)
}

func nothingLeft(t *testing.T, profile string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	if left := of(profile); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestASessionIsThereInTheNextBrowserAndGoesNowhereElse(t *testing.T) {
	t.Parallel()
	accounts, site, o, d := world(t)
	if err := steps(t, o, chromedp.Navigate(accounts.SessionLink())); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(o.Profile)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("profile: %v, %v, want mode 0700", info, err)
	}
	accounts.Set(testworld.Scene{Elsewhere: "https://" + strings.Replace(site.ByteHost(), "localhost", "127.0.0.1", 1) + "/x.png"})
	// A press leads to the host of bytes, which the tunnel does not know.
	button := chromedp.CSS("[role=button]")
	err = steps(t, o, chromedp.Navigate(accounts.PageLink()), chromedp.WaitVisible(button), chromedp.Click(button), chromedp.Sleep(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	var pressed bool
	for _, r := range accounts.Requests() {
		pressed = pressed || r.Path == "/part/0" && r.Cookie
	}
	if !pressed {
		t.Error("Download was not asked for with the session")
	}
	for _, address := range d.seen() {
		if address != accounts.Host() {
			t.Errorf("connected to %s", address)
		}
	}
	if asked := site.Requests(); len(asked) > 0 {
		t.Errorf("the browser asked the host of bytes: %+v", asked)
	}
}

func TestAnUntrustedCertificateIsRefused(t *testing.T) {
	t.Parallel()
	accounts, _, o, _ := world(t)
	o.Test.SPKI = nil
	if err := steps(t, o, chromedp.Navigate(accounts.PageLink())); err == nil || !strings.Contains(err.Error(), "CERT") {
		t.Errorf("navigate: %v, want a fault of the certificate", err)
	}
	if asked := accounts.Requests(); len(asked) > 0 {
		t.Errorf("it was asked all the same: %+v", asked)
	}
}

func TestABrowserEndsWithItsContext(t *testing.T) {
	t.Parallel()
	_, _, o, _ := world(t)
	ctx, cancel := context.WithCancel(t.Context())
	s, err := start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	s.close()
	nothingLeft(t, o.Profile)
}

func TestWhyABrowserIsNotAvailable(t *testing.T) {
	t.Parallel()
	_, _, o, _ := world(t)
	rooted, missing, relative := o, o, o
	rooted.Test.NoSandbox, missing.Path, relative.Profile = false, "/nowhere/chromium", "profile"
	for name, o := range map[string]Options{"missing": missing, "relative": relative} {
		if err := Available(t.Context(), o); fault.KindOf(err) != fault.ConfigurationKind {
			t.Errorf("%s: Available = %v, want a fault of the configuration", name, err)
		}
	}
	if err := Available(t.Context(), rooted); os.Geteuid() == 0 && fault.HintOf(err) == "" {
		t.Errorf("as root, Available = %v, want a fault with a hint", err)
	}
	// A program that says what Chromium says where its sandbox is forbidden.
	o.Path = filepath.Join(t.TempDir(), "chromium")
	if err := os.WriteFile(o.Path, []byte("#!/bin/sh\necho 'FATAL: No usable sandbox!' >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Available(t.Context(), o); fault.KindOf(err) != fault.ConfigurationKind || !strings.Contains(err.Error(), "sandbox") {
		t.Errorf("without a sandbox, Available = %v", err)
	}
}

func TestTheListOfHosts(t *testing.T) {
	hosts := []string{"www.instagram.com", "*.fbcdn.net", "localhost:8443"}
	for host, want := range map[string]bool{
		"www.instagram.com:443": true, "WWW.instagram.com": true, "www.instagram.com:80": false, "instagram.com": false,
		"a.fbcdn.net:443": true, "fbcdn.net:443": false, "evilfbcdn.net:443": false, "a.fbcdn.net.evil.org:443": false,
		"localhost:8443": true, "localhost": false, "": false, "bigzipfiles.instagram.com:443": false,
	} {
		if listed(hosts, host) != want {
			t.Errorf("listed(%q) = %v", host, !want)
		}
	}
}

func TestMain(m *testing.M) {
	if _, err := exec.LookPath("chromium"); err != nil {
		println("these tests need Chromium: apt install chromium")
		os.Exit(1)
	}
	os.Exit(m.Run())
}
