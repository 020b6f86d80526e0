package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// detail is one export with everything that is known of it.
type detail struct {
	daemon.Export
	Wrong, Ask, Note []verdict.Reason
	HasEvidence      bool
	Met              *met   // what stopped the browser
	Removal          string // Instagram's page for deleting the account; "" unless it is safe
	Omitted          verdict.Omitted
	Accept           *daemon.Accept // what the person may accept, if they type the number of it; nil: nothing
	Accepted         bool           // the person did
	PartsOpen        bool           // a question is open about how many files the export has
}

// removalPage is where an account is deleted. It is shown for a safe archive alone.
const removalPage = "https://accountscenter.instagram.com/personal_info/account_ownership_and_control/deletion_and_deactivation/"

// find returns the export that the address names.
func (s *Server) find(r *http.Request) (daemon.Export, error) {
	e, _, err := s.findIn(r)
	return e, err
}

// findIn returns the status too that the export was found in.
func (s *Server) findIn(r *http.Request) (daemon.Export, daemon.Status, error) {
	st, err := s.o.Exports.Status(r.Context())
	if err != nil {
		return daemon.Export{}, st, err
	}
	id := r.PathValue("id")
	i := slices.IndexFunc(st.Exports, func(e daemon.Export) bool { return e.ID == id })
	if i < 0 {
		return daemon.Export{}, st, fault.Permanent(errors.New("there is no such export"), "go back to the first page")
	}
	return st.Exports[i], st, nil
}

func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	e, st, err := s.findIn(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	d := detail{Export: e, Wrong: e.Open(inspect.Error), Ask: e.Open(inspect.Question), Note: e.Open(inspect.Info)}
	d.Ask = onePerCode(d.Ask)
	if e.Wall != nil {
		d.Met = &met{*e.Wall, e.ID}
	}
	_, err = os.Stat(daemon.EvidencePage(e.Path))
	d.HasEvidence = e.Path != "" && err == nil
	if e.State == "done" && e.Verdict == verdict.Safe {
		d.Removal = removalPage
	}
	d.PartsOpen = verdict.OpenParts(e.Reasons)
	d.Accepted = slices.ContainsFunc(e.Reasons, func(r verdict.Reason) bool { return r.Accepted })
	if d.Accepted || verdict.Acceptable(e.Reasons) {
		o, err := s.o.Exports.Omissions(r.Context(), e.ID)
		if err != nil {
			s.fail(w, err)
			return
		}
		d.Omitted = verdict.NewOmitted(o, nil)
		if !d.Accepted && o != nil {
			d.Accept = &daemon.Accept{Digest: o.Digest, Total: o.Total}
		}
	}
	s.showLive(w, "export.html", e.Account, d, st)
}

// onePerCode keeps the first question of each kind: an answer answers all of its kind.
func onePerCode(list []verdict.Reason) (kept []verdict.Reason) {
	for _, r := range list {
		i := slices.IndexFunc(kept, func(k verdict.Reason) bool { return k.Code == r.Code })
		if i < 0 {
			kept = append(kept, r)
			continue
		}
		kept[i].Text += "\n" + r.Text
	}
	return kept
}

// evidence serves the page that lies beside the archive. It holds its own style and pictures, and
// nothing that could run.
func (s *Server) evidence(w http.ResponseWriter, r *http.Request) {
	e, err := s.find(r)
	if err == nil && e.Path == "" {
		err = fault.Permanent(errors.New("the archive is not stored yet, so there is no evidence"), "")
	}
	if err != nil {
		s.fail(w, err)
		return
	}
	f, err := os.Open(daemon.EvidencePage(e.Path))
	if err != nil {
		s.fail(w, fmt.Errorf("open evidence: %w", err))
		return
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation")
	_, _ = io.Copy(w, f) // the browser went away
}

// confirm takes the answers: every question that was ticked is answered with yes, and what Instagram left out is accepted
// if its number was typed.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request) {
	e, err := s.find(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		s.fail(w, fault.Permanent(fmt.Errorf("read the answers: %w", err), ""))
		return
	}
	answers := daemon.Answers{Yes: r.PostForm["yes"]}
	if typed := strings.TrimSpace(r.PostForm.Get("accept")); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil {
			s.fail(w, fault.Permanent(fmt.Errorf("%q is not a number: nothing was accepted", typed), "go back and type how many items the list has"))
			return
		}
		answers.Accept = &daemon.Accept{Digest: r.PostForm.Get("digest"), Total: n}
	}
	if len(answers.Yes) > 0 || answers.Accept != nil {
		if err := s.o.Exports.Confirm(r.Context(), e.ID, answers); err != nil {
			s.fail(w, err)
			return
		}
	}
	http.Redirect(w, r, "/export/"+e.ID, http.StatusSeeOther)
}
