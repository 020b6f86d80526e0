package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// fake is a daemon whose state a test sets.
type fake struct {
	mu        sync.Mutex
	status    daemon.Status
	confirmed []string
	omissions *inspect.Omissions
	given     []string
	uploads   map[string]*bytes.Buffer
	refuse    error
	lying     []daemon.Lying
}

func (f *fake) Status(context.Context) (daemon.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status, nil
}

func (f *fake) Confirm(_ context.Context, id string, answers daemon.Answers) error {
	said := id + " " + strings.Join(answers.Yes, ",")
	if a := answers.Accept; a != nil {
		said += fmt.Sprintf(" accept %d of %s", a.Total, a.Digest)
	}
	f.confirmed = append(f.confirmed, said)
	return f.refuse
}

func (f *fake) Omissions(context.Context, string) (*inspect.Omissions, error) {
	return f.omissions, nil
}

func (f *fake) Lies(context.Context) ([]daemon.Lying, int, error) {
	return f.lying, len(f.lying), f.refuse
}

func (f *fake) WallPicture(_ context.Context, id string) ([]byte, error) {
	if id != "e1" {
		return nil, errors.New("there is none")
	}
	return []byte("\x89PNG picture of " + id), nil
}

func (f *fake) Give(_ context.Context, account, id, address string) (string, error) {
	f.given = append(f.given, account+" "+id+" "+address)
	return "e1", f.refuse
}

func (f *fake) Uploaded(name string, _ int64) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if b := f.uploads[name]; b != nil {
		return int64(b.Len()), nil
	}
	return 0, nil
}

func (f *fake) Upload(_ context.Context, name string, size, offset int64, r io.Reader) (int64, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.uploads[name]
	if b == nil {
		b = &bytes.Buffer{}
		f.uploads[name] = b
	}
	if offset != int64(b.Len()) {
		return 0, "", fault.Temporary(errors.New("begin elsewhere"), "")
	}
	if _, err := b.ReadFrom(r); err != nil {
		return int64(b.Len()), "", err
	}
	if size < 0 || int64(b.Len()) == size {
		return int64(b.Len()), "e1", f.refuse
	}
	return int64(b.Len()), "", nil
}

// open starts a page over f and a browser that was let in.
func open(t *testing.T, f *fake) (s *Server, base string, browser *http.Client) {
	t.Helper()
	f.uploads = map[string]*bytes.Buffer{}
	s, err := New(Options{Listen: "127.0.0.1:0", Exports: f, HandOver: f, Looker: f, Drops: []string{"/home/jane/Downloads"}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler())
	t.Cleanup(server.Close)
	s.listening(server.Listener.Addr())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser = &http.Client{Jar: jar}
	if status, _ := get(t, browser, s.Address("/")); status != http.StatusOK {
		t.Fatalf("not let in: %d", status)
	}
	return s, server.URL, browser
}

func get(t testing.TB, c *http.Client, address string) (status int, body string) {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func send(t *testing.T, c *http.Client, req *http.Request) (status int, body string) {
	t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func request(t *testing.T, method, address, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func TestOnlyWhoWasLetInSeesAnything(t *testing.T) {
	f := &fake{status: daemon.Status{Inboxes: []daemon.Inbox{{Account: "jane.secret", State: "watching"}}}}
	s, base, browser := open(t, f)
	stranger := &http.Client{}
	for _, path := range []string{"/", "/export/x", "/export/x/evidence", "/handover", "/events", "/upload?name=a.zip&size=3"} {
		if status, body := get(t, stranger, base+path); status != http.StatusForbidden || strings.Contains(body, "jane.secret") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if status, body := get(t, browser, base+"/"); status != http.StatusOK || !strings.Contains(body, "jane.secret") {
		t.Errorf("%d %s", status, body)
	}
	// The address works once, and never with another token.
	address := s.Address("/handover")
	if status, body := get(t, stranger, address); status != http.StatusOK || !strings.Contains(body, `href="/handover"`) {
		t.Errorf("%d %s", status, body)
	}
	for _, again := range []string{address, base + "/enter", base + "/enter?token=x"} {
		if status, _ := get(t, &http.Client{}, again); status != http.StatusForbidden {
			t.Errorf("%s: %d", again, status)
		}
	}
	// It leads nowhere else.
	for _, to := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)"} {
		if _, body := get(t, &http.Client{}, s.Address(to)); !strings.Contains(body, `href="/"`) || strings.Contains(body, `id="go" class="button" href="`+to) {
			t.Errorf("%s: %s", to, body)
		}
	}
}

func TestTokensAndSessionsEnd(t *testing.T) {
	s := newSessions()
	secret := s.grant(s.tokens, time.Minute)
	if !s.holds(s.tokens, secret, false) || s.holds(s.tokens, secret+"x", false) {
		t.Error("not held")
	}
	late := s.grant(s.tokens, -time.Second)
	if s.holds(s.tokens, late, false) {
		t.Error("an old token is good")
	}
	for range 10 * maxSessions {
		s.grant(s.open, time.Hour)
	}
	if len(s.open) > maxSessions {
		t.Errorf("%d sessions", len(s.open))
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	f := &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1", State: "done", Verdict: "questions"}}}}
	_, base, browser := open(t, f)
	type change func(*http.Request)
	for name, c := range map[string]change{
		"another Host: DNS rebinding":  func(r *http.Request) { r.Host = "evil.example" },
		"another Host with our port":   func(r *http.Request) { r.Host = "evil.example:" + r.URL.Port() },
		"our Host at another port":     func(r *http.Request) { r.Host = "127.0.0.1:1" },
		"another Origin":               func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"an Origin of none":            func(r *http.Request) { r.Header.Set("Origin", "null") },
		"our Origin over TLS":          func(r *http.Request) { r.Header.Set("Origin", "https://"+r.URL.Host) },
		"cross-site by Sec-Fetch-Site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same site, another origin":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
	} {
		r := request(t, http.MethodPost, base+"/export/e1/confirm", "yes=part-count")
		c(r)
		if status, body := send(t, browser, r); status != http.StatusForbidden && status != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if len(f.confirmed) > 0 {
		t.Errorf("confirmed: %v", f.confirmed)
	}
	r := request(t, http.MethodPost, base+"/export/e1/confirm", "yes=part-count&yes=range-unknown")
	r.Header.Set("Origin", base)
	if status, _ := send(t, browser, r); status != http.StatusOK || len(f.confirmed) != 1 || f.confirmed[0] != "e1 part-count,range-unknown" {
		t.Errorf("%d %v", status, f.confirmed)
	}
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	_, base, browser := open(t, &fake{})
	for _, path := range []string{"/", "/handover", "/enter", "/nothing", "/static/style.css", "/static/page.js", "/metrics"} {
		resp, err := browser.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		h := resp.Header
		if !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestTheCookieStaysHere(t *testing.T) {
	s, _, _ := open(t, &fake{})
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, s.Address("/"), nil)
	s.handler().ServeHTTP(w, r)
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Domain != "" || len(cookies[0].Value) < 20 {
		t.Errorf("%+v", cookies)
	}
}

const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>`

func TestWhatStrangersWroteIsText(t *testing.T) {
	f := &fake{status: daemon.Status{
		Inboxes: []daemon.Inbox{{Account: attack, Address: attack, Folder: attack, State: attack, Error: attack}},
		Exports: []daemon.Export{{
			ID: "e1", Account: attack, State: "done", Detail: attack, Verdict: "not-safe", Deadline: attack, AnnouncedAt: attack,
			Reasons: []verdict.Reason{{Code: attack, Severity: "error", Text: attack}, {Code: attack, Severity: "question", Text: attack}, {Code: attack, Severity: "info", Text: attack}},
			Parts:   []daemon.Part{{Name: attack, SHA256: attack}}, Copies: []daemon.Copy{{Place: attack, State: attack, At: attack}}, Path: attack,
			Progress: &daemon.Progress{Done: 1, Total: 2},
		}},
		Requests: []daemon.Request{{Account: attack, Since: attack}},
	}, refuse: fault.Permanent(errors.New(attack), attack)}
	_, base, browser := open(t, f)
	pages := map[string]string{}
	for _, path := range []string{"/", "/export/e1", "/export/nothing", "/handover?export=" + url.QueryEscape(attack)} {
		_, pages[path] = get(t, browser, base+path)
	}
	_, pages["give"] = send(t, browser, request(t, http.MethodPost, base+"/give", "url=x"))
	for path, body := range pages {
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || !strings.Contains(body, "</html>") {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestTheFirstPageSaysTheOneThingToDo(t *testing.T) {
	soon := time.Now().Add(5 * time.Hour).Format(time.RFC3339)
	question := []verdict.Reason{{Code: "part-count", Severity: "question", Text: "How many?"}}
	for name, c := range map[string]struct {
		status daemon.Status
		must   []string
		not    []string
	}{
		"watching":  {daemon.Status{Inboxes: []daemon.Inbox{{Account: "jane", Folder: "INBOX", State: "watching"}}}, []string{"You need to do nothing", "watched"}, []string{"class=\"button\""}},
		"asked":     {daemon.Status{Requests: []daemon.Request{{Account: "jane", Since: soon}}}, []string{"waiting for the mail"}, nil},
		"refused":   {daemon.Status{Inboxes: []daemon.Inbox{{Account: "jane", Folder: "INBOX", State: "auth-failed", Error: "login refused"}}}, []string{"cannot read your inbox", "login refused"}, nil},
		"waiting":   {daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: "waiting-for-you", Deadline: soon}}}, []string{"Hand over the files", "hours left", "/handover?export=e1"}, []string{"account_ownership"}},
		"fetching":  {daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: "fetching", Progress: &daemon.Progress{Done: 50e6, Total: 100e6, Speed: 1e6}}}}, []string{`value="50"`, "50.0 MB of 100.0 MB", "less than a minute left"}, nil},
		"questions": {daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: "done", Verdict: "questions", Reasons: question}}}, []string{"Answer", "only you can answer"}, []string{"account_ownership"}},
		"safe":      {daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: "done", Verdict: "safe"}}}, []string{"can go ahead"}, nil},
		"not safe":  {daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: "done", Verdict: "not-safe"}}}, []string{"Do not delete"}, []string{"can go ahead", "account_ownership"}},
		"failed":    {daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: "failed", Verdict: "not-safe"}}}, []string{"ask for a new export"}, []string{"can go ahead"}},
		"the urgent one first": {daemon.Status{Exports: []daemon.Export{
			{ID: "e1", Account: "jane", State: "done", Verdict: "safe"}, {ID: "e2", Account: "jane", State: "waiting-for-you"},
		}}, []string{"/handover?export=e2"}, []string{"can go ahead"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, base, browser := open(t, &fake{status: c.status})
			_, body := get(t, browser, base+"/")
			for _, m := range c.must {
				if !strings.Contains(body, m) {
					t.Errorf("%q is not in %s", m, body)
				}
			}
			for _, n := range c.not {
				if strings.Contains(body, n) {
					t.Errorf("%q is in %s", n, body)
				}
			}
		})
	}
}

// The way to delete the account shows for a safe archive alone.
func TestTheRemovalPageShowsWhenItIsSafeAlone(t *testing.T) {
	for _, state := range []string{"announced", "fetching", "waiting-for-you", "inspecting", "storing", "done", "failed"} {
		for _, v := range []string{"", "safe", "questions", "not-safe"} {
			_, base, browser := open(t, &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane", State: state, Verdict: v}}}})
			_, body := get(t, browser, base+"/export/e1")
			if got, want := strings.Contains(body, removalPage), state == "done" && v == "safe"; got != want {
				t.Errorf("%s %s: %v", state, v, got)
			}
		}
	}
}

func TestFilesInPieces(t *testing.T) {
	f := &fake{}
	_, base, browser := open(t, f)
	at := func(offset string) string { return base + "/upload?name=a.zip&size=10" + offset }
	if _, body := get(t, browser, at("")); !strings.Contains(body, `"done":0`) {
		t.Error(body)
	}
	for i, c := range []struct {
		offset, body string
		status       int
		want         string
	}{
		{"&offset=0", "hello", 200, `"done":5`},
		{"&offset=0", "hello", 503, "begin elsewhere"},
		{"&offset=5", "world", 200, `"export":"e1"`},
		{"&offset=10", "x", 422, "missing"},
		{"&offset=x", "x", 422, "missing"},
	} {
		if status, body := send(t, browser, request(t, http.MethodPut, at(c.offset), c.body)); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%d: %d %s", i, status, body)
		}
	}
	if got := f.uploads["a.zip"].String(); got != "helloworld" {
		t.Errorf("received %q", got)
	}
}

func TestFilesWithoutScript(t *testing.T) {
	f := &fake{}
	_, base, browser := open(t, f)
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, name := range []string{"one.zip", "two.zip"} {
		p, err := m.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(p, "content of "+name)
	}
	m.Close()
	r := request(t, http.MethodPost, base+"/upload", body.String())
	r.Header.Set("Content-Type", m.FormDataContentType())
	if status, page := send(t, browser, r); status != 200 || !strings.Contains(page, "one.zip: taken") || !strings.Contains(page, "two.zip: taken") {
		t.Errorf("%d %s", status, page)
	}
	if got := f.uploads["two.zip"].String(); got != "content of two.zip" {
		t.Errorf("received %q", got)
	}
}

func TestTheEvidenceIsShownAndCannotRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "evidence.html"), []byte("<h1>proof</h1>"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, base, browser := open(t, &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1", State: "done", Path: dir}, {ID: "e2", State: "fetching"}}}})
	resp, err := browser.Get(base + "/export/e1/evidence")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(string(body), "proof") || strings.Contains(csp, "script-src") || !strings.Contains(csp, "sandbox") {
		t.Errorf("%s: %s", csp, body)
	}
	if status, _ := get(t, browser, base+"/export/e2/evidence"); status != http.StatusUnprocessableEntity {
		t.Errorf("%d", status)
	}
}

func TestEventsTellWhatChanges(t *testing.T) {
	f := &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1", State: "fetching", Progress: &daemon.Progress{Done: 1, Total: 4}}}}}
	_, base, browser := open(t, f)
	resp, err := browser.Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	next := func() (l live) {
		buf := make([]byte, 4096)
		n, err := resp.Body.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(strings.TrimPrefix(strings.TrimSpace(string(buf[:n])), "data: ")), &l); err != nil {
			t.Fatalf("%s: %v", buf[:n], err)
		}
		return l
	}
	first := next()
	if len(first.Bars) != 1 || first.Bars[0].Value != 25 {
		t.Errorf("%+v", first)
	}
	f.mu.Lock()
	f.status.Exports = []daemon.Export{{ID: "e1", State: "inspecting"}}
	f.mu.Unlock()
	if second := next(); second.Digest == first.Digest || len(second.Bars) != 0 {
		t.Errorf("%+v", second)
	}
}

func TestMetrics(t *testing.T) {
	f := &fake{status: daemon.Status{
		Inboxes: []daemon.Inbox{{Account: "jane.secret", Address: "jane@secret", State: "watching", LastContact: time.Now().Add(-time.Minute).Format(time.RFC3339)}, {State: "auth-failed"}},
		Exports: []daemon.Export{{ID: "e1", Account: "jane.secret", State: "waiting-for-you", Deadline: time.Now().Add(time.Hour).Format(time.RFC3339)}, {State: "done", Verdict: "safe"}},
	}}
	_, base, _ := open(t, f)
	status, body := get(t, &http.Client{}, base+"/metrics")
	for _, must := range []string{
		`igwatchd_inbox_live{inbox="0",state="watching"} 1`, `igwatchd_inbox_live{inbox="1",state="auth-failed"} 0`, `igwatchd_inbox_silence_seconds{inbox="0"} 6`,
		`igwatchd_exports{state="waiting-for-you"} 1`, `igwatchd_verdicts{verdict="safe"} 1`, "igwatchd_download_closes_seconds 3", "# EOF\n",
	} {
		if !strings.Contains(body, must) {
			t.Errorf("%s is not in %s", must, body)
		}
	}
	if status != 200 || strings.Contains(body, "secret") {
		t.Errorf("%d %s", status, body)
	}
}
