package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// archive returns size bytes that begin and end as a zip does.
func archive(seed uint64, size int) []byte {
	b := make([]byte, size)
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := 0; i+8 <= len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], rng.Uint64())
	}
	copy(b, "PK\x03\x04")
	copy(b[size-endRecord:], append([]byte("PK\x05\x06"), make([]byte, endRecord-4)...))
	return b
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// memory keeps checkpoints as a journal does: as bytes.
type memory struct {
	mu   sync.Mutex
	m    map[string][]byte
	save func(Checkpoint) error // before each Save; may be nil
}

func (m *memory) Load(_ context.Context, key string) (cp Checkpoint, found bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, found := m.m[key]
	if found {
		err = json.Unmarshal(body, &cp)
	}
	return cp, found, err
}

func (m *memory) Save(ctx context.Context, key string, cp Checkpoint) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.save != nil {
		if err := m.save(cp); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	body, err := json.Marshal(cp)
	if m.m == nil {
		m.m = map[string][]byte{}
	}
	m.m[key] = body
	return err
}

func (m *memory) Drop(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.m, key)
	return nil
}

// asked is what a server noted about a request.
type asked struct {
	path   string
	header http.Header
}

// server is a TLS server that notes what it is asked.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []asked
}

func serve(t *testing.T, h http.HandlerFunc) *server {
	t.Helper()
	return serveOn(t, nil, h)
}

// serveOn serves on a listener, without one on this machine.
func serveOn(t *testing.T, listener net.Listener, h http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, asked{r.URL.Path, r.Header.Clone()})
		s.mu.Unlock()
		h(w, r)
	}))
	if listener != nil {
		_ = s.Listener.Close()
		s.Listener = listener
	}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *server) host() string { return s.Listener.Addr().String() }

func (s *server) requests() []asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// fetcher returns a quick Fetcher that trusts the test servers.
func fetcher(t *testing.T, links, bytes []*server) *Fetcher {
	t.Helper()
	o := Options{AllowPrivate: true, RootCAs: x509.NewCertPool(), Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, s := range links {
		o.LinkHosts = append(o.LinkHosts, s.host())
		o.RootCAs.AddCert(s.Certificate())
	}
	for _, s := range bytes {
		o.ByteHosts = append(o.ByteHosts, s.host())
		o.RootCAs.AddCert(s.Certificate())
	}
	return quick(New(o))
}

func quick(f *Fetcher) *Fetcher {
	f.limits = limits{
		stall: 2 * time.Minute, retryMin: time.Microsecond, retryMax: time.Millisecond, afterMax: time.Minute, tries: 4,
		syncBytes: 64 << 10, syncEvery: time.Hour,
	}
	return f
}

// try fetches url and checks what must hold however it ends: no secret in an
// error, a kind, and a finished file exactly as told.
func try(t *testing.T, f *Fetcher, cps Checkpoints, dir, url string) (File, error) {
	t.Helper()
	file, err := f.Get(t.Context(), Request{URL: url, Key: "export/0", Dir: dir}, cps, nil)
	if err != nil {
		if fault.KindOf(err) == fault.UnknownKind {
			t.Errorf("error without a kind: %v", err)
		}
		if strings.Contains(err.Error()+fault.HintOf(err), "SECRET") {
			t.Errorf("secret in error: %v; %s", err, fault.HintOf(err))
		}
		if got := zips(t, dir); len(got) > 0 {
			t.Errorf("error %v, but the folder holds %v", err, got)
		}
		return file, err
	}
	got, rerr := os.ReadFile(file.Path)
	if rerr != nil || int64(len(got)) != file.Size || digest(got) != file.SHA256 || filepath.Dir(file.Path) != dir {
		t.Errorf("file %+v: %d bytes on disk, %s, %v", file, len(got), digest(got), rerr)
	}
	if file.Seen.SHA256 != "" && (file.Seen.SHA256 != file.SHA256 || !file.Seen.Holds(file.Path)) {
		t.Errorf("the device gave %+v, the network %s", file.Seen, file.SHA256)
	}
	return file, err
}

func zips(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.zip"))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// want checks that the file is exactly data.
func want(t *testing.T, file File, err error, data []byte) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if file.SHA256 != digest(data) {
		t.Errorf("got %d bytes with %s, want %d", file.Size, file.SHA256, len(data))
	}
}

// wantErr checks the type of an error, and its kind.
func wantErr[E error](t *testing.T, err error, kind fault.Kind) E {
	t.Helper()
	var zero E
	if err == nil {
		t.Fatalf("no error, want %T", zero)
	}
	var e E
	if !asType(err, &e) {
		t.Fatalf("got %T (%v), want %T", err, err, zero)
	}
	if fault.KindOf(err) != kind {
		t.Errorf("kind %q, want %q: %v", fault.KindOf(err), kind, err)
	}
	if fault.HintOf(err) == "" {
		t.Errorf("no hint: %v", err)
	}
	return e
}

// zipOf serves data as an honest server does.
func zipOf(data []byte, etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", `attachment; filename="instagram-jane.doe-2026-11-20-AbCdEfGh.zip"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

// cutAt ends the connection after n bytes of what h sends.
func cutAt(n int, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { h(&cutter{w, n}, r) }
}

type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(b []byte) (int, error) {
	b = b[:min(len(b), c.left)]
	n, err := c.ResponseWriter.Write(b)
	if c.left -= n; err == nil && c.left == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// part206 answers with data[start:] as a 206.
func part206(w http.ResponseWriter, data []byte, start int, etag string) {
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(data)-1, len(data)))
	w.Header().Set("Content-Length", strconv.Itoa(len(data)-start))
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(data[start:])
}

// page answers with a login page.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html><title>Login</title>"+strings.Repeat("x", 2000))
}

// offsetOf reads the start of a Range header, or 0.
func offsetOf(r *http.Request) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"))
	return n
}

func query(base, path string) string {
	return base + path + "?" + url.Values{"hash": {"SECRETQUERY"}}.Encode()
}

func asType[E error](err error, target *E) bool {
	e, ok := errors.AsType[E](err)
	*target = e
	return ok
}
