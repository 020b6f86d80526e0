package fetch

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

const maxHops = 10

// Fetcher fetches, under one set of rules.
type Fetcher struct {
	o      Options
	client *http.Client
	times  timing
}

// timing bounds patience; tests shorten it.
type timing struct {
	stall              time.Duration // without a byte
	retryMin, retryMax time.Duration
	tries              int // in a row without progress
}

// New prepares a Fetcher.
func New(o Options) *Fetcher {
	f := &Fetcher{o: o, times: timing{stall: 30 * time.Second, retryMin: time.Second, retryMax: 5 * time.Minute, tries: 4}}
	dialer := &net.Dialer{Timeout: 15 * time.Second, ControlContext: f.checkAddress}
	f.client = &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    15 * time.Second,
			ResponseHeaderTimeout:  60 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true,
			ReadBufferSize:         256 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return f
}

var shared = netip.MustParsePrefix("100.64.0.0/10") // carrier-grade NAT, RFC 6598

// checkAddress looks at the resolved address, so that no name leads inside.
func (f *Fetcher) checkAddress(_ context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	a := ap.Addr().Unmap()
	if f.o.AllowPrivate || a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a) {
		return nil
	}
	return refused(ap.Addr().String(), "the address is not a public one")
}

// judge says whether a URL may be asked, and whether it is a byte host.
func (f *Fetcher) judge(u *url.URL) (bytesHost bool, err error) {
	host := strings.ToLower(u.Host)
	switch {
	case u.Scheme != "https":
		return false, refused(host, "the address is not https")
	case u.User != nil:
		return false, refused(host, "the address holds a user name")
	}
	if listed(f.o.ByteHosts, host) {
		return true, nil
	}
	if listed(f.o.LinkHosts, host) {
		return false, nil
	}
	return false, refused(host, "it is none of the hosts in link_hosts or byte_hosts")
}

func listed(list []string, host string) bool {
	return slices.ContainsFunc(list, func(l string) bool {
		return strings.TrimSuffix(strings.ToLower(l), ":443") == strings.TrimSuffix(host, ":443")
	})
}

// walk follows a link, hop by hop, to an answer that may hold the bytes. The
// caller closes its body.
func (f *Fetcher) walk(ctx context.Context, raw string, header http.Header) (*http.Response, []Hop, error) {
	var hops []Hop
	u, err := url.Parse(raw)
	if err != nil {
		return nil, nil, refused("the link", "it is no address")
	}
	own := map[string][]*http.Cookie{}
	for range maxHops {
		bytesHost, err := f.judge(u)
		if err != nil {
			return nil, hops, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, hops, refused(u.Host, "it is no address")
		}
		req.Header = header.Clone()
		if bytesHost {
			req.Header.Set("Accept-Encoding", "identity")
		} else {
			req.Header = http.Header{"Accept-Encoding": {"identity"}}
			cookies, err := f.cookies(u)
			if err != nil {
				return nil, hops, err
			}
			for _, c := range append(cookies, own[u.Host]...) {
				req.AddCookie(c)
			}
		}
		resp, err := f.client.Do(req)
		if err != nil {
			if ue, ok := errors.AsType[*url.Error](err); ok {
				err = ue.Err // its text would hold the whole address
			}
			if fault.KindOf(err) == fault.UnknownKind {
				err = fault.Temporary(fmt.Errorf("ask %s: %w", u.Host, err), "")
			}
			return nil, hops, err
		}
		hop := Hop{Host: u.Host, Status: resp.StatusCode}
		if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
			sum := sha256.Sum256(resp.TLS.PeerCertificates[0].Raw)
			hop.Certificate = hex.EncodeToString(sum[:])
		}
		hops = append(hops, hop)
		own[u.Host] = append(own[u.Host], resp.Cookies()...)
		if resp.StatusCode >= 300 && resp.StatusCode < 400 {
			_ = resp.Body.Close()
			next, err := u.Parse(resp.Header.Get("Location"))
			if err != nil || resp.Header.Get("Location") == "" {
				return nil, hops, refused(u.Host, "it redirects to no address")
			}
			if strings.Contains(next.Path, "/accounts/login") || strings.Contains(next.Path, "/challenge") {
				return nil, hops, loginWall(u.Host)
			}
			u = next
			continue
		}
		if !bytesHost && resp.StatusCode < 400 {
			_ = resp.Body.Close()
			return nil, hops, loginWall(u.Host)
		}
		return resp, hops, nil
	}
	return nil, hops, refused(u.Host, "too many redirects")
}
