package web

import (
	"net/http"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// looked is what lies in the drop folders.
type looked struct {
	Drops         []string
	Found         []daemon.Lying
	Others        int
	Trouble, Hint string
	Busy          bool // something is on its way: look again
}

// downloads answers "I pressed Download, it is in my Downloads folder": what igwatchd sees there, and what becomes of it.
func (s *Server) downloads(w http.ResponseWriter, r *http.Request) {
	l := looked{Drops: s.o.Drops}
	var err error
	if l.Found, l.Others, err = s.o.Looker.Lies(r.Context()); err != nil {
		l.Trouble, l.Hint = err.Error(), fault.HintOf(err)
	}
	for _, f := range l.Found {
		l.Busy = l.Busy || f.State == "being-taken" || f.State == "coming"
	}
	s.show(w, "downloads.html", http.StatusOK, "In the downloads folder", l)
}
