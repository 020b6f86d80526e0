package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

// metrics is the OpenMetrics text (version 1.0.0) of the status: no names of people, no secrets.
type metrics struct{}

// states of an export, in the order of its way.
var states = []string{"announced", "fetching", "waiting-for-you", "inspecting", "storing", "done", "failed"}

func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	st, err := s.o.Exports.Status(r.Context())
	if err != nil {
		http.Error(w, "no status", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
	_, _ = w.Write([]byte(s.metrics.text(st, time.Now()))) // the reader went away
}

func (metrics) text(st daemon.Status, now time.Time) string {
	var b strings.Builder
	head := func(name, kind, help string) {
		fmt.Fprintf(&b, "# TYPE %s %s\n# HELP %s %s\n", name, kind, name, help)
	}
	head("igwatchd_inbox_live", "gauge", "Whether a folder of an inbox is being watched.")
	for i, in := range st.Inboxes {
		live := 0
		if in.State == "watching" || in.State == "polling" {
			live = 1
		}
		fmt.Fprintf(&b, "igwatchd_inbox_live{inbox=\"%d\",state=%q} %d\n", i, in.State, live)
	}
	head("igwatchd_inbox_silence_seconds", "gauge", "How long ago the mail server was heard last.")
	for i, in := range st.Inboxes {
		if at, err := time.Parse(time.RFC3339, in.LastContact); err == nil {
			fmt.Fprintf(&b, "igwatchd_inbox_silence_seconds{inbox=\"%d\"} %.0f\n", i, max(0, now.Sub(at).Seconds()))
		}
	}
	head("igwatchd_exports", "gauge", "Exports by state.")
	for _, state := range states {
		n := 0
		for _, e := range st.Exports {
			if e.State == state {
				n++
			}
		}
		fmt.Fprintf(&b, "igwatchd_exports{state=%q} %d\n", state, n)
	}
	head("igwatchd_verdicts", "gauge", "Judged exports by verdict.")
	for _, v := range []string{"safe", "questions", "not-safe"} {
		n := 0
		for _, e := range st.Exports {
			if e.Verdict == v {
				n++
			}
		}
		fmt.Fprintf(&b, "igwatchd_verdicts{verdict=%q} %d\n", v, n)
	}
	head("igwatchd_download_closes_seconds", "gauge", "How long the next download that waits for somebody stays open.")
	next := time.Time{}
	for _, e := range st.Exports {
		if at, err := time.Parse(time.RFC3339, e.Deadline); err == nil && !(e.State == "done" || e.State == "failed") && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if !next.IsZero() {
		fmt.Fprintf(&b, "igwatchd_download_closes_seconds %.0f\n", next.Sub(now).Seconds())
	}
	b.WriteString("# EOF\n")
	return b.String()
}
