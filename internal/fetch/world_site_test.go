package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// memoryCheckpoints keeps checkpoints as a journal would, for as long as the test.
type memoryCheckpoints struct {
	mu sync.Mutex
	m  map[string]Checkpoint
}

func (c *memoryCheckpoints) Load(_ context.Context, key string) (Checkpoint, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cp, found := c.m[key]
	return cp, found, nil
}

func (c *memoryCheckpoints) Save(_ context.Context, key string, cp Checkpoint) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	cp.Hash = bytes.Clone(cp.Hash)
	c.m[key] = cp
	return nil
}

func (c *memoryCheckpoints) Drop(_ context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
	return nil
}

// site is Instagram's stand-in with one archive, and somebody who fetches it.
type site struct {
	*testworld.Site
	job     *testworld.Job
	archive string
	sum     string
	dir     string
	cps     *memoryCheckpoints
	log     bytes.Buffer
	ca      *testworld.CA
	stall   time.Duration // how long a fetcher waits for a byte; 0: as it ships
}

// authority is the one that all sites are certified by.
var authority = sync.OnceValues(testworld.NewCA)

// offers holds the archives that sites offer, each made once. Nobody writes to them.
var offers struct {
	sync.Mutex
	dir   string // empty before the first
	paths map[offer]string
}

type offer struct {
	seed, pad int64
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(offers.dir)
	os.Exit(code)
}

// offered is an archive of jane's with pad bytes besides her pictures.
func offered(t *testing.T, seed, pad int64) (path string) {
	t.Helper()
	offers.Lock()
	defer offers.Unlock()
	if path = offers.paths[offer{seed, pad}]; path != "" {
		return path
	}
	var err error
	if offers.dir == "" {
		if offers.dir, err = os.MkdirTemp("", "igwatchd-fetch-"); err != nil {
			t.Fatal(err)
		}
		offers.paths = map[offer]string{}
	}
	e := testworld.DemoExport("jane.doe")
	e.Seed, e.Pad = seed, pad
	paths, err := e.Write(filepath.Join(offers.dir, fmt.Sprintf("%d-%d", seed, pad)))
	if err != nil {
		t.Fatal(err)
	}
	offers.paths[offer{seed, pad}] = paths[0]
	return paths[0]
}

func newSite(t *testing.T, size int64) *site {
	t.Helper()
	s := &site{dir: t.TempDir(), cps: &memoryCheckpoints{m: map[string]Checkpoint{}}}
	var err error
	if s.ca, err = authority(); err != nil {
		t.Fatal(err)
	}
	if s.Site, err = testworld.StartSite(s.ca); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.archive = offered(t, 0, size)
	s.sum = fileSum(t, s.archive)
	s.job = s.AddExport(s.archive)
	if err := s.WriteCookies(filepath.Join(s.dir, "cookies.txt")); err != nil {
		t.Fatal(err)
	}
	return s
}

func fileSum(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fetcher is new each time, as after a restart.
func (s *site) fetcher() *Fetcher {
	f := New(Options{
		LinkHosts: []string{s.LinkHost()}, ByteHosts: []string{s.ByteHost()}, AllowPrivate: true, RootCAs: s.ca.Pool(),
		CookiesFile: filepath.Join(s.dir, "cookies.txt"), Log: slog.New(slog.NewTextHandler(&s.log, nil)),
	})
	f.limits.retryMin, f.limits.retryMax = time.Millisecond, 20*time.Millisecond
	f.limits.syncBytes = 2 << 20
	if s.stall > 0 {
		f.limits.stall = s.stall
	}
	return f
}

func (s *site) get(ctx context.Context, link string) (File, error) {
	return s.fetcher().Get(ctx, Request{URL: link, Key: "export/0", Dir: s.dir}, s.cps, nil)
}

// begin leaves a transfer behind that was cut after some megabytes.
func (s *site) begin(t *testing.T) {
	t.Helper()
	s.SetBehaviour(testworld.CutAfter(9<<18, false))
	f := s.fetcher()
	f.limits.tries = 1
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := f.Get(ctx, Request{URL: s.job.MailLink(), Key: "export/0", Dir: s.dir}, s.cps, func(done, _ int64) {
		if done > 8<<18+1 {
			cancel()
		}
	})
	if err == nil {
		t.Fatal("the transfer was not cut")
	}
	cp := s.cps.m["export/0"]
	if cp.Offset < 8<<18 {
		t.Fatalf("the checkpoint is at %d", cp.Offset)
	}
}

func (s *site) mustBeWhole(t *testing.T, f File, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if f.SHA256 != s.sum || fileSum(t, f.Path) != s.sum {
		t.Errorf("other bytes: %s, on disk %s, want %s", f.SHA256, fileSum(t, f.Path), s.sum)
	}
	if f.Name != filepath.Base(s.archive) || filepath.Dir(f.Path) != s.dir {
		t.Errorf("name %q, path %q", f.Name, f.Path)
	}
}

// asked counts the requests to the bytes host with a Range.
func (s *site) ranges() (n int) {
	for _, r := range s.Requests() {
		if r.Range != "" {
			n++
		}
	}
	return n
}

func TestWholeWayFromTheMailsLink(t *testing.T) {
	s := newSite(t, 1<<20)
	for _, link := range []string{s.job.MailLink(), s.job.ConfirmLink(), s.job.SignedURL(0)} {
		s.cps.m = map[string]Checkpoint{}
		f, err := s.get(t.Context(), link)
		s.mustBeWhole(t, f, err)
		if len(f.Hops) == 0 || f.Hops[len(f.Hops)-1].Certificate == "" {
			t.Errorf("hops: %+v", f.Hops)
		}
	}
	for _, r := range s.Requests() {
		if r.Referer != "" {
			t.Errorf("a Referer went out: %+v", r)
		}
		if r.Host == s.ByteHost() && r.Cookie {
			t.Errorf("a cookie reached the bytes host: %+v", r)
		}
	}
	if strings.Contains(s.log.String(), "hash=") || strings.Contains(s.log.String(), "dyi_job_id") {
		t.Errorf("a secret is in the log: %s", s.log.String())
	}
}

// TestGoingOn passes each row of the table in which every downloader that was
// looked at takes wrong bytes for right ones at least twice.
func TestGoingOn(t *testing.T) {
	other := func(t *testing.T, s *site) string {
		t.Helper()
		path := offered(t, 99, 13<<18)
		s.sum = fileSum(t, path)
		return path
	}
	tests := map[string]struct {
		way     func(t *testing.T, s *site) testworld.Behaviour
		resumed bool
	}{
		"honest":                {func(*testing.T, *site) testworld.Behaviour { return testworld.Behaviour{} }, true},
		"200 to a Range":        {func(*testing.T, *site) testworld.Behaviour { return testworld.IgnoreRange() }, true},
		"206 starts elsewhere":  {func(*testing.T, *site) testworld.Behaviour { return testworld.WrongRange() }, true},
		"changed on the server": {func(t *testing.T, s *site) testworld.Behaviour { t.Helper(); return testworld.ChangedFile(other(t, s)) }, true},
		"503, then fine":        {func(*testing.T, *site) testworld.Behaviour { return testworld.Status(503, 0, 2) }, true},
		"429 with Retry-After":  {func(*testing.T, *site) testworld.Behaviour { return testworld.Status(429, time.Second, 1) }, true},
		"416":                   {func(*testing.T, *site) testworld.Behaviour { return testworld.Status(416, 0, 1) }, true},
		"cut once more":         {func(*testing.T, *site) testworld.Behaviour { return testworld.CutAfter(2<<18, true) }, true},
		"no length":             {func(*testing.T, *site) testworld.Behaviour { return testworld.NoLength() }, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 12<<18)
			s.begin(t)
			s.SetBehaviour(tt.way(t, s))
			if name == "changed on the server" { // it changes with the second request
				if _, err := s.fetcher().Get(t.Context(), Request{URL: s.job.MailLink(), Key: "another", Dir: t.TempDir()}, s.cps, nil); err != nil {
					t.Fatal(err)
				}
			}
			f, err := s.get(t.Context(), s.job.MailLink())
			if name == "206 starts elsewhere" && err != nil { // it lies each time: an honest error is right too
				if fault.KindOf(err) != fault.TemporaryKind {
					t.Error(err)
				}
				return
			}
			if err != nil || f.SHA256 != s.sum || fileSum(t, f.Path) != s.sum {
				t.Errorf("%v; %s, want %s", err, f.SHA256, s.sum)
			}
			if s.ranges() == 0 {
				t.Error("nothing was gone on with")
			}
		})
	}
}

func TestWhatIsNoArchiveIsNamed(t *testing.T) {
	elsewhere := &url.URL{Scheme: "https", Host: "evil.example", Path: "/x"}
	tests := map[string]struct {
		way  testworld.Behaviour
		kind fault.Kind
		is   func(error) bool
	}{
		"login page": {testworld.HTMLInsteadOfZip(), fault.PermanentKind, func(err error) bool {
			_, ok := errors.AsType[*LoginWall](err)
			return ok
		}},
		"expired": {testworld.Expired(), fault.PermanentKind, func(err error) bool {
			_, ok := errors.AsType[*Expired](err)
			return ok
		}},
		"foreign host": {testworld.RedirectTo(elsewhere.String()), fault.PermanentKind, func(err error) bool {
			r, ok := errors.AsType[*Refused](err)
			return ok && r.Host == "evil.example"
		}},
		"foreign host behind the bytes host": {testworld.RedirectBytesTo(elsewhere.String()), fault.PermanentKind, func(err error) bool {
			_, ok := errors.AsType[*Refused](err)
			return ok
		}},
		"no TLS":         {testworld.RedirectTo("http://localhost:1/x"), fault.PermanentKind, func(err error) bool { return strings.Contains(err.Error(), "not https") }},
		"user name":      {testworld.RedirectTo("https://www.instagram.com@evil.example/x"), fault.PermanentKind, func(err error) bool { return strings.Contains(err.Error(), "user name") }},
		"always cut":     {testworld.CutAfter(0, false), fault.TemporaryKind, func(err error) bool { return err != nil }},
		"cut, no length": {testworld.ChunkedCut(1000), fault.TemporaryKind, func(err error) bool { return err != nil }},
		"wrong length":   {testworld.WrongLength(100), fault.TemporaryKind, func(err error) bool { return err != nil }},
		"gzip":           {testworld.Gzip(), fault.TemporaryKind, func(err error) bool { return strings.Contains(err.Error(), "encoded") }},
		"stall":          {testworld.Stall(0), fault.TemporaryKind, func(err error) bool { return strings.Contains(err.Error(), "no byte for") }},
		"always 503":     {testworld.Status(503, 0, 1000), fault.TemporaryKind, func(err error) bool { return strings.Contains(err.Error(), "503") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 100_000)
			if name == "stall" {
				s.stall = 500 * time.Millisecond
			}
			s.SetBehaviour(tt.way)
			f, err := s.get(t.Context(), s.job.MailLink())
			if err == nil || !tt.is(err) || fault.KindOf(err) != tt.kind {
				t.Fatalf("kind %q: %v (file %+v)", fault.KindOf(err), err, f)
			}
			for _, secret := range []string{"hash", "file_secret", "dyi_job_id", "/dyi/", "/download/"} {
				if strings.Contains(err.Error()+fault.HintOf(err)+s.log.String(), secret) {
					t.Errorf("%q is told: %v", secret, err)
				}
			}
			if found, _ := filepath.Glob(filepath.Join(s.dir, "*.zip")); len(found) > 0 {
				t.Errorf("a file was left under its final name: %v", found)
			}
		})
	}
}

func TestWithoutCookiesItIsALoginWall(t *testing.T) {
	s := newSite(t, 1000)
	if err := os.WriteFile(filepath.Join(s.dir, "cookies.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := s.get(t.Context(), s.job.MailLink())
	if _, ok := errors.AsType[*LoginWall](err); !ok {
		t.Fatal(err)
	}
	for _, r := range s.Requests() {
		if r.Host == s.ByteHost() || strings.HasPrefix(r.Path, "/accounts/login") {
			t.Errorf("went on to %s%s", r.Host, r.Path)
		}
	}
}

func TestPrivateAddressesAreRefusedWhateverTheirName(t *testing.T) {
	s := newSite(t, 1000)
	f := s.fetcher()
	f.o.AllowPrivate = false
	_, err := f.Get(t.Context(), Request{URL: s.job.MailLink(), Key: "k", Dir: s.dir}, s.cps, nil)
	if r, ok := errors.AsType[*Refused](err); !ok || !strings.Contains(r.Why, "not a public one") || fault.KindOf(err) != fault.PermanentKind {
		t.Fatalf("%v", err)
	}
	if len(s.Requests()) != 0 {
		t.Errorf("asked all the same: %+v", s.Requests())
	}
}

// TestRandomFaults breaks one download a hundred times, also by "killing" the
// fetcher, and wants the same bytes in the end.
func TestRandomFaults(t *testing.T) {
	s := newSite(t, 12<<18)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	const faults = 100
	for n := range faults {
		way := []testworld.Behaviour{
			testworld.CutAfter(rng.Int64N(4<<18), true), testworld.CutAfter(rng.Int64N(4<<18), false), testworld.Status(503, 0, 3),
			testworld.Status(429, 0, 1), testworld.HTMLInTheMiddle(), testworld.WrongRange(), testworld.ChunkedCut(rng.Int64N(4 << 18)),
		}[rng.IntN(7)]
		s.SetBehaviour(way)
		ctx, cancel := context.WithCancel(t.Context())
		stop := rng.Int64N(12 << 18)
		f := s.fetcher()
		f.limits.tries = 1 + rng.IntN(3)
		file, err := f.Get(ctx, Request{URL: s.job.MailLink(), Key: "export/0", Dir: s.dir}, s.cps, func(done, _ int64) {
			if done > stop {
				cancel()
			}
		})
		cancel()
		if err == nil {
			s.mustBeWhole(t, file, err)
			t.Logf("whole after %d faults", n)
			_ = os.Remove(file.Path) // begin anew, so that all faults are had
			s.cps.m = map[string]Checkpoint{}
		}
	}
	s.SetBehaviour(testworld.Behaviour{})
	file, err := s.get(t.Context(), s.job.MailLink())
	s.mustBeWhole(t, file, err)
}

func TestFinishedBeforeTheCrashIsNotFetchedAgain(t *testing.T) {
	s := newSite(t, 100_000)
	f, err := s.get(t.Context(), s.job.MailLink())
	s.mustBeWhole(t, f, err)
	before := len(s.Requests())
	f, err = s.get(t.Context(), s.job.MailLink())
	s.mustBeWhole(t, f, err)
	if len(s.Requests()) != before {
		t.Error("asked again for a file that is here")
	}
	// Unless it is not what it was.
	if err := os.Chmod(f.Path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path, []byte("PK damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err = s.get(t.Context(), s.job.MailLink())
	if err != nil || f.SHA256 != s.sum || fileSum(t, f.Path) != s.sum { // under another name: nothing is overwritten
		t.Errorf("%+v, %v", f, err)
	}
}

func TestFileNames(t *testing.T) {
	for disposition, want := range map[string]string{
		`attachment; filename=instagram-jane.doe-2026-11-23-abc.zip`: "instagram-jane.doe-2026-11-23-abc.zip",
		`attachment; filename="../../etc/passwd.zip"`:                "passwd.zip",
		`attachment; filename="..\\..\\evil.zip"`:                    "evil.zip",
		`attachment; filename=".hidden.zip"`:                         "hidden.zip",
		`attachment; filename="a\nb;rm -rf.zip"`:                     "nb_rm -rf.zip",
	} {
		if got := fileName(disposition, "k"); got != want {
			t.Errorf("%s: %q, want %q", disposition, got, want)
		}
	}
	for _, bad := range []string{"", "attachment", `attachment; filename="x.html"`, `attachment; filename=".zip"`, `;;;`} {
		if got := fileName(bad, "k"); !strings.HasPrefix(got, "instagram-export-") {
			t.Errorf("%s: %q", bad, got)
		}
	}
}
