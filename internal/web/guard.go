package web

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// policy is what the page may do in a browser: show its own pictures and run its own script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded refuses whatever does not come from this page in this browser: other Host names (DNS
// rebinding), other origins (cross-site requests, RFC 6454), frames and sniffing.
func (s *Server) guarded(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "This request comes from another page.", http.StatusForbidden)
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// Not "no-referrer": with it, browsers call the origin of our own forms "null" (Fetch, section 3.2).
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if !s.ours(r.Host) {
			http.Error(w, "igwatchd answers to its own address only.", http.StatusMisdirectedRequest)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && !s.ours(strings.TrimPrefix(origin, "http://")) {
			http.Error(w, "This request comes from another page.", http.StatusForbidden)
			return
		}
		inner.ServeHTTP(w, r)
	})
}

func (s *Server) ours(host string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hosts[strings.ToLower(host)]
}

const (
	cookieName  = "igwatchd"
	tokenLife   = 5 * time.Minute
	sessionLife = 12 * time.Hour
	maxSessions = 100
)

// sessions are the browsers that were let in. They live as long as the daemon does, at most.
type sessions struct {
	mu     sync.Mutex
	tokens map[[32]byte]time.Time // by digest: when they end
	open   map[[32]byte]time.Time
}

func newSessions() *sessions {
	return &sessions{tokens: map[[32]byte]time.Time{}, open: map[[32]byte]time.Time{}}
}

// grant adds a fresh secret to a set and returns it.
func (s *sessions) grant(set map[[32]byte]time.Time, life time.Duration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for k, end := range set {
		if now.After(end) || len(set) >= maxSessions {
			delete(set, k)
		}
	}
	secret := rand.Text()
	set[sha256.Sum256([]byte(secret))] = now.Add(life)
	return secret
}

// holds tells whether a secret is good; once means that it is not any more afterwards.
func (s *sessions) holds(set map[[32]byte]time.Time, secret string, once bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(secret))
	end, ok := set[key]
	if once {
		delete(set, key)
	}
	return ok && time.Now().Before(end)
}

// Address returns an address of the page, at path, that lets one browser in, once, within five
// minutes. Empty: it does not listen yet.
func (s *Server) Address(path string) string {
	s.mu.Lock()
	origin := s.origin
	s.mu.Unlock()
	if origin == "" {
		return ""
	}
	return origin + "/enter?" + url.Values{"token": {s.sessions.grant(s.sessions.tokens, tokenLife)}, "to": {path}}.Encode()
}

// enter turns the token of an address into a cookie.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	if !s.sessions.holds(s.sessions.tokens, r.URL.Query().Get("token"), true) {
		s.show(w, "locked.html", http.StatusForbidden, "This address was used already", nil)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.sessions.grant(s.sessions.open, sessionLife), Path: "/", HttpOnly: true,
		SameSite: http.SameSiteStrictMode, MaxAge: int(sessionLife.Seconds()),
	})
	to := r.URL.Query().Get("to")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") {
		to = "/"
	}
	// A page and no redirect: a browser that came from elsewhere would not send a strict cookie along with it.
	s.show(w, "enter.html", http.StatusOK, "One moment", to)
}

// known lets browsers through that hold a session.
func (s *Server) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie(cookieName)
		if err != nil || !s.sessions.holds(s.sessions.open, c.Value, false) {
			s.show(w, "locked.html", http.StatusForbidden, "This page is locked", nil)
			return
		}
		next.ServeHTTP(w, r)
	})
}
