package exportmail

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A shape is a kind of address that export mails of some year are known to have.
type shape struct {
	name   string
	path   *regexp.Regexp
	query  *regexp.Regexp // nil: any
	action string
	bytes  bool // on a byte host, else on a link host
}

// shapes, the most telling first.
var shapes = []shape{
	// 2022; Aeon's reader of that mail has the same pattern.
	{"download-auth", regexp.MustCompile(`^/dyi/download/auth/[A-Za-z0-9_-]+/?$`), regexp.MustCompile(`(?:^|&)dyi_job_id=[A-Za-z0-9_-]+(?:&|$)`), ActionFetch, false},
	// 2018 to 2022: reached by redirection, and in the mail itself.
	{"download-confirm", regexp.MustCompile(`^/download/confirm/[A-Za-z0-9_-]+/?$`), nil, ActionFetch, false},
	// The archive itself, signed and short-lived.
	{"archive", regexp.MustCompile(`^/p/dl/download/file\.php$`), regexp.MustCompile(`=`), ActionFetch, true},
	// 2023 to now: the page in Accounts Center, which wants a login.
	{"accounts-center", regexp.MustCompile(`^(?:/[a-z_]+){0,3}/dyi(?:/[a-z_]+){0,2}/?$`), nil, ActionOpen, false},
}

// requestPage is where an export is asked for. It is worth opening and says nothing about
// an export being ready.
var requestPage = regexp.MustCompile(`^/download/request/?$`)

// shapeOf returns the shape of a path and query wherever they are hosted, or nil.
func shapeOf(u *url.URL) *shape {
	if u.RawPath != "" { // escaped characters: no known form has any
		return nil
	}
	for i, s := range shapes {
		if s.path.MatchString(u.Path) && (s.query == nil || s.query.MatchString(u.RawQuery)) {
			return &shapes[i]
		}
	}
	return nil
}

// exportPage matches names that a page about exports may have.
var exportPage = regexp.MustCompile(`(?i)(?:^|[/_.=&?-])(?:dyi|eyi)(?:$|[/_.=&?-])|(?:download|export)_?(?:a_copy_of_)?(?:your_)?(?:information|data)\b|/p/dl/`)

// maxCarried is how many values of a query are looked into.
const maxCarried = 20

// carriedBy returns the shape of an address that stands in the query, or nil.
func carriedBy(u *url.URL) *shape {
	n := 0
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		_, value, _ := strings.Cut(pair, "=")
		if n++; n > maxCarried || !strings.Contains(value, "/") && !strings.Contains(strings.ToLower(value), "%2f") {
			continue
		}
		inner, err := url.QueryUnescape(value)
		if err != nil {
			continue
		}
		if c, err := url.Parse(inner); err == nil && (c.Host != "" || strings.HasPrefix(inner, "/")) {
			if s := shapeOf(c); s != nil {
				return s
			}
		}
	}
	return nil
}

// redirectors lead anywhere, or hide where they lead. They are refused even when listed.
var redirectors = []string{
	"l.instagram.com", "l.facebook.com", "lm.facebook.com", "l.messenger.com", "m.me", "ig.me", "fb.me", "fb.com",
	"bit.ly", "t.co", "tinyurl.com", "goo.gl", "is.gd", "ow.ly", "rb.gy", "cutt.ly", "lnkd.in",
}

// linkFinding is what the rules say about one link.
type linkFinding struct {
	link     Link
	shape    *shape // of path and query, on whatever host
	carried  *shape // of an address inside of its query, as redirectors and filters carry it; never used
	hint     bool   // a page of Meta's that may have to do with exports, by its name
	mismatch bool   // the words name another host than the target
	ofMeta   bool   // the host is one of Meta's, listed or not
}

// maxURL is the longest address that is looked at, in bytes.
const maxURL = 8 << 10

func (r Rules) judgeLink(raw rawLink) linkFinding {
	f := linkFinding{link: Link{URL: raw.url, Action: ActionRefuse, Text: redactText(raw.text)}}
	refuse := func(reason string) linkFinding { f.link.Reason = reason; return f }
	if len(raw.url) > maxURL || strings.ContainsFunc(raw.url, func(c rune) bool { return c <= ' ' || c == '\\' || c == 0x7f }) {
		return refuse("malformed")
	}
	u, err := url.Parse(raw.url)
	if err != nil || !u.IsAbs() || u.Host == "" || u.Opaque != "" {
		return refuse("malformed")
	}
	host := strings.ToLower(u.Hostname())
	f.shape, f.ofMeta = shapeOf(u), ofMeta(host)
	f.carried = carriedBy(u)
	f.hint = f.ofMeta && exportPage.MatchString(u.Path+"?"+u.RawQuery)
	f.mismatch = namesOtherHost(raw.text, host, r)
	switch {
	case f.mismatch:
		return refuse("text-names-other-host")
	case strings.ToLower(u.Scheme) != "https":
		return refuse("not-https")
	case u.User != nil:
		return refuse("user-name-in-address")
	case host == "" || strings.HasSuffix(host, ".") || strings.HasSuffix(u.Host, ":"):
		return refuse("malformed-host")
	case foreignLetters(host):
		return refuse("lookalike-letters")
	case slices.Contains(redirectors, host):
		return refuse("redirector")
	}
	port := u.Port()
	listed := func(hosts []string) bool {
		if port == "" || port == "443" {
			return slices.Contains(hosts, host) || slices.Contains(hosts, host+":443")
		}
		return slices.Contains(hosts, host+":"+port)
	}
	isLinkHost, isByteHost := listed(r.LinkHosts), listed(r.ByteHosts)
	switch {
	case !isLinkHost && !isByteHost && numeric(host):
		return refuse("ip-address")
	case !isLinkHost && !isByteHost && (slices.Contains(r.LinkHosts, host) || slices.Contains(r.ByteHosts, host)):
		return refuse("port-not-listed")
	case !isLinkHost && !isByteHost:
		return refuse("host-not-listed")
	case f.shape != nil && (f.shape.bytes && isByteHost || !f.shape.bytes && isLinkHost):
		f.link.Action, f.link.Reason = f.shape.action, f.shape.name
		return f
	case isLinkHost && u.RawPath == "" && requestPage.MatchString(u.Path):
		f.link.Action, f.link.Reason = ActionOpen, "request-page"
		return f
	}
	return refuse("page-not-known")
}

// foreignLetters tells whether host uses letters outside ASCII or their punycode form
// (RFC 3492): all listed hosts do without, so these only serve to look like one.
func foreignLetters(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		if strings.HasPrefix(label, "xn--") {
			return true
		}
	}
	return strings.ContainsFunc(host, func(c rune) bool { return c > 127 || c == '%' })
}

// lastNumber matches a last label that makes browsers read the host as an IPv4 address
// (WHATWG URL, "ends in a number").
var lastNumber = regexp.MustCompile(`(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$`)

func numeric(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || lastNumber.MatchString(host)
}

// hostInText matches a host name with what may stand around it.
var hostInText = regexp.MustCompile(`(?i)(?:^|[\s(\[<"'|])(https?://|www\.)?((?:[\pL\pN_-]+\.)+\pL[\pL\pN-]+)`)

var metaDomains = []string{"instagram.com", "facebook.com", "facebookmail.com", "meta.com", "metamail.com", "fb.com"}

// ofMeta tells whether host belongs to Meta. It is no permission to go there.
func ofMeta(host string) bool {
	return slices.ContainsFunc(metaDomains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// namesOtherHost tells whether the words of a link show a host that is not the one it leads
// to. A bare name with a dot may be a user name, so it counts only when it is one of Meta's
// or of the listed hosts.
func namesOtherHost(text, host string, r Rules) bool {
	text = strings.Map(dropInvisible, text)
	for _, m := range hostInText.FindAllStringSubmatch(text, -1) {
		named := strings.ToLower(m[2])
		plain := strings.TrimPrefix(named, "www.")
		if plain == strings.TrimPrefix(host, "www.") {
			continue
		}
		if m[1] != "" || strings.HasPrefix(named, "www.") {
			return true
		}
		listed := func(entry string) bool {
			entry, _, _ = strings.Cut(entry, ":")
			return named == entry
		}
		if ofMeta(named) || slices.ContainsFunc(r.LinkHosts, listed) || slices.ContainsFunc(r.ByteHosts, listed) {
			return true
		}
	}
	// "https://localhost/…" has no dot.
	for _, m := range addressInText.FindAllString(text, -1) {
		if u, err := url.Parse(trimSentence(nil, m)); err == nil {
			named := strings.ToLower(u.Hostname())
			if strings.TrimPrefix(named, "www.") != strings.TrimPrefix(host, "www.") {
				return true
			}
		}
	}
	return false
}

// linkWords says each code of Link.Reason in words.
var linkWords = map[string]string{
	"download-auth":         "the link of the export mail of 2022",
	"download-confirm":      "the download page of 2018 to 2022",
	"archive":               "the archive itself",
	"accounts-center":       "the export page in Accounts Center; it wants you to log in",
	"request-page":          "the page where an export is requested",
	"malformed":             "not a whole, well-formed address",
	"malformed-host":        "its host name is malformed",
	"text-names-other-host": "its words show another host than the one it leads to",
	"not-https":             "not an https address",
	"user-name-in-address":  "it hides its host behind a user name",
	"lookalike-letters":     "its host is written with letters that only look like Latin ones, or may be",
	"redirector":            "it leads on to wherever its writer wants",
	"ip-address":            "its host is a number instead of a name",
	"port-not-listed":       "a listed host, but not on its usual port",
	"host-not-listed":       "its host is not listed",
	"page-not-known":        "a page that has nothing to do with an export",
	"mail-not-trusted":      "no link of a suspicious mail is used",
	"other-mail":            "the mail is not the export mail",
}

// Why returns the link's Reason in words for a person.
func (l Link) Why() string {
	if w, ok := linkWords[l.Reason]; ok {
		return w
	}
	return l.Reason
}
