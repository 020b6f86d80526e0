package exportmail

import (
	"encoding/json"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Link is an address found in the mail and what may be done with it.
//
// URL is a secret: whoever has it may get the archive. Printing, logging or marshalling a
// Link shows the redacted form; only reading the field gives the whole.
type Link struct {
	URL    string
	Action string // ActionFetch, ActionOpen or ActionRefuse
	Reason string // why, as a code such as "host-not-listed"; see Why
	Text   string // the words that carry the link, addresses among them redacted
}

// What may be done with a link.
const (
	ActionFetch  = "fetch"  // a request for it may be answered with the archive
	ActionOpen   = "open"   // a page that a person must open
	ActionRefuse = "refuse" // igwatchd does not go there
)

// String returns the action and the redacted address.
func (l Link) String() string { return l.Action + " " + RedactURL(l.URL) }

// GoString is String, so that %#v tells no more.
func (l Link) GoString() string { return l.String() }

// LogValue implements slog.LogValuer.
func (l Link) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("url", RedactURL(l.URL)),
		slog.String("action", l.Action),
		slog.String("reason", l.Reason),
	)
}

// MarshalJSON writes the redacted address, the action and the reason.
func (l Link) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		URL    string `json:"url"`
		Action string `json:"action"`
		Reason string `json:"reason"`
	}{RedactURL(l.URL), l.Action, l.Reason})
}

// plainSegment matches a path segment that is made of words rather than being a token. The
// longest word of the known paths is "info_and_permissions"; digits, capitals and long runs
// of letters mean a token.
var plainSegment = regexp.MustCompile(`^[a-z]{1,12}(?:[_.-][a-z]{1,12}){0,3}$`)

// plainHost matches what may be a host, in letters of any script, or an IP literal. net/url takes "a=1" for one too.
// (A bound on its length in here would take 10 MB, for as many copies of all the letters.)
var plainHost = regexp.MustCompile(`^(?:[\pL\pM\pN._-]+|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{0,5})?$`)

// maxHost is how long a host may be, in letters (RFC 1035, section 3.1).
const maxHost = 253

// tokenFollows are the known segments whose successor is a token, whatever it looks like.
var tokenFollows = map[string]bool{"auth": true, "confirm": true}

// RedactURL returns raw with everything that could be a secret replaced by "…": user name,
// path segments that look like a token, query values, query words without a value, and the
// fragment. Scheme, a well-formed host and the words of the path stay readable.
func RedactURL(raw string) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Host == "" && u.Opaque == "" && u.Scheme != "" {
		return "…"
	}
	if u.Opaque != "" {
		return u.Scheme + ":…"
	}
	var b strings.Builder
	if u.Scheme != "" {
		b.WriteString(u.Scheme + ":")
	}
	if u.Host != "" {
		b.WriteString("//")
		if u.User != nil {
			b.WriteString("…@")
		}
		if utf8.RuneCountInString(u.Hostname()) <= maxHost && plainHost.MatchString(u.Host) {
			b.WriteString(u.Host)
		} else {
			b.WriteString("…")
		}
	}
	b.WriteString(redactPath(u.EscapedPath()))
	if u.RawQuery != "" {
		b.WriteString("?" + redactQuery(u.RawQuery))
	}
	if u.Fragment != "" {
		b.WriteString("#…")
	}
	return b.String()
}

func redactPath(path string) string {
	segments := strings.Split(path, "/")
	before := ""
	for i, s := range segments {
		if s == "" {
			continue
		}
		if tokenFollows[before] || !plainSegment.MatchString(s) {
			segments[i] = "…"
		}
		before = s
	}
	return strings.Join(segments, "/")
}

// plainKey matches a query key that is shown. Anything else may be a token without a key.
var plainKey = regexp.MustCompile(`^[a-z]{1,24}(?:_[a-z]{1,24}){0,3}$`)

func redactQuery(query string) string {
	pairs := strings.Split(query, "&")
	for i, p := range pairs {
		key, _, ok := strings.Cut(p, "=")
		pairs[i] = "…"
		if ok && plainKey.MatchString(key) {
			pairs[i] = key + "=…"
		}
	}
	return strings.Join(pairs, "&")
}

// redactText returns text with the addresses in it redacted.
func redactText(text string) string {
	return addressInText.ReplaceAllStringFunc(text, RedactURL)
}
