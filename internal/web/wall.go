package web

import (
	"net/http"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
)

// byLogin are the walls behind which igwatchd goes on by itself, once the person has answered Instagram in its window.
var byLogin = map[string]bool{
	browser.WallLogin: true, browser.WallTwoFactor: true, browser.WallCheckpoint: true, browser.WallConsent: true, browser.WallAccount: true,
}

// passes are those at which it tries again by itself.
var passes = map[string]bool{
	browser.WallPreparing: true, browser.WallServer: true, browser.WallOffline: true, browser.WallCertificate: true,
}

// wallAdvice is the one thing to do, in a sentence.
func wallAdvice(kind string) string {
	switch {
	case byLogin[kind]:
		return "Run igwatchd login at this computer and answer what Instagram asks."
	case passes[kind]:
		return "It tries again by itself."
	}
	return "Download the files yourself and hand them over."
}

// met is a wall as it is shown.
type met struct {
	daemon.Wall
	ID string // of the export
}

// ByLogin tells whether `igwatchd login` helps.
func (m met) ByLogin() bool { return byLogin[m.Kind] }

// Passes tells whether nothing needs to be done.
func (m met) Passes() bool { return passes[m.Kind] }

// wallPicture shows what Instagram's page looked like. It may name the person and their mail address.
func (s *Server) wallPicture(w http.ResponseWriter, r *http.Request) {
	picture, err := s.o.Exports.WallPicture(r.Context(), r.PathValue("id"))
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(picture) // the browser went away
}
