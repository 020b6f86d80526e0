package config

import (
	"net/url"
	"path/filepath"
	"slices"
)

// OAuth2 is how to get access tokens for an inbox, instead of a password. All of it is complete:
// what the file leaves open comes from the provider's preset.
type OAuth2 struct {
	Account      string // whose inbox it is
	Provider     string // gmail | outlook; "": one's own
	ClientID     string
	ClientSecret Secret // a zero Secret: there is none
	TokenFile    string // kept by igwatchd, below state_dir
	AuthURL      string // "": no sign-in by browser
	TokenURL     string
	DeviceURL    string // "": no sign-in by a code on another device
	Scopes       []string
	AuthParams   map[string]string // for the address that the browser opens
	RedirectHost string            // how that browser calls this machine
	CAFile       string
}

// HasSecret tells whether the client has a secret of its own.
func (o *OAuth2) HasSecret() bool { return o.ClientSecret.File != "" }

// Login says where the proof of who we are is kept, for messages.
func (in Inbox) Login() string {
	if in.OAuth2 != nil {
		return "oauth2 " + in.OAuth2.TokenFile
	}
	return "password " + in.Password.String()
}

func checkOAuth2(c *collector, at string, raw rawOAuth2, account, stateDir string) *OAuth2 {
	o := &OAuth2{
		Account: account, Provider: raw.Provider, ClientID: raw.ClientID,
		ClientSecret: Secret{File: optionalPath(c, join(at, "client_secret_file"), raw.ClientSecretFile)},
		TokenFile:    optionalPath(c, join(at, "token_file"), raw.TokenFile),
		AuthURL:      endpoint(c, join(at, "auth_url"), raw.AuthURL),
		TokenURL:     endpoint(c, join(at, "token_url"), raw.TokenURL),
		DeviceURL:    endpoint(c, join(at, "device_url"), raw.DeviceURL),
		Scopes:       raw.Scopes, RedirectHost: "127.0.0.1",
		CAFile: optionalPath(c, join(at, "ca_file"), raw.CAFile),
	}
	if o.ClientID == "" {
		c.add(join(at, "client_id"), "missing: the id of a client that you registered with the provider; see docs/oauth2.md")
	}
	switch {
	case o.TokenFile == "":
		o.TokenFile = filepath.Join(stateDir, "oauth2", account+".json")
	case filepath.Ext(o.TokenFile) != ".json": // nothing else there has that ending
		c.add(join(at, "token_file"), "must end in .json")
	case !within(stateDir, o.TokenFile):
		c.add(join(at, "token_file"), "must lie below state_dir: igwatchd writes to it at each refresh, and the service may write nowhere else")
	}
	if o.Provider == "" {
		checkOwnProvider(c, at, o)
		return o
	}
	known := oauth2Presets[o.Provider]
	if known == nil {
		c.add(join(at, "provider"), `%q is not known: "gmail" or "outlook", or leave it out and set auth_url, token_url and scopes`, o.Provider)
		return o
	}
	for key, given := range map[string]bool{
		"auth_url": o.AuthURL != "", "token_url": o.TokenURL != "", "device_url": o.DeviceURL != "",
		"scopes": len(o.Scopes) > 0, "ca_file": o.CAFile != "",
	} {
		if given {
			c.add(join(at, key), "provider = %q says this already: leave one of the two out", o.Provider)
		}
	}
	o.AuthURL, o.TokenURL, o.DeviceURL = known.authURL, known.tokenURL, known.deviceURL
	o.Scopes, o.AuthParams, o.RedirectHost = slices.Clone(known.scopes), known.authParams, known.redirectHost
	return o
}

func checkOwnProvider(c *collector, at string, o *OAuth2) {
	if o.TokenURL == "" {
		c.add(join(at, "token_url"), `missing: set provider to "gmail" or "outlook", or name your provider's token endpoint`)
	}
	if o.AuthURL == "" && o.DeviceURL == "" {
		c.add(join(at, "auth_url"), "missing: one of auth_url (sign-in by browser) and device_url (sign-in on another device)")
	}
	if len(o.Scopes) == 0 {
		c.add(join(at, "scopes"), "missing: what to ask for, such as the provider's scope for IMAP and \"offline_access\"")
	}
}

// endpoint accepts https alone: a token in the clear is a mailbox in the open.
func endpoint(c *collector, key, raw string) string {
	if raw == "" {
		return ""
	}
	if u, err := url.Parse(raw); err != nil || u.Scheme != "https" || u.Host == "" || u.Fragment != "" || u.User != nil {
		c.add(key, "must be an https:// address")
	}
	return raw
}
