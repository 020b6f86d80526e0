package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// frame is what every page has.
type frame struct {
	Title string
	Body  any
	Live  string // the digest of what is shown, on a page that follows what happens; ""
}

// show writes a page whole or not at all.
func (s *Server) show(w http.ResponseWriter, page string, status int, title string, body any) {
	s.write(w, page, status, frame{Title: title, Body: body})
}

// showLive writes a page that is loaded anew when anything but progress is other than in st.
func (s *Server) showLive(w http.ResponseWriter, page, title string, body any, st daemon.Status) {
	s.write(w, page, http.StatusOK, frame{title, body, liveOf(st).Digest})
}

func (s *Server) write(w http.ResponseWriter, page string, status int, f frame) {
	var b bytes.Buffer
	if err := s.pages[page].Execute(&b, f); err != nil {
		s.log.Error("a page could not be made", "page", page, "error", err)
		http.Error(w, "This page could not be made; the log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the browser went away
}

// problem is an error as a person is told it.
type problem struct{ What, Hint string }

func (s *Server) fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if fault.KindOf(err) == fault.PermanentKind {
		status = http.StatusUnprocessableEntity
	}
	s.log.Warn("the page could not do what was asked", "error", err)
	s.show(w, "problem.html", status, "That did not work", problem{err.Error(), fault.HintOf(err)})
}

// words are the functions that pages use.
var words = template.FuncMap{
	"bytes": bytesText, "moment": moment, "stamp": stampText, "left": left, "percent": percent, "join": strings.Join,
	"remaining": remaining, "worst": worst,
}

// bytesText shows a size as people say it.
func bytesText(n int64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if float64(n) >= u.size {
			return fmt.Sprintf("%.1f %s", float64(n)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("Monday 2 January 2006, 15:04")
}

// stampText shows an RFC 3339 time.
func stampText(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return moment(t)
}

// left shows how long it is until then.
func left(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return ""
	}
	switch d := time.Until(t); {
	case d <= 0:
		return "over"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes left", int(d.Minutes())+1)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours left", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days left", int(d.Hours()/24))
	}
}

func percent(done, total int64) int {
	if total <= 0 {
		return 0
	}
	return int(min(100, done*100/total))
}
