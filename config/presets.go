package config

import (
	"slices"
	"strings"
)

// preset is what is known of a mail provider.
//
// Whether its Authentication-Results fields are believed is decided here for each, once.
// authservID is set only where it is known that the provider puts exactly one such field of
// its own above any that came with the mail, and on every mail (RFC 8601, section 5).
// Otherwise dkimOnly says why not; then a mail is authentic by its DKIM signature alone.
// What is said of the fields was seen in a public corpus of 314 mails (2022-09) and in mails
// that people have published since. With authserv_id the person may decide otherwise.
type preset struct {
	domains    []string
	host       string // "": find it by DNS SRV (RFC 6186)
	port       int
	security   string
	authservID string
	dkimOnly   string // why authservID is empty
	password   string // what to use as the password, and where it is made
	oauth2     string // the preset to sign in with, where passwords are not taken
}

// Reasons that hold for several providers.
const (
	notOnEveryMail = "It adds no Authentication-Results to mail without a valid DKIM signature, so there the topmost is the sender's."
	notKnownToDrop = "It names itself in Authentication-Results, but it is not known whether it does so on every mail and drops the sender's."
	changingName   = "Its Authentication-Results bear a name that changes with the machine, so there is none to pin."
	notKnownAtAll  = "It is not known what it does with Authentication-Results that came with the mail."
)

var presets = []preset{
	{ // 17 of 17 mails with exactly one of its own, topmost; forged ones stand below
		domains: []string{"gmail.com", "googlemail.com"}, host: "imap.gmail.com", authservID: "mx.google.com",
		password: "Gmail wants an app password: 16 letters, made at myaccount.google.com/apppasswords. That needs 2-step verification to be on.",
	},
	{
		domains: []string{"outlook.com", "hotmail.com", "live.com", "msn.com"}, host: "outlook.office365.com", oauth2: "outlook",
		dkimOnly: "Its Authentication-Results bear no name of a server and break RFC 8601, so they cannot be told from the sender's. Exchange may change the mail, so that no DKIM signature is valid: then the export mail is held suspicious, and you are told.",
	},
	{
		domains: []string{"icloud.com", "me.com", "mac.com"}, host: "imap.mail.me.com",
		dkimOnly: "It writes four Authentication-Results under four names, and only one of them speaks of DMARC. Hide My Email takes the DKIM signature away: then the export mail is held suspicious, and you are told.",
		password: "iCloud wants an app-specific password, made at account.apple.com under Sign-In and Security.",
	},
	{
		domains: []string{"yahoo.com", "ymail.com", "rocketmail.com"}, host: "imap.mail.yahoo.com",
		dkimOnly: changingName,
		password: "Yahoo wants an app password, made under Account security, Generate app password.",
	},
	{
		domains: []string{"aol.com"}, host: "imap.aol.com",
		dkimOnly: changingName,
		password: "AOL wants an app password, made under Account security, Generate app password.",
	},
	{
		domains: []string{"gmx.net", "gmx.de", "gmx.at", "gmx.ch"}, host: "imap.gmx.net",
		dkimOnly: notKnownToDrop, // gmx.net
		password: "GMX first wants IMAP to be allowed: E-Mail settings, POP3/IMAP. With 2-factor login it wants an app password.",
	},
	{
		domains: []string{"gmx.com"}, host: "imap.gmx.com",
		dkimOnly: notKnownToDrop,
		password: "GMX first wants IMAP to be allowed: E-Mail settings, POP3/IMAP. With 2-factor login it wants an app password.",
	},
	{
		domains: []string{"web.de"}, host: "imap.web.de",
		dkimOnly: notKnownAtAll,
		password: "WEB.DE first wants IMAP to be allowed: E-Mail settings, POP3/IMAP. With 2-factor login it wants an app password.",
	},
	{
		domains: []string{"fastmail.com", "fastmail.fm"}, host: "imap.fastmail.com",
		dkimOnly: "It writes four Authentication-Results under a name that changes with the machine, and the topmost says nothing about DMARC.",
		password: "Fastmail wants an app password, made under Settings, Privacy and Security, with access to mail (IMAP).",
	},
	{
		domains: []string{"posteo.de", "posteo.net"}, host: "posteo.de",
		dkimOnly: notKnownToDrop, // posteo.de
		password: "Posteo takes your usual password, or an app password if 2-factor login is on.",
	},
	{
		domains: []string{"mailbox.org"}, host: "imap.mailbox.org",
		dkimOnly: notKnownAtAll,
		password: "mailbox.org takes your usual password, or an app password if 2-factor login is on.",
	},
	{ // Proton Bridge
		domains: []string{"proton.me", "protonmail.com", "pm.me"}, host: "127.0.0.1", port: 1143, security: "starttls",
		dkimOnly: "It writes several Authentication-Results under names that change, and Bridge puts the header in another order. Bridge may change the mail too, so that no DKIM signature is valid: then the export mail is held suspicious, and you are told.",
		password: "Proton Mail is reached through Proton Mail Bridge on this machine: use the password that Bridge shows, and name its certificate as --ca-file.",
	},
	{domains: []string{"mail.ru"}, dkimOnly: notKnownToDrop},     // mxs.mail.ru
	{domains: []string{"mail.de"}, dkimOnly: notKnownToDrop},     // mxpostfix0N.mail.de
	{domains: []string{"zohomail.eu"}, dkimOnly: notKnownToDrop}, // mx.zohomail.eu
	{domains: []string{"ik.me"}, dkimOnly: notKnownToDrop},       // mx.infomaniak.com
	// Here forged mail was seen with the sender's field on top.
	{domains: []string{"riseup.net"}, dkimOnly: notOnEveryMail},
	{domains: []string{"disroot.org"}, dkimOnly: notOnEveryMail},
	{domains: []string{"mailo.com"}, dkimOnly: notOnEveryMail},
	{domains: []string{"buzon.uy"}, dkimOnly: notOnEveryMail},
	{domains: []string{"yandex.ru", "yandex.com", "ya.ru"}, dkimOnly: notOnEveryMail},
}

// Provider is what a person needs to know of their mail provider.
type Provider struct {
	Host     string
	Password string // which password to use, and where it is made; "" if nothing is known
	OAuth2   string // the oauth2 preset, where passwords are not taken; else ""
	// AuthservID names the server whose Authentication-Results are believed; if it is empty,
	// DKIMOnly says why none is. Both are empty for a provider that is not known.
	AuthservID, DKIMOnly string
}

// ProviderOf returns what is known of an address's provider; the zero Provider if nothing is.
func ProviderOf(address string) Provider {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	for _, p := range presets {
		if slices.Contains(p.domains, domain) {
			return Provider{p.host, p.password, p.oauth2, p.authservID, p.dkimOnly}
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
