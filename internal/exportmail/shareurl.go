package exportmail

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// knownSegments are the words of the paths of Meta's pages. A segment that is not among them may
// be somebody's name.
var knownSegments = []string{
	"accounts", "account", "activity", "archive", "auth", "c", "center", "click", "confirm", "confirm_email", "copyright", "data",
	"data_download", "dl", "download", "download_data", "download_your_information", "downloads", "dyi", "emails", "export",
	"export_your_information", "file.php", "files", "help", "info_and_permissions", "information", "job", "legal", "link", "login",
	"n", "_n", "p", "password", "password_and_security", "permanent", "personal_info", "policy", "privacy", "profiles", "redirect", "ready", "remove",
	"request", "reset", "security", "settings", "start", "status", "support_email", "temporary", "terms", "unsubscribe", "user", "verify",
	"your_activity", "your_information", "your_information_and_permissions", "transfer_your_information", "mainfeed",
}

// knownKeys are query keys that say what kind of value follows.
var knownKeys = []string{
	"dyi_job_id", "entry_point", "entry", "job_id", "ext", "hash", "h", "s", "sig", "ndid", "ts", "token", "next", "u", "url", "user_id", "uid",
	"username", "utm_source", "utm_medium", "utm_campaign", "lang", "locale", "hl", "type", "source", "ref", "id", "e", "d",
}

// knownHosts are those that a mail of Meta's names besides the listed ones.
var knownHosts = []string{
	"instagram.com", "facebook.com", "facebookmail.com", "meta.com", "mail.instagram.com", "help.instagram.com", "about.instagram.com",
	"privacycenter.instagram.com", "i.instagram.com", "about.meta.com", "www.meta.com", "business.facebook.com", "m.facebook.com",
	"accountscenter.instagram.com", "accountscenter.facebook.com", "accountscenter.meta.com", "bigzipfiles.instagram.com", "bigzipfiles.facebook.com",
	"support.facebook.com", "fb.com", "metamail.com", "business.fb.com", "account.meta.com",
}

// host returns the name of a host: as it is when it is known, otherwise one in its place that the
// rules judge in the same way.
func (s *sharer) host(name string) string {
	lower := strings.ToLower(name)
	www := ""
	plain := lower
	if rest, ok := strings.CutPrefix(lower, "www."); ok {
		www, plain = "www.", rest
	}
	isListed := func(entry string) bool {
		entry, _, _ = strings.Cut(entry, ":")
		return entry == lower || entry == plain
	}
	switch {
	case slices.Contains(knownHosts, plain), slices.Contains(redirectors, plain), slices.ContainsFunc(s.rules.FromDomains, isListed),
		slices.ContainsFunc(s.rules.LinkHosts, isListed), slices.ContainsFunc(s.rules.ByteHosts, isListed):
		return lower
	case ofMeta(plain):
		for _, d := range metaDomains {
			if strings.HasSuffix(plain, "."+d) {
				return www + s.name("host", plain) + "." + d
			}
		}
	case foreignLetters(plain):
		return www + "xn--" + s.name("host", plain) + s.likeness(plain) + ".invalid"
	}
	return www + s.name("host", plain) + s.likeness(plain) + ".invalid"
}

// likeness is what of a name imitates another.
func (s *sharer) likeness(name string) string {
	switch {
	case strings.Contains(skeleton(name), "instagram"):
		return "-instagram"
	case namesMeta(name):
		return "-facebook"
	}
	return ""
}

// url returns an address with everything replaced that is not known to be harmless. The rules
// judge it as they judge the original.
func (s *sharer) url(raw string) string {
	s.count["link"]++
	raw = strings.TrimSpace(raw)
	for _, p := range []string{"mailto:", "tel:", "sms:", "cid:", "#"} {
		if strings.HasPrefix(strings.ToLower(raw), p) {
			return p
		}
	}
	u, err := url.Parse(raw)
	odd := len(raw) > maxURL || strings.ContainsFunc(raw, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f })
	switch {
	case raw == "":
		return ""
	case odd, err != nil, !u.IsAbs(), u.Host == "", u.Opaque != "":
		return "/" + s.name("malformed", raw)
	}
	scheme := strings.ToLower(u.Scheme)
	if !slices.Contains([]string{"https", "http", "ftp"}, scheme) {
		scheme = "x-other"
	}
	out := scheme + "://"
	if u.User != nil {
		out += s.name("user", u.User.String()) + "@"
	}
	out += s.authority(u) + s.path(u)
	if u.RawQuery != "" {
		out += "?" + s.query(u.RawQuery)
	}
	if u.Fragment != "" {
		out += "#" + s.name("fragment", u.Fragment)
	}
	return out
}

// authority returns host and port.
func (s *sharer) authority(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	out := ""
	addr, err := netip.ParseAddr(host)
	switch {
	case host == "":
	case err == nil && addr.Is6():
		out = "[2001:db8::1]"
	case numeric(host):
		out = "192.0.2.1"
	default:
		out = s.host(strings.TrimSuffix(host, "."))
		if strings.HasSuffix(host, ".") {
			out += "."
		}
	}
	port := u.Port()
	switch known := slices.Concat(s.rules.LinkHosts, s.rules.ByteHosts); {
	case port == "":
		if strings.HasSuffix(u.Host, ":") {
			out += ":"
		}
	case slices.Contains([]string{"80", "443", "8080", "8443"}, port), slices.Contains(known, host+":"+port):
		out += ":" + port
	default:
		out += ":8443"
	}
	return out
}

// path keeps the known words. A word in the place of a word, and a token in that of a token.
func (s *sharer) path(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	before := ""
	// Accounts Center has no pages of persons, and where the export page has moved to is news.
	host := strings.ToLower(u.Hostname())
	pages := strings.HasPrefix(host, "accountscenter.") && ofMeta(host)
	for i, seg := range segments {
		known := (slices.Contains(knownSegments, seg) || pages && plainSegment.MatchString(seg) && len(s.findHidden(seg)) == 0) && !tokenFollows[before]
		before = seg
		switch {
		case seg == "" || known:
		case strings.Trim(seg, "abcdefghijklmnopqrstuvwxyz_") == "":
			segments[i] = "word_" + letters(s.name("segment", seg))
		case u.RawPath != "":
			segments[i] = s.name("token", seg) + "%2F"
		case strings.ContainsFunc(seg, func(r rune) bool { return !strings.ContainsRune("_-", r) && !isAlnum(r) }):
			segments[i] = s.name("token", seg) + ".x"
		default:
			segments[i] = s.name("token", seg)
		}
	}
	return strings.Join(segments, "/")
}

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// letters writes the number of a placeholder with letters: some paths have no digits.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return 'a' + r - '0'
		}
		return r
	}, strings.TrimPrefix(name, "segment"))
}

func (s *sharer) query(query string) string {
	pairs := strings.Split(query, "&")
	if len(pairs) > 50 {
		pairs = pairs[:50]
	}
	for i, p := range pairs {
		key, value, ok := strings.Cut(p, "=")
		if !slices.Contains(knownKeys, key) {
			key = s.name("key", key)
		}
		pairs[i] = key
		if ok {
			pairs[i] += "="
			if value != "" {
				pairs[i] += s.name("value", value)
			}
		}
	}
	return strings.Join(pairs, "&")
}
