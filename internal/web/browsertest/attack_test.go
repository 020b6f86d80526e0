package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/extract"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
	"github.com/igwatchd/igwatchd/internal/web"
)

// hostile tries to leave every place that a stranger's words can stand in.
const hostile = `"'><script>window.owned=1</script><img src=x onerror='window.owned=1'></title></style></textarea></svg><svg onload=window.owned=1>` +
	"`${window.owned=1}` {{.}} <!-- javascript:window.owned=1"

// hostileZip is an archive whose captions, names, titles and file names are hostile.
func hostileZip(t *testing.T) string {
	t.Helper()
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 40)), nil); err != nil {
		t.Fatal(err)
	}
	text := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	type m = map[string]any
	odd := `media/posts/<img src=x onerror=window.owned=1>".jpg`
	thread := `your_instagram_activity/messages/inbox/<svg onload=window.owned=1>_1/`
	files := map[string][]byte{
		"your_instagram_activity/media/posts_1.json": text([]m{
			{"media": []m{{"uri": "media/posts/a.jpg", "creation_timestamp": 1600000000, "title": hostile}}},
			{"media": []m{{"uri": odd, "creation_timestamp": 1600000100, "title": hostile}}, "title": hostile, "creation_timestamp": 1600000100},
			{"media": []m{{"uri": "javascript:window.owned=1", "creation_timestamp": 1600000200, "title": hostile}}},
		}),
		"your_instagram_activity/media/stories.json":        text(m{"ig_stories": []m{{"uri": odd, "creation_timestamp": 1600000300, "title": hostile}}}),
		"your_instagram_activity/media/reels.json":          text(m{"ig_reels_media": []m{{"media": []m{{"uri": odd, "creation_timestamp": 1600000400, "title": hostile}}}}}),
		"your_instagram_activity/media/archived_posts.json": text(m{"ig_archived_post_media": []m{{"media": []m{{"uri": odd, "creation_timestamp": 1600000500, "title": hostile}}}}}),
		"your_instagram_activity/media/profile_photos.json": text(m{"ig_profile_picture": []m{{"uri": odd, "creation_timestamp": 1600000600, "title": hostile}}}),
		thread + "message_1.json": text(m{
			"title": hostile, "participants": []m{{"name": hostile}, {"name": "jane"}},
			"messages": []m{{
				"sender_name": hostile, "timestamp_ms": 1600000000000, "content": hostile,
				"share": m{"link": "javascript:window.owned=1"}, "photos": []m{{"uri": odd}}, "reactions": []m{{"reaction": hostile, "actor": hostile}},
			}},
		}),
		"media/posts/a.jpg": picture.Bytes(), odd: picture.Bytes(),
	}
	path := filepath.Join(t.TempDir(), "instagram-jane.doe-2026-01-02-Ab3dEfGh.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, body := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// hostilePlace is a page over one archive and one export that are hostile throughout.
func hostilePlace(t *testing.T) (*visit, string) {
	t.Helper()
	zip, bag := hostileZip(t), t.TempDir()
	facts := verdict.Facts{Account: hostile, Report: &inspect.Report{
		Username: hostile, Problems: []inspect.Problem{{Code: hostile, Severity: inspect.Error, Path: hostile, Text: hostile}}, PerYear: map[string]int{hostile: 3, "2020": 2},
	}, Parts: []verdict.Part{{Name: hostile, Size: 5, SHA256: hostile}}, Copies: []verdict.Copy{{Place: hostile, Trouble: hostile}}}
	var page bytes.Buffer
	if err := verdict.Page(&page, hostile, facts, verdict.Judge(facts), []verdict.Picture{{Year: 2020, Caption: hostile, JPEG: []byte("no picture")}}, verdict.Made{Program: hostile, Folder: hostile}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bag, "evidence.html"), page.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	w := &world{zips: map[string][]string{"x": {zip}}, lying: []daemon.Lying{
		{Name: hostile, Size: 5, State: "left", Why: hostile, Hint: hostile}, {Name: hostile, State: "taken", Export: hostile},
	}, status: daemon.Status{
		Inboxes: []daemon.Inbox{{Account: hostile, Address: hostile, Folder: "INBOX", State: hostile, Error: hostile}},
		Exports: []daemon.Export{{
			ID: "x", Account: hostile, State: "done", Detail: hostile, Verdict: "not-safe", Path: bag,
			Reasons: []verdict.Reason{{Code: hostile, Severity: "error", Text: hostile}, {Code: hostile, Severity: "question", Text: hostile}, {Code: hostile, Severity: "info", Text: hostile}},
			Parts:   []daemon.Part{{Name: hostile, SHA256: hostile}}, Copies: []daemon.Copy{{Place: hostile, State: "waiting", Detail: hostile}},
			Wall: &daemon.Wall{Kind: "unknown", Text: hostile, Hint: hostile, Picture: true},
		}},
	}}
	address, err := w.serve(t.Context(), t.TempDir(), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return visiting(t, address), zip
}

// unharmed looks whether anything of the hostile words ran, or became more than words.
func (v *visit) unharmed(page string) {
	v.t.Helper()
	if ran := v.ask(`String(window.owned)`); ran != "undefined" {
		v.t.Errorf("%s: a script ran", page)
	}
	if bad := v.ask(`[...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))
		|| (e.getAttribute("href") || "").startsWith("javascript") || e.tagName === "SCRIPT" && !e.src).map((e) => e.outerHTML.slice(0, 200)).join("\n")`); bad != "" {
		v.t.Errorf("%s: %s", page, bad)
	}
}

// TestStrangersWordsNeverRun: not on any screen, not in the evidence, not in the gallery that is written as files.
func TestStrangersWordsNeverRun(t *testing.T) {
	v, path := hostilePlace(t)
	for _, page := range []string{
		"/", "/export/x", "/export/x/evidence", "/handover", "/downloads", "/gallery/x", "/gallery/x?kind=post", "/gallery/x?kind=story", "/gallery/x?kind=reel", "/gallery/x?kind=archived", "/gallery/x?kind=profile", "/gallery/x/list?kind=post&year=2020",
		"/gallery/x/list?q=owned", "/gallery/x/entry/0", "/gallery/x/entry/1", "/gallery/x/entry/2", "/gallery/x/entry/3", "/gallery/x/entry/4", "/gallery/x/entry/5", "/gallery/x/entry/6", "/gallery/x/messages", "/gallery/x/messages?show=1", "/gallery/x/messages/0",
	} {
		v.do(chromedp.Navigate(v.origin+page), until(`document.readyState === "complete"`), chromedp.Sleep(50*time.Millisecond))
		v.unharmed(page)
		if page == "/export/x/evidence" || page == "/gallery/x/messages/0" || page == "/gallery/x/entry/1" { // it is there, as words
			v.says(`<script>window.owned=1</script>`)
		}
	}
	f, err := os.Open(path)
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
	dir := t.TempDir()
	if _, err := extract.Gallery(t.Context(), a, dir, slog.New(slog.DiscardHandler), nil, func(ctx context.Context, f *extract.Folder) error {
		return web.WriteGallery(ctx, a, hostile, f)
	}); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".html") {
			n++
			v.do(chromedp.Navigate("file://"+path), until(`document.readyState === "complete"`))
			v.unharmed(path)
		}
		return err
	}); err != nil || n < 5 {
		t.Errorf("%d pages, %v", n, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, a := range v.asked {
		if !strings.HasPrefix(a, v.origin) && !strings.HasPrefix(a, "file://") && !strings.HasPrefix(a, "data:") {
			t.Errorf("asked for %s", a)
		}
	}
}

// TestAForeignNameLeadsNowhere: a name that an attacker makes lead to this machine is no way to the page, though the
// browser was let in (DNS rebinding).
func TestAForeignNameLeadsNowhere(t *testing.T) {
	w, err := sharedWorld()
	if err != nil {
		t.Fatal(err)
	}
	address, err := w.serve(t.Context(), archives, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	v := visiting(t, address)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(v.origin, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/export/years", "/events", "/gallery/years"} {
		v.do(chromedp.Navigate("http://evil.example:" + port + path))
		if text := v.text(); !strings.Contains(text, "answers to its own address only") {
			t.Errorf("%s: %s", path, text)
		}
	}
	v.open("/") // it is still let in by its own name
	v.says("Where things stand")
}

// TestAnotherPageCannotAct: a page of another port of this machine, which is the same site for cookies, cannot send a
// form, ask with a script, or frame ours.
func TestAnotherPageCannotAct(t *testing.T) {
	w, err := sharedWorld()
	if err != nil {
		t.Fatal(err)
	}
	address, err := w.serve(t.Context(), archives, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	v := visiting(t, address)
	foreign := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(rw, `<form method=post action="%[1]s%[2]s"><input name=yes value=part-count><button>go</button></form><iframe src="%[1]s/"></iframe>`, v.origin, r.URL.Path)
	}))
	defer foreign.Close()
	for _, path := range []string{"/export/demo/confirm", "/give", "/upload"} {
		v.do(chromedp.Navigate(foreign.URL + path))
		got, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](fmt.Sprintf(`fetch(%q, {credentials: "include"}).then((r) => r.text(), () => "refused")`, v.origin+"/export/demo"), chromedp.EvalAwaitPromise))
		if err != nil || got != "refused" {
			t.Errorf("a script of another page reads %q, %v", got, err)
		}
		v.press("go")
		v.says("This request comes from another page.")
	}
	v.do(chromedp.Navigate(foreign.URL + "/x"))
	if text := v.ask(`(() => { try { return document.querySelector("iframe").contentDocument.body.innerText } catch { return "" } })()`); strings.Contains(text, "Where things stand") {
		t.Error("our page stands in a frame of another one")
	}
}
