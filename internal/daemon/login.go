package daemon

import (
	"context"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/oauth"
)

// SignIn says at which provider an inbox's access tokens are got, and where they are kept. It is
// for an inbox that is configured with oauth2.
func SignIn(in config.Inbox) (oauth.Provider, *oauth.Source, error) {
	o := in.OAuth2
	roots, err := loadRoots(o.CAFile)
	if err != nil {
		return oauth.Provider{}, nil, err
	}
	p := oauth.Provider{
		ClientID: o.ClientID, AuthURL: o.AuthURL, TokenURL: o.TokenURL, DeviceURL: o.DeviceURL,
		Scopes: o.Scopes, RedirectHost: o.RedirectHost, RootCAs: roots,
		AuthParams: map[string]string{"login_hint": in.User},
	}
	for key, value := range o.AuthParams {
		p.AuthParams[key] = value
	}
	if o.HasSecret() {
		// Every server knows the header (RFC 6749, section 2.3.1); the large providers document the form.
		p.SecretInHeader = o.Provider == ""
		p.Secret = func(ctx context.Context) (string, error) {
			secret, err := o.ClientSecret.Read(ctx)
			return secret, fault.WithHint(err, "account.inbox.oauth2.client_secret_file holds the client's secret, on one line, and igwatchd's user must be able to read it")
		}
	}
	return p, oauth.NewSource(p, o.TokenFile, o.Account), nil
}
