package web

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

// TestAWallIsShownWithWhatHelps: what Instagram asked, what to do, and the picture behind a click.
func TestAWallIsShownWithWhatHelps(t *testing.T) {
	wall := func(kind string, picture bool) *daemon.Wall {
		return &daemon.Wall{Kind: kind, Text: "Instagram asks for <b>something", Hint: "install Chromium", At: "2026-11-24T01:02:03Z", Picture: picture}
	}
	for kind, want := range map[string][]string{
		"two-factor": {"<code>igwatchd login</code>", "asks for &lt;b&gt;something"},
		"login":      {"<code>igwatchd login</code>"}, "checkpoint": {"<code>igwatchd login</code>"},
		"consent": {"<code>igwatchd login</code>"}, "other-account": {"<code>igwatchd login</code>"},
		"unknown":   {"What helps: install Chromium"},
		"preparing": {"tries again by itself"},
		"browser":   {"What helps: install Chromium"},
	} {
		f := &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane.doe", State: "waiting-for-you", Deadline: "2026-11-28T01:02:03Z", Wall: wall(kind, kind == "two-factor")}}}}
		_, base, browser := open(t, f)
		_, text := get(t, browser, base+"/export/e1")
		for _, w := range append(want, "What Instagram wants from you", "/handover?export=e1") {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the page does not say %q:\n%s", kind, w, text)
			}
		}
		if got := strings.Contains(text, `src="/export/e1/wall.png"`); got != (kind == "two-factor") {
			t.Errorf("%s: a picture is shown: %v", kind, got)
		}
		if _, now := get(t, browser, base+"/"); !strings.Contains(now, "could not go on by itself") || !strings.Contains(now, wallAdvice(kind)) || !strings.Contains(now, `href="/export/e1">What to do`) {
			t.Errorf("%s: the first page says nothing of it:\n%s", kind, now)
		}
	}
}

// TestTheScreenshotIsPrivate: who was not let in does not see it, and nobody keeps it.
func TestTheScreenshotIsPrivate(t *testing.T) {
	f := &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1"}}}}
	_, base, browser := open(t, f)
	resp, err := browser.Get(base + "/export/e1/wall.png")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(body), "\x89PNG") || resp.Header.Get("Content-Type") != "image/png" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%q, %v, %v", body, resp.Header, err)
	}
	if status, body := get(t, &http.Client{}, base+"/export/e1/wall.png"); status != http.StatusForbidden || strings.Contains(body, "PNG") {
		t.Errorf("a stranger: %d %s", status, body)
	}
}
