package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kardianos/service"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// inbox is the answers so far, as the configuration will hold them.
func (w *wizard) inbox() (config.Inbox, error) {
	cfg, err := w.draft("placeholder")
	if err != nil {
		return config.Inbox{}, err
	}
	return cfg.Accounts[0].Inbox, nil
}

// draft makes the configuration from the answers and lets it be checked. passwordFile stands where
// the password will be.
func (w *wizard) draft(passwordFile string) (*config.Config, error) {
	if !filepath.IsAbs(passwordFile) {
		passwordFile = filepath.Join(filepath.Dir(w.path), passwordFile)
	}
	return config.Parse(w.path, []byte(w.text(passwordFile)))
}

// text is the file. What is left out has its default; igwatchd config example explains every key.
func (w *wizard) text(passwordFile string) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	username := w.username
	if username == "" {
		username = "placeholder"
	}
	archive := w.archive
	if archive == "" {
		archive = filepath.Join(w.stateDir, "archive")
	}
	p("# Written by igwatchd setup on %s. Every key: igwatchd config example\n", time.Now().Format(time.DateOnly))
	p("state_dir = %s\narchive_dir = %s\n\n[[account]]\nusername = %s", quoted(w.stateDir), quoted(archive), quoted(username))
	if w.posts > 0 {
		p("posts = %d", w.posts)
	}
	p("\n  [account.inbox]\n  address = %s", quoted(w.address))
	if w.host != "" {
		p("  host = %s", quoted(w.host))
	}
	if w.port > 0 {
		p("  port = %d", w.port)
	}
	if w.security != "" {
		p("  security = %s", quoted(w.security))
	}
	if w.user != w.address && w.user != "" {
		p("  user = %s", quoted(w.user))
	}
	if w.caFile != "" {
		p("  ca_file = %s", quoted(w.caFile))
	}
	if w.clientID != "" {
		p("  oauth2 = { provider = %s, client_id = %s }", quoted(config.ProviderOf(w.address).OAuth2), quoted(w.clientID))
	} else if w.sealed {
		p("  password_credential = %s", quoted(credential))
	} else {
		p("  password_file = %s", quoted(passwordFile))
	}
	p("\n[notify]\ninbox = true\nlanguage = %s", quoted(spoken()))
	if w.push != "" {
		p("urls = [%s]", quoted(w.push))
	}
	return b.String()
}

// quoted is a TOML basic string.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// credential is the name of the mailbox's password where systemd keeps it encrypted.
const credential = "imap-password"

// keep stores the password: encrypted for this machine where systemd can do that for the service, else in a file.
func (w *wizard) keep(ctx context.Context, file string) error {
	if w.clientID != "" {
		return nil
	}
	if os.Geteuid() == 0 && service.Platform() == "linux-systemd" && filepath.Dir(w.path) == "/etc/igwatchd" {
		sealed, err := config.Seal(ctx, credential, w.password)
		if w.sealed = err == nil; w.sealed {
			w.term.say("\nThe password is kept encrypted: only this machine's root and the service can read it.")
			return durable.WriteFile(config.SealedFile(w.path, credential), sealed, 0o600)
		}
	}
	return durable.WriteFile(file, []byte(w.password+"\n"), 0o600)
}

// write puts the password and the configuration in their places, after the whole was checked.
func (w *wizard) write(ctx context.Context) (*config.Config, error) {
	dir := filepath.Dir(w.path)
	secret := filepath.Join(dir, "imap-password")
	if _, err := w.draft(secret); err != nil { // before anything is written
		return nil, fmt.Errorf("setup: %w", err)
	}
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o755
	}
	if err := durable.MkdirAll(dir, mode); err != nil {
		return nil, fault.WithHint(fmt.Errorf("setup: %w", err), "for a service of the whole machine: sudo igwatchd setup")
	}
	if err := w.keep(ctx, secret); err != nil {
		return nil, fmt.Errorf("setup: %w", err)
	}
	cfg, err := w.draft(secret)
	if err != nil {
		return nil, fmt.Errorf("setup: %w", err)
	}
	if w.sealed { // whichever unit it will be, a package's or our own
		err = loadSealed(cfg)
		if err == nil {
			_, err = system(ctx, "", "systemctl", "daemon-reload")
		}
		if err != nil {
			return nil, fmt.Errorf("setup: %w", err)
		}
	}
	if _, err := os.Stat(w.path); err == nil {
		if err := durable.Rename(w.path, w.path+"."+time.Now().Format("20060102-150405")); err != nil {
			return nil, fmt.Errorf("setup: keep the old configuration: %w", err)
		}
	}
	text := w.text(secret)
	if err := durable.WriteFile(w.path, []byte(text), 0o644&^(0o777&^mode)|0o600); err != nil {
		return nil, fmt.Errorf("setup: %w", err)
	}
	return cfg, durable.MkdirAll(cfg.StateDir, 0o700)
}

// offerService installs and starts the service, where this system has one.
func (w *wizard) offerService(ctx context.Context, cfg *config.Config) error {
	i := &installer{s: w.term.streams, user: os.Geteuid() != 0, config: cfg.Path}
	if !w.ask || service.Platform() != "linux-systemd" {
		return nil
	}
	if !w.term.yes("\nInstall igwatchd as a service, and start it now?", true) {
		return nil
	}
	if err := i.allowed("install"); err != nil {
		return err
	}
	return errors.Join(i.install(ctx), i.control(ctx, "start"))
}

// last says what the person does now.
func (w *wizard) last(cfg *config.Config) {
	w.term.say(`
Done. Now ask Instagram for the export:
  Accounts Center → Your information and permissions → Export your information → Create export

  Date range     All time      otherwise you get the last year alone, and nothing in the archive says so
  Media quality  High          otherwise your pictures come smaller than you posted them
  Format         JSON          igwatchd can prove more about it than about HTML
  Information    everything    what is not asked for is not in it
  Notify         %s

Then tell igwatchd, so that it can tell you if no mail comes:

    igwatchd expect --config %s

While you wait, you may let a made-up export go the whole way, through this inbox to you; it leaves nothing behind:

    igwatchd drill --config %s`, w.address, cfg.Path, cfg.Path)
	if service.Platform() != "linux-systemd" || !w.ask {
		w.term.say("\nAnd let it run:  igwatchd service install, igwatchd service start; or in the foreground: igwatchd run --config %s", cfg.Path)
	}
}
