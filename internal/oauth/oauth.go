// Package oauth gets access tokens for a mailbox from the provider that keeps it.
//
// A person signs in once, by a code typed elsewhere (Device, RFC 8628) or in a browser on this
// machine (Browser, RFC 8252 with PKCE). What the provider grants then lies in a file, and a
// Source makes access tokens from it for as long as the provider allows. Providers may replace
// the refresh token at each use, so the new one is on disk before anything else happens with it.
//
// No error of this package contains a token, a code or a client secret.
package oauth

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// Limits of one request to the provider.
const (
	requestLimit = 20 * time.Second
	answerLimit  = 64 << 10
)

// Provider is an authorization server (RFC 6749) and who we are to it.
type Provider struct {
	ClientID string
	// Secret returns the client's secret. nil: it has none, as is usual for programs on people's
	// own machines (RFC 8252, section 8.5).
	Secret func(ctx context.Context) (string, error)
	// SecretInHeader sends the secret by HTTP Basic authentication and not in the form.
	SecretInHeader bool

	AuthURL   string // "": no sign-in by browser
	TokenURL  string
	DeviceURL string // "": no sign-in by a code
	Scopes    []string
	// AuthParams go into the address that the browser opens.
	AuthParams map[string]string
	// RedirectHost is how the browser calls this machine, 127.0.0.1 or localhost.
	RedirectHost string

	RootCAs *x509.CertPool // nil: the system's
}

// client returns the library's view of the provider, and a context that carries our HTTP client
// to it.
func (p Provider) client(ctx context.Context) (context.Context, *oauth2.Config, error) {
	c := &oauth2.Config{
		ClientID: p.ClientID, Scopes: p.Scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: p.AuthURL, TokenURL: p.TokenURL, DeviceAuthURL: p.DeviceURL, AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	if p.Secret != nil {
		secret, err := p.Secret(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("client secret: %w", err)
		}
		c.ClientSecret = secret
		if p.SecretInHeader {
			c.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
		}
	}
	http := &http.Client{
		Transport: &bounded{ctx, &http.Transport{
			Proxy:             http.ProxyFromEnvironment,
			TLSClientConfig:   &tls.Config{RootCAs: p.RootCAs, MinVersion: tls.VersionTLS12},
			DisableKeepAlives: true, // the next request comes in an hour
			ForceAttemptHTTP2: true,
		}},
		// A redirect would carry the refresh token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return context.WithValue(ctx, oauth2.HTTPClient, http), c, nil
}

// bounded reads the whole of a short answer within its time. The library itself sends the device
// request without a context, leaves its body open, and panics at the answer "null".
type bounded struct {
	ctx  context.Context
	base http.RoundTripper
}

func (b *bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(b.ctx, requestLimit)
	defer cancel()
	res, err := b.base.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // all of it is read, or an error is returned
	body, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > answerLimit:
		return nil, errors.New("the answer is longer than 64 KiB")
	case bytes.Equal(bytes.TrimSpace(body), []byte("null")):
		return nil, errors.New("the answer is empty")
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
