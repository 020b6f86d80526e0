package testworld

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// Site stands for Instagram's download site: a host for links, which asks strangers to log in,
// and a host for bytes, which trusts signed, short-lived URLs and wants no cookie. Both speak
// HTTP/1.1 over TLS.
type Site struct {
	link, bytes net.Listener
	servers     []*http.Server
	serving     sync.WaitGroup
	handling    sync.WaitGroup
	done        chan struct{}
	session     string // the value of the cookie that is logged in
	secret      []byte // signs URLs

	mu        sync.Mutex
	closed    bool
	jobs      []*Job
	life      time.Duration
	latest    int64 // the latest expiry of a signed URL, in UNIX seconds
	ended     int64 // what expires then or before has expired already
	behaviour Behaviour
	seen      map[string]int // requests per host since the behaviour was set
	requests  []*Request
}

// Request is what the site noted about one request.
type Request struct {
	Host    string // as the client called it, with port
	Method  string
	Path    string // without the query
	Range   string
	IfRange string
	Cookie  bool // whether any cookie came
	Referer string
	Status  int   // 0 as long as there is no answer
	Bytes   int64 // of the body, handed to the network so far
}

// StartSite starts both hosts on the loopback interface. Signed URLs live four hours.
func StartSite(ca *CA) (*Site, error) {
	s := &Site{done: make(chan struct{}), session: rand.Text(), secret: []byte(rand.Text()), life: 4 * time.Hour, seen: make(map[string]int)}
	for _, host := range []struct {
		listener *net.Listener
		serve    func(*exchange)
	}{{&s.link, s.serveLink}, {&s.bytes, s.serveBytes}} {
		config, err := ca.loopback()
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		if *host.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, errors.Join(fmt.Errorf("start site: %w", err), s.Close())
		}
		server := &http.Server{
			Handler:           s.note(host.serve),
			TLSConfig:         config,
			ReadHeaderTimeout: time.Minute,
			ErrorLog:          log.New(io.Discard, "", 0),
			Protocols:         new(http.Protocols),
		}
		server.Protocols.SetHTTP1(true)
		s.servers = append(s.servers, server)
		s.serving.Go(func() { _ = server.ServeTLS(*host.listener, "", "") })
	}
	return s, nil
}

// LinkHost returns the host and port that stand for www.instagram.com.
func (s *Site) LinkHost() string { return onLocalhost(s.link) }

// ByteHost returns the host and port that stand for bigzipfiles.instagram.com.
func (s *Site) ByteHost() string { return onLocalhost(s.bytes) }

// SetLife sets how long signed URLs live that are made from now on; a negative life makes
// expired ones.
func (s *Site) SetLife(life time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.life = life
}

// Expire ends the life of all signed URLs that were made until now.
func (s *Site) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = s.latest
}

// SetBehaviour changes how the site answers from the next request on.
func (s *Site) SetBehaviour(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour = b
	clear(s.seen)
}

// Requests returns what both hosts were asked so far, in order.
func (s *Site) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Request
	for _, r := range s.requests {
		all = append(all, *r)
	}
	return all
}

// Cookie returns the cookie of a logged-in session.
func (s *Site) Cookie() *http.Cookie {
	return &http.Cookie{
		Name: "sessionid", Value: s.session, Path: "/", Domain: "localhost",
		Expires: time.Now().AddDate(1, 0, 0), Secure: true, HttpOnly: true,
	}
}

// WriteCookies writes the session to path in the form of a browser's cookies.txt (Netscape),
// where "#HttpOnly_" in front of the domain marks a cookie and not a comment. Cookies know no
// ports: by these rules alone they would go to the host of the bytes too, as Instagram's do.
func (s *Site) WriteCookies(path string) error {
	c := s.Cookie()
	text := fmt.Sprintf("# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n\n"+
		"localhost\tFALSE\t/\tTRUE\t%d\tcsrftoken\t%s\n#HttpOnly_localhost\tFALSE\t/\tTRUE\t%d\t%s\t%s\n",
		c.Expires.Unix(), strings.ToLower(rand.Text()), c.Expires.Unix(), c.Name, c.Value)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write cookies: %w", err)
	}
	return nil
}

// Close ends both hosts and every transfer.
func (s *Site) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.done)
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	s.handling.Wait()
	s.serving.Wait()
	// A listener that its server had not yet taken over is still open; the others say so.
	for _, l := range []net.Listener{s.link, s.bytes} {
		if l != nil {
			if err := l.Close(); !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

// note writes the request down, before it is answered, and answers it.
func (s *Site) note(serve func(*exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := &Request{
			Host: r.Host, Method: r.Method, Path: r.URL.Path, Range: r.Header.Get("Range"), IfRange: r.Header.Get("If-Range"),
			Cookie: len(r.Cookies()) > 0, Referer: r.Referer(),
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		s.handling.Add(1)
		defer s.handling.Done()
		s.requests = append(s.requests, request)
		x := &exchange{site: s, r: r, behaviour: s.behaviour, before: s.seen[r.Host]}
		s.seen[r.Host]++
		s.mu.Unlock()
		x.w = &writer{ResponseWriter: w, site: s, request: request, r: r, cutAt: -1, stallAt: -1, holdAt: -1}
		serve(x)
	})
}

// serveLink answers what www.instagram.com answers.
func (s *Site) serveLink(x *exchange) {
	if x.behaviour.link != nil && x.behaviour.link(x) {
		return
	}
	if x.r.URL.Path == "/accounts/login/" {
		x.page(http.StatusOK, loginPage)
		return
	}
	cookie, err := x.r.Cookie("sessionid")
	if err != nil || cookie.Value != s.session {
		http.Redirect(x.w, x.r, "/accounts/login/?"+nextPage(x.r), http.StatusFound)
		return
	}
	if x.r.URL.Path == exportPage {
		x.page(http.StatusOK, "<!DOCTYPE html><html><head><title>Export your information</title></head><body><div id=\"mount_0_0\"></div><script src=\"/app.js\"></script></body></html>")
		return
	}
	s.mu.Lock()
	jobs := slices.Clone(s.jobs)
	s.mu.Unlock()
	for _, job := range jobs {
		if job.serve(x) {
			return
		}
	}
	x.page(http.StatusNotFound, "<!DOCTYPE html><html><head><title>Page not found • Instagram</title></head><body>Sorry, this page isn't available.</body></html>")
}

// serveBytes answers what bigzipfiles.instagram.com answers.
func (s *Site) serveBytes(x *exchange) {
	s.mu.Lock()
	jobs := slices.Clone(s.jobs)
	s.mu.Unlock()
	for _, job := range jobs {
		if p := job.signed(x.r.URL); p != nil {
			x.path = p.path
			x.name = p.path
			break
		}
	}
	switch {
	case x.behaviour.bytes != nil && x.behaviour.bytes(x):
	case x.r.Method != http.MethodGet && x.r.Method != http.MethodHead:
		x.page(http.StatusMethodNotAllowed, "<html><body>Method not allowed</body></html>")
	case x.path == "":
		x.forbidden()
	default:
		x.zip()
	}
}
