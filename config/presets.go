package config

import (
	"slices"
	"strings"
)

// preset is what is known of a mail provider. The authserv-id is set only where
// it is known that the provider writes exactly one Authentication-Results field
// of its own, above any that came with the mail: Gmail, in 17 of 17 mails of a
// public corpus (2022-09). For all others igwatchd checks DKIM itself.
type preset struct {
	domains    []string
	host       string
	port       int
	security   string
	authservID string
	password   string // what to use as the password, and where it is made
	oauth2     string // the preset to sign in with, where passwords are not taken
}

var presets = []preset{
	{
		domains: []string{"gmail.com", "googlemail.com"}, host: "imap.gmail.com", authservID: "mx.google.com",
		password: "Gmail wants an app password: 16 letters, made at myaccount.google.com/apppasswords. That needs 2-step verification to be on.",
	},
	{domains: []string{"outlook.com", "hotmail.com", "live.com", "msn.com"}, host: "outlook.office365.com", oauth2: "outlook"},
	{
		domains: []string{"icloud.com", "me.com", "mac.com"}, host: "imap.mail.me.com",
		password: "iCloud wants an app-specific password, made at account.apple.com under Sign-In and Security.",
	},
	{
		domains: []string{"yahoo.com", "ymail.com", "rocketmail.com"}, host: "imap.mail.yahoo.com",
		password: "Yahoo wants an app password, made under Account security, Generate app password.",
	},
	{
		domains: []string{"aol.com"}, host: "imap.aol.com",
		password: "AOL wants an app password, made under Account security, Generate app password.",
	},
	{
		domains: []string{"gmx.net", "gmx.de", "gmx.at", "gmx.ch"}, host: "imap.gmx.net",
		password: "GMX first wants IMAP to be allowed: E-Mail settings, POP3/IMAP. With 2-factor login it wants an app password.",
	},
	{
		domains: []string{"gmx.com"}, host: "imap.gmx.com",
		password: "GMX first wants IMAP to be allowed: E-Mail settings, POP3/IMAP. With 2-factor login it wants an app password.",
	},
	{
		domains: []string{"web.de"}, host: "imap.web.de",
		password: "WEB.DE first wants IMAP to be allowed: E-Mail settings, POP3/IMAP. With 2-factor login it wants an app password.",
	},
	{
		domains: []string{"fastmail.com", "fastmail.fm"}, host: "imap.fastmail.com",
		password: "Fastmail wants an app password, made under Settings, Privacy and Security, with access to mail (IMAP).",
	},
	{
		domains: []string{"posteo.de", "posteo.net"}, host: "posteo.de",
		password: "Posteo takes your usual password, or an app password if 2-factor login is on.",
	},
	{
		domains: []string{"mailbox.org"}, host: "imap.mailbox.org",
		password: "mailbox.org takes your usual password, or an app password if 2-factor login is on.",
	},
	{
		domains: []string{"proton.me", "protonmail.com", "pm.me"}, host: "127.0.0.1", port: 1143, security: "starttls",
		password: "Proton Mail is reached through Proton Mail Bridge on this machine: use the password that Bridge shows, and name its certificate as --ca-file.",
	}, // Proton Bridge
}

// Provider is what a person needs to know of their mail provider.
type Provider struct {
	Host     string
	Password string // which password to use, and where it is made; "" if nothing is known
	OAuth2   string // the oauth2 preset, where passwords are not taken; else ""
}

// ProviderOf returns what is known of an address's provider; the zero Provider if nothing is.
func ProviderOf(address string) Provider {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	for _, p := range presets {
		if slices.Contains(p.domains, domain) {
			return Provider{p.host, p.password, p.oauth2}
		}
	}
	return Provider{}
}

// oauth2Preset is what is known of a provider's authorization server.
type oauth2Preset struct {
	authURL, tokenURL, deviceURL string
	scopes                       []string
	authParams                   map[string]string
	redirectHost                 string
}

var oauth2Presets = map[string]*oauth2Preset{
	// The device flow does not admit the scope for mail, so there is no deviceURL. Without
	// access_type there is no refresh token, and without prompt none at the second sign-in.
	"gmail": {
		authURL:      "https://accounts.google.com/o/oauth2/v2/auth",
		tokenURL:     "https://oauth2.googleapis.com/token",
		scopes:       []string{"https://mail.google.com/"},
		authParams:   map[string]string{"access_type": "offline", "prompt": "consent"},
		redirectHost: "127.0.0.1",
	},
	// "common" takes private and company accounts. Any port is allowed for http://localhost, but
	// not for http://127.0.0.1.
	"outlook": {
		authURL:      "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
		tokenURL:     "https://login.microsoftonline.com/common/oauth2/v2.0/token",
		deviceURL:    "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
		scopes:       []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"},
		redirectHost: "localhost",
	},
}

// fillFromPreset completes what the file left open for well-known providers.
func (in *Inbox) fillFromPreset() {
	_, domain, _ := strings.Cut(strings.ToLower(in.Address), "@")
	for _, p := range presets {
		for _, d := range p.domains {
			if d != domain {
				continue
			}
			if in.Host == "" {
				in.Host = p.host
				if in.Port == 0 {
					in.Port = p.port
				}
				if in.Security == "" {
					in.Security = p.security
				}
			}
			if in.AuthservID == "" && in.Host == p.host {
				in.AuthservID = p.authservID
			}
		}
	}
}
