package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/oauth"
)

func setupCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("setup", s)
	path := configFlag(fs)
	oauth2 := fs.Bool("oauth2", false, "sign in to the mailbox's provider; the inbox must stand in the configuration")
	account := fs.String("account", "", "whose inbox: the `NAME` on Instagram; needed if several sign in this way")
	device := fs.Bool("device", false, "sign in on any device, with a code (default where the provider allows it)")
	browser := fs.Bool("browser", false, "sign in with a browser on this machine")
	w := &wizard{term: &terminal{streams: s}}
	w.flags(fs)
	rest, err := parseAll(fs, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return &usageError{"setup: takes no arguments"}
	case !*oauth2:
		return w.start(ctx, *path)
	case *device && *browser:
		return &usageError{"setup: choose one of --device and --browser"}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	in, err := pickOAuth2(cfg, *account)
	if err != nil {
		return err
	}
	if in.OAuth2.DeviceURL == "" && *device {
		return &usageError{"setup: this provider allows no sign-in to mail with a code; use --browser"}
	}
	if in.OAuth2.AuthURL == "" && *browser {
		return &usageError{"setup: no auth_url is configured for a sign-in by browser; use --device"}
	}
	return signIn(ctx, s, in, *device || !*browser && in.OAuth2.DeviceURL != "")
}

// pickOAuth2 finds the inbox to sign in to.
func pickOAuth2(cfg *config.Config, username string) (config.Inbox, error) {
	var found []config.Account
	for _, a := range cfg.Accounts {
		if a.Inbox.OAuth2 != nil && (username == "" || a.Username == strings.ToLower(strings.TrimPrefix(username, "@"))) {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 1:
		return found[0].Inbox, nil
	case len(found) > 1:
		names := make([]string, len(found))
		for i, a := range found {
			names[i] = a.Username
		}
		return config.Inbox{}, &usageError{"setup: several inboxes sign in by OAuth 2; add --account and one of: " + strings.Join(names, ", ")}
	}
	whose := "any account"
	if username != "" {
		whose = "account " + username
	}
	return config.Inbox{}, fault.Configuration(fmt.Errorf("setup: %s: no oauth2 for the inbox of %s", cfg.Path, whose),
		`put into [account.inbox], instead of the password: oauth2 = { provider = "outlook", client_id = "…" }; docs/oauth2.md says where the client_id comes from`)
}

// signIn lets the person sign in, tries the login, and keeps the tokens.
func signIn(ctx context.Context, s streams, in config.Inbox, device bool) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }
	server, err := inboxServer(ctx, in)
	if err != nil {
		return err
	}
	provider, tokens, err := daemon.SignIn(in)
	if err != nil {
		return err
	}
	if err := tokens.Ready(ctx); err != nil {
		return keepFault(err)
	}
	say("This lets igwatchd into the mailbox %s. Sign in as the person it belongs to.\n", in.User)
	grant, err := askProvider(ctx, provider, device, say)
	if err != nil {
		return fmt.Errorf("setup: %s: %w", in.Address, err)
	}
	server.Token = func(context.Context, string) (string, error) { return grant.AccessToken, nil }
	result, tried := imapwatch.Probe(ctx, server)
	if fault.KindOf(tried) == fault.PermanentKind {
		say("Signed in, but the mail server does not accept it. Nothing was saved.")
		return fmt.Errorf("setup: %s: %w", in.Address, tried)
	}
	if err := tokens.Keep(ctx, grant); err != nil {
		return keepFault(err)
	}
	if tried != nil {
		say("Signed in and saved in %s, but the login could not be tried.", in.OAuth2.TokenFile)
		return fault.WithHint(fmt.Errorf("setup: %s: %w", in.Address, tried), "try it again later: igwatchd check")
	}
	how := "new mail will be noticed at once"
	if !result.Idle {
		how = "new mail will be noticed within a minute"
	}
	say("Signed in. The login at %s:%d works; %s.", server.Host, server.Port, how)
	say("The tokens are in %s, and igwatchd renews them by itself.", in.OAuth2.TokenFile)
	say("\nNext: igwatchd check")
	say("A service that runs already takes them at its next login, within the hour; at once: igwatchd service restart")
	return nil
}

// askProvider shows the person where to sign in, and waits.
func askProvider(ctx context.Context, p oauth.Provider, device bool, say func(string, ...any)) (*oauth.Grant, error) {
	if device {
		return p.Device(ctx, func(d oauth.DeviceCode) {
			say("Open this address on any device:\n\n    %s\n\nand enter the code:  %s\n", d.URL, d.Code)
			say("Waiting until %s …\n", d.Expires.Local().Format("15:04"))
		})
	}
	return p.Browser(ctx, func(address string, port int) {
		say("Open this address in a browser on this machine:\n\n    %s\n", address)
		say("If the browser is on another machine, run there first:  ssh -L %d:127.0.0.1:%d THIS-MACHINE", port, port)
		say("Waiting for %d minutes …\n", int(oauth.SignInLimit.Minutes()))
	})
}

// inboxServer says how to reach an inbox, whose server it finds if need be.
func inboxServer(ctx context.Context, in config.Inbox) (imapwatch.Server, error) {
	if in.Host == "" {
		var err error
		if in.Host, in.Port, err = daemon.FindHost(ctx, in.Address); err != nil {
			return imapwatch.Server{}, err
		}
	}
	return daemon.Server(in)
}

// keepFault is for when the tokens cannot be written.
func keepFault(err error) error {
	err = fmt.Errorf("setup: %w", err)
	if errors.Is(err, fs.ErrPermission) {
		return fault.WithHint(err, "run it as root or as the user that igwatchd runs as: sudo -u igwatchd igwatchd setup --oauth2")
	}
	return err
}
