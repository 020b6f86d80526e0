package testworld

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Accounts stands for the Accounts Center, the page that today's mails link to, as a browser sees it.
//
// Confirmed by screenshots of May 2026: its address, the words "Available downloads" and "Download", the
// form of the dates, the card of an export in preparation. Reported: that a password is asked again, and
// when. Guessed: everything else, above all the elements, the roles, the other languages, how a click
// leads to the signed URL, and the second factor's and the checkpoint's pages.
type Accounts struct {
	listener net.Listener
	server   *http.Server
	serving  sync.WaitGroup
	leaf     *x509.Certificate
	job      *Job
	session  string

	mu        sync.Mutex
	scene     Scene
	confirmed bool // the password was given again
	requests  []Request
	passwords []string
}

// Show is what the page has to say to a person with a session.
type Show int

// What the page shows.
const (
	ShowReady         Show = iota // downloads
	ShowEmpty                     // none
	ShowPreparing                 // one in preparation
	ShowGone                      // one that has expired
	ShowPasswordFirst             // the password again, before anything else
	ShowPasswordThen              // the password again, after Download was pressed
	ShowTwoFactor
	ShowCheckpoint
	ShowCaptcha
	ShowConsent // a dialog about cookies over the downloads
	ShowBroken  // 500
	ShowOdd     // a page that nobody foresaw, with a token in its text
	ShowOffsite // a redirect to Scene.Elsewhere
	ShowDirect  // a redirect to the bytes, as the links of 2022 ended
)

// Drawing is how the downloads are drawn.
type Drawing int

// Three guesses of what the elements are.
const (
	DrawCards  Drawing = iota // a card for each part, with roles, drawn as in the screenshots
	DrawPlain                 // one card with a row for each part, without any roles; the account in the page's head
	DrawDialog                // cards whose Download opens a dialog, which has to be answered for each part
)

// Press is how Download leads to the bytes.
type Press int

// The ways that browsers know.
const (
	PressScript   Press = iota // location.href
	PressLink                  // a link
	PressTab                   // window.open
	PressBlank                 // a link with target=_blank
	PressAnchor                // a script makes a link with a download attribute, and clicks it
	PressFetch                 // a script fetches the bytes, to make a blob: of them
	PressForm                  // a form is posted, and answered with 303
	PressFormKept              // a form is posted, and answered with 307: the bytes want a POST
	PressBlob                  // a script makes a file of its own
	PressServed                // the page's own host sends a file
	PressNothing               // nothing happens
)

// Scene is how the page behaves.
type Scene struct {
	Show      Show
	Open      bool // no session is needed
	Drawing   Drawing
	Press     Press
	Language  string        // en, de, es, fr, it, pt, tr; "" is en
	Delay     time.Duration // before scripts draw the page
	Account   string        // on the cards; "" is jane.doe
	Head      string        // the account in the page's head; "" is Account
	Requested time.Time     // zero is 8 May 2026
	More      []Listed      // other exports, drawn first
	Parts     int           // how many the page speaks of; 0 is as many as there are
	Password  string        // that is right; any other is refused
	FormTo    string        // where the prompt for the password sends it; "" is the page
	Echo      bool          // a refused password stands in the page's text
	Elsewhere string        // a URL on another host, which the page also wants a picture from
	ByteURL   string        // where Download leads; "" is a signed URL of the job
}

// Listed is one more export on the page. Its Download leads nowhere.
type Listed struct {
	Account   string
	Service   string // "" is Instagram
	Requested time.Time
}

// StartAccounts starts the page on loopback; what it offers are the parts of job.
func StartAccounts(ca *CA, job *Job) (*Accounts, error) {
	config, err := ca.loopback()
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		return nil, err
	}
	a := &Accounts{job: job, leaf: leaf, session: rand.Text()}
	if a.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	a.server = &http.Server{
		Handler: a.handler(), TLSConfig: config, ReadHeaderTimeout: time.Minute,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	a.serving.Go(func() { _ = a.server.ServeTLS(a.listener, "", "") })
	return a, nil
}

// Close ends the page.
func (a *Accounts) Close() error {
	err := a.server.Close()
	a.serving.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Host returns the host and port that stand for accountscenter.instagram.com.
func (a *Accounts) Host() string { return onLocalhost(a.listener) }

// PageLink returns the link that today's mails carry.
func (a *Accounts) PageLink() string {
	return "https://" + a.Host() + exportPage + "?entry_point=notification"
}

// SessionLink returns an address that logs a browser in, in place of the person.
func (a *Accounts) SessionLink() string { return "https://" + a.Host() + "/test/session" }

// LogOutLink returns an address that ends the browser's session.
func (a *Accounts) LogOutLink() string { return "https://" + a.Host() + "/test/logout" }

// SPKI returns the hash of the page's key as Chromium's --ignore-certificate-errors-spki-list wants it.
func (a *Accounts) SPKI() string {
	sum := sha256.Sum256(a.leaf.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Set changes how the page behaves, and forgets what was asked so far and that the password was given.
func (a *Accounts) Set(s Scene) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scene, a.confirmed, a.requests, a.passwords = s, false, nil, nil
}

// Requests returns what was asked since Set, and Passwords what was typed.
func (a *Accounts) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Request(nil), a.requests...)
}

// Passwords returns every password that was sent since Set, right or wrong.
func (a *Accounts) Passwords() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.passwords...)
}

func (a *Accounts) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /test/session", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sessionid", Value: a.session, Path: "/", MaxAge: 3600, Secure: true, HttpOnly: true})
		draw(w, "<h1>Welcome back</h1>")
	})
	mux.HandleFunc("GET /test/logout", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sessionid", Path: "/", MaxAge: -1, Secure: true, HttpOnly: true})
		draw(w, "<h1>See you</h1>")
	})
	mux.HandleFunc("GET /accounts/login/", func(w http.ResponseWriter, _ *http.Request) {
		draw(w, `<h1>Instagram</h1><form method=post action=/accounts/login/><input name=username aria-label=Username><input type=password name=password><button>Log in</button></form>`)
	})
	mux.HandleFunc("POST /accounts/login/", a.password) // nothing may ever come here
	mux.HandleFunc("GET /challenge/", func(w http.ResponseWriter, _ *http.Request) {
		draw(w, `<h1>Help us confirm it's you</h1><button>Continue</button>`)
	})
	mux.HandleFunc("POST /reauth/", a.password)
	mux.HandleFunc("GET "+exportPage, a.guarded(a.export))
	mux.HandleFunc("/part/{n}", a.guarded(a.part))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.requests = append(a.requests, Request{Host: r.Host, Method: r.Method, Path: r.URL.Path, Cookie: len(r.Cookies()) > 0, Referer: r.Referer()})
		a.mu.Unlock()
		mux.ServeHTTP(w, r)
	})
}

// guarded sends browsers without the session to the login page.
func (a *Accounts) guarded(serve func(http.ResponseWriter, *http.Request, Scene, bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		scene, confirmed := a.scene, a.confirmed
		a.mu.Unlock()
		cookie, err := r.Cookie("sessionid")
		if !scene.Open && (err != nil || cookie.Value != a.session) {
			http.Redirect(w, r, "/accounts/login/?"+nextPage(r), http.StatusFound)
			return
		}
		serve(w, r, scene, confirmed)
	}
}

// part leads to the bytes of one part.
func (a *Accounts) part(w http.ResponseWriter, r *http.Request, s Scene, confirmed bool) {
	n, err := strconv.Atoi(r.PathValue("n"))
	status := http.StatusFound
	switch {
	case err != nil || n < 0 || n >= len(a.job.parts):
		http.NotFound(w, r)
		return
	case s.Show == ShowPasswordThen && !confirmed:
		a.reauth(w, r.URL.Path, "")
		return
	case s.Press == PressServed:
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", "attachment; filename=instagram.zip")
		// A browser that refuses the file leaves.
		_, _ = io.WriteString(w, "PK\x05\x06"+strings.Repeat("\x00", 18))
		return
	case s.Press == PressFormKept:
		status = http.StatusTemporaryRedirect
	case r.Method == http.MethodPost:
		status = http.StatusSeeOther
	}
	http.Redirect(w, r, cmp.Or(s.ByteURL, a.job.SignedURL(n)), status)
}

// password takes the form of reauth.
func (a *Accounts) password(w http.ResponseWriter, r *http.Request) {
	given, next := r.PostFormValue("password"), r.PostFormValue("next")
	a.mu.Lock()
	a.passwords = append(a.passwords, given)
	right := a.scene.Password != "" && given == a.scene.Password
	a.confirmed = a.confirmed || right
	a.mu.Unlock()
	if !right || !strings.HasPrefix(next, "/") {
		a.reauth(w, next, given)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}
