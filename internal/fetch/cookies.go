package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxCookies is the size in bytes above which a cookie file is not read.
const maxCookies = 4 << 20

var errNoCookies = errors.New("read cookies: the file is no cookies.txt")

// cookie is one line of a cookies.txt, or what a server set meanwhile.
type cookie struct {
	domain, path, name, value string
	subdomains, secure        bool
	expires                   time.Time // zero: at the end of the session
}

// fileCookies reads the person's cookies anew: browsers change them all the time.
func (f *Fetcher) fileCookies(ctx context.Context) ([]cookie, error) {
	if f.o.CookiesFile == "" {
		return nil, nil
	}
	if path := firefoxDatabase(f.o.CookiesFile); path != "" {
		list, err := f.firefoxCookies(ctx, path)
		if err != nil {
			err = fault.Temporary(fmt.Errorf("read cookies: %w", err),
				"fetch.cookies_file names a Firefox profile; its cookies.sqlite must be readable for igwatchd's user")
		}
		return list, err
	}
	const hint = "fetch.cookies_file must be a file in the Netscape format that igwatchd's user may read: export it from the browser again"
	file, err := os.Open(f.o.CookiesFile)
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("read cookies: %w", err), hint)
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	text, err := io.ReadAll(io.LimitReader(file, maxCookies+1))
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("read cookies: %w", err), hint)
	}
	if len(text) > maxCookies {
		return nil, fault.Temporary(fmt.Errorf("read cookies: the file is larger than %d MB", maxCookies>>20), hint)
	}
	list, err := parseCookies(string(text))
	return list, fault.Temporary(err, hint)
}

// parseCookies reads the Netscape format: seven fields with tabs between them;
// "#HttpOnly_" in front of a domain is a mark, any other "#" begins a comment.
// Lines that make no sense are left out, but a file without any good line is an error.
func parseCookies(text string) ([]cookie, error) {
	var list []cookie
	bad := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimRight(line, "\r\n")
		line = strings.TrimPrefix(line, "#HttpOnly_")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, "\t", 7)
		if len(f) == 6 {
			f = append(f, "")
		}
		if len(f) != 7 || f[0] == "" || f[5] == "" || !sendable(f[5]) || strings.Contains(f[5], "=") || !sendable(f[6]) {
			bad++
			continue
		}
		seconds, err := strconv.ParseFloat(f[4], 64) // some exporters write fractions
		if err != nil || seconds != seconds {
			bad++
			continue
		}
		c := cookie{
			domain: strings.ToLower(strings.TrimPrefix(f[0], ".")), subdomains: strings.EqualFold(f[1], "TRUE"),
			path: f[2], secure: strings.EqualFold(f[3], "TRUE"), name: f[5], value: f[6],
		}
		if seconds > 0 {
			c.expires = time.Unix(int64(min(seconds, 1<<40)), 0)
		}
		list = append(list, c)
	}
	if len(list) == 0 && bad > 0 {
		return nil, errNoCookies
	}
	return list, nil
}

// sendable tells whether s can stand in a Cookie header (RFC 6265, section 4.1.1, and what browsers send).
func sendable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == ';' })
}

// fits tells whether the cookie goes to u (RFC 6265, section 5.4).
func (c cookie) fits(u *url.URL, now time.Time) bool {
	if !c.covers(strings.ToLower(u.Hostname())) {
		return false
	}
	if c.secure && u.Scheme != "https" || !c.expires.IsZero() && !c.expires.After(now) {
		return false
	}
	return pathFits(c.path, cmp.Or(u.EscapedPath(), "/"))
}

// covers tells whether the cookie belongs to a host (RFC 6265, section 5.1.3).
func (c cookie) covers(host string) bool {
	if host == c.domain {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err != nil && c.subdomains && c.domain != "" && strings.HasSuffix(host, "."+c.domain)
}

// pathFits is the path-match of RFC 6265, section 5.1.4.
func pathFits(cookie, request string) bool {
	if !strings.HasPrefix(cookie, "/") {
		cookie = "/"
	}
	rest, ok := strings.CutPrefix(request, cookie)
	return ok && (rest == "" || strings.HasSuffix(cookie, "/") || strings.HasPrefix(rest, "/"))
}

// session holds what the servers of one walk set, by host and port: nothing
// crosses hosts, and nothing outlives the walk.
type session map[string][]cookie

// keep notes a response's cookies, for u's own host only.
func (s session) keep(u *url.URL, set []*http.Cookie, now time.Time) {
	for _, c := range set {
		if !sendable(c.Name) || !sendable(c.Value) {
			continue
		}
		own := cookie{domain: strings.ToLower(u.Hostname()), path: c.Path, name: c.Name, value: c.Value, secure: c.Secure, expires: c.Expires}
		if c.MaxAge > 0 {
			own.expires = now.Add(time.Duration(min(c.MaxAge, 1<<30)) * time.Second)
		} else if c.MaxAge < 0 {
			own.expires = time.Unix(1, 0)
		}
		key := withPort(u.Host)
		s[key] = append(slices.DeleteFunc(s[key], func(o cookie) bool { return o.name == own.name && o.path == own.path }), own)
	}
}

// header builds the Cookie header for u. What the server set in this walk comes
// instead of the file's cookie of the same name, also when it took it away.
func (s session) header(u *url.URL, file []cookie, now time.Time) string {
	own := s[withPort(u.Host)]
	list := slices.Clone(own)
	for _, c := range file {
		if !slices.ContainsFunc(own, func(o cookie) bool { return o.name == c.name }) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b cookie) int { return len(b.path) - len(a.path) })
	var pairs []string
	for _, c := range list {
		if c.fits(u, now) {
			pairs = append(pairs, c.name+"="+c.value)
		}
	}
	return strings.Join(pairs, "; ")
}
