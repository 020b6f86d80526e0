package testworld

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// siteFixture is a site with one export of one part, and a client that follows no redirect.
type siteFixture struct {
	*Site
	job    *Job
	zip    []byte
	name   string
	client *http.Client
}

func startSite(t *testing.T) *siteFixture {
	t.Helper()
	ca := newCA(t)
	site, err := StartSite(ca)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := site.Close(); err != nil {
			t.Errorf("close site: %v", err)
		}
	})
	e := small()
	e.Side = 200
	path := write(t, e)[0]
	zip, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(zip) < 100<<10 {
		t.Fatalf("the export has %d bytes, too few for these tests", len(zip))
	}
	return &siteFixture{site, site.AddExport(path), zip, filepath.Base(path), siteClient(t, ca)}
}

func siteClient(t *testing.T, ca *CA) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// get asks for url with header lines "Name: value" and returns the answer and what of the body came.
func (s *siteFixture) get(t *testing.T, url string, header ...string) (*http.Response, []byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		request.Header.Set(name, value)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response, body, err
}

func (s *siteFixture) session() string { return "Cookie: sessionid=" + s.Cookie().Value }

func TestLinksLeadALoggedInPersonToTheBytes(t *testing.T) {
	s := startSite(t)
	for _, link := range []string{s.job.MailLink(), s.job.ConfirmLink()} {
		at := link
		for range 3 {
			response, _, _ := s.get(t, at, s.session())
			if response.StatusCode == http.StatusOK {
				break
			}
			if response.StatusCode != http.StatusFound {
				t.Fatalf("%s: status %d", at, response.StatusCode)
			}
			at = response.Header.Get("Location")
			if strings.Contains(at, s.ByteHost()) {
				break
			}
		}
		form := `^https://` + s.ByteHost() + `/p/dl/download/file\.php\?r=(\d{17})&t=\d{17}&j=26&i=\d{16}&file_secret=[A-Z0-9]{20}&f=\d{16}&ext=\d{10}&hash=[A-Za-z0-9_-]{16}$`
		if !regexp.MustCompile(form).MatchString(at) {
			t.Fatalf("%s leads to %s", link, at)
		}
		response, body, err := s.get(t, at)
		if err != nil || response.StatusCode != http.StatusOK || !bytes.Equal(body, s.zip) {
			t.Errorf("status %d, %d bytes, %v", response.StatusCode, len(body), err)
		}
		for name, want := range map[string]string{"Content-Type": "application/zip", "Content-Disposition": "attachment; filename=" + s.name, "Accept-Ranges": "bytes"} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
	for _, r := range s.Requests() {
		if r.Cookie != (r.Host == s.LinkHost()) {
			t.Errorf("cookie at %s: %v", r.Host, r.Cookie)
		}
		if strings.Contains(r.Path, "?") || r.Status == 0 {
			t.Errorf("noted as %+v", r)
		}
	}
}

func TestStrangersMeetTheLoginPage(t *testing.T) {
	s := startSite(t)
	for _, link := range []string{s.job.MailLink(), s.job.ConfirmLink(), s.job.PageLink()} {
		for _, header := range []string{"X-None: 1", "Cookie: sessionid=stale"} {
			response, _, _ := s.get(t, link, header)
			to, err := response.Location()
			if err != nil || to.Path != "/accounts/login/" {
				t.Fatalf("%s: status %d to %v, %v", link, response.StatusCode, to, err)
			}
			if wanted, err := url.Parse(link); err != nil || to.Query().Get("next") != wanted.RequestURI() {
				t.Errorf("next is %q", to.Query().Get("next"))
			}
			response, body, _ := s.get(t, to.String())
			if response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") || !bytes.Contains(body, []byte("loginForm")) {
				t.Errorf("login page: status %d, %s", response.StatusCode, response.Header.Get("Content-Type"))
			}
		}
	}
	if response, _, _ := s.get(t, s.job.PageLink(), s.session()); response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") == "application/zip" {
		t.Errorf("page: status %d, %s", response.StatusCode, response.Header.Get("Content-Type"))
	}
	if response, _, _ := s.get(t, "https://"+s.LinkHost()+"/download/confirm/aaaaaaaaaa/", s.session()); response.StatusCode != http.StatusNotFound {
		t.Errorf("unknown job: status %d", response.StatusCode)
	}
}

func TestSignedURLsAreCheckedAndExpire(t *testing.T) {
	s := startSite(t)
	good := s.job.SignedURL(0)
	if again := s.job.SignedURL(0); again != good && strings.Split(again, "&ext=")[0] != strings.Split(good, "&ext=")[0] {
		t.Error("two URLs of one file differ in more than their expiry")
	}
	s.SetLife(-time.Second)
	expired := s.job.SignedURL(0)
	last := good[len(good)-1:]
	for name, u := range map[string]string{
		"expired": expired, "wrong hash": good[:len(good)-1] + map[bool]string{true: "B", false: "A"}[last == "A"],
		"other file": regexp.MustCompile(`&f=\d`).ReplaceAllString(good, "&f=2"), "later expiry": strings.Replace(good, "&ext=1", "&ext=2", 1),
		"no query": "https://" + s.ByteHost() + "/p/dl/download/file.php",
	} {
		response, _, _ := s.get(t, u)
		if response.StatusCode != http.StatusForbidden || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: status %d, %s", name, response.StatusCode, response.Header.Get("Content-Type"))
		}
	}
}

func TestSeveralPartsAreListedOnAPage(t *testing.T) {
	s := startSite(t)
	e := small()
	e.Parts = 2
	paths := write(t, e)
	job := s.AddExport(paths...)
	response, body, _ := s.get(t, job.ConfirmLink(), s.session())
	links := regexp.MustCompile(`href="([^"]+)"`).FindAllSubmatch(body, -1)
	if response.StatusCode != http.StatusOK || len(links) != 2 {
		t.Fatalf("status %d, %d links", response.StatusCode, len(links))
	}
	for i, link := range links {
		response, _, _ := s.get(t, "https://"+s.LinkHost()+string(link[1]), s.session())
		_, body, _ := s.get(t, response.Header.Get("Location"))
		want, err := os.ReadFile(paths[i])
		if err != nil || !bytes.Equal(body, want) {
			t.Errorf("part %d: %d bytes, want %d, %v", i, len(body), len(want), err)
		}
	}
}

func TestHonestRanges(t *testing.T) {
	s := startSite(t)
	u := s.job.SignedURL(0)
	whole, _, _ := s.get(t, u)
	etag, date := whole.Header.Get("Etag"), whole.Header.Get("Last-Modified")
	if !strings.HasPrefix(etag, `"`) || date == "" || whole.ContentLength != int64(len(s.zip)) {
		t.Errorf("ETag %s, Last-Modified %s, length %d", etag, date, whole.ContentLength)
	}
	for _, c := range []struct {
		name   string
		header []string
		status int
		from   int
	}{
		{"range", []string{"Range: bytes=1000-"}, 206, 1000},
		{"unchanged", []string{"Range: bytes=1000-", "If-Range: " + etag}, 206, 1000},
		{"unchanged by date", []string{"Range: bytes=1000-", "If-Range: " + date}, 206, 1000},
		{"changed", []string{"Range: bytes=1000-", `If-Range: "other"`}, 200, 0},
		{"beyond the end", []string{"Range: bytes=99999999-"}, 416, -1},
	} {
		response, body, err := s.get(t, u, c.header...)
		if err != nil || response.StatusCode != c.status {
			t.Errorf("%s: status %d, %v", c.name, response.StatusCode, err)
		}
		if c.from >= 0 && !bytes.Equal(body, s.zip[c.from:]) {
			t.Errorf("%s: %d bytes, want those from %d", c.name, len(body), c.from)
		}
	}
}

func TestBehaviours(t *testing.T) {
	other := write(t, Export{Posts: 2, Seed: 99, Generated: generated})[0]
	changed, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	s := startSite(t)
	size := len(s.zip)
	const cut = 70000
	from := "Range: bytes=80000-"
	type answer struct {
		status int
		body   []byte // nil: not compared
		broken bool   // the body ends with an error
	}
	page := answer{200, []byte(loginPage), false}
	good := answer{200, s.zip, false}
	for name, c := range map[string]struct {
		behaviour Behaviour
		header    string
		answers   []answer
		length    int64 // of the first answer, -1: unknown; 0: not compared
	}{
		"honest":              {Honest, "", []answer{good}, int64(size)},
		"cut once":            {CutAfter(cut, true), "", []answer{{200, s.zip[:cut], true}, good}, int64(size)},
		"cut always":          {CutAfter(cut, false), "", []answer{{200, s.zip[:cut], true}, {200, s.zip[:cut], true}}, 0},
		"no length":           {NoLength(), from, []answer{good}, -1},
		"chunked, cut":        {ChunkedCut(cut), "", []answer{{200, s.zip[:cut], true}}, -1},
		"until close":         {UntilClose(cut), "", []answer{{200, s.zip[:cut], false}}, -1},
		"range ignored":       {IgnoreRange(), from, []answer{good}, int64(size)},
		"wrong range":         {WrongRange(), from, []answer{{206, s.zip[80000-65536:], false}}, int64(size - 80000 + 65536)},
		"wrong range, no ask": {WrongRange(), "", []answer{good}, int64(size)},
		"changed file":        {ChangedFile(other), "", []answer{good, {200, changed, false}}, 0},
		"page":                {HTMLInsteadOfZip(), "", []answer{page}, 0},
		"page in the middle":  {HTMLInTheMiddle(), from, []answer{page}, 0},
		"page, first":         {HTMLInTheMiddle(), "", []answer{good}, 0},
		"busy":                {Status(503, 2*time.Second, 2), "", []answer{{503, nil, false}, {503, nil, false}, good}, 0},
		"announces too much":  {WrongLength(10), "", []answer{{200, s.zip, true}}, int64(size + 10)},
		"announces too few":   {WrongLength(-10), "", []answer{{200, s.zip[:size-10], false}}, int64(size - 10)},
		"expired":             {Expired(), "", []answer{{403, nil, false}}, 0},
		"redirect":            {RedirectBytesTo("https://evil.example/x.zip"), "", []answer{{302, nil, false}}, 0},
	} {
		s.SetBehaviour(c.behaviour)
		for i, want := range c.answers {
			header := c.header
			if header == "" {
				header = "X-None: 1"
			}
			response, body, err := s.get(t, s.job.SignedURL(0), header)
			if response.StatusCode != want.status || (err != nil) != want.broken {
				t.Errorf("%s, answer %d: status %d, %v, want %d", name, i, response.StatusCode, err, want.status)
			}
			if want.body != nil && !bytes.Equal(body, want.body) {
				t.Errorf("%s, answer %d: %d bytes, want %d", name, i, len(body), len(want.body))
			}
			if i == 0 && c.length != 0 && response.ContentLength != c.length {
				t.Errorf("%s: length %d, want %d", name, response.ContentLength, c.length)
			}
			if name == "busy" && i == 0 && response.Header.Get("Retry-After") != "2" {
				t.Errorf("Retry-After is %q", response.Header.Get("Retry-After"))
			}
			noted := s.Requests()
			if last := noted[len(noted)-1]; last.Status != want.status || want.broken && c.length >= 0 && last.Bytes != int64(len(want.body)) {
				t.Errorf("%s, answer %d: noted as %+v", name, i, last)
			}
		}
	}
	if first, second := etagOf(t, s, Honest, 0), etagOf(t, s, ChangedFile(other), 1); first == second {
		t.Error("a changed file has the same ETag")
	}
}

// etagOf returns the ETag of the answer after so many others.
func etagOf(t *testing.T, s *siteFixture, b Behaviour, after int) string {
	t.Helper()
	s.SetBehaviour(b)
	for range after {
		s.get(t, s.job.SignedURL(0))
	}
	response, _, _ := s.get(t, s.job.SignedURL(0))
	return response.Header.Get("Etag")
}

func TestGzip(t *testing.T) {
	s := startSite(t)
	s.SetBehaviour(Gzip())
	response, body, err := s.get(t, s.job.SignedURL(0), "Accept-Encoding: identity")
	if err != nil || response.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("encoding %q, %v", response.Header.Get("Content-Encoding"), err)
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, s.zip) {
		t.Errorf("%d bytes, %v", len(plain), err)
	}
}

func TestSlow(t *testing.T) {
	s := startSite(t)
	s.SetBehaviour(Slow(200 << 10))
	begin := time.Now()
	_, body, err := s.get(t, s.job.SignedURL(0), "Range: bytes=0-81919")
	if took := time.Since(begin); err != nil || len(body) != 81920 || took < 350*time.Millisecond {
		t.Errorf("%d bytes in %v, %v, want 400 ms", len(body), took, err)
	}
}

func TestStallEndsWithTheSite(t *testing.T) {
	s := startSite(t)
	s.SetBehaviour(Stall(5000))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.job.SignedURL(0), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.ReadFull(response.Body, make([]byte, 5000)); err != nil {
		t.Fatal(err)
	}
	more := make(chan error, 1)
	go func() {
		_, err := response.Body.Read(make([]byte, 1))
		more <- err
	}()
	select {
	case err := <-more:
		t.Fatalf("the stalled answer went on: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-more; err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stalled answer ended with %v", err)
	}
}

func TestLinkHostRedirects(t *testing.T) {
	s := startSite(t)
	loop := "https://" + s.LinkHost() + "/again/"
	s.SetBehaviour(RedirectTo(loop))
	for _, at := range []string{s.job.MailLink(), loop} {
		if response, _, _ := s.get(t, at, "Referer: https://mail.example.org/"); response.StatusCode != 302 || response.Header.Get("Location") != loop {
			t.Errorf("%s: status %d to %s", at, response.StatusCode, response.Header.Get("Location"))
		}
	}
	if noted := s.Requests(); noted[0].Referer != "https://mail.example.org/" || noted[0].Host != s.LinkHost() {
		t.Errorf("noted as %+v", noted[0])
	}
	s.SetBehaviour(LinkStatus(429, time.Minute, 1))
	if response, _, _ := s.get(t, s.job.MailLink()); response.StatusCode != 429 || response.Header.Get("Retry-After") != "60" {
		t.Errorf("status %d, Retry-After %q", response.StatusCode, response.Header.Get("Retry-After"))
	}
	if response, _, _ := s.get(t, s.job.MailLink()); response.StatusCode != 302 {
		t.Errorf("afterwards: status %d", response.StatusCode)
	}
}

func TestCookiesFile(t *testing.T) {
	s := startSite(t)
	path := filepath.Join(t.TempDir(), "cookies.txt")
	if err := s.WriteCookies(path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	fields := strings.Split(lines[len(lines)-1], "\t")
	if len(fields) != 7 || fields[0] != "#HttpOnly_localhost" || !slices.Equal(fields[5:], []string{"sessionid", s.Cookie().Value}) {
		t.Errorf("last line %q", fields)
	}
}
