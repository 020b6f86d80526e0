package testworld

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
)

// World is everything outside of igwatchd, on this machine.
type World struct {
	Dir     string // absolute; holds the authority's certificate, the password and the cookies
	CA      *CA
	Mailbox Mailbox
	DNS     *DNS
	Site    *Site
	Signer  *Signer // of mail.instagram.com
}

// Options says of what the world is made.
type Options struct {
	Dovecot   bool // a real Dovecot instead of a mailbox in this process
	NoMailbox bool // there is a real one elsewhere: World.Mailbox is nil
}

// Start makes dir if need be and starts a world in it. ctx bounds the start alone; the world
// ends with Close.
func Start(ctx context.Context, dir string, opts Options) (w *World, err error) {
	w = &World{}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start test world: %w", err), w.Close())
			w = nil
		}
	}()
	if w.Dir, err = filepath.Abs(dir); err != nil {
		return w, err
	}
	if err = os.MkdirAll(w.Dir, 0o755); err != nil {
		return w, err
	}
	if w.CA, err = NewCA(); err != nil {
		return w, err
	}
	if w.DNS, err = StartDNS(nil); err != nil {
		return w, err
	}
	if w.Signer, err = NewSigner("mail.instagram.com", "s2048-2026-q2"); err != nil {
		return w, err
	}
	if w.Site, err = StartSite(w.CA); err != nil {
		return w, err
	}
	switch {
	case opts.NoMailbox:
	case opts.Dovecot:
		var d *Dovecot
		if d, err = StartDovecot(ctx, w.CA, filepath.Join(w.Dir, "dovecot")); err == nil {
			w.Mailbox = d
		}
	default:
		w.Mailbox, err = StartMemory(w.CA)
	}
	if err != nil {
		return w, err
	}
	name, value := w.Signer.TXT()
	w.DNS.SetTXT(name, value)
	return w, w.writeFiles()
}

// CAFile is where the authority's certificate is, in PEM form.
func (w *World) CAFile() string { return filepath.Join(w.Dir, "ca.pem") }

// CookiesFile is where the cookies are by which the site knows its person.
func (w *World) CookiesFile() string { return filepath.Join(w.Dir, "cookies.txt") }

func (w *World) passwordFile() string { return filepath.Join(w.Dir, "imap-password") }

func (w *World) writeFiles() error {
	if err := w.CA.WriteFile(w.CAFile()); err != nil {
		return err
	}
	if w.Mailbox != nil {
		if err := os.WriteFile(w.passwordFile(), []byte(w.Mailbox.Password()+"\n"), 0o600); err != nil {
			return err
		}
	}
	return w.Site.WriteCookies(w.CookiesFile())
}

// Close ends everything that runs. The files stay.
func (w *World) Close() error {
	var errs []error
	if w.Mailbox != nil {
		errs = append(errs, w.Mailbox.Close())
	}
	if w.Site != nil {
		errs = append(errs, w.Site.Close())
	}
	if w.DNS != nil {
		errs = append(errs, w.DNS.Close())
	}
	return errors.Join(errs...)
}

// Raw returns a mail as it lies in the mailbox: signed by the domain in From, whose key is in
// the world's DNS, with the receiving system's fields on top. Forgers sign with their own
// domain; only ForgedFrom, which claims Instagram's, is unsigned.
func (w *World) Raw(m Mail) ([]byte, error) {
	raw, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	l, err := letterOf(m)
	if err != nil {
		return nil, err
	}
	from, err := mail.ParseAddress(l.from)
	if err != nil {
		return nil, fmt.Errorf("make mail: %w", err)
	}
	if m.Kind != ForgedFrom {
		_, domain, _ := strings.Cut(from.Address, "@")
		signer := &Signer{domain: domain, selector: w.Signer.selector, key: w.Signer.key}
		w.DNS.SetTXT(signer.TXT())
		if raw, err = signer.Sign(raw); err != nil {
			return nil, err
		}
	}
	return Receipt{From: from.Address}.Stamp(raw), nil
}

// Send delivers a mail, as Raw makes it, to the inbox.
func (w *World) Send(ctx context.Context, m Mail) error { return w.SendTo(ctx, "INBOX", m) }

// SendTo delivers a mail, as Raw makes it, to a folder.
func (w *World) SendTo(ctx context.Context, folder string, m Mail) error {
	raw, err := w.Raw(m)
	if err != nil {
		return err
	}
	return w.Mailbox.Deliver(ctx, folder, raw)
}

// Setup is what a configuration for this world can differ in.
type Setup struct {
	StateDir, ArchiveDir string // default: "state" and "archive" in the world's folder
	Username             string // default: "jane.doe"
	Posts                int    // 0: not told
	DropDirs             []string
	NoCookies            bool // nobody has logged in
	NoInboxMail          bool // do not put the verdict into the inbox
	Webhook, Heartbeat   string
	Command              []string
}

// ConfigTOML returns a whole igwatchd.toml for this world.
func (w *World) ConfigTOML(s Setup) (string, error) {
	host, port, err := net.SplitHostPort(w.Mailbox.Addr())
	if err != nil {
		return "", fmt.Errorf("configure for test world: %w", err)
	}
	if s.StateDir == "" {
		s.StateDir = filepath.Join(w.Dir, "state")
	}
	if s.ArchiveDir == "" {
		s.ArchiveDir = filepath.Join(w.Dir, "archive")
	}
	if s.Username == "" {
		s.Username = "jane.doe"
	}
	cookies := w.CookiesFile()
	if s.NoCookies {
		cookies = ""
	}
	var b strings.Builder
	line := func(key string, value any) { fmt.Fprintf(&b, "%s = %s\n", key, tomlValue(value)) }
	line("state_dir", s.StateDir)
	line("archive_dir", s.ArchiveDir)
	b.WriteString("\n[[account]]\n")
	line("username", s.Username)
	if s.Posts > 0 {
		line("posts", s.Posts)
	}
	b.WriteString("  [account.inbox]\n")
	line("  address", mailUser)
	line("  host", host)
	b.WriteString("  port = " + port + "\n")
	line("  security", "tls")
	line("  user", w.Mailbox.User())
	line("  password_file", w.passwordFile())
	line("  ca_file", w.CAFile())
	b.WriteString("\n[mail]\n")
	line("from_domains", []string{w.Signer.domain})
	line("resolver", w.DNS.Addr())
	b.WriteString("\n[fetch]\n")
	line("link_hosts", []string{w.Site.LinkHost()})
	line("byte_hosts", []string{w.Site.ByteHost()})
	line("ca_file", w.CAFile())
	line("allow_private", true)
	line("drop_dirs", append([]string{}, s.DropDirs...))
	line("cookies_file", cookies)
	b.WriteString("\n[notify]\n")
	line("inbox", !s.NoInboxMail)
	line("webhook", s.Webhook)
	line("command", append([]string{}, s.Command...))
	line("heartbeat_url", s.Heartbeat)
	b.WriteString("\n[web]\n")
	line("listen", "")
	return b.String(), nil
}

// tomlValue writes texts, numbers, booleans and lists of texts: JSON's form of them is TOML's.
func tomlValue(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // none of these types fails
	}
	return string(b)
}
