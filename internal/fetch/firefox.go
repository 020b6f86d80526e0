package fetch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/igwatchd/igwatchd/internal/durable"
)

// maxDatabase is the size in bytes above which a browser's cookie database is not read.
const maxDatabase = 64 << 20

// millisecondSchema is the version of Firefox's cookie table since which times
// are counted in milliseconds and not in seconds.
const millisecondSchema = 16

// firefoxDatabase returns the cookie database that a path names: the file itself
// or the profile folder that it lies in; "" if it names neither.
func firefoxDatabase(path string) string {
	if strings.EqualFold(filepath.Ext(path), ".sqlite") {
		return path
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, "cookies.sqlite")
	}
	return ""
}

// firefoxCookies reads a Firefox profile's cookies. The browser may be running and
// holds its database locked; so a copy is read, with the log of what is not in the
// database yet, and thrown away.
func (f *Fetcher) firefoxCookies(ctx context.Context, path string) (list []cookie, err error) {
	f.copying.Lock()
	defer f.copying.Unlock()
	dir := filepath.Join(f.o.Scratch, ".cookies")
	if err := durable.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	at := filepath.Join(dir, "cookies.sqlite")
	if err := copySmall(path, at); err != nil {
		return nil, err
	}
	if err := copySmall(path+"-wal", at+"-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: at}).EscapedPath()}).String())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	list, err = readFirefox(ctx, db)
	// The rest of what the person has in that browser is none of our business.
	return slices.DeleteFunc(list, func(c cookie) bool { return !f.concerns(c) }), err
}

// concerns tells whether a cookie may go to any of the link hosts.
func (f *Fetcher) concerns(c cookie) bool {
	return slices.ContainsFunc(f.o.LinkHosts, func(host string) bool {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		return c.covers(strings.ToLower(name))
	})
}

func readFirefox(ctx context.Context, db *sql.DB) ([]cookie, error) {
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return nil, fmt.Errorf("not a cookie database: %w", err)
	}
	// Containers and private windows have cookies of their own; those without attributes are the common ones.
	rows, err := db.QueryContext(ctx, `SELECT host, path, name, value, expiry, isSecure FROM moz_cookies
		WHERE originAttributes = ''`)
	if err != nil {
		return nil, fmt.Errorf("not a cookie database: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err is asked
	var list []cookie
	for rows.Next() {
		var c cookie
		var expiry int64
		if err := rows.Scan(&c.domain, &c.path, &c.name, &c.value, &expiry, &c.secure); err != nil {
			return nil, err
		}
		if !sendable(c.name) || strings.Contains(c.name, "=") || !sendable(c.value) {
			continue
		}
		c.domain = strings.ToLower(c.domain)
		c.domain, c.subdomains = strings.CutPrefix(c.domain, ".")
		if version >= millisecondSchema {
			expiry /= 1000
		}
		c.expires = time.Unix(max(1, min(expiry, 1<<40)), 0)
		list = append(list, c)
	}
	return list, rows.Err()
}

func copySmall(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	body, err := io.ReadAll(io.LimitReader(f, maxDatabase+1))
	if err != nil {
		return err
	}
	if len(body) > maxDatabase {
		return fmt.Errorf("%s is larger than %d MB", filepath.Base(from), maxDatabase>>20)
	}
	return durable.WriteFile(to, body, 0o600)
}
