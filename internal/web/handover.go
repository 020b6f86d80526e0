package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// handing is what the page for handing over files shows.
type handing struct {
	Export  string // that it is for; "": the file says so itself
	Waiting []daemon.Export
	Drops   []string
	Taken   []taken
}

// taken is a file that was handed over.
type taken struct{ Name, Export, Error, Hint string }

func (s *Server) handOver(w http.ResponseWriter, r *http.Request) {
	s.showHandOver(w, r, http.StatusOK, nil)
}

func (s *Server) showHandOver(w http.ResponseWriter, r *http.Request, status int, list []taken) {
	st, err := s.o.Exports.Status(r.Context())
	if err != nil {
		s.fail(w, err)
		return
	}
	h := handing{Drops: s.o.Drops, Taken: list, Export: r.URL.Query().Get("export")}
	for _, e := range st.Exports {
		if e.State == "waiting-for-you" {
			h.Waiting = append(h.Waiting, e)
		}
	}
	s.show(w, "handover.html", status, "Hand over files", h)
}

// give takes the address of a Download button.
func (s *Server) give(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		s.fail(w, fault.Permanent(fmt.Errorf("read the address: %w", err), ""))
		return
	}
	id, err := s.o.HandOver.Give(r.Context(), "", r.PostForm.Get("export"), r.PostForm.Get("url"))
	if err != nil {
		s.fail(w, err)
		return
	}
	http.Redirect(w, r, "/export/"+id, http.StatusSeeOther)
}

// uploadForm takes files from a browser without script: in one go, straight to the disk.
func (s *Server) uploadForm(w http.ResponseWriter, r *http.Request) {
	m, err := r.MultipartReader()
	if err != nil {
		s.fail(w, fault.Permanent(fmt.Errorf("read the files: %w", err), ""))
		return
	}
	var list []taken
	status := http.StatusOK
	for {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			s.fail(w, fault.Temporary(fmt.Errorf("read the files: %w", err), "send them again"))
			return
		}
		if part.FileName() == "" {
			continue
		}
		t := taken{Name: part.FileName()}
		if _, t.Export, err = s.o.HandOver.Upload(r.Context(), t.Name, -1, 0, part); err != nil {
			t.Error, t.Hint, status = err.Error(), fault.HintOf(err), http.StatusUnprocessableEntity
		}
		list = append(list, t)
	}
	s.showHandOver(w, r, status, list)
}

// state is what the script is told of an upload.
type state struct {
	Done   int64  `json:"done"`
	Export string `json:"export,omitempty"`
	Error  string `json:"error,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

func answer(w http.ResponseWriter, st state, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		st.Error, st.Hint = err.Error(), fault.HintOf(err)
		status := http.StatusServiceUnavailable // the script tries again
		if fault.KindOf(err) == fault.PermanentKind {
			status = http.StatusUnprocessableEntity
		}
		w.WriteHeader(status)
	}
	_ = json.NewEncoder(w).Encode(st) // the browser went away
}

// uploaded tells a script where to go on.
func (s *Server) uploaded(w http.ResponseWriter, r *http.Request) {
	name, size, _, err := piece(r)
	if err != nil {
		answer(w, state{}, err)
		return
	}
	done, err := s.o.HandOver.Uploaded(name, size)
	answer(w, state{Done: done}, err)
}

// uploadPiece takes the next bytes of a file.
func (s *Server) uploadPiece(w http.ResponseWriter, r *http.Request) {
	name, size, offset, err := piece(r)
	if err != nil {
		answer(w, state{}, err)
		return
	}
	done, export, err := s.o.HandOver.Upload(r.Context(), name, size, offset, r.Body)
	answer(w, state{Done: done, Export: export}, err)
}

func piece(r *http.Request) (name string, size, offset int64, err error) {
	q := r.URL.Query()
	name = q.Get("name")
	size, err = strconv.ParseInt(q.Get("size"), 10, 64)
	if q.Has("offset") && err == nil {
		offset, err = strconv.ParseInt(q.Get("offset"), 10, 64)
	}
	if err != nil || name == "" || size <= 0 || offset < 0 || offset >= size {
		return "", 0, 0, fault.Permanent(errors.New("upload: name, size or place is missing"), "reload the page")
	}
	return name, size, offset, nil
}
