package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/web"
)

// surroundings are an inbox, Instagram's stand-in, and a configuration that names them.
type surroundings struct {
	mailbox testworld.Mailbox
	signer  *testworld.Signer
	site    *testworld.Site
	zip     string
	drops   string
	config  string // its path
}

// surround makes an export of jane's that is so much larger than its pictures.
func surround(t *testing.T, pad int64) *surroundings {
	t.Helper()
	dir := t.TempDir()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w := &surroundings{drops: filepath.Join(dir, "Downloads"), config: filepath.Join(dir, "igwatchd.toml")}
	ca, err := testworld.NewCA()
	ok(err)
	ok(ca.WriteFile(filepath.Join(dir, "ca.pem")))
	w.mailbox, err = testworld.StartMemory(ca)
	ok(err)
	t.Cleanup(func() { _ = w.mailbox.Close() })
	w.signer, err = testworld.NewSigner("mail.instagram.com", "s1024-2013-q3")
	ok(err)
	name, value := w.signer.TXT()
	dns, err := testworld.StartDNS(map[string][]string{name: {value}})
	ok(err)
	t.Cleanup(func() { _ = dns.Close() })
	w.site, err = testworld.StartSite(ca)
	ok(err)
	t.Cleanup(func() { _ = w.site.Close() })
	export := testworld.DemoExport("jane.doe")
	export.Generated, export.Pad = time.Now().UTC(), pad
	paths, err := export.Write(filepath.Join(dir, "offered"))
	ok(err)
	w.zip = paths[0]
	ok(os.Mkdir(w.drops, 0o700))
	ok(os.WriteFile(filepath.Join(dir, "password"), []byte(w.mailbox.Password()), 0o600))
	_, port, err := net.SplitHostPort(w.mailbox.Addr())
	ok(err)
	ok(os.WriteFile(w.config, fmt.Appendf(nil, `
state_dir = %q
archive_dir = %q
[[account]]
username = "jane.doe"
[account.inbox]
address = "jane@example.org"
host = "localhost"
port = %s
user = %q
password_file = %q
ca_file = %q
[mail]
resolver = %q
[fetch]
link_hosts = [%q]
byte_hosts = [%q]
allow_private = true
ca_file = %q
drop_dirs = [%q]
[web]
listen = "127.0.0.1:0"
`, filepath.Join(dir, "state"), filepath.Join(dir, "archive"), port, w.mailbox.User(), filepath.Join(dir, "password"), filepath.Join(dir, "ca.pem"),
		dns.Addr(), w.site.LinkHost(), w.site.ByteHost(), filepath.Join(dir, "ca.pem"), w.drops), 0o600))
	return w
}

// watched is the real daemon with its page, in these surroundings.
type watched struct {
	*surroundings
	page *web.Server
}

func watch(t *testing.T) *watched {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w := &watched{surroundings: surround(t, 0)}
	cfg, err := config.Load(w.config)
	ok(err)
	ok(os.Mkdir(cfg.StateDir, 0o700))
	j, err := journal.Open(t.Context(), cfg.StateDir)
	ok(err)
	t.Cleanup(func() { _ = j.Close() })
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	d, err := daemon.New(daemon.Options{Config: cfg, Journal: j, Log: log, Version: "test"})
	ok(err)
	w.page, err = web.New(web.Options{
		Listen: "127.0.0.1:0", Exports: d, HandOver: d, Drops: cfg.Fetch.DropDirs, Looker: d, Shelf: d,
		Thumbs: filepath.Join(cfg.StateDir, "thumbnails"), Log: log,
	})
	ok(err)
	d.Also("page", w.page.Serve)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, func() {}, func() {}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	for w.page.Address("/") == "" {
		time.Sleep(10 * time.Millisecond)
	}
	return w
}

// mail is today's: its link wants a log-in.
func (w *surroundings) mail(t *testing.T) *testworld.Job {
	t.Helper()
	job := w.site.AddExport(w.zip)
	raw, err := testworld.Mail{Kind: testworld.Ready2026, Links: []string{job.PageLink()}}.Bytes()
	if err == nil {
		raw, err = w.signer.Sign(raw)
	}
	if err == nil {
		err = w.mailbox.Deliver(t.Context(), "INBOX", raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// visiting is a tab that was let in, with nothing of other tests: no cookies, nothing stored.
func visiting(t *testing.T, address func(string) string) *visit {
	t.Helper()
	browser, err := sharedBrowser()
	if err != nil {
		t.Fatal(err)
	}
	tab, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	at, err := url.Parse(address("/"))
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{t: t, ctx: tab, address: address, origin: "http://" + at.Host}
	if err := chromedp.Listen(tab, v.note); err != nil {
		t.Fatal(err)
	}
	v.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{})
		if err == nil {
			_, err = cdp.Call(ctx, t, cdplog.Enable, cdp.Empty{})
		}
		return chromedp.Void{}, err
	})
	v.do(enter(address("/"))...)
	return v
}

// says waits until the page says something.
func (v *visit) says(words string) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, until(fmt.Sprintf(`!!document.body && document.body.innerText.includes(%q)`, words))); err != nil {
		v.t.Fatalf("%v; the page says:\n%s", err, v.text())
	}
}

// press clicks the link, button or summary of those words, as a mouse does; again, when the page became another in between.
func (v *visit) press(words string) {
	v.t.Helper()
	found := until(fmt.Sprintf(`(() => { const e = [...document.querySelectorAll("a, button, summary, label")].find((e) => e.innerText.trim() === %q);
		if (!e || e.disabled) return false; for (const old of document.querySelectorAll("[data-press]")) delete old.dataset.press; e.dataset.press = "1"; return true })()`, words))
	for end := time.Now().Add(waitAtMost); time.Now().Before(end); {
		if err := chromedp.Do(v.ctx, found); err != nil {
			v.t.Fatalf("nothing to press says %q; the page says:\n%s", words, v.text())
		}
		soon, cancel := context.WithTimeout(v.ctx, 15*time.Second)
		err := chromedp.Do(soon, chromedp.Click(chromedp.CSS(`[data-press]`)))
		cancel()
		switch {
		case err == nil:
			return
		case !left(err) && soon.Err() == nil:
			v.t.Fatalf("press %q: %v", words, err)
		}
	}
	v.t.Fatalf("%q cannot be pressed; the page says:\n%s", words, v.text())
}

// back is the browser's own button.
func (v *visit) back() {
	v.t.Helper()
	v.act(`history.back()`)
}

// TestTheWholeStory is told on the page alone, from watching to safe, with a click on each control that the person needs.
func TestTheWholeStory(t *testing.T) {
	w := watch(t)
	v := visiting(t, w.page.Address)
	v.says("igwatchd is watching your inbox for Instagram's mail. You need to do nothing.")

	// The mail comes, while the page is open.
	w.mail(t)
	v.says("log in there, press Download, and hand the files over")
	v.says("the download is open until")
	if strings.Contains(v.text(), "Deleting the account") {
		t.Error("deletion is spoken of")
	}
	v.press("Hand over the files")
	v.do(until(`location.pathname === "/handover" && !!new URLSearchParams(location.search).get("export")`))

	// What lies in the downloads folder: nothing yet.
	v.press("I pressed Download: look there")
	v.says("There is no archive of Instagram's")
	v.press("choose it by hand")
	v.says("Choose the files")

	// The file, by the page's own chooser, in pieces.
	v.do(chromedp.SetUploadFiles(chromedp.CSS(`#files`), []string{w.zip}))
	v.press("Hand over")
	v.press("taken; see how it goes on")
	v.says("What only you can answer")
	for _, never := range []string{"Delete account", "deletion_and_deactivation", "accounts/remove"} {
		if strings.Contains(v.ask(`document.documentElement.outerHTML`), never) {
			t.Errorf("before it is safe the page holds %q", never)
		}
	}

	// Each question is answered with a click. One alone is not enough.
	n := v.ask(`String(document.querySelectorAll("input[name=yes]").length)`)
	if n == "0" || n == "1" {
		t.Fatalf("%s questions: the story needs more", n)
	}
	v.do(chromedp.Click(chromedp.CSS(`#q-0`)))
	v.press("Save my answers")
	v.do(until(fmt.Sprintf(`document.readyState === "complete" && document.querySelectorAll("input[name=yes]").length === %s - 1`, n)))
	if strings.Contains(v.text(), "Deleting the account") {
		t.Error("one answer was enough")
	}
	v.ask(`(() => { for (const e of document.querySelectorAll("input[name=yes]")) e.click(); return "" })()`)
	v.press("Save my answers")
	v.says("Deleting the account")
	if got := v.ask(`document.querySelector(".safe a").href`); !strings.HasPrefix(got, "https://accountscenter.instagram.com/") {
		t.Errorf("the link leads to %s", got)
	}
	v.says("Save this page or the evidence first")
	v.says("every byte read back on")

	// The evidence, and back.
	v.press("The evidence, to read, save or print")
	v.says("can go ahead")
	v.back()
	v.says("The evidence, to read, save or print")
	v.press("Look at the pictures, videos and messages")
	v.do(until(`document.querySelectorAll(".g-grid img").length > 0 && [...document.querySelectorAll(".g-grid img")].slice(0, 3).every((i) => i.naturalWidth > 0)`))
	v.do(chromedp.Click(chromedp.CSS(`.g-grid a`)), until(`!!document.querySelector(".g-media img, .g-media video")`))
	v.back()
	v.do(until(`!!document.querySelector(".g-grid")`))

	// Search in captions, and back to the gallery.
	v.ask(`(() => { document.querySelector("#q").focus(); return "" })()`)
	v.do(chromedp.KeyEvent("cafe"), chromedp.KeyEvent(kb.Enter))
	v.says("hold")
	v.do(until(`location.search.includes("q=cafe") && document.querySelectorAll(".g-grid img").length > 0`))

	// Messages are private: a word about that comes first.
	v.act(`[...document.querySelectorAll("a")].find((a) => a.getAttribute("href").endsWith("/messages")).click()`)
	v.says("Messages are private")
	if strings.Contains(v.text(), "last message") {
		t.Error("conversations are shown without a click")
	}
	v.press("Show the conversations")
	v.says("last message")
	v.do(chromedp.Click(chromedp.CSS(`.g-threads a`)), until(`!!document.querySelector(".g-messages")`))

	// The first page knows it too.
	v.open("/")
	v.says("Deleting the account can go ahead.")
	v.press("See the proof")
	v.says("Deleting the account")
	v.quiet(v.origin + "/")
}

// TestTheDownloadsFolderIsEnough: a file that is saved there is taken without the page, which says so.
func TestTheDownloadsFolderIsEnough(t *testing.T) {
	w := watch(t)
	v := visiting(t, w.page.Address)
	w.mail(t)
	v.press("Hand over the files")
	body, err := os.ReadFile(w.zip)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.drops, filepath.Base(w.zip)+".crdownload"), body[:1000], 0o600); err != nil {
		t.Fatal(err)
	}
	v.press("I pressed Download: look there")
	v.says("Your browser is still downloading it.")
	path := filepath.Join(w.drops, filepath.Base(w.zip))
	if err := os.WriteFile(path+".crdownload", body, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".crdownload", path); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(waitAtMost); !strings.Contains(v.text(), "It is taken"); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(v.text())
		}
		v.press("Look again")
	}
	v.press("this export")
	v.says("What only you can answer")
	v.quiet(v.origin + "/")
}

// TestAPastedAddressIsEnough: the address of a Download button, and one that leads elsewhere.
func TestAPastedAddressIsEnough(t *testing.T) {
	w := watch(t)
	v := visiting(t, w.page.Address)
	job := w.mail(t)
	paste := func(address string) {
		v.open("/")
		v.press("Hand over the files")
		v.do(chromedp.SendKeys(chromedp.CSS(`#url`), address))
		v.press("Fetch it")
	}
	paste("https://bigzipfiles.evil.example/p/dl/download/file.php?hash=secret")
	v.says("refused to ask bigzipfiles.evil.example")
	if strings.Contains(v.ask(`document.documentElement.outerHTML`), "hash=secret") {
		t.Error("the page shows the address, which is a key")
	}
	paste(job.SignedURL(0))
	v.says("What only you can answer")
	v.mu.Lock()
	v.wrong = slices.DeleteFunc(v.wrong, func(text string) bool { return strings.Contains(text, "status of 422") }) // the refusal
	v.mu.Unlock()
	v.quiet(v.origin + "/")
}
