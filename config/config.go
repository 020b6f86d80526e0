// Package config reads the TOML file that says which inboxes igwatchd watches
// and where things are kept. It turns the raw file into a checked Config, or
// into all of its faults at once, each with its place. It never uses the network.
package config

import (
	_ "embed"
	"os"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Example is the annotated example configuration: every key, explained.
//
//go:embed igwatchd.example.toml
var Example string

// SystemPath is where the configuration of the system service lies.
const SystemPath = "/etc/igwatchd/igwatchd.toml"

// Config is a checked configuration: every value in it can be used as it is.
type Config struct {
	Path       string // the file it was read from
	StateDir   string
	ArchiveDir string
	Accounts   []Account
	Mail       Mail
	Fetch      Fetch
	Browser    Browser
	Replicas   []Replica
	Recovery   int // percent of recovery data to keep beside each bag; 0: none
	Notify     Notify
	Web        Web
}

// Account is one Instagram account and the inbox its export mail comes to.
type Account struct {
	Username string
	Posts    int  // what the profile shows; 0: not told
	NoPosts  bool // it was told that the profile shows none
	Inbox    Inbox

	// Password answers Instagram's prompt to enter it again, once for each export; nil: it is not given.
	Password *Secret
}

// Inbox is how to reach and read one mailbox.
type Inbox struct {
	Address    string
	Host       string // "": find it by DNS SRV (RFC 6186)
	Port       int
	Security   string // tls | starttls | plaintext
	User       string
	Password   Secret
	OAuth2     *OAuth2 // instead of a password; nil: not
	Folders    []string
	CAFile     string
	AuthservID string
}

// Mail says who may announce an export.
type Mail struct {
	FromDomains []string
	Resolver    string // host:port; "": the system's
}

// Fetch says from where bytes may come.
type Fetch struct {
	LinkHosts    []string
	ByteHosts    []string
	CAFile       string
	AllowPrivate bool
	DropDirs     []string
	CookiesFile  string
}

// Browser says with which browser the download page is read, for accounts whose owner has logged in with it.
type Browser struct {
	Program    string // "": the first of the known names in PATH
	ProfileDir string // holds a profile for each account
}

// Replica is one further place that must hold a copy.
type Replica struct {
	Dir           string
	S3            string
	Region        string // "": what the address says
	CAFile        string
	AccessKeyFile string
	SecretKeyFile string
	Recipients    []string // age1…: whom every file there is encrypted to; empty: it is not
}

// Name tells replicas apart in reports.
func (r Replica) Name() string {
	if r.Dir != "" {
		return r.Dir
	}
	return r.S3
}

// Notify says how the person is told.
type Notify struct {
	Inbox        bool
	URLs         []string
	Webhook      string
	Command      []string
	HeartbeatURL string
	Language     string // in which the person is told; one of words.Codes
}

// Web says where the page listens; "" switches it off.
type Web struct {
	Listen string
}

// Account returns the account called username.
func (c *Config) Account(username string) (Account, bool) {
	for _, a := range c.Accounts {
		if a.Username == username {
			return a, true
		}
	}
	return Account{}, false
}

// Find returns the configuration file to use: named if it is not empty, else the
// system's, else the person's own. The file need not exist when it was named.
func Find(named string) (string, error) {
	if named != "" {
		return filepath.Abs(named)
	}
	candidates := []string{SystemPath}
	if dir, err := os.UserConfigDir(); err == nil {
		candidates = append(candidates, filepath.Join(dir, "igwatchd", "igwatchd.toml"))
	}
	for _, path := range candidates {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fault.Configuration(&notFound{candidates},
		"write one: igwatchd config example > igwatchd.toml, edit it, then igwatchd run --config igwatchd.toml")
}

type notFound struct{ tried []string }

func (e *notFound) Error() string {
	text := "read configuration: none found"
	for i, path := range e.tried {
		if i == 0 {
			text += " at " + path
		} else {
			text += " or " + path
		}
	}
	return text
}
