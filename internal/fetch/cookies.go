package fetch

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// cookies reads the person's cookies for a link host anew.
func (f *Fetcher) cookies(u *url.URL) ([]*http.Cookie, error) {
	if f.o.CookiesFile == "" {
		return nil, nil
	}
	file, err := os.Open(f.o.CookiesFile)
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("read cookies: %w", err), "see fetch.cookies_file")
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	return parseCookies(io.LimitReader(file, 4<<20), u, time.Now()), nil
}

// parseCookies returns the cookies of a Netscape cookies.txt that fit u (RFC 6265, section 5.4).
func parseCookies(r io.Reader, u *url.URL, now time.Time) []*http.Cookie {
	var list []*http.Cookie
	s := bufio.NewScanner(r)
	for s.Scan() {
		line := strings.TrimPrefix(s.Text(), "#HttpOnly_")
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) != 7 {
			continue
		}
		domain, sub, path, secure, expires, name, value := strings.ToLower(strings.TrimPrefix(f[0], ".")), f[1] == "TRUE", f[2], f[3] == "TRUE", f[4], f[5], f[6]
		host := strings.ToLower(u.Hostname())
		if host != domain && (!sub || !strings.HasSuffix(host, "."+domain)) {
			continue
		}
		if secure && u.Scheme != "https" || !strings.HasPrefix(u.Path+"/", strings.TrimSuffix(path, "/")+"/") && path != "/" {
			continue
		}
		if at, err := strconv.ParseInt(expires, 10, 64); err == nil && at > 0 && at < now.Unix() {
			continue
		}
		list = append(list, &http.Cookie{Name: name, Value: value})
	}
	return list
}
