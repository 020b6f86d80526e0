package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
)

// browserTest and exportPage are other than this in tests alone.
var (
	browserTest browser.Test
	exportPage  = daemon.ExportPage
	loginPage   = daemon.ExportPage // leads to the log-in by itself
)

func loginCommand(ctx context.Context, s streams, args []string) error {
	flags := newFlags("login", s)
	path := configFlag(flags)
	forget := flags.Bool("forget", false, "remove the log-in from this computer")
	rest, err := parseAll(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return &usageError{"login: name one account"}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	l := &loginWindow{s: s, cfg: cfg}
	account, err := l.may(ctx, strings.Join(rest, ""))
	if err != nil && !*forget {
		return err
	}
	o := daemon.Browser(cfg, account)
	o.Test = browserTest
	if *forget {
		if account == "" {
			return err
		}
		if err := browser.Forget(o); err != nil {
			return reachable(err)
		}
		_, _ = fmt.Fprintf(s.out, "The log-in of %s is removed from this computer. Instagram's own list of log-ins still shows it: log out there too.\n", account)
		return nil
	}
	return l.open(ctx, account, o)
}

// loginWindow is one go of the person at logging in.
type loginWindow struct {
	s   streams
	cfg *config.Config
}

// may asks whether a log-in does no harm, and which account is meant.
func (l *loginWindow) may(ctx context.Context, account string) (name string, err error) {
	name, err = daemon.NewClient(l.cfg.StateDir).MayLogIn(ctx, account)
	if errors.Is(err, daemon.ErrNotRunning) {
		err = l.alone(ctx, func(d *daemon.Daemon) (err error) {
			name, err = d.MayLogIn(ctx, account)
			return err
		})
	}
	if name == "" && err != nil { // --forget needs the name alone
		if a, ok := l.cfg.Account(account); ok {
			name = a.Username
		} else if account == "" && len(l.cfg.Accounts) == 1 {
			name = l.cfg.Accounts[0].Username
		}
	}
	return name, reachable(err)
}

// open shows the window, looks once whether the log-in works, and lets waiting exports go on.
func (l *loginWindow) open(ctx context.Context, account string, o browser.Options) error {
	if err := browser.Showable(o); err != nil {
		return fmt.Errorf("login: %w", err)
	}
	_, _ = fmt.Fprintf(l.s.out, "A window opens on Instagram. Log in as %s, answer what Instagram asks, and close the window.\n"+
		"igwatchd neither sees nor types your password. What stays is a log-in like that of any browser, in\n  %s\n", account, o.Profile)
	if err := browser.Login(ctx, o, loginPage); err != nil {
		return reachable(err)
	}
	_, _ = fmt.Fprintln(l.s.out, "The window is closed. Looking whether igwatchd can see the page of your exports…")
	seen := "It can."
	prompts, err := daemon.Look(ctx, o, account, exportPage)
	switch {
	case fault.KindOf(err) == fault.TemporaryKind: // the log-in may be as good as any
		seen = fmt.Sprintf("That cannot be seen at the moment (%v). The log-in is kept.", err)
	case err != nil:
		return fmt.Errorf("login: %w", err)
	}
	ids, err := daemon.NewClient(l.cfg.StateDir).LoggedIn(ctx, account)
	running := !errors.Is(err, daemon.ErrNotRunning)
	if !running {
		err = l.alone(ctx, func(d *daemon.Daemon) (err error) {
			ids, err = d.LoggedIn(ctx, account)
			return err
		})
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(l.s.out, "%s When Instagram announces an export of %s, igwatchd presses Download for you.\n"+
		"It uses the log-in for nothing else, and never again once you say that the account is being deleted (igwatchd deleted).\n", seen, account)
	if a, _ := l.cfg.Account(account); prompts && a.Password == nil {
		_, _ = fmt.Fprintln(l.s.out, "But Instagram asks for your password again before it gives a file away. You hear of it when that happens, and press\n"+
			"Download yourself; or name where the password is, in instagram_password_file: then igwatchd enters it, once for each export.")
	}
	if len(ids) > 0 && running {
		_, _ = fmt.Fprintf(l.s.out, "What was waiting for you goes on now: %s. See: igwatchd status\n", strings.Join(ids, ", "))
	}
	if !running {
		_, _ = fmt.Fprintln(l.s.out, "But the service is not running. Start it with: igwatchd service start --user")
	}
	return nil
}

// alone does something with the journal while no service runs.
func (l *loginWindow) alone(ctx context.Context, do func(*daemon.Daemon) error) error {
	d, j, err := openDaemon(ctx, l.cfg, newLogger(l.s, slog.LevelWarn))
	if err != nil {
		return err
	}
	return errors.Join(do(d), j.Close())
}

// reachable says what it means when the folders belong to another user: the system service has its own.
func reachable(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fault.Configuration(err, "the system service may not run a browser, and has folders of its own; run igwatchd as yourself: igwatchd setup, then igwatchd service install --user")
}
