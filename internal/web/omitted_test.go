package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// TestWhatInstagramLeftOutIsAccepted: the page lists it, and takes nothing but a number, with the digest of what was shown.
func TestWhatInstagramLeftOutIsAccepted(t *testing.T) {
	o := &inspect.Omissions{Total: 1047, Digest: "d1"}
	for range 1000 {
		o.Items = append(o.Items, inspect.Omission{Code: "media-remote", Kind: inspect.KindStory, From: "stories.html", Made: "2022-05-14", Caption: "<script>alert(1)</script>"})
	}
	remote := verdict.Reason{Code: "media-remote", Severity: inspect.Error, Text: "47 stories", Acceptable: true}
	count := verdict.Reason{Code: "part-count", Severity: inspect.Question, Text: "how many?"}
	f := &fake{omissions: o, status: daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane.doe", State: "done", Verdict: "not-safe", Reasons: []verdict.Reason{remote, count}}}}}
	_, base, browser := open(t, f)
	field := `name="accept"`
	if _, body := get(t, browser, base+"/export/e1"); strings.Contains(body, field) || !strings.Contains(body, "once the question about the number of files is answered") {
		t.Error("it can be accepted while nobody knows how many files there are")
	}
	f.status.Exports[0].Reasons = []verdict.Reason{remote}
	_, body := get(t, browser, base+"/export/e1")
	for _, want := range []string{field, `name="digest" value="d1"`, "type 1047:", "<h3>Stories: 1000</h3>", "14 May 2022: ", "&lt;script&gt;", "And 47 more", "<summary>980 more"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if _, body := get(t, browser, base+"/"); !strings.Contains(body, "Instagram did not include everything") {
		t.Error("the first page does not say so")
	}
	for form, want := range map[string]string{
		"accept=1047&digest=d1":    "e1  accept 1047 of d1",
		"accept=+1046+&digest=d1":  "e1  accept 1046 of d1", // the daemon refuses that
		"accept=&digest=d1":        "",
		"accept=all&digest=d1":     "",
		"yes=x&accept=3&digest=d2": "e1 x accept 3 of d2",
	} {
		f.confirmed = nil
		r := request(t, http.MethodPost, base+"/export/e1/confirm", form)
		r.Header.Set("Origin", base)
		send(t, browser, r)
		if got := strings.Join(f.confirmed, ";"); got != want {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
	}
	remote.Severity, remote.Acceptable, remote.Accepted = inspect.Info, false, true
	f.status.Exports[0].Verdict, f.status.Exports[0].Reasons = "safe", []verdict.Reason{remote}
	if _, body := get(t, browser, base+"/export/e1"); strings.Contains(body, field) || !strings.Contains(body, "and you accepted</h2>") || strings.Contains(body, "Everything is here and proven") {
		t.Error(body)
	}
	if _, body := get(t, browser, base+"/"); !strings.Contains(body, "complete but for what Instagram did not include and you accepted") {
		t.Error(body)
	}
}
