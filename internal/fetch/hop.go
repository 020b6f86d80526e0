package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

const maxHops = 10

// New prepares a Fetcher.
func New(o Options) *Fetcher {
	f := &Fetcher{
		o: o, log: o.Log, roles: roles(o.LinkHosts, o.ByteHosts), limits: patient,
		public: public, free: durable.Free, active: map[string]bool{},
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	f.dialer = &net.Dialer{Timeout: 15 * time.Second, ControlContext: f.checkAddress}
	// A Transport and no Client: a Client would follow, and put a bad Location into its error.
	// Without Proxy the environment's proxies are ignored.
	f.transport = &http.Transport{
		DialContext:            f.dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    15 * time.Second,
		ResponseHeaderTimeout:  f.limits.header,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true,
		ReadBufferSize:         bufSize,
		IdleConnTimeout:        15 * time.Second,
	}
	return f
}

// Check tells whether the rules would let Get ask for this address at all.
func (f *Fetcher) Check(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return refused("the link", "it is no address")
	}
	_, err = f.judge(u)
	return err
}

// walk follows a link, hop by hop, to an answer that may hold the bytes. Each
// hop is judged before it is asked. header goes to hosts of bytes only, cookies
// to hosts of links only. The caller closes the answer's body.
func (f *Fetcher) walk(ctx context.Context, raw string, header http.Header) (*http.Response, []Hop, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, nil, refused("the link", "it is no address")
	}
	var hops []Hop
	own := session{}
	for range maxHops {
		role, err := f.judge(u)
		if err != nil {
			return nil, hops, err
		}
		if len(hops) > 0 && asksLogin(u) {
			return nil, hops, loginWall(shown(u))
		}
		resp, err := f.ask(ctx, u, role, header, own)
		if err != nil {
			return nil, hops, err
		}
		hops = append(hops, hopOf(u, resp))
		switch s := resp.StatusCode; {
		case s == 301 || s == 302 || s == 303 || s == 307 || s == 308:
			next, err := u.Parse(resp.Header.Get("Location"))
			_ = resp.Body.Close()
			if err != nil || resp.Header.Get("Location") == "" {
				return nil, hops, refused(shown(u), "it redirects to no address")
			}
			u = next
		case role == linkHost && s < 300: // whatever it is, the archive is not taken from here
			_ = resp.Body.Close()
			if isPage(resp) {
				return nil, hops, loginWall(shown(u))
			}
			return nil, hops, refused(shown(u), "it sent a file itself, and files are taken from the hosts in byte_hosts only")
		default:
			return resp, hops, nil
		}
	}
	return nil, hops, refused(shown(u), "too many redirects")
}

// ask makes one request and no other: it follows nothing, and says nothing of
// where it comes from.
func (f *Fetcher) ask(ctx context.Context, u *url.URL, role role, header http.Header, own session) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, refused(shown(u), "it is no address")
	}
	if role == byteHost {
		req.Header = header.Clone()
	} else {
		file, err := f.fileCookies(ctx)
		if err != nil {
			return nil, err
		}
		if pairs := own.header(u, file, time.Now()); pairs != "" {
			req.Header.Set("Cookie", pairs)
		}
	}
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", "igwatchd")
	resp, err := f.transport.RoundTrip(req)
	if err != nil {
		return nil, f.unanswered(ctx, u, err)
	}
	if role == linkHost {
		own.keep(u, resp.Cookies(), time.Now())
	}
	return resp, nil
}

// unanswered says what it means that a host gave no answer.
func (f *Fetcher) unanswered(ctx context.Context, u *url.URL, err error) error {
	if r, ok := errors.AsType[*Refused](err); ok {
		return refused(shown(u), "it leads to "+r.Host+", and "+r.Why)
	}
	if cause := context.Cause(ctx); cause != nil {
		return fault.Temporary(fmt.Errorf("ask %s: %w", shown(u), cause), "")
	}
	if x, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		hint := "a stranger may sit in between, or the clock of this machine is wrong; nothing was sent"
		if _, ok := errors.AsType[x509.UnknownAuthorityError](x); ok {
			hint = "if a proxy of yours opens TLS, put its root into fetch.ca_file; else a stranger sits in between; nothing was sent"
		}
		return fault.Temporary(&setback{err: fmt.Errorf("ask %s: %w", shown(u), x)}, hint)
	}
	return again(fmt.Errorf("ask %s: %w", shown(u), err))
}

func hopOf(u *url.URL, resp *http.Response) Hop {
	hop := Hop{Host: shown(u), Status: resp.StatusCode}
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		sum := sha256.Sum256(resp.TLS.PeerCertificates[0].Raw)
		hop.Certificate = hex.EncodeToString(sum[:])
	}
	return hop
}

// asksLogin knows the pages that people without a session, or under suspicion, are sent to.
func asksLogin(u *url.URL) bool {
	for part := range strings.SplitSeq(strings.ToLower(u.Path), "/") {
		switch part {
		case "login", "login.php", "challenge", "checkpoint", "two_factor", "reauth", "reauthentication", "suspended":
			return true
		}
	}
	return false
}

func isPage(resp *http.Response) bool {
	kind := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Type")))
	return strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "application/xhtml")
}
