package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/igwatchd/igwatchd/internal/album"
)

// Shelf tells where the zips of an export lie. The error is fs.ErrNotExist if they are not here.
type Shelf interface {
	Zips(ctx context.Context, id string) ([]string, error)
}

// filter says which entries a list holds.
type filter struct {
	kind        string // "": of every kind
	year, month int    // anyYear: all; year 0: without a date; month 0: the whole year
	query       string // words of captions; instead of kind, year and month
	page        int    // from 1; 0: everything on one page
}

const (
	anyYear   = -1
	maxQuery  = 200 // characters of a search
	pageTiles = 96
)

// galleryPages reads the templates of the gallery into a frame. They share their parts. Asset tells
// where style and script are.
func galleryPages(frame string, asset func(name string) string) (map[string]*template.Template, error) {
	pages := map[string]*template.Template{}
	more := template.FuncMap{"asset": asset, "turn": turn, "pages": pagesText}
	for _, name := range []string{"gallery.html", "gallery-list.html", "gallery-entry.html", "gallery-threads.html", "gallery-thread.html"} {
		t, err := template.New(frame).Funcs(words).Funcs(more).ParseFS(files, "pages/"+frame, "pages/gallery-parts.html", "pages/"+name)
		if err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		pages[name] = t
	}
	return pages, nil
}

// galleryRoutes are the gallery's addresses. All need a session.
func (s *Server) galleryRoutes(m *http.ServeMux) {
	for pattern, show := range map[string]func(http.ResponseWriter, *http.Request, *library) error{
		"GET /gallery/{id}":                     s.galleryYears,
		"GET /gallery/{id}/list":                s.galleryList,
		"GET /gallery/{id}/entry/{n}":           s.galleryEntry,
		"GET /gallery/{id}/messages":            s.galleryThreads,
		"GET /gallery/{id}/messages/{n}":        s.galleryThread,
		"GET /gallery/{id}/media/{file}/{name}": s.galleryMedia,
		"GET /gallery/{id}/thumb/{file}":        s.galleryThumb,
	} {
		m.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			l, done, err := s.albums.get(r.Context(), r.PathValue("id"))
			if err == nil {
				defer done()
				err = show(w, r, l)
			}
			switch {
			case r.Context().Err() != nil: // the browser went away
			case errors.Is(err, fs.ErrNotExist):
				s.show(w, "problem.html", http.StatusNotFound, "There is no such page", problem{What: err.Error(), Hint: "go back to the first page"})
			case err != nil:
				s.fail(w, err)
			}
		})
	}
}

// errNoPage is a thing that an address names and the archive does not hold.
var errNoPage = fmt.Errorf("the archive holds nothing under this address: %w", fs.ErrNotExist)

func (s *Server) galleryYears(w http.ResponseWriter, r *http.Request, l *library) error {
	kind := r.URL.Query().Get("kind")
	if kind == "" {
		kind = l.first()
	}
	v, ok := l.yearsView(served{r.PathValue("id")}, kind)
	if !ok {
		return errNoPage
	}
	s.show(w, "gallery.html", http.StatusOK, v.Title, v)
	return nil
}

func (s *Server) galleryList(w http.ResponseWriter, r *http.Request, l *library) error {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	v := l.listView(served{r.PathValue("id")}, f)
	s.show(w, "gallery-list.html", http.StatusOK, v.Title, v)
	return nil
}

func (s *Server) galleryEntry(w http.ResponseWriter, r *http.Request, l *library) error {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(l.Entries) {
		return errNoPage
	}
	v := l.entryView(served{r.PathValue("id")}, f, n)
	s.show(w, "gallery-entry.html", http.StatusOK, v.Title, v)
	return nil
}

// filterOf reads what a list's address says. What is odd is an error, not a guess.
func filterOf(q url.Values) (filter, error) {
	f := filter{kind: q.Get("kind"), year: anyYear, page: 1, query: strings.TrimSpace(q.Get("q"))}
	if f.kind != "" && kindWords[f.kind].many == "" || utf8.RuneCountInString(f.query) > maxQuery || !utf8.ValidString(f.query) {
		return f, errNoPage
	}
	for _, n := range []struct {
		name     string
		to       *int
		min, max int
	}{{"year", &f.year, 0, 9999}, {"month", &f.month, 1, 12}, {"page", &f.page, 1, 1 << 20}} {
		if !q.Has(n.name) {
			continue
		}
		v, err := strconv.Atoi(q.Get(n.name))
		if err != nil || v < n.min || v > n.max {
			return f, errNoPage
		}
		*n.to = v
	}
	if f.month != 0 && f.year == anyYear {
		return f, errNoPage
	}
	return f, nil
}

// values is the other way round.
func (f filter) values() url.Values {
	q := url.Values{}
	if f.query != "" {
		q.Set("q", f.query)
	} else {
		if f.kind != "" {
			q.Set("kind", f.kind)
		}
		if f.year != anyYear {
			q.Set("year", strconv.Itoa(f.year))
		}
		if f.month != 0 {
			q.Set("month", strconv.Itoa(f.month))
		}
	}
	if f.page > 1 {
		q.Set("page", strconv.Itoa(f.page))
	}
	return q
}

// kindWords are the kinds of entries as people call them.
var kindWords = map[string]struct{ one, many, title string }{
	album.Post: {"post", "posts", "Posts"}, album.Reel: {"reel", "reels", "Reels"}, album.Story: {"story", "stories", "Stories"},
	album.Archived: {"archived post", "archived posts", "Archived posts"},
	album.Profile:  {"profile picture", "profile pictures", "Profile pictures"},
	album.Deleted:  {"deleted post", "deleted posts", "Recently deleted"},
	album.Other:    {"other entry", "other entries", "Other"},
}
