package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// archive writes size bytes that begin and end as a zip does.
func archive(t *testing.T, size int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, size)
	rng := rand.NewChaCha8([32]byte{byte(size)})
	_, _ = rng.Read(content) // never fails
	copy(content, "PK\x03\x04")
	copy(content[size-22:], "PK\x05\x06"+strings.Repeat("\x00", 18))
	path = filepath.Join(t.TempDir(), "instagram-jane.doe-2026-05-08-AbCdEfGh.zip")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, content
}

// whole is a world with real archives and our own transfer.
type whole struct {
	accounts *testworld.Accounts
	site     *testworld.Site
	fetcher  *fetch.Fetcher
	o        Options
	order    Order
	content  [][]byte
	kept     checkpoints
}

func wholeWorld(t *testing.T, sizes ...int) *whole {
	t.Helper()
	ca, err := testworld.NewCA()
	if err != nil {
		t.Fatal(err)
	}
	w := &whole{}
	if w.site, err = testworld.StartSite(ca); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.site.Close() })
	var paths []string
	for _, size := range sizes {
		path, content := archive(t, size)
		paths, w.content = append(paths, path), append(w.content, content)
	}
	if w.accounts, err = testworld.StartAccounts(ca, w.site.AddExport(paths...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.accounts.Close() })
	w.fetcher = fetch.New(fetch.Options{
		LinkHosts: []string{w.accounts.Host()}, ByteHosts: []string{w.site.ByteHost()}, AllowPrivate: true, RootCAs: ca.Pool(),
	})
	w.o = Options{
		Profile: filepath.Join(t.TempDir(), "profile"), LinkHosts: []string{w.accounts.Host()}, ByteHosts: []string{w.site.ByteHost()},
		Dial: w.fetcher.Dial, Test: Test{NoSandbox: os.Geteuid() == 0, Headless: true, SPKI: []string{w.accounts.SPKI()}, limits: &hurried},
	}
	w.accounts.Set(testworld.Scene{Open: true})
	w.order = Order{URL: w.accounts.PageLink(), Account: "jane.doe", Announced: mayEighth.Add(time.Hour)}
	return w
}

// load fetches a part, and asks for a new URL when the first one has expired, as the daemon has to.
func (w *whole) load(dir string, progress func(done, total int64), minted *int) func(context.Context, Part) error {
	return func(ctx context.Context, p Part) error {
		r := fetch.Request{URL: p.URL, Key: fmt.Sprint("export/", p.Number), Dir: filepath.Join(dir, fmt.Sprint(p.Number))}
		if err := durable.MkdirAll(r.Dir, 0o700); err != nil {
			return err
		}
		for try := 0; ; try++ {
			file, err := w.fetcher.Get(ctx, r, &w.kept, progress)
			if _, expired := errors.AsType[*fetch.Expired](err); expired && try < 3 {
				*minted++
				w.site.SetLife(time.Hour)
				if r.URL, err = p.Mint(ctx); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			got, err := os.ReadFile(file.Path)
			if err == nil && !bytes.Equal(got, w.content[p.Number-1]) {
				err = errors.New("other bytes than the site's")
			}
			return err
		}
	}
}

func TestAllPartsEndAsTheSiteHasThem(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000, 60_000, 70_000)
	if err := steps(t, w.o, chromedp.Navigate(w.accounts.SessionLink())); err != nil {
		t.Fatal(err)
	}
	w.accounts.Set(testworld.Scene{})
	var minted int
	var numbers []int
	load := w.load(t.TempDir(), nil, &minted)
	offer, err := Take(t.Context(), w.o, w.order, func(ctx context.Context, p Part) error {
		if left := of(w.o.Profile); len(left) > 0 {
			t.Errorf("Chromium runs during the transfer: %v", left)
		}
		numbers = append(numbers, p.Number)
		return load(ctx, p)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(numbers, []int{1, 2, 3}) || offer.Parts != 3 || minted != 0 {
		t.Errorf("parts %v, offer %+v, minted %d", numbers, offer, minted)
	}
	for _, r := range w.site.Requests() {
		if r.Cookie || r.Referer != "" {
			t.Errorf("the host of bytes got a cookie or a referrer: %+v", r)
		}
	}
	nothingLeft(t, w.o.Profile)
}

func TestAURLThatExpiresInTheMiddleIsMintedAnew(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000, 3<<20, 40_000)
	w.order.Have = func(part int) bool { return part != 2 }
	w.site.SetBehaviour(testworld.CutAfter(2<<20, true)) // of the first answer
	var once sync.Once
	var minted int
	expiring := func(done, _ int64) {
		if done > 1<<20 {
			once.Do(w.site.Expire)
		}
	}
	dir := t.TempDir()
	load := w.load(dir, expiring, &minted)
	if _, err := Take(t.Context(), w.o, w.order, load); err != nil {
		t.Fatal(err)
	}
	if minted != 1 {
		t.Errorf("%d URLs were minted anew, want 1", minted)
	}
	pressed, resumed := map[string]int{}, false
	for _, r := range w.accounts.Requests() {
		pressed[r.Path]++
	}
	for _, r := range w.site.Requests() {
		resumed = resumed || r.Range != "" && r.Status == 206
	}
	if pressed["/part/0"] != 0 || pressed["/part/1"] != 2 || pressed["/part/2"] != 0 || !resumed {
		t.Errorf("pressed %v, resumed %v; want the missing part alone, twice, and its transfer going on", pressed, resumed)
	}
}

func TestWhenChromiumIsKilledTheNextVisitWorks(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000)
	w.accounts.Set(testworld.Scene{Open: true, Delay: time.Hour})
	ended := make(chan error, 1)
	go func() {
		_, err := Take(t.Context(), w.o, w.order, func(context.Context, Part) error { return errors.New("nothing to load") })
		ended <- err
	}()
	for end := time.Now().Add(5 * time.Minute); len(w.accounts.Requests()) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the page was never asked for")
		}
	}
	for _, pid := range of(w.o.Profile) {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	if err := <-ended; fault.KindOf(err) != fault.TemporaryKind {
		t.Errorf("Take = %v, want a temporary fault", err)
	}
	nothingLeft(t, w.o.Profile)
	// What a machine of another name has left, and a process that is no more.
	for _, name := range []string{"SingletonLock", "SingletonCookie"} {
		if err := os.Symlink("elsewhere-4194303", filepath.Join(w.o.Profile, name)); err != nil {
			t.Fatal(err)
		}
	}
	w.accounts.Set(testworld.Scene{Open: true})
	var minted int
	if _, err := Take(t.Context(), w.o, w.order, w.load(t.TempDir(), nil, &minted)); err != nil {
		t.Error(err)
	}
}

func TestACancelledVisitLeavesNothing(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000)
	w.accounts.Set(testworld.Scene{Open: true, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	var socket string
	go func() {
		for len(w.accounts.Requests()) == 0 && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		socket, _ = os.Readlink(filepath.Join(w.o.Profile, "SingletonSocket")) // "" fails below
		cancel()
	}()
	if _, err := Take(ctx, w.o, w.order, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Take = %v, want that it was cancelled", err)
	}
	nothingLeft(t, w.o.Profile)
	if !ofChromium(socket) {
		t.Errorf("%q is no socket of Chromium's", socket)
	}
	if _, err := os.Stat(filepath.Dir(socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v, want it gone", filepath.Dir(socket), err)
	}
}

func TestOnlyWhatChromiumMadeIsRemoved(t *testing.T) {
	temp := os.TempDir()
	for socket, want := range map[string]bool{
		temp + "/org.chromium.Chromium.a1B2c3/SingletonSocket":    true,
		temp + "/.org.chromium.Chromium.a1B2c3/SingletonSocket":   true,
		temp + "/SingletonSocket":                                 false,
		temp + "/org.chromium.Chromium.a1B2c3":                    false,
		"/home/jane/org.chromium.Chromium.a1B2c3/SingletonSocket": false,
		"": false, "/": false, temp: false,
	} {
		if ofChromium(socket) != want {
			t.Errorf("ofChromium(%q) = %v", socket, !want)
		}
	}
}

func TestAVisitEndsAfterItsTime(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000)
	short := hurried
	short.visit, short.settle = 2*time.Second, time.Hour
	w.o.Test.limits = &short
	w.accounts.Set(testworld.Scene{Open: true, Delay: time.Hour})
	_, err := Take(t.Context(), w.o, w.order, nil)
	if fault.KindOf(err) != fault.TemporaryKind || !strings.Contains(err.Error(), "longer than 2s") {
		t.Errorf("Take = %v, want that it took too long", err)
	}
	nothingLeft(t, w.o.Profile)
}

func TestAfterTheDeletionNothingStarts(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000)
	asked := 0
	w.order.Stopped = func() bool { asked++; return true }
	if _, err := Take(t.Context(), w.o, w.order, nil); !errors.Is(err, ErrStopped) || fault.KindOf(err) != fault.PermanentKind {
		t.Errorf("Take = %v, want ErrStopped", err)
	}
	if asked := w.accounts.Requests(); len(asked) > 0 {
		t.Errorf("the page was asked: %+v", asked)
	}
	// Announced while the page is open: Download is not pressed any more.
	w.order.Stopped = func() bool { asked++; return asked > 2 }
	asked = 1
	if _, err := Take(t.Context(), w.o, w.order, nil); !errors.Is(err, ErrStopped) {
		t.Errorf("Take = %v, want ErrStopped", err)
	}
	for _, r := range w.accounts.Requests() {
		if strings.HasPrefix(r.Path, "/part/") {
			t.Error("Download was pressed")
		}
	}
}

func TestOfflineAndForeignCertificatesAndPrivateAddresses(t *testing.T) {
	t.Parallel()
	w := wholeWorld(t, 50_000)
	foreign, strict, gone := w.o, w.o, w.o
	foreign.Test.SPKI = nil
	strict.Dial = fetch.New(fetch.Options{}).Dial // as the product has it: no loopback
	gone.LinkHosts = []string{"localhost:1"}
	dead := w.order
	dead.URL = "https://localhost:1/"
	for name, test := range map[string]struct {
		o     Options
		order Order
		want  string
		kind  fault.Kind
	}{
		"certificate": {foreign, w.order, WallCertificate, fault.TemporaryKind},
		"private":     {strict, w.order, WallElsewhere, fault.PermanentKind},
		"offline":     {gone, dead, WallOffline, fault.TemporaryKind},
	} {
		_, err := Take(t.Context(), test.o, test.order, nil)
		if wall, ok := errors.AsType[*Wall](err); !ok || wall.Kind != test.want || fault.KindOf(err) != test.kind {
			t.Errorf("%s: Take = %v, want %q", name, err, test.want)
		}
	}
	if asked := w.accounts.Requests(); len(asked) > 0 {
		t.Errorf("the page was asked all the same: %+v", asked)
	}
}

// checkpoints keeps them in memory.
type checkpoints struct {
	mu sync.Mutex
	m  map[string]fetch.Checkpoint
}

func (c *checkpoints) Load(_ context.Context, key string) (fetch.Checkpoint, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cp, found := c.m[key]
	return cp, found, nil
}

func (c *checkpoints) Save(_ context.Context, key string, cp fetch.Checkpoint) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil {
		c.m = map[string]fetch.Checkpoint{}
	}
	c.m[key] = cp
	return nil
}

func (c *checkpoints) Drop(_ context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
	return nil
}
