package browser

import (
	"regexp"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Wall is why a visit stopped: a page at which a person has to decide, or none that could be read. Nothing was
// typed into it.
type Wall struct {
	Kind       string // one of the Wall constants
	Detail     string // plain words; ""
	Page       string // the page's text, without anything like a token; at most 600 bytes
	Screenshot []byte // PNG of at most 1 MB; nil if there is none. Private: for the person's own page only
}

// What stands in the way.
const (
	WallLogin       = "login"         // the session has ended
	WallPassword    = "password"      // the password is asked again
	WallTwoFactor   = "two-factor"    // a code is asked
	WallCheckpoint  = "checkpoint"    // a check of who is there, a captcha, a suspended account
	WallConsent     = "consent"       // terms or cookies to agree to
	WallNone        = "none"          // no downloads
	WallPreparing   = "preparing"     // not ready yet
	WallExpired     = "expired"       // the download is over
	WallAccount     = "other-account" // the page is another account's, or does not say whose
	WallServer      = "server-error"
	WallOffline     = "offline"
	WallCertificate = "certificate" // the server could not prove who it is
	WallElsewhere   = "elsewhere"   // led to a host that is not on the lists
	WallAmbiguous   = "ambiguous"   // several exports, and nothing to tell them apart
	WallUnknown     = "unknown"     // nothing that igwatchd knows
)

var plain = map[string]string{
	WallLogin:       "Instagram asks to log in: igwatchd's session has ended",
	WallPassword:    "Instagram asks for the password again",
	WallTwoFactor:   "Instagram asks for a login code",
	WallCheckpoint:  "Instagram wants to check that it is you",
	WallConsent:     "Instagram wants you to agree to something first",
	WallNone:        "the page shows no available downloads",
	WallPreparing:   "the export is still being prepared",
	WallExpired:     "the download has expired on Instagram's page",
	WallAccount:     "the page shows the downloads of another account",
	WallServer:      "Instagram's server reports a fault of its own",
	WallOffline:     "Instagram's page was not reached",
	WallCertificate: "the server could not prove that it is Instagram",
	WallElsewhere:   "the page led away from Instagram",
	WallAmbiguous:   "the page offers several exports, and it is not clear which one the mail announced",
	WallUnknown:     "igwatchd does not know the page it was shown",
}

const byHand = "download the files by hand in your own browser and put them into a drop folder"

var hints = map[string]string{
	WallLogin:       "run igwatchd login and log in once",
	WallPassword:    "open the download page in your own browser, enter the password there and download the files into a drop folder",
	WallTwoFactor:   "run igwatchd login and enter the code there",
	WallCheckpoint:  "run igwatchd login and answer Instagram's question there",
	WallConsent:     "run igwatchd login, read what Instagram asks, and decide there",
	WallNone:        "look at the download page by hand; if it is empty for you too, request a new export",
	WallPreparing:   "igwatchd looks again by itself",
	WallExpired:     "request a new export",
	WallAccount:     "run igwatchd login with the account that the configuration names",
	WallServer:      "igwatchd tries again by itself",
	WallOffline:     "igwatchd tries again by itself",
	WallCertificate: "a stranger may sit in between, or the clock of this machine is wrong; nothing was sent",
	WallElsewhere:   byHand,
	WallAmbiguous:   byHand,
	WallUnknown:     byHand,
}

func (w *Wall) Error() string {
	if w.Detail == "" {
		return plain[w.Kind]
	}
	return plain[w.Kind] + ": " + w.Detail
}

// stop makes a wall an error of the right kind.
func stop(kind, detail string) error {
	w := &Wall{Kind: kind, Detail: detail}
	switch kind {
	case WallOffline, WallCertificate:
		return fault.Temporary(w, hints[kind])
	case WallPreparing, WallServer:
		return fault.NotBefore(fault.Temporary(w, hints[kind]), 15*time.Minute)
	}
	return fault.Permanent(w, hints[kind])
}

var (
	address = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S+`)
	mailbox = regexp.MustCompile(`[^\s@]+@[^\s@]+\.[^\s@]+`)
	token   = regexp.MustCompile(`[A-Za-z0-9_=+%-]{16,}`)
	code    = regexp.MustCompile(`\d{5,}`)
)

// redact takes out of a page's text what may be a secret, and cuts it to size bytes.
func redact(text string, size int, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[…]")
		}
	}
	text = address.ReplaceAllString(text, "[address]")
	text = mailbox.ReplaceAllString(text, "[e-mail]")
	text = token.ReplaceAllStringFunc(text, func(s string) string {
		if strings.ContainsAny(s, "0123456789_=%+") {
			return "[…]"
		}
		return s // a long word, as German has them
	})
	text = code.ReplaceAllString(text, "[…]")
	if len(text) > size {
		text = strings.ToValidUTF8(text[:size], "") + "…"
	}
	return text
}
