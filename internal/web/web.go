// Package web is the page: where things stand, what the person has to do, and the archive to look
// at. It listens on the loopback interface, works without script, loads nothing from anywhere
// else, and shows no secret.
package web

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/inspect"
)

// Exports tells where everything stands and takes a person's answers.
type Exports interface {
	Status(ctx context.Context) (daemon.Status, error)
	Confirm(ctx context.Context, id string, answers daemon.Answers) error
	Omissions(ctx context.Context, id string) (*inspect.Omissions, error) // nil: nothing
	WallPicture(ctx context.Context, id string) ([]byte, error)           // PNG
}

// HandOver takes what the person downloaded. Its methods are those of daemon.Daemon.
type HandOver interface {
	Give(ctx context.Context, account, id, address string) (export string, err error)
	Uploaded(name string, size int64) (int64, error)
	Upload(ctx context.Context, name string, size, offset int64, r io.Reader) (done int64, export string, err error)
}

// Looker looks into the drop folders. Its method is daemon.Daemon's.
type Looker interface {
	Lies(ctx context.Context) (list []daemon.Lying, others int, err error)
}

// Options is what a Server works with. All fields must be set.
type Options struct {
	Listen   string // host:port, on this machine
	Exports  Exports
	HandOver HandOver
	Drops    []string // folders that downloads are taken from
	Looker   Looker
	Shelf    Shelf  // where the gallery finds archives
	Thumbs   string // folder that the gallery keeps small pictures in
	Log      *slog.Logger
}

// Server is the page.
type Server struct {
	o        Options
	log      *slog.Logger
	pages    map[string]*template.Template
	sessions *sessions
	metrics  metrics
	albums   albums
	thumbs   *thumbs

	mu     sync.Mutex
	origin string // http://host:port, once it listens
	hosts  map[string]bool
}

//go:embed pages static
var files embed.FS

// New prepares the page.
func New(o Options) (*Server, error) {
	s := &Server{o: o, log: o.Log, pages: map[string]*template.Template{}, hosts: map[string]bool{}, sessions: newSessions()}
	s.albums.shelf, s.thumbs = o.Shelf, newThumbs(o.Thumbs, o.Log)
	gallery, err := galleryPages("frame.html", func(name string) string { return "/static/" + name })
	if err != nil {
		return nil, err
	}
	maps.Copy(s.pages, gallery)
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if name == "pages/frame.html" || strings.HasPrefix(name, "pages/gallery") {
			continue
		}
		t, err := template.New("frame.html").Funcs(words).ParseFS(files, "pages/frame.html", name)
		if err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		s.pages[name[len("pages/"):]] = t
	}
	return s, nil
}

// retryListen is how long it takes until a port that is taken is tried again.
const retryListen = time.Minute

// Serve listens until ctx ends. A port that cannot be had is no reason to end the watch over an
// inbox: it is said, and tried again.
func (s *Server) Serve(ctx context.Context) error {
	for {
		err := s.serve(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // stopping is no error
		}
		s.log.Error("the page is not open", "listen", s.o.Listen, "error", err, "hint", `choose another port in web.listen, or "" to do without the page`)
		select {
		case <-time.After(retryListen):
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *Server) serve(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", s.o.Listen)
	if err != nil {
		return err
	}
	s.listening(l.Addr())
	server := &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	defer s.albums.close()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listening notes under which names the page may be asked for. Any other is a foreign page's try to
// reach us through a name that it controls.
func (s *Server) listening(at net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.origin = "http://" + at.String()
	_, port, _ := net.SplitHostPort(at.String()) // a listener's own address
	for _, host := range []string{at.String(), "localhost:" + port, "127.0.0.1:" + port, "[::1]:" + port} {
		s.hosts[host] = true
	}
	s.log.Info("the page is open", "address", s.origin)
}

func (s *Server) handler() http.Handler {
	private := http.NewServeMux()
	private.HandleFunc("GET /{$}", s.now)
	private.HandleFunc("GET /export/{id}", s.export)
	private.HandleFunc("GET /export/{id}/evidence", s.evidence)
	private.HandleFunc("POST /export/{id}/confirm", s.confirm)
	private.HandleFunc("GET /export/{id}/wall.png", s.wallPicture)
	private.HandleFunc("GET /handover", s.handOver)
	private.HandleFunc("POST /give", s.give)
	private.HandleFunc("GET /downloads", s.downloads)
	private.HandleFunc("POST /upload", s.uploadForm)
	private.HandleFunc("GET /upload", s.uploaded)
	private.HandleFunc("PUT /upload", s.uploadPiece)
	private.HandleFunc("GET /events", s.events)
	s.galleryRoutes(private)

	all := http.NewServeMux()
	all.HandleFunc("GET /enter", s.enter)
	all.HandleFunc("GET /metrics", s.serveMetrics)
	all.Handle("GET /static/", http.FileServerFS(files))
	all.Handle("/", s.known(private))
	return s.guarded(all)
}
