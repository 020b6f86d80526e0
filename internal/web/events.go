package web

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

const (
	eventEvery = time.Second
	eventLife  = 10 * time.Minute // then the browser asks anew
)

// live is what changes on the page while somebody looks at it.
type live struct {
	Digest string     `json:"digest"` // of everything but progress: when it changes, the page is loaded anew
	Bars   []progress `json:"bars"`
}

type progress struct {
	Export string `json:"export"`
	Value  int    `json:"value"`
	Text   string `json:"text"`
}

// events tells a page what changes (server-sent events). Only an open page costs anything.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	rc := http.NewResponseController(w)
	tick := time.NewTicker(eventEvery)
	defer tick.Stop()
	end := time.NewTimer(eventLife)
	defer end.Stop()
	last := ""
	for {
		st, err := s.o.Exports.Status(r.Context())
		if err != nil {
			return
		}
		body, err := json.Marshal(liveOf(st))
		if err != nil {
			return
		}
		if string(body) != last {
			last = string(body)
			if _, err := fmt.Fprintf(w, "data: %s\n\n", body); err != nil || rc.Flush() != nil {
				return
			}
		}
		select {
		case <-tick.C:
		case <-end.C:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func liveOf(st daemon.Status) live {
	var l live
	st.Exports, st.Inboxes = slices.Clone(st.Exports), slices.Clone(st.Inboxes)
	for i, e := range st.Exports {
		if e.Progress != nil {
			l.Bars = append(l.Bars, progress{e.ID, percent(e.Progress.Done, e.Progress.Total), progressText(e.Progress)})
			st.Exports[i].Progress = nil
		}
	}
	for i := range st.Inboxes { // it changes all the time and is no news
		st.Inboxes[i].LastContact = ""
	}
	body, err := json.Marshal(st)
	if err == nil {
		l.Digest = fmt.Sprintf("%x", sha256.Sum256(body))[:16]
	}
	return l
}

// progressText is what stands beside the bar.
func progressText(p *daemon.Progress) string {
	text := bytesText(p.Done)
	if p.Total > 0 {
		text += " of " + bytesText(p.Total)
	}
	if p.Speed > 0 {
		text += ", " + bytesText(p.Speed) + " a second"
	}
	if r := remaining(p); r != "" {
		text += ", " + r
	}
	return text
}
