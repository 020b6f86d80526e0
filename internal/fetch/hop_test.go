package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/igwatchd/igwatchd/internal/fault"
)

func redirect(to func() string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to())
		w.WriteHeader(http.StatusFound)
	}
}

func TestLinkLeadsToBytes(t *testing.T) {
	data := archive(1, 1000)
	bytes := serve(t, zipOf(data, etag1))
	link := serve(t, redirect(func() string { return query(bytes.URL, "/p/dl/SECRETPATH") }))
	f := fetcher(t, []*server{link}, []*server{bytes})
	file, err := try(t, f, &memory{}, t.TempDir(), query(link.URL, "/dyi/download/auth/SECRETPATH/"))
	want(t, file, err, data)
	sum := sha256.Sum256(bytes.Certificate().Raw)
	cert := hex.EncodeToString(sum[:])
	if got, want := fmt.Sprint(file.Hops), fmt.Sprint([]Hop{{link.host(), 302, cert}, {bytes.host(), 200, cert}}); got != want {
		t.Errorf("hops %s, want %s", got, want)
	}
	if file.Name != "instagram-jane.doe-2026-11-20-AbCdEfGh.zip" || file.Route != "link" || file.Started.IsZero() || file.Finished.Before(file.Started) {
		t.Errorf("%+v", file)
	}
	for _, r := range append(link.requests(), bytes.requests()...) {
		for _, h := range []string{"Referer", "Cookie", "Range", "If-Range", "Authorization"} {
			if r.header.Get(h) != "" {
				t.Errorf("%s: %s was sent", r.path, h)
			}
		}
		if got := r.header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("Accept-Encoding %q", got)
		}
	}
}

// A link is walked anew on each try: signed addresses expire in hours.
func TestSignedURLIsMintedAnew(t *testing.T) {
	data := archive(1, 1<<20)
	n := 0
	bytes := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != fmt.Sprintf("/signed-%d", n):
			w.WriteHeader(http.StatusForbidden)
		case n < 5:
			cutAt(150_000, zipOf(data, etag1))(w, r)
		default:
			zipOf(data, etag1)(w, r)
		}
	})
	link := serve(t, redirect(func() string { n++; return fmt.Sprintf("%s/signed-%d", bytes.URL, n) }))
	file, err := try(t, fetcher(t, []*server{link}, []*server{bytes}), &memory{}, t.TempDir(), link.URL)
	want(t, file, err, data)
	if n != 5 || len(bytes.requests()) != 5 {
		t.Errorf("%d links, %d requests for bytes", n, len(bytes.requests()))
	}
}

func TestRedirectAttacks(t *testing.T) {
	data := archive(1, 1000)
	foreign := serve(t, zipOf(data, etag1))
	plain := "http://" + foreign.host()
	for name, c := range map[string]struct {
		to  string // %s: the byte host
		why string
	}{
		"scheme downgrade":      {"http://%s/a?SECRET", "not https"},
		"plain foreign":         {plain + "/a?SECRET", "not https"},
		"other scheme":          {"ftp://%s/SECRET", "not https"},
		"file":                  {"file:///etc/SECRET", "not https"},
		"script":                {"javascript:SECRET", "not https"},
		"opaque":                {"https:SECRET", "no address"},
		"foreign host":          {foreign.URL + "/a?SECRET", "none of the hosts"},
		"foreign login":         {foreign.URL + "/accounts/login/?SECRET", "none of the hosts"},
		"user name":             {"https://SECRET@%s/a", "user name"},
		"user name and host":    {"https://%s@evil.example/SECRET", "user name"},
		"user and password":     {"https://user:SECRET@%s/a", "user name"},
		"other port":            {"https://127.0.0.1:1/SECRET", "none of the hosts"},
		"no port":               {"https://127.0.0.1/SECRET", "none of the hosts"},
		"suffix":                {"https://%s.evil.example/SECRET", "no address"},
		"subdomain":             {"https://a.localhost:1/SECRET", "none of the hosts"},
		"trailing dot":          {"https://localhost.:1/SECRET", "none of the hosts"},
		"no Location":           {"", "no address"},
		"broken Location":       {"https://%s/%%zz?SECRET", "no address"},
		"blank host":            {"https:///SECRET", "no address"},
		"host that is a secret": {"https://SECRET~token/", "none of the hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			bytes := serve(t, zipOf(data, etag1))
			to := c.to
			if strings.Contains(to, "%s") {
				to = fmt.Sprintf(to, bytes.host())
			}
			link := serve(t, redirect(func() string { return to }))
			_, err := try(t, fetcher(t, []*server{link}, []*server{bytes}), &memory{}, t.TempDir(), query(link.URL, "/SECRETPATH"))
			if r := wantErr[*Refused](t, err, fault.PermanentKind); !strings.Contains(r.Why, c.why) {
				t.Errorf("refused because %q, want %q", r.Why, c.why)
			}
			if n := len(foreign.requests()) + len(bytes.requests()); n != 0 {
				t.Errorf("%d requests were made", n)
			}
			if n := len(link.requests()); n != 1 {
				t.Errorf("the link was asked %d times", n)
			}
		})
	}
}

func TestFirstAddressIsJudgedToo(t *testing.T) {
	s := serve(t, zipOf(archive(1, 1000), etag1))
	f := fetcher(t, nil, []*server{s})
	for _, url := range []string{
		"", "SECRET", "://SECRET", "http://" + s.host() + "/SECRET", "https://SECRET@" + s.host(),
		"https://evil.example/SECRET", "https://" + s.host() + "/%zzSECRET", "\x00SECRET",
	} {
		_, err := try(t, f, &memory{}, t.TempDir(), url)
		wantErr[*Refused](t, err, fault.PermanentKind)
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestRedirectLoopEnds(t *testing.T) {
	link := serve(t, redirect(func() string { return "/again" }))
	_, err := try(t, fetcher(t, []*server{link}, nil), &memory{}, t.TempDir(), link.URL)
	wantErr[*Refused](t, err, fault.PermanentKind)
	if n := len(link.requests()); n != maxHops {
		t.Errorf("%d requests, want %d", n, maxHops)
	}
}

func TestTenHopsAreEnough(t *testing.T) {
	data := archive(1, 1000)
	n := 0
	bytes := serve(t, zipOf(data, etag1))
	link := serve(t, redirect(func() string {
		if n++; n == maxHops-1 {
			return bytes.URL
		}
		return "/relative"
	}))
	file, err := try(t, fetcher(t, []*server{link}, []*server{bytes}), &memory{}, t.TempDir(), link.URL)
	want(t, file, err, data)
}

func TestLoginWallOfLinks(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"page":      func(w http.ResponseWriter, _ *http.Request) { page(w, 200) },
		"redirect":  redirect(func() string { return "/accounts/login/?next=SECRET" }),
		"challenge": redirect(func() string { return "/challenge/SECRET/" }),
		"401":       func(w http.ResponseWriter, _ *http.Request) { page(w, 401) },
	} {
		t.Run(name, func(t *testing.T) {
			link := serve(t, h)
			_, err := try(t, fetcher(t, []*server{link}, nil), &memory{}, t.TempDir(), query(link.URL, "/x"))
			if e := wantErr[*LoginWall](t, err, fault.PermanentKind); e.Host != link.host() {
				t.Errorf("host %q", e.Host)
			}
			if n := len(link.requests()); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// Bytes are taken from byte hosts only, and what links answer never costs what was received.
func TestLinkHostIsNoByteHost(t *testing.T) {
	data := archive(1, 1<<20)
	for name, c := range map[string]struct {
		h     http.HandlerFunc
		judge func(*testing.T, error)
	}{
		"zip": {zipOf(data, etag1), func(t *testing.T, err error) { t.Helper(); wantErr[*Refused](t, err, fault.PermanentKind) }},
		"206": {
			func(w http.ResponseWriter, _ *http.Request) { part206(w, data, half, etag1) },
			func(t *testing.T, err error) { t.Helper(); wantErr[*Refused](t, err, fault.PermanentKind) },
		},
		"416": {
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(416) },
			func(t *testing.T, err error) { t.Helper(); wantErr[*setback](t, err, fault.TemporaryKind) },
		},
		"404": {
			func(w http.ResponseWriter, _ *http.Request) { page(w, 404) },
			func(t *testing.T, err error) { t.Helper(); wantErr[*Expired](t, err, fault.PermanentKind) },
		},
		"503": {
			func(w http.ResponseWriter, _ *http.Request) { page(w, 503) },
			func(t *testing.T, err error) { t.Helper(); wantErr[*setback](t, err, fault.TemporaryKind) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, cps := begun(t, data, etag1)
			link := serve(t, c.h)
			_, err := try(t, fetcher(t, []*server{link}, nil), cps, dir, query(link.URL, "/x"))
			c.judge(t, err)
			if cp, found, _ := cps.Load(t.Context(), "export/0"); !found || cp.Offset != half {
				t.Errorf("checkpoint %v, %d", found, cp.Offset)
			}
			if link.requests()[0].header.Get("Range") != "" {
				t.Error("a link was asked for a range")
			}
		})
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	s := serve(t, zipOf(archive(1, 1000), etag1))
	f := fetcher(t, nil, []*server{s})
	f.o.AllowPrivate = false
	_, err := try(t, f, &memory{}, t.TempDir(), query(s.URL, "/x"))
	if r := wantErr[*Refused](t, err, fault.PermanentKind); !strings.Contains(r.Why, "127.0.0.1") {
		t.Errorf("why: %s", r.Why)
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestPublic(t *testing.T) {
	for list, want := range map[string]bool{
		"0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 " +
			"192.0.0.8 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 " +
			":: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 fe80::1 fe80::1%eth0 2a03:2880::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1 " +
			"64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1": false,
		"8.8.8.8 31.13.24.1 157.240.1.1 100.63.255.255 100.128.0.1 172.32.0.1 2a03:2880:f112::1 2606:4700::1 64:ff9b::8.8.8.8": true,
	} {
		for s := range strings.FieldsSeq(list) {
			if got := public(netip.MustParseAddr(s)); got != want {
				t.Errorf("%s: public %v", s, got)
			}
		}
	}
}

// names answers DNS questions from a list, one answer after the other.
type names struct {
	answers []netip.Addr
	n       int
}

func (d *names) resolver(t *testing.T) *net.Resolver {
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			for d.answer(server) {
			}
		}()
		t.Cleanup(func() { client.Close() })
		return client, nil
	}
	return &net.Resolver{PreferGo: true, Dial: dial}
}

// answer serves one question in the framing of TCP (RFC 1035, section 4.2.2).
func (d *names) answer(c net.Conn) bool {
	head := make([]byte, 2)
	if _, err := c.Read(head); err != nil {
		return false
	}
	buf := make([]byte, int(head[0])<<8|int(head[1]))
	if _, err := c.Read(buf); err != nil {
		return false
	}
	var m dnsmessage.Message
	if m.Unpack(buf) != nil || len(m.Questions) != 1 {
		return false
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	if q.Type == dnsmessage.TypeA {
		a := d.answers[min(d.n, len(d.answers)-1)]
		d.n++
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0},
			Body:   &dnsmessage.AResource{A: a.As4()},
		}}
	}
	out, err := m.Pack()
	if err != nil {
		return false
	}
	_, err = c.Write(append([]byte{byte(len(out) >> 8), byte(len(out))}, out...))
	return err == nil
}

// TestRebinding lets a name lead to a good address first, and inside at the next hop.
func TestRebinding(t *testing.T) {
	good, bad := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	bytes := serve(t, zipOf(archive(1, 1000), etag1))
	_, port, _ := net.SplitHostPort(bytes.host())
	link := serve(t, redirect(func() string { return "https://dl.example.com:" + port + "/SECRET" }))
	_, linkPort, _ := net.SplitHostPort(link.host())
	f := fetcher(t, []*server{link}, []*server{bytes})
	f.roles = roles([]string{"dl.example.com:" + linkPort}, []string{"dl.example.com:" + port})
	f.o.AllowPrivate = false
	f.public = func(a netip.Addr) bool { return a == good } // stands for "public" on a machine without a network
	dns := &names{answers: []netip.Addr{good, bad}}
	f.dialer.Resolver = dns.resolver(t)
	url := "https://dl.example.com:" + linkPort + "/SECRET"

	_, err := try(t, f, &memory{}, t.TempDir(), url)
	if r := wantErr[*Refused](t, err, fault.PermanentKind); !strings.Contains(r.Why, "127.0.0.2") {
		t.Errorf("why: %s", r.Why)
	}
	if len(link.requests()) != 1 || len(bytes.requests()) != 0 {
		t.Errorf("%d, %d requests", len(link.requests()), len(bytes.requests()))
	}
	dns.answers = []netip.Addr{good} // the same without the attack works
	file, err := try(t, f, &memory{}, t.TempDir(), url)
	want(t, file, err, archive(1, 1000))
}

func TestForeignCertificateIsRefused(t *testing.T) {
	s := serve(t, zipOf(archive(1, 1000), etag1))
	f := fetcher(t, nil, []*server{s})
	f.transport.TLSClientConfig.RootCAs = nil
	_, err := try(t, f, &memory{}, t.TempDir(), query(s.URL, "/x"))
	wantErr[*setback](t, err, fault.TemporaryKind)
	if !strings.Contains(fault.HintOf(err), "fetch.ca_file") || len(s.requests()) != 0 {
		t.Errorf("%v; %s; %d requests", err, fault.HintOf(err), len(s.requests()))
	}
}

func TestProxiesOfTheEnvironmentAreIgnored(t *testing.T) {
	if New(Options{}).transport.Proxy != nil {
		t.Error("there is a proxy function")
	}
}

const netscape = "# Netscape HTTP Cookie File\r\n\r\n" +
	"#HttpOnly_.instagram.test\tTRUE\t/\tTRUE\t0\tsessionid\tSECRETSESSION\r\n" +
	"127.0.0.1\tFALSE\t/\tTRUE\t%d\tsessionid\tSECRETSESSION\n" +
	"127.0.0.1\tFALSE\t/\tTRUE\t%d\tcsrf\tSECRETCSRF\n" +
	"127.0.0.1\tFALSE\t/\tTRUE\t1\told\tSECRETOLD\n" +
	"0.0.1\tTRUE\t/\tTRUE\t0\tsuffix\tSECRETSUFFIX\n"

// TestCookiesStayAtHome: the person's cookies go to link hosts and nowhere else;
// what a host sets comes back to that host alone.
func TestCookiesStayAtHome(t *testing.T) {
	data := archive(1, 1000)
	file := filepath.Join(t.TempDir(), "cookies.txt")
	later := time.Now().Add(time.Hour).Unix()
	text := fmt.Sprintf(netscape, later, later)
	if err := os.WriteFile(file, []byte(text), 0o400); err != nil {
		t.Fatal(err)
	}
	set := func(w http.ResponseWriter, name string) {
		http.SetCookie(w, &http.Cookie{Name: name, Value: "1", Path: "/", Domain: "127.0.0.1"})
	}
	bytes := serve(t, func(w http.ResponseWriter, r *http.Request) {
		set(w, "frombytes")
		if r.URL.Path == "/first" {
			w.Header().Set("Location", "/second")
			w.WriteHeader(http.StatusFound)
			return
		}
		zipOf(data, etag1)(w, r)
	})
	other := serve(t, redirect(func() string { return bytes.URL + "/first" }))
	link := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/one" {
			set(w, "fromlink")
			http.SetCookie(w, &http.Cookie{Name: "csrf", Value: "SECRETNEW", Path: "/"})
			w.Header().Set("Location", "/two")
		} else {
			w.Header().Set("Location", other.URL+"/SECRET")
		}
		w.WriteHeader(http.StatusFound)
	})
	f := fetcher(t, []*server{link, other}, []*server{bytes})
	f.o.CookiesFile = file
	got, err := try(t, f, &memory{}, t.TempDir(), link.URL+"/one")
	want(t, got, err, data)
	cookies := func(s *server) (all []string) {
		for _, r := range s.requests() {
			all = append(all, r.header.Get("Cookie"))
		}
		return all
	}
	for _, c := range []struct {
		name string
		s    *server
		want []string
	}{
		{"link", link, []string{"sessionid=SECRETSESSION; csrf=SECRETCSRF", "fromlink=1; csrf=SECRETNEW; sessionid=SECRETSESSION"}},
		{"other link", other, []string{"sessionid=SECRETSESSION; csrf=SECRETCSRF"}},
		{"bytes", bytes, []string{"", ""}},
	} {
		if got := cookies(c.s); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s got %q, want %q", c.name, got, c.want)
		}
	}
	if now, _ := os.ReadFile(file); string(now) != text {
		t.Error("the cookie file was changed")
	}
	// Nothing that was set outlives the Get; the file is read anew.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("127.0.0.1\tFALSE\t/\tTRUE\t0\tsessionid\tother\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	got, err = try(t, f, &memory{}, t.TempDir(), link.URL+"/two")
	want(t, got, err, data)
	if all := cookies(link); all[len(all)-1] != "sessionid=other" {
		t.Errorf("then %q", all)
	}
}

// A host that is in both lists gets no cookies.
func TestByteHostWins(t *testing.T) {
	s := serve(t, zipOf(archive(1, 1000), etag1))
	f := fetcher(t, []*server{s}, []*server{s})
	f.o.CookiesFile = filepath.Join(t.TempDir(), "none") // reading it would fail
	file, err := try(t, f, &memory{}, t.TempDir(), s.URL)
	want(t, file, err, archive(1, 1000))
}

func TestBadCookieFileIsTold(t *testing.T) {
	dir := t.TempDir()
	link := serve(t, redirect(func() string { return "/accounts/login/" }))
	for name, text := range map[string]string{
		"missing": "-", "json": `[{"name":"sessionid","value":"SECRET"}]`,
		"spaces": "instagram.com TRUE / TRUE 0 sessionid SECRET", "huge": strings.Repeat("#\n", maxCookies),
	} {
		t.Run(name, func(t *testing.T) {
			f := fetcher(t, []*server{link}, nil)
			f.o.CookiesFile = filepath.Join(dir, name)
			if text != "-" {
				if err := os.WriteFile(f.o.CookiesFile, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := try(t, f, &memory{}, t.TempDir(), link.URL)
			if fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(fault.HintOf(err), "fetch.cookies_file") {
				t.Errorf("%q, %v, %s", fault.KindOf(err), err, fault.HintOf(err))
			}
		})
	}
	if n := len(link.requests()); n != 0 {
		t.Errorf("%d requests without the cookies", n)
	}
}
