package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/extract"
	"github.com/igwatchd/igwatchd/internal/web"
)

// archives is the folder that the archives of all tests lie in.
var archives string

// sharedWorld makes them, once.
var sharedWorld = sync.OnceValues(func() (*world, error) { return newWorld(archives) })

// sharedBrowser starts the one that all tests have their tabs in. It may play films, and takes a foreign name for
// this machine's, as after DNS rebinding.
var sharedBrowser func() (context.Context, error)

func TestMain(m *testing.M) {
	var err error
	if archives, err = os.MkdirTemp("", "igwatchd-browsertest-"); err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	end := func() {}
	sharedBrowser = sync.OnceValues(func() (browser context.Context, err error) {
		browser, stop, err := startBrowser(ctx, chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
			chromedp.Flag("host-resolver-rules", "MAP evil.example 127.0.0.1"))
		if err == nil {
			end = stop
		}
		return browser, err
	})
	code := m.Run()
	end()
	cancel()
	os.RemoveAll(archives)
	os.Exit(code)
}

// visit is a browser that notes what pages ask for and complain of.
type visit struct {
	t       *testing.T
	ctx     context.Context
	address func(path string) string
	origin  string
	w       *world

	mu       sync.Mutex
	asked    []string
	wrong    []string
	checking string // axe-core
}

// open starts the page over the demo's archives, and a browser that was let in.
func open(t *testing.T) *visit {
	t.Helper()
	w, err := sharedWorld()
	if err != nil {
		t.Fatal(err)
	}
	address, err := w.serve(t.Context(), archives, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	v := visiting(t, address)
	v.w = w
	return v
}

func (v *visit) note(ev any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		v.asked = append(v.asked, e.Request.URL)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			v.wrong = append(v.wrong, e.Entry.URL+": "+e.Entry.Text)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			v.wrong = append(v.wrong, fmt.Sprintf("the page says %s: %+v", e.Type, e.Args))
		}
	case *runtime.EventExceptionThrown:
		v.wrong = append(v.wrong, e.ExceptionDetails.URL+": "+e.ExceptionDetails.Text)
	}
}

func (v *visit) do(steps ...action) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, steps...); err != nil {
		v.t.Fatal(err)
	}
}

func (v *visit) open(path string) {
	v.t.Helper()
	to := path
	if strings.HasPrefix(path, "/") {
		to = v.origin + path
	}
	v.do(chromedp.Navigate(to), shown())
}

// ask reads something from the page. It asks again when the page was just left for another.
func (v *visit) ask(expression string) string {
	v.t.Helper()
	for end := time.Now().Add(waitAtMost); ; time.Sleep(pollEvery) {
		text, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](expression))
		switch {
		case err == nil:
			return text
		case !left(err) || time.Now().After(end):
			v.t.Fatalf("%s: %v", expression, err)
		}
	}
}

// text is what the page shows; nothing, while it becomes another.
func (v *visit) text() string {
	v.t.Helper()
	return v.ask(`document.body ? document.body.innerText : ""`)
}

// act does something that may leave the page, and so the browser without an answer.
func (v *visit) act(statement string) {
	v.t.Helper()
	_, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(() => { %s; return "" })()`, statement)))
	if err != nil && !left(err) {
		v.t.Fatalf("%s: %v", statement, err)
	}
}

// left is whether the browser could not answer because the page was left for another.
func left(err error) bool {
	for _, words := range []string{"navigated or closed", "context was destroyed", "Cannot find context", "Could not find node"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}

// at waits until the browser is at an address that ends so.
func (v *visit) at(end string) {
	v.t.Helper()
	v.do(until(fmt.Sprintf(`document.readyState === "complete" && (location.pathname + location.search).endsWith(%q)`, end)))
}

// axe returns what axe-core finds at the page that is open.
func (v *visit) axe() (found []string) {
	v.t.Helper()
	if v.checking == "" {
		path := os.Getenv("AXE")
		if path == "" {
			v.t.Fatal("AXE must name axe.min.js of npm's axe-core; `make test` brings it")
		}
		body, err := os.ReadFile(path)
		if err != nil {
			v.t.Fatal(err)
		}
		v.checking = string(body) + ";0"
	}
	if _, err := chromedp.Run(v.ctx, chromedp.Evaluate[int](v.checking)); err != nil {
		v.t.Fatal(err)
	}
	raw, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`axe.run({preload: false, resultTypes: ["violations"]}).then((r) =>
		JSON.stringify(r.violations.flatMap((x) => x.nodes.map((n) => x.id + ": " + n.html.slice(0, 200) + " " + n.failureSummary))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		v.t.Fatal(err)
	}
	return found
}

// forget lets what was asked for so far be as it was.
func (v *visit) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked = nil
}

// quiet reports whatever left the origin or was complained of.
func (v *visit) quiet(prefix string) {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range v.asked {
		// The pictures of a player's buttons are the browser's own; the policy forbids such to the page.
		if !strings.HasPrefix(a, prefix) && !strings.HasPrefix(a, "data:") {
			v.t.Errorf("asked for %s", a)
		}
	}
	for _, text := range v.wrong {
		v.t.Errorf("the browser complains: %s", text)
	}
	if len(v.asked) == 0 {
		v.t.Error("nothing was asked for: nothing was seen")
	}
}

// pages are one of each kind.
var pages = []string{
	"/", "/export/years", "/export/demo", "/export/wrong", "/export/wall", "/handover", "/downloads",
	"/gallery/years", "/gallery/demo", "/gallery/demo?kind=story", "/gallery/demo?kind=reel", "/gallery/years/list?kind=post&year=2020",
	"/gallery/demo/list?q=cafe", "/gallery/demo/list?q=nothing", "/gallery/demo/entry/3?kind=post", "/gallery/demo/entry/5",
	"/gallery/demo/messages", "/gallery/demo/messages?show=1", "/gallery/demo/messages/0", "/gallery/years/messages/0?page=2",
}

func TestEveryPageIsReadableByEveryone(t *testing.T) {
	v := open(t)
	evidence, err := v.w.writeEvidence(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	type screen struct {
		width int64
		dark  bool
	}
	screens := []screen{{1100, false}, {390, true}}
	if os.Getenv("IGWATCHD_LONG") != "" { // the other two pairs have no width and no colours of their own
		screens = append(screens, screen{1100, true}, screen{390, false})
	}
	for _, screen := range screens {
		v.do(size(screen.width, 900, screen.dark)...)
		for _, page := range pages {
			v.open(page)
			for _, found := range v.axe() {
				t.Errorf("%s, %+v: %s", page, screen, found)
			}
		}
		v.quiet(v.origin + "/")
		v.open("file://" + evidence)
		for _, found := range v.axe() {
			t.Errorf("evidence, %+v: %s", screen, found)
		}
		v.forget()
	}
}

func TestAPageStaysWhileAnotherArchiveIsDownloaded(t *testing.T) {
	v := open(t)
	v.open("/export/years")
	v.ask(`window.stays = "yes"`)
	v.ask(`(() => { window.heard = 0; new EventSource("/events").onmessage = () => window.heard++; return "" })()`)
	for heard := range 3 { // the first tells how things stand
		v.do(until(fmt.Sprintf(`window.heard > %d`, heard)))
		v.w.more.Add(1 << 30)
	}
	if got := v.ask(`window.stays || "no"`); got != "yes" {
		t.Error("the page was loaded again")
	}
}

func TestOtherPagesAreReadableByEveryone(t *testing.T) {
	v := open(t)
	for _, page := range []string{"/enter?token=old", "/gallery/nothing", "/export/nothing"} {
		v.do(chromedp.Navigate(v.origin + page))
		for _, found := range v.axe() {
			t.Errorf("%s: %s", page, found)
		}
	}
}

func TestNothingIsWiderThanAPhone(t *testing.T) {
	v := open(t)
	v.do(size(360, 720, false)...)
	for _, page := range pages {
		v.open(page)
		if wide := v.ask(`String(document.documentElement.scrollWidth)`); wide != "360" {
			t.Errorf("%s is %s pixels wide", page, wide)
		}
	}
	v.quiet(v.origin + "/")
}

func TestTheKeyboardIsEnough(t *testing.T) {
	v := open(t)
	v.open("/gallery/years")
	v.do(chromedp.KeyEvent(kb.Tab))
	if text := v.ask(`document.activeElement.textContent`); text != "To the content" {
		t.Errorf("the first stop is %q", text)
	}
	// From stop to stop into the chart, and with Enter into a year.
	for range 40 {
		v.do(chromedp.KeyEvent(kb.Tab))
		if v.ask(`document.activeElement.getAttribute("aria-label") || ""`) != "" && v.ask(`document.activeElement.namespaceURI`) == "http://www.w3.org/2000/svg" {
			break
		}
	}
	if text := v.ask(`document.activeElement.getAttribute("aria-label") || ""`); !strings.Contains(text, " posts") {
		t.Fatalf("the chart is not reached: %q", text)
	}
	v.do(chromedp.KeyEvent(kb.Enter), until(`location.pathname.endsWith("/list")`), shown())
	// Into the first picture, to its neighbours, and back.
	first := v.ask(`const a = document.querySelector(".g-grid a"); a.focus(); a.getAttribute("href")`)
	v.do(chromedp.KeyEvent(kb.Enter))
	v.at(first)
	second := v.ask(`document.querySelector("a[rel=next]").getAttribute("href")`)
	v.do(chromedp.KeyEvent(kb.ArrowRight))
	v.at(second)
	v.do(chromedp.KeyEvent(kb.ArrowLeft))
	v.at(first)
	// In the field for words the keys belong to the words.
	v.ask(`const q = document.getElementById("q"); q.value = "ab"; q.focus(); q.id`)
	v.do(chromedp.KeyEvent(kb.ArrowLeft), chromedp.KeyEvent(kb.ArrowRight))
	v.at(first)
	v.ask(`document.activeElement.blur(); ""`)
	v.do(chromedp.KeyEvent(kb.Escape), until(`location.pathname.endsWith("/list")`))
	v.quiet(v.origin + "/")
}

func TestPicturesAndVideosComeThrough(t *testing.T) {
	v := open(t)
	v.open("/gallery/demo")
	v.do(until(`[...document.querySelectorAll(".g-grid img")].slice(0, 4).every((i) => i.naturalWidth > 0)`))
	v.open("/gallery/demo/entry/3?kind=post")
	v.do(until(`document.querySelector(".g-media img").naturalWidth === 480`))
	// A video of these archives has one frame in a form that no browser plays; that its bytes come in
	// pieces is what can be seen here.
	v.open("/gallery/demo?kind=reel")
	reel := v.ask(`document.querySelector(".g-grid a").getAttribute("href")`)
	v.open(reel)
	if got := v.ask(`document.querySelector("video").getAttribute("preload")`); got != "metadata" {
		t.Errorf("preload is %q", got)
	}
	got, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`fetch(document.querySelector("video").src, {headers: {Range: "bytes=4-11"}}).then(async (r) =>
		[r.status, r.headers.get("Content-Type"), await r.text()].join(" "))`, chromedp.EvalAwaitPromise))
	if err != nil || got != "206 video/mp4 ftypisom" {
		t.Errorf("%q %v", got, err)
	}
	v.quiet(v.origin + "/")
}

func TestAGalleryOfFilesOpensWithoutAServer(t *testing.T) {
	v := open(t)
	dir := t.TempDir()
	zip := v.w.zips["demo"][0]
	f, err := os.Open(zip)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	a, err := album.Open(t.Context(), []album.Part{{Name: "a.zip", Size: info.Size(), R: f}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = extract.Gallery(t.Context(), a, dir, slog.New(slog.DiscardHandler), nil, func(ctx context.Context, f *extract.Folder) error {
		return web.WriteGallery(ctx, a, "jane.doe", f)
	})
	if err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	v.asked = nil
	v.mu.Unlock()
	list := []string{"index.html", "gallery/story/index.html", "gallery/messages/index.html"}
	for _, pattern := range []string{"gallery/post/*.html", "gallery/post/*/*.html", "gallery/messages/t-*.html"} {
		found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		name, err := filepath.Rel(dir, slices.Min(found))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, filepath.ToSlash(name))
	}
	root := (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String() + "/"
	for _, page := range list {
		v.open(root + page)
		if page == "gallery/messages/index.html" { // private: the list opens with a click
			if strings.Contains(v.text(), "last message") {
				t.Error("conversations are shown without a click")
			}
			v.press("Show the conversations")
			v.says("last message")
		}
		if broken := v.ask(`[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src).join(" ")`); broken != "" {
			t.Errorf("%s: no picture at %s", page, broken)
		}
		if style := v.ask(`getComputedStyle(document.querySelector(".g-top")).display`); style != "flex" {
			t.Errorf("%s: has no style: %s", page, style)
		}
		for _, found := range v.axe() {
			t.Errorf("%s: %s", page, found)
		}
	}
	v.quiet(root)
}
