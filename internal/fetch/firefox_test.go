package fetch

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// profile makes a Firefox profile whose browser is running: its database is
// locked, and what was set last is in the log only.
func profile(t *testing.T, version int, cookies ...string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "cookies.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	run := func(query string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	run("PRAGMA locking_mode = EXCLUSIVE")
	run("PRAGMA journal_mode = WAL")
	run("PRAGMA wal_autocheckpoint = 0")
	run(fmt.Sprintf("PRAGMA user_version = %d", version))
	run(`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT,
		host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER)`)
	for _, values := range cookies {
		run("INSERT INTO moz_cookies (host, path, name, value, expiry, isSecure, originAttributes) VALUES (" + values + ")")
	}
	return dir
}

func TestCookiesOfAFirefoxProfile(t *testing.T) {
	soon := time.Now().Add(time.Hour).Unix()
	old := time.Now().Add(-time.Hour).Unix()
	cookies := func(unit int64) []string {
		return []string{
			fmt.Sprintf("'127.0.0.1', '/', 'sessionid', 'S3cret', %d, 1, ''", soon*unit),
			fmt.Sprintf("'127.0.0.1', '/', 'expired', 'x', %d, 1, ''", old*unit),
			fmt.Sprintf("'127.0.0.1', '/', 'container', 'x', %d, 1, '^userContextId=2'", soon*unit),
			fmt.Sprintf("'127.0.0.1', '/', 'broken', 'a;b', %d, 1, ''", soon*unit),
			fmt.Sprintf("'bank.example', '/', 'money', 'x', %d, 1, ''", soon*unit),
		}
	}
	for name, c := range map[string]struct {
		version int
		unit    int64
		file    string
	}{
		"seconds":             {15, 1, "cookies.sqlite"},
		"milliseconds":        {16, 1000, "cookies.sqlite"},
		"named by its folder": {16, 1000, ""},
	} {
		t.Run(name, func(t *testing.T) {
			data := archive(1, 1000)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { zipOf(data, etag1)(w, r) })
			f := fetcher(t, []*server{s}, []*server{s})
			f.o.CookiesFile = filepath.Join(profile(t, c.version, cookies(c.unit)...), c.file)
			f.o.Scratch = t.TempDir()
			list, err := f.fileCookies(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for _, c := range list {
				names = append(names, c.name)
			}
			if !slices.Equal(names, []string{"sessionid", "expired"}) {
				t.Errorf("read %q", names)
			}
			if got := (session{}).header(mustURL(t, s.URL), list, time.Now()); got != "sessionid=S3cret" {
				t.Errorf("would send %q", got)
			}
			if left, _ := os.ReadDir(f.o.Scratch); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestNoFirefoxProfile(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "cookies.sqlite")
	write(t, bad, []byte("this is no database"))
	for _, path := range []string{bad, t.TempDir(), filepath.Join(t.TempDir(), "gone.sqlite")} {
		f := fetcher(t, nil, nil)
		f.o.CookiesFile, f.o.Scratch = path, t.TempDir()
		if list, err := f.fileCookies(t.Context()); err == nil {
			t.Errorf("%s: read %d cookies", path, len(list))
		}
		if left, _ := os.ReadDir(f.o.Scratch); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}
