package testworld

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// What the one client of a Provider asks for.
const (
	OIDCClient = "igwatchd-test"
	OIDCScope  = "imap offline_access"
)

// Provider is a stand-in of an OpenID provider with one person and one client. It keeps the rules
// of RFC 6749, 7636 (S256 alone), 8628 and 7662, replaces the refresh token at each use, and takes
// one that comes twice for stolen (RFC 9700, section 4.14.2): then the whole sign-in is void.
// Whoever asks to sign in is let in.
type Provider struct {
	listener net.Listener
	server   *http.Server
	wg       sync.WaitGroup

	mu        sync.Mutex
	secret    string        // of the client; "": a public one
	lifetime  time.Duration // of access tokens
	deny      bool
	pendings  int // polls until a device is let in
	slowDowns int
	fails     []int // statuses of the next answers of the token endpoint
	refreshes int
	codes     map[string]*oidcCode
	devices   map[string]*oidcDevice
	tokens    map[string]*oidcToken // access and refresh tokens alike
}

type oidcCode struct{ redirect, challenge string }

type oidcDevice struct {
	pendings int
	ends     time.Time
}

// oidcToken belongs to a sign-in; all tokens of one are void together.
type oidcToken struct {
	family  *bool // true: void
	refresh bool
	used    bool
	ends    time.Time
}

// StartProvider starts a provider on the loopback interface, with TLS.
func StartProvider(ca *CA) (*Provider, error) {
	config, err := ca.loopback()
	if err != nil {
		return nil, err
	}
	p := &Provider{
		lifetime: time.Hour, pendings: 1,
		codes: map[string]*oidcCode{}, devices: map[string]*oidcDevice{}, tokens: map[string]*oidcToken{},
	}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start provider: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /device", p.device)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /introspect", p.introspect)
	p.server = &http.Server{Handler: mux, ReadTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	p.wg.Go(func() { _ = p.server.Serve(tls.NewListener(p.listener, config)) })
	return p, nil
}

// Addresses of the endpoints.
func (p *Provider) AuthURL() string       { return p.url("authorize") }
func (p *Provider) TokenURL() string      { return p.url("token") }
func (p *Provider) DeviceURL() string     { return p.url("device") }
func (p *Provider) IntrospectURL() string { return p.url("introspect") }

func (p *Provider) url(path string) string { return "https://" + onLocalhost(p.listener) + "/" + path }

// SetSecret gives the client a secret, which it then has to show.
func (p *Provider) SetSecret(secret string) { p.with(func() { p.secret = secret }) }

// SetLifetime says how long access tokens live that are given from now on.
func (p *Provider) SetLifetime(d time.Duration) { p.with(func() { p.lifetime = d }) }

// SetDeny makes the person say no from now on, or yes again.
func (p *Provider) SetDeny(deny bool) { p.with(func() { p.deny = deny }) }

// SetDeviceAnswers says how often a device hears "not yet" before it is let in, after it heard
// "slower" that many times.
func (p *Provider) SetDeviceAnswers(pendings, slowDowns int) {
	p.with(func() { p.pendings, p.slowDowns = pendings, slowDowns })
}

// Fail makes the token endpoint answer its next requests with these HTTP statuses.
func (p *Provider) Fail(statuses ...int) { p.with(func() { p.fails = statuses }) }

// Refreshes counts the refreshes that succeeded.
func (p *Provider) Refreshes() (n int) {
	p.with(func() { n = p.refreshes })
	return n
}

// EndAccess ends all access tokens before their time; the refresh tokens live on.
func (p *Provider) EndAccess() {
	p.with(func() {
		for _, t := range p.tokens {
			if !t.refresh {
				t.ends = time.Now()
			}
		}
	})
}

// Revoke ends every sign-in.
func (p *Provider) Revoke() {
	p.with(func() {
		for _, t := range p.tokens {
			*t.family = true
		}
	})
}

// SignIn returns the tokens of a new sign-in, as if the person had gone through it.
func (p *Provider) SignIn() (access, refresh string) {
	p.with(func() { access, refresh = p.give(new(bool)) })
	return access, refresh
}

// Knows tells whether s was given as a token of this provider, and is neither used up nor void.
func (p *Provider) Knows(s string) (known bool) {
	p.with(func() {
		t := p.tokens[s]
		known = t != nil && t.alive()
	})
	return known
}

// Close stops the provider.
func (p *Provider) Close() error {
	err := p.server.Close()
	if lerr := p.listener.Close(); !errors.Is(lerr, net.ErrClosed) {
		err = errors.Join(err, lerr)
	}
	p.wg.Wait()
	return err
}

func (p *Provider) with(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (t *oidcToken) alive() bool {
	return !*t.family && !t.used && (t.refresh || time.Now().Before(t.ends))
}

// give makes the tokens of a sign-in. p.mu is held.
func (p *Provider) give(family *bool) (access, refresh string) {
	access, refresh = "access-"+rand.Text(), "refresh-"+rand.Text()
	p.tokens[access] = &oidcToken{family: family, ends: time.Now().Add(p.lifetime)}
	p.tokens[refresh] = &oidcToken{family: family, refresh: true}
	return access, refresh
}
