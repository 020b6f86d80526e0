package oauth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/oauth2"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Browser lets a person sign in with a browser on this machine (RFC 8252, section 7.3). The
// provider sends the browser back to a port of the loopback interface that is open for this alone.
// It calls show once, with the address to open and that port, and then waits, at most SignInLimit.
func (p Provider) Browser(ctx context.Context, show func(address string, port int)) (*Grant, error) {
	const again = "begin anew: igwatchd setup --oauth2"
	ctx, cancel := context.WithTimeout(ctx, SignInLimit)
	defer cancel()
	ctx, conf, err := p.client(ctx)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("wait for the browser: %w", err), "")
	}
	port := listener.Addr().(*net.TCPAddr).Port
	conf.RedirectURL = "http://" + net.JoinHostPort(p.RedirectHost, strconv.Itoa(port))
	back := &landing{state: rand.Text(), answer: make(chan url.Values, 1)}
	stop := back.serve(ctx, listener)
	defer stop()

	verifier := oauth2.GenerateVerifier() // RFC 7636
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(verifier)}
	for key, value := range p.AuthParams {
		options = append(options, oauth2.SetAuthURLParam(key, value))
	}
	show(conf.AuthCodeURL(back.state, options...), port)

	var answer url.Values
	select {
	case answer = <-back.answer:
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, fault.Permanent(fmt.Errorf("nobody signed in within %v", SignInLimit), again)
		}
		return nil, ctx.Err()
	}
	if code := answer.Get("error"); code != "" { // RFC 6749, section 4.1.2.1
		return nil, fault.Permanent(fmt.Errorf("sign in: the provider answers %q (%q)",
			short(code), short(answer.Get("error_description"))), again)
	}
	code := answer.Get("code")
	t, err := conf.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return nil, explain("sign in", err, again, code, verifier, conf.ClientSecret)
	}
	return p.first(t)
}

// landing is where the provider sends the browser back to.
type landing struct {
	state  string
	answer chan url.Values // takes the one answer
}

// serve answers the browser until the returned function is called.
func (l *landing) serve(ctx context.Context, listener net.Listener) (stop func()) {
	server := &http.Server{
		Handler: l, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // it ends with Shutdown or Close
	}()
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil { // lets the page reach the browser
			_ = server.Close()
		}
		<-done
	}
}

// ServeHTTP takes the first answer that carries our state (RFC 6749, section 10.12). Whatever else
// comes along on this machine cannot end the wait.
func (l *landing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	q := r.URL.Query()
	if r.Method != http.MethodGet || r.URL.Path != "/" {
		page(w, http.StatusNotFound, "Nothing is here", "")
		return
	}
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(l.state)) != 1 || q.Get("code") == "" && q.Get("error") == "" {
		page(w, http.StatusBadRequest, "This is not the answer that igwatchd waits for",
			"Open the address that the terminal shows, and sign in there.")
		return
	}
	select {
	case l.answer <- q:
	default:
		page(w, http.StatusBadRequest, "igwatchd has its answer already", "You can close this page.")
		return
	}
	if q.Get("error") != "" {
		page(w, http.StatusOK, "Not signed in", "The provider has not allowed it. The terminal says more. You can close this page.")
		return
	}
	page(w, http.StatusOK, "Thank you", "igwatchd has what it needs. Go on in the terminal; you can close this page.")
}

func page(w http.ResponseWriter, status int, title, text string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>igwatchd</title>
<h1>%s</h1>
<p>%s</p>
</html>
`, title, text)
}
