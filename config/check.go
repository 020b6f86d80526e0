package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// username is what Instagram allows: letters, digits, dots and underscores. It is a folder's name too, so "." and
// ".." are none.
var username = regexp.MustCompile(`^[a-z0-9_][a-z0-9._]{0,29}$`)

// check turns the raw file into a Config and collects every fault on the way.
func check(c *collector, raw rawConfig) *Config {
	cfg := &Config{
		StateDir:   absolute(c, "state_dir", raw.StateDir),
		ArchiveDir: absolute(c, "archive_dir", raw.ArchiveDir),
		Mail: Mail{
			FromDomains: hosts(c, "mail.from_domains", raw.Mail.FromDomains, false),
			Resolver:    raw.Mail.Resolver,
		},
		Fetch: Fetch{
			LinkHosts:    hosts(c, "fetch.link_hosts", raw.Fetch.LinkHosts, true),
			ByteHosts:    hosts(c, "fetch.byte_hosts", raw.Fetch.ByteHosts, true),
			CAFile:       optionalPath(c, "fetch.ca_file", raw.Fetch.CAFile),
			AllowPrivate: raw.Fetch.AllowPrivate,
			CookiesFile:  optionalPath(c, "fetch.cookies_file", raw.Fetch.CookiesFile),
		},
		Browser: Browser{
			Program:    optionalPath(c, "browser.program", raw.Browser.Program),
			ProfileDir: optionalPath(c, "browser.profile_dir", raw.Browser.ProfileDir),
		},
		Notify: Notify{
			Inbox: raw.Notify.Inbox, URLs: raw.Notify.URLs,
			Webhook:      webURL(c, "notify.webhook", raw.Notify.Webhook),
			HeartbeatURL: webURL(c, "notify.heartbeat_url", raw.Notify.HeartbeatURL),
			Command:      raw.Notify.Command,
			Language:     raw.Notify.Language,
		},
		Web: Web{Listen: raw.Web.Listen},
	}
	if cfg.Browser.ProfileDir == "" {
		cfg.Browser.ProfileDir = filepath.Join(cfg.StateDir, "browser")
	}
	if within(cfg.ArchiveDir, cfg.Browser.ProfileDir) {
		c.add("browser.profile_dir", "%s lies inside archive_dir: what is logged in there would be kept with the pictures", cfg.Browser.ProfileDir)
	}
	if len(raw.Account) == 0 {
		c.add("account", "no account: add an [[account]] block with username and an [account.inbox]")
	}
	for i, a := range raw.Account {
		cfg.Accounts = append(cfg.Accounts, checkAccount(c, join("account", strconv.Itoa(i)), a, cfg))
	}
	for i, dir := range raw.Fetch.DropDirs {
		cfg.Fetch.DropDirs = append(cfg.Fetch.DropDirs, absolute(c, "fetch.drop_dirs", dir))
		if within(cfg.ArchiveDir, raw.Fetch.DropDirs[i]) {
			c.add("fetch.drop_dirs", "%s lies inside archive_dir: what is stored would be taken for new", dir)
		}
	}
	for i, r := range raw.Replica {
		cfg.Replicas = append(cfg.Replicas, checkReplica(c, join("replica", strconv.Itoa(i)), r, cfg))
	}
	if cfg.Recovery = raw.RecoveryPercent; cfg.Recovery < 0 || cfg.Recovery > 100 {
		c.add("recovery_percent", "must be between 0 (none) and 100")
	}
	if r := raw.Mail.Resolver; r != "" {
		if _, err := netip.ParseAddrPort(r); err != nil {
			c.add("mail.resolver", `must be an address and port, like "127.0.0.1:53"`)
		}
	}
	for _, u := range raw.Notify.URLs {
		if p, err := url.Parse(u); err != nil || p.Scheme == "" {
			c.add("notify.urls", `each must be a service address, like "ntfy://ntfy.sh/my-topic"`)
		}
	}
	if _, known := words.In(raw.Notify.Language); !known {
		c.add("notify.language", "%q is no language that igwatchd writes in; it is one of %s", raw.Notify.Language, strings.Join(words.Codes(), ", "))
	}
	if cmd := raw.Notify.Command; len(cmd) > 0 && !filepath.IsAbs(cmd[0]) {
		c.add("notify.command", "the program must be named with its whole path")
	}
	if l := raw.Web.Listen; l != "" && !loopback(l) {
		c.add("web.listen", "the page may listen on this machine only, like \"127.0.0.1:8738\"; \"\" switches it off")
	}
	return cfg
}

func checkAccount(c *collector, at string, raw rawAccount, cfg *Config) Account {
	name := strings.ToLower(strings.TrimPrefix(raw.Username, "@"))
	switch {
	case name == "":
		c.add(join(at, "username"), "missing: the Instagram name, as in instagram.com/NAME")
	case !username.MatchString(name):
		c.add(join(at, "username"), "%q is no Instagram name: letters, digits, dots and underscores, 30 at most", raw.Username)
	case slices.ContainsFunc(cfg.Accounts, func(a Account) bool { return a.Username == name }):
		c.add(join(at, "username"), "%s has two [[account]] blocks", name)
	}
	posts, none := 0, false
	if raw.Posts != nil {
		posts, none = *raw.Posts, *raw.Posts == 0
	}
	if posts < 0 {
		c.add(join(at, "posts"), "cannot be negative")
	}
	in := checkInbox(c, join(at, "inbox"), raw.Inbox)
	if raw.Inbox.OAuth2 != nil {
		in.OAuth2 = checkOAuth2(c, join(at, "inbox.oauth2"), *raw.Inbox.OAuth2, name, cfg.StateDir)
	}
	return Account{Username: name, Posts: posts, NoPosts: none, Inbox: in, Password: checkInstagramPassword(c, at, raw)}
}

func checkInbox(c *collector, at string, raw rawInbox) Inbox {
	in := Inbox{
		Address: raw.Address, Host: raw.Host, Port: raw.Port, Security: raw.Security, User: raw.User,
		Folders: raw.Folders, CAFile: optionalPath(c, join(at, "ca_file"), raw.CAFile), AuthservID: raw.AuthservID,
	}
	if a, err := mail.ParseAddress(raw.Address); err != nil || a.Address != raw.Address {
		c.add(join(at, "address"), "%q is no mail address, like jane@example.org", raw.Address)
	}
	in.fillFromPreset()
	if in.User == "" {
		in.User = in.Address
	}
	if in.Security == "" {
		in.Security = "tls"
	}
	switch in.Security {
	case "tls", "starttls":
	case "plaintext":
		if !loopbackHost(in.Host) {
			c.add(join(at, "security"), "plaintext is for this machine only (127.0.0.1, ::1, localhost): the password would be readable on its way")
		}
	default:
		c.add(join(at, "security"), `must be "tls", "starttls" or "plaintext", not %q`, in.Security)
	}
	if in.Port == 0 {
		in.Port = map[string]int{"tls": 993}[in.Security]
		if in.Port == 0 {
			in.Port = 143
		}
	}
	if in.Port < 1 || in.Port > 65535 {
		c.add(join(at, "port"), "must be between 1 and 65535")
	}
	if strings.ContainsAny(in.Host, ":/ ") {
		c.add(join(at, "host"), "a host name alone, without scheme or port")
	}
	in.Password = checkSecret(c, at, raw)
	return in
}

func absolute(c *collector, key, path string) string {
	if !filepath.IsAbs(path) {
		c.add(key, "%q must be a whole path, beginning at the root", path)
		return path
	}
	return filepath.Clean(path)
}

func optionalPath(c *collector, key, path string) string {
	if path == "" {
		return ""
	}
	return absolute(c, key, path)
}

// hosts checks a list of exact host names, with port if withPort. An empty list
// is a fault: it would mean that nothing is ever accepted, silently.
func hosts(c *collector, key string, list []string, withPort bool) []string {
	if len(list) == 0 {
		c.add(key, "the list is empty: nothing would ever be accepted")
	}
	var out []string
	for _, h := range list {
		name := h
		if withPort && strings.Contains(h, ":") {
			host, port, err := net.SplitHostPort(h)
			name = host
			if err != nil {
				name = ""
			} else if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
				name = ""
			}
		}
		if name == "" || strings.ContainsAny(name, "/:*@ ") || strings.HasSuffix(name, ".") {
			c.add(key, "%q is no exact host name", h)
			continue
		}
		out = append(out, strings.ToLower(h))
	}
	return out
}

// webURL accepts https anywhere and http on this machine.
func webURL(c *collector, key, raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && (u.Scheme != "http" || !loopbackHost(u.Hostname()))) {
		c.add(key, "must be an https:// address (http:// on this machine only)")
	}
	return raw
}

func loopback(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	return err == nil && port != "" && loopbackHost(host)
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// within tells whether path is dir or lies below it.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
