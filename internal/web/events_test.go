package web

import (
	"bufio"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

// TestAPageKnowsWhatItShows: what happens between the making of a page and its first word from the events is no more
// lost than what happens later.
func TestAPageKnowsWhatItShows(t *testing.T) {
	f := &fake{status: daemon.Status{Exports: []daemon.Export{{ID: "e1", Account: "jane.doe", State: "announced"}}}}
	_, base, browser := open(t, f)
	for _, path := range []string{"/", "/export/e1"} {
		_, page := get(t, browser, base+path)
		shown := regexp.MustCompile(`<body data-live="([0-9a-f]+)">`).FindStringSubmatch(page)
		if shown == nil || firstDigest(t, browser, base) != shown[1] {
			t.Fatalf("%s does not know what it shows:\n%s", path, page)
		}
		f.mu.Lock()
		f.status.Exports[0].State += "x"
		f.mu.Unlock()
		if firstDigest(t, browser, base) == shown[1] {
			t.Errorf("%s: a change goes unnoticed", path)
		}
	}
	if _, page := get(t, browser, base+"/handover"); strings.Contains(page, "data-live") {
		t.Error("a page with a form is loaded anew")
	}
}

func firstDigest(t *testing.T, browser *http.Client, base string) string {
	t.Helper()
	resp, err := browser.Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var l live
	if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &l); err != nil {
		t.Fatal(err)
	}
	return l.Digest
}
