package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// flags lets each question be answered beforehand.
func (w *wizard) flags(fs *flag.FlagSet) {
	fs.StringVar(&w.address, "address", "", "the mail address that Instagram writes to")
	fs.StringVar(&w.host, "host", "", "the IMAP server, if it is not found by itself")
	fs.IntVar(&w.port, "port", 0, "its port (default 993)")
	fs.StringVar(&w.security, "security", "", "tls, starttls, or plaintext for this machine itself")
	fs.StringVar(&w.user, "user", "", "the login name, if it is not the address")
	fs.StringVar(&w.caFile, "ca-file", "", "a certificate to trust for this server")
	fs.StringVar(&w.password, "password-file", "", "a file to take the mailbox's password from; - for standard input")
	fs.StringVar(&w.clientID, "client-id", "", "your client id, where the provider wants OAuth 2")
	fs.StringVar(&w.username, "username", "", "the name on Instagram")
	fs.IntVar(&w.posts, "posts", 0, "how many posts the profile shows")
	fs.StringVar(&w.stateDir, "state", "", "the folder of igwatchd's journal")
	fs.StringVar(&w.archive, "archive", "", "the folder to keep the archive in")
	fs.StringVar(&w.push, "push", "", "the address of a push service, such as ntfy://ntfy.sh/TOPIC")
	fs.BoolVar(&w.replace, "replace", false, "begin anew although there is a configuration; the old one is kept")
	fs.BoolVar(&w.term.mute, "yes", false, "ask nothing: the flags say it all")
}

// start finds the places for the files, and then asks.
func (w *wizard) start(ctx context.Context, path string) error {
	f, isFile := w.term.in.(*os.File)
	w.ask = !w.term.mute
	if w.ask && (!isFile || !term.IsTerminal(int(f.Fd()))) {
		return &usageError{"setup: asks questions, and there is no terminal to answer them; use the flags, with --yes"}
	}
	var err error
	if w.path, err = configPath(path); err == nil {
		w.path, err = filepath.Abs(w.path)
	}
	if err == nil && w.stateDir == "" {
		w.stateDir, err = statePath()
	}
	if err != nil {
		return fmt.Errorf("setup: %w", err)
	}
	if w.archive == "" {
		w.archive = filepath.Join(w.stateDir, "archive")
		if home, err := os.UserHomeDir(); err == nil && os.Geteuid() != 0 {
			w.archive = filepath.Join(home, "Instagram archive")
		}
	}
	if err := w.takePassword(); err != nil {
		return err
	}
	return w.run(ctx)
}

// takePassword reads the password from where the flag says.
func (w *wizard) takePassword() error {
	switch w.password {
	case "":
		return nil
	case "-":
		w.password = strings.TrimSpace(w.term.read())
	default:
		raw, err := os.ReadFile(w.password)
		if err != nil {
			return fault.WithHint(fmt.Errorf("setup: read password: %w", err), "name a file with the password on one line")
		}
		w.password = strings.TrimSpace(string(raw))
	}
	if w.password == "" {
		return errors.New("setup: the password is empty")
	}
	return nil
}

// configPath is where the configuration is written: the machine's for root, else the person's.
func configPath(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	if os.Geteuid() == 0 {
		return "/etc/igwatchd/igwatchd.toml", nil
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "igwatchd", "igwatchd.toml"), err
}

func statePath() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/igwatchd", nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "igwatchd"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "igwatchd"), err
}
