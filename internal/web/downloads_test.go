package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// TestTheDownloadsFolder: every state of a file in words, and none at all.
func TestTheDownloadsFolder(t *testing.T) {
	for state, want := range map[string]string{
		"taken": `href="/export/e1"`, "being-taken": "You need to do nothing", "coming": "still downloading",
		"broken": "press Download once more", "left": "left alone: it is &lt;joe&gt;&#39;s",
	} {
		f := &fake{lying: []daemon.Lying{{Name: "instagram-<x>.zip", Size: 5 << 20, State: state, Export: "e1", Why: "it is <joe>'s"}}}
		_, base, browser := open(t, f)
		if status, text := get(t, browser, base+"/downloads"); status != http.StatusOK || !strings.Contains(text, want) || !strings.Contains(text, "instagram-&lt;x&gt;.zip") {
			t.Errorf("%s: %d\n%s", state, status, text)
		}
	}
	f := &fake{refuse: fault.WithHint(errors.New("permission denied"), "let it in")}
	_, base, browser := open(t, f)
	if _, text := get(t, browser, base+"/downloads"); !strings.Contains(text, "permission denied: let it in") || strings.Contains(text, "There is no archive") {
		t.Errorf("trouble:\n%s", text)
	}
	f.refuse = nil
	if _, text := get(t, browser, base+"/downloads"); !strings.Contains(text, "There is no archive of Instagram") {
		t.Errorf("nothing there:\n%s", text)
	}
}

func TestTheFirstPageShowsWhatWasNotTaken(t *testing.T) {
	f := &fake{status: daemon.Status{Refused: []daemon.Refused{{File: "/home/jane/<x>.zip", Why: "It is not whole.", Hint: "Download it again."}}}}
	_, base, browser := open(t, f)
	if _, body := get(t, browser, base+"/"); !strings.Contains(body, "/home/jane/&lt;x&gt;.zip") || !strings.Contains(body, "It is not whole.") || !strings.Contains(body, "Download it again.") {
		t.Error(body)
	}
}
