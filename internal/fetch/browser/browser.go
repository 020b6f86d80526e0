// Package browser starts a Chromium with a profile of its own: in a window, for the person to log in once, and
// without one behind a tunnel that decides where it may connect to.
//
// Take reads the download page with it and brings the signed URLs of the files; the bytes are never Chromium's.
//
// Nothing of a log-in is automated. Where the person asked for it, the password is entered again once, for a
// session the person has made.
package browser

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// Options is what a browser works with.
type Options struct {
	Path    string // of the program; "": the first of chromium, chromium-browser, google-chrome in PATH
	Profile string // a folder for this alone, made with mode 0700; it holds the session and is as secret as a password

	LinkHosts   []string // of pages; exact host, or host:port. Hosts of bytes do not belong here
	ByteHosts   []string // of signed URLs; exact host, or host:port. Chromium never reaches them
	StaticHosts []string // scripts and pictures; exact, or "*.domain"; nil: DefaultStaticHosts

	// Dial connects to host:port for the browser, and has to refuse addresses that are not public, after
	// resolving (fetch.Fetcher.Dial). The browser reaches the network through it alone, and resolves no name by itself.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Test Test
}

// Test loosens what no product may loosen.
type Test struct {
	NoSandbox bool     // run as root, without Chromium's sandbox
	SPKI      []string // keys whose certificates are trusted: base64 of SHA-256 of the SubjectPublicKeyInfo
	Headless  bool     // Login without a display

	PasswordHosts []string // instead of the two of Instagram's that may be given the password

	limits *limits
}

// limits bounds patience; tests shorten it.
type limits struct {
	visit    time.Duration // in all, without starting and ending Chromium
	every    time.Duration // between two looks at a page
	steady   time.Duration // a page that says the same for so long is believed
	calm     time.Duration // the same, for what may change by itself
	settle   time.Duration // for a page to say anything that is known
	press    time.Duration // from Download to its URL
	password time.Duration // from the password to what comes next
}

var unhurried = limits{
	visit: 3 * time.Minute, every: 250 * time.Millisecond, steady: 750 * time.Millisecond, calm: 4 * time.Second,
	settle: 40 * time.Second, press: 30 * time.Second, password: 20 * time.Second,
}

func (o Options) patience() limits {
	if o.Test.limits != nil {
		return *o.Test.limits
	}
	return unhurried
}

// passwordHosts are the only hosts that the password is ever typed on.
func (o Options) passwordHosts() []string {
	if o.Test.PasswordHosts != nil {
		return o.Test.PasswordHosts
	}
	return []string{"accountscenter.instagram.com", "www.instagram.com"}
}

// DefaultStaticHosts serve what Instagram's pages are made of. Guessed from public pages.
var DefaultStaticHosts = []string{"*.cdninstagram.com", "*.fbcdn.net", "graph.instagram.com", "i.instagram.com"}

// program finds Chromium, and says why it could not run here.
func (o Options) program() (string, error) {
	if os.Geteuid() == 0 && !o.Test.NoSandbox {
		return "", fault.Configuration(fmt.Errorf("start Chromium: it protects itself only when it is not run as root"),
			"run igwatchd as your own user: igwatchd service install --user")
	}
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	if o.Path != "" {
		names = []string{o.Path}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", fault.Configuration(fmt.Errorf("start Chromium: no program %s was found", names[0]),
		"install it (Debian: apt install chromium), or name the program in the configuration")
}

// hold makes the profile's folder and keeps every other igwatchd out of it until release is called.
func (o Options) hold() (release func(), err error) {
	if !filepath.IsAbs(o.Profile) {
		return nil, fault.Configuration(fmt.Errorf("open the browser profile %q: the path is not absolute", o.Profile), "")
	}
	if err := durable.MkdirAll(o.Profile, 0o700); err != nil {
		return nil, fmt.Errorf("make the browser profile: %w", err)
	}
	// The session lies in here; the folder may be older than this rule.
	if err := os.Chmod(o.Profile, 0o700); err != nil {
		return nil, fault.Configuration(fmt.Errorf("close the browser profile to others: %w", err), "")
	}
	release, err = lock(o.Profile)
	if err != nil {
		return nil, fault.Temporary(fmt.Errorf("open the browser profile: another window or visit uses it: %w", err),
			"close the log-in window; igwatchd tries again by itself")
	}
	return release, nil
}

// Available starts Chromium once, without the network, and says in plain words why it cannot be used here.
// It takes about a second on an idle machine. A service unit that forbids namespaces or executable memory is found out this way.
func Available(ctx context.Context, o Options) error {
	if o.Dial == nil {
		o.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute) // a busy or slow machine
	defer cancel()
	s, err := start(ctx, o)
	if err != nil {
		return err
	}
	s.close()
	return nil
}

// Showable says in plain words why no window could be opened here; nil: nothing is known to be in the way.
func Showable(o Options) error {
	if _, err := o.program(); err != nil {
		return err
	}
	if o.Test.Headless {
		return nil
	}
	return displayed()
}

// displayed says whether a window can be shown to the person, and if not, what to do.
func displayed() error {
	if runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return fault.Configuration(fmt.Errorf("open a window: there is no display"),
			"run igwatchd login at the screen of this machine, or download the archive by hand into a drop folder")
	}
	return nil
}
