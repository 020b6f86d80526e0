package fetch

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFileName(t *testing.T) {
	made := "instagram-export-" + short("k") + ".zip"
	for disposition, want := range map[string]string{
		`attachment; filename="instagram-jane.doe-2026-11-20-AbCdEfGh.zip"`: "instagram-jane.doe-2026-11-20-AbCdEfGh.zip",
		`attachment; filename=a.zip`:                                        "a.zip",
		`attachment; filename="a (1).ZIP"`:                                  "a (1).ZIP",
		`attachment; filename="../../etc/a.zip"`:                            "a.zip",
		`attachment; filename="..\\..\\a.zip"`:                              "a.zip",
		`attachment; filename="/etc/passwd"`:                                made,
		`attachment; filename="...a.zip"`:                                   "a.zip",
		`attachment; filename=".zip"`:                                       made,
		`attachment; filename="..zip"`:                                      made,
		`attachment; filename="a.zip.exe"`:                                  made,
		`attachment; filename="a.zip/"`:                                     "a.zip",
		`attachment; filename="a;b&c|d.zip"`:                                "a_b_c_d.zip",
		"attachment; filename*=UTF-8''%e2%82%ac%00%0a.zip":                  "_.zip",
		`attachment; filename="` + strings.Repeat("a", 116) + `.zip"`:       strings.Repeat("a", 116) + ".zip",
		`attachment; filename="` + strings.Repeat("a", 117) + `.zip"`:       made,
		`attachment`:                          made,
		``:                                    made,
		`;;;`:                                 made,
		"attachment; filename=\"a\x00b.zip\"": "a_b.zip",
	} {
		if got := fileName(disposition, "k"); got != want {
			t.Errorf("%q: %q, want %q", disposition, got, want)
		}
	}
	for _, name := range []string{"a.zip", strings.Repeat("a", 116) + ".zip"} {
		if got := besides(name, "k"); got == name || cleanName(got) != got || !strings.HasSuffix(got, ".zip") {
			t.Errorf("besides %q: %q", name, got)
		}
	}
}

func FuzzFileName(f *testing.F) {
	f.Add(`attachment; filename="instagram-a-2026-11-20-x.zip"`)
	f.Add(`attachment; filename*=UTF-8''..%2f..%2fx.zip`)
	f.Add(`attachment; filename="..\\.zip"; filename*0="a"; filename*1=".zip"`)
	f.Fuzz(func(t *testing.T, disposition string) {
		name := fileName(disposition, "k")
		if !filepath.IsLocal(name) || filepath.Base(name) != name || len(name) > maxName || strings.HasPrefix(name, ".") ||
			unwanted.MatchString(name) || !strings.HasSuffix(strings.ToLower(name), ".zip") {
			t.Errorf("%q gave %q", disposition, name)
		}
		if cleanName(name) != name {
			t.Errorf("%q would not be taken from a checkpoint", name)
		}
		if other := besides(name, "k"); cleanName(other) != other || other == name {
			t.Errorf("besides %q: %q", name, other)
		}
	})
}

func TestContentRange(t *testing.T) {
	for s, want := range map[string]string{
		"bytes 0-0/1": "0 0 1 true", "bytes 5-9/10": "5 9 10 true", "Bytes 5-9/10": "5 9 10 true",
		"bytes 5-10/10": "0 0 0 false", "bytes 6-5/10": "0 0 0 false", "bytes 5-9/*": "0 0 0 false", "bytes */10": "0 0 0 false",
		"bytes=5-9/10": "0 0 0 false", "bytes -5-9/10": "0 0 0 false", "bytes +5-9/10": "0 0 0 false", "bytes 5-9": "0 0 0 false",
		"": "0 0 0 false", "bytes 5-9/10 ": "0 0 0 false", "bytes 0-9223372036854775806/9223372036854775807": "0 9223372036854775806 9223372036854775807 true",
		"bytes 0-9/9223372036854775808": "0 0 0 false", "items 5-9/10": "0 0 0 false", "bytes 5_0-60/70": "0 0 0 false",
	} {
		start, end, total, ok := parseContentRange(s)
		if got := fmt.Sprint(start, end, total, ok); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 0-0/1")
	f.Add("bytes 5-9/*")
	f.Fuzz(func(t *testing.T, s string) {
		start, end, total, ok := parseContentRange(s)
		if ok && (start < 0 || end < start || total <= end || end-start+1 <= 0) {
			t.Errorf("%q: %d-%d/%d", s, start, end, total)
		}
		if !ok {
			return
		}
		again := fmt.Sprintf("bytes %d-%d/%d", start, end, total)
		if a, b, c, ok := parseContentRange(again); !ok || a != start || b != end || c != total {
			t.Errorf("%q: %q gave %d-%d/%d", s, again, a, b, c)
		}
	})
}

func TestValidator(t *testing.T) {
	const date, before = "Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 09:59:59 GMT"
	for _, c := range []struct{ etag, modified, want string }{
		{`"a"`, before, `"a"`},
		{`""`, "", `""`},
		{`W/"a"`, "", ""},
		{`W/"a"`, before, before},
		{`a`, "", ""},
		{`"`, "", ""},
		{`"` + strings.Repeat("a", maxValidator) + `"`, before, before},
		{"", date, ""}, // may have changed within that second
		{"", "yesterday", ""},
		{"", "", ""},
	} {
		h := http.Header{"Etag": {c.etag}, "Last-Modified": {c.modified}, "Date": {date}}
		if got := validator(h); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.etag, c.modified, got, c.want)
		}
	}
	if validator(http.Header{"Last-Modified": {before}}) != "" {
		t.Error("without a date, Last-Modified is no strong validator")
	}
}

func TestSame(t *testing.T) {
	const m, n = "Mon, 23 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 10:00:01 GMT"
	for _, c := range []struct {
		etag, modified, validator string
		want                      bool
	}{
		{`"a"`, "", `"a"`, true},
		{`"b"`, "", `"a"`, false},
		{"", "", `"a"`, false},
		{`W/"a"`, "", `"a"`, false},
		{"", m, m, true},
		{"", "", m, true},
		{"", n, m, false},
		{`"a"`, n, m, false},
		{"", "", "", false},
	} {
		h := http.Header{"Etag": {c.etag}, "Last-Modified": {c.modified}}
		if got := same(h, c.validator); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"2": 2 * time.Second, " 120 ": 2 * time.Minute, "Mon, 23 Nov 2026 10:01:00 GMT": time.Minute,
		"Mon, 23 Nov 2026 09:00:00 GMT": 0, "-5": 0, "": 0, "soon": 0, "9999999999999": 1 << 30 * time.Second, "99999999999999999999": 0,
	} {
		if got := retryAfter(s, now); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

func TestEndsAsZip(t *testing.T) {
	good := archive(1, 1000)
	comment := append(bytes.Clone(good), "hello"...)
	comment[len(good)-2] = 5
	long := append(bytes.Clone(good), make([]byte, 1<<16-1)...)
	long[len(good)-2], long[len(good)-1] = 0xff, 0xff
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"good": {good, true}, "comment": {comment, true}, "longest comment": {long, true}, "cut": {good[:999], false},
		"more": {append(bytes.Clone(good), 0), false}, "comment cut": {comment[:len(comment)-1], false}, "empty": {nil, false}, "short": {[]byte("PK\x05\x06"), false},
	} {
		if got, err := endsAsZip(bytes.NewReader(c.data), int64(len(c.data))); got != c.want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCookieRules(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for _, c := range []struct {
		line, url, want string
	}{
		{".instagram.com\tTRUE\t/\tTRUE\t0\ta\t1", "https://www.instagram.com/x", "a=1"},
		{"instagram.com\tTRUE\t/\tTRUE\t0\ta\t1", "https://instagram.com", "a=1"},
		{"instagram.com\tFALSE\t/\tTRUE\t0\ta\t1", "https://www.instagram.com/", ""},
		{".instagram.com\tTRUE\t/\tTRUE\t0\ta\t1", "https://evilinstagram.com/", ""},
		{".instagram.com\tTRUE\t/\tTRUE\t0\ta\t1", "https://instagram.com.evil.example/", ""},
		{".INSTAGRAM.com\tTRUE\t/\tTRUE\t0\ta\t1", "https://WWW.Instagram.COM/", "a=1"},
		{".\tTRUE\t/\tTRUE\t0\ta\t1", "https://www.instagram.com/", ""},
		{".0.0.1\tTRUE\t/\tTRUE\t0\ta\t1", "https://127.0.0.1/", ""},
		{"h\tFALSE\t/\tTRUE\t0\ta\t1", "http://h/", ""},
		{"h\tFALSE\t/\tFALSE\t0\ta\t1", "http://h/", "a=1"},
		{"h\tFALSE\t/foo\tTRUE\t0\ta\t1", "https://h/foo", "a=1"},
		{"h\tFALSE\t/foo\tTRUE\t0\ta\t1", "https://h/foo/bar", "a=1"},
		{"h\tFALSE\t/foo\tTRUE\t0\ta\t1", "https://h/foobar", ""},
		{"h\tFALSE\t/foo/\tTRUE\t0\ta\t1", "https://h/foo", ""},
		{"h\tFALSE\t/foo/\tTRUE\t0\ta\t1", "https://h/foo/", "a=1"},
		{"h\tFALSE\t\tTRUE\t0\ta\t1", "https://h", "a=1"},
		{"h\tFALSE\t/\tTRUE\t1799999999\ta\t1", "https://h/", ""},
		{"h\tFALSE\t/\tTRUE\t1800000001\ta\t1", "https://h/", "a=1"},
		{"h\tFALSE\t/\tTRUE\t1800000001.5\ta\t1", "https://h/", "a=1"},
		{"#HttpOnly_h\tFALSE\t/\tTRUE\t0\ta\t1\r", "https://h/", "a=1"},
		{"# h\tFALSE\t/\tTRUE\t0\ta\t1", "https://h/", ""},
		{"h\tFALSE\t/\tTRUE\t0\ta", "https://h/", "a="},
		{"h\tFALSE\t/\tTRUE\t0\ta\t\"x, y\"=\tz", "https://h/", ""},
		{"h\tFALSE\t/\tTRUE\t0\ta\t\"x, y\"=", "https://h/", "a=\"x, y\"="},
		{"h\tFALSE\t/\tTRUE\t0\ta\t1; b=2", "https://h/", ""},
		{"h\tFALSE\t/\tTRUE\t0\ta=b\t1", "https://h/", ""},
		{"\ufeffh\tFALSE\t/\tTRUE\t0\ta\t1", "https://h/", "a=1"},
		{"h\tFALSE\t/\tTRUE\t0\ta\t1\nh\tFALSE\t/deep\tTRUE\t0\tb\t2", "https://h/deep", "b=2; a=1"},
	} {
		list, _ := parseCookies(c.line)
		if got := (session{}).header(mustURL(t, c.url), list, now); got != c.want {
			t.Errorf("%q to %s: %q, want %q", c.line, c.url, got, c.want)
		}
	}
}

// A server may take a cookie away for the rest of the walk.
func TestSessionTakesAway(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	u := mustURL(t, "https://h/")
	file, err := parseCookies("h\tFALSE\t/\tTRUE\t0\ta\t1\n")
	if err != nil {
		t.Fatal(err)
	}
	s := session{}
	s.keep(u, []*http.Cookie{{Name: "a", Value: "", MaxAge: -1, Path: "/"}, {Name: "b", Value: "2", MaxAge: 60, Path: "/"}, {Name: "c", Value: "x\x01y"}}, now)
	if got := s.header(u, file, now); got != "b=2" {
		t.Errorf("%q", got)
	}
	if got := s.header(u, file, now.Add(time.Minute)); got != "" {
		t.Errorf("%q", got)
	}
	if got := s.header(mustURL(t, "https://h:444/"), file, now); got != "a=1" {
		t.Errorf("%q", got)
	}
}

func FuzzCookies(f *testing.F) {
	f.Add(fmt.Sprintf(netscape, 0, 0), "https://127.0.0.1/a/b")
	f.Add("#HttpOnly_.h\tTRUE\t/\tTRUE\t1e99\ta\tb\n", "https://x.h/")
	f.Add("h\tTRUE\t/\tTRUE\tNaN\ta\tb\n", "https://h")
	f.Fuzz(func(t *testing.T, text, raw string) {
		u, err := url.Parse(raw)
		list, cerr := parseCookies(text)
		if err != nil || cerr != nil {
			return
		}
		got := (session{}).header(u, list, time.Unix(1_800_000_000, 0))
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q gave the header %q", text, got)
		}
		for _, c := range list {
			host := strings.ToLower(u.Hostname())
			if c.fits(u, time.Now()) && host != c.domain && !strings.HasSuffix(host, "."+c.domain) {
				t.Errorf("%q goes to %q", c.domain, host)
			}
		}
	})
}
