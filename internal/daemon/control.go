package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
)

// socketName is the control socket in state_dir. Whoever may open it may do all
// that the daemon's user may; it is for that user and root alone.
const socketName = "sock"

// maxSocketPath is what the system allows for a socket's path.
const maxSocketPath = 104

type control struct {
	listener net.Listener
	server   *http.Server
}

// listenControl opens the control socket. A socket left by a crash is replaced:
// the journal's lock says that nobody else is there.
func (d *Daemon) listenControl(ctx context.Context) (*control, error) {
	path := filepath.Join(d.cfg.StateDir, socketName)
	if len(path) > maxSocketPath {
		return nil, fault.Configuration(fmt.Errorf("state_dir: %s: its path is too long for a socket (%d letters at most)", d.cfg.StateDir, maxSocketPath-len(socketName)-1), "choose a shorter one")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("control socket: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", d.serveStatus)
	mux.HandleFunc("POST /import", d.serveImport)
	mux.HandleFunc("POST /confirm", d.serveConfirm)
	mux.HandleFunc("GET /omissions", d.serveOmissions)
	mux.HandleFunc("POST /give", d.serveGive)
	mux.HandleFunc("POST /expect", d.serveExpect)
	mux.HandleFunc("POST /open", d.serveOpen)
	mux.HandleFunc("POST /verify", d.serveVerify)
	mux.HandleFunc("POST /drill", d.serveDrill)
	mux.HandleFunc("POST /deletion", d.serveDeletion)
	mux.HandleFunc("POST /login", d.serveLogin)
	return &control{l, &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}}, nil
}

func (c *control) serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = c.server.Close() })
	defer stop()
	if err := c.server.Serve(c.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// failure is an error on its way through the socket.
type failure struct {
	Error string     `json:"error"`
	Hint  string     `json:"hint"`
	Kind  fault.Kind `json:"kind"`
}

func reply(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		v = failure{err.Error(), fault.HintOf(err), fault.KindOf(err)}
	}
	_ = json.NewEncoder(w).Encode(v) // the other side went away
}

func (d *Daemon) serveStatus(w http.ResponseWriter, r *http.Request) {
	s, err := d.status(r.Context())
	reply(w, s, err)
}

func (d *Daemon) serveImport(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size, err := strconv.ParseInt(q.Get("size"), 10, 64)
	if err != nil || size < 0 {
		reply(w, nil, fault.Permanent(errors.New("import: no size given"), ""))
		return
	}
	o := Offer{Name: q.Get("name"), Size: size, Account: q.Get("account"), Date: q.Get("date"), Route: "import"}
	id, err := d.adopt(r.Context(), o, func(ctx context.Context, dir string) (fetch.File, error) {
		return fetch.Receive(ctx, r.Body, o.Name, o.Size, dir)
	})
	reply(w, id, err)
}

// confirmation is what a person said about an export.
type confirmation struct {
	ID string `json:"id"`
	Answers
}

func (d *Daemon) serveConfirm(w http.ResponseWriter, r *http.Request) {
	var c confirmation
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&c); err != nil {
		reply(w, nil, fault.Permanent(fmt.Errorf("confirm: %w", err), ""))
		return
	}
	reply(w, nil, d.Confirm(r.Context(), c.ID, c.Answers))
}

func (d *Daemon) serveOmissions(w http.ResponseWriter, r *http.Request) {
	o, err := d.Omissions(r.Context(), r.URL.Query().Get("export"))
	reply(w, o, err)
}

// gift is the address of an archive.
type gift struct {
	Account string `json:"account"`
	Export  string `json:"export"`
	URL     string `json:"url"`
}

func (d *Daemon) serveGive(w http.ResponseWriter, r *http.Request) {
	var g gift
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&g); err != nil {
		reply(w, nil, fault.Permanent(fmt.Errorf("fetch: %w", err), ""))
		return
	}
	id, err := d.Give(r.Context(), g.Account, g.Export, g.URL)
	reply(w, id, err)
}

func (d *Daemon) serveExpect(w http.ResponseWriter, r *http.Request) {
	got, err := d.Expect(r.Context(), r.URL.Query().Get("account"))
	reply(w, got, err)
}

func (d *Daemon) serveOpen(w http.ResponseWriter, r *http.Request) {
	if d.page == nil {
		reply(w, nil, fault.Permanent(errors.New("open: the page is switched off"), `set web.listen, for example to "127.0.0.1:8738", and restart the service`))
		return
	}
	address := d.page(r.URL.Query().Get("to"))
	if address == "" {
		reply(w, nil, fault.Temporary(errors.New("open: the page is not open"), "the log says why; most often another program uses the port in web.listen"))
		return
	}
	reply(w, address, nil)
}

// gone tells whether an error of the socket means that no daemon listens there.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}
