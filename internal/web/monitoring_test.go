package web

import (
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

// TestMonitoringDocsNameTheRealMetrics: docs/monitoring.md names every metric, label and state that
// there is, and no other, also in its rules. A rule about a metric that does not exist never fires.
func TestMonitoringDocsNameTheRealMetrics(t *testing.T) {
	text, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string][]string{} // by metric: its labels
	for _, row := range regexp.MustCompile("(?m)^\\| `(igwatchd_\\w+)` \\|([^|]*)\\|.*\\|$").FindAllStringSubmatch(string(text), -1) {
		documented[row[1]] = regexp.MustCompile(`\w+`).FindAllString(row[2], -1)
		slices.Sort(documented[row[1]])
	}

	f := &fake{status: daemon.Status{
		Inboxes: []daemon.Inbox{{State: "watching", LastContact: time.Now().Format(time.RFC3339)}},
		Exports: []daemon.Export{{State: "waiting-for-you", Deadline: time.Now().Add(time.Hour).Format(time.RFC3339)}},
	}}
	_, base, _ := open(t, f)
	status, body := get(t, &http.Client{}, base+"/metrics")
	if status != http.StatusOK {
		t.Fatal(status)
	}
	exist, values := map[string][]string{}, map[string]bool{}
	for line := range strings.Lines(body) {
		m := regexp.MustCompile(`^(igwatchd_\w+)(\{.*\})? `).FindStringSubmatch(line)
		if m == nil {
			continue
		}
		var labels []string
		for _, l := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(m[2], -1) {
			labels = append(labels, l[1])
			if l[1] != "inbox" {
				values[l[2]] = true
			}
		}
		slices.Sort(labels)
		exist[m[1]] = labels
	}
	if !maps.EqualFunc(exist, documented, slices.Equal) || len(exist) == 0 {
		t.Errorf("there are   %v\ndocumented: %v", exist, documented)
	}
	for _, name := range regexp.MustCompile(`igwatchd_\w+`).FindAllString(string(text), -1) {
		if _, ok := exist[name]; !ok {
			t.Errorf("%s is named, and does not exist", name)
		}
	}
	for value := range values {
		if !strings.Contains(string(text), "`"+value+"`") {
			t.Errorf("the value %s is not named", value)
		}
	}
}
