package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/words"
)

// answers are what the five questions are about. Flags answer them beforehand.
type answers struct {
	path     string // of the configuration
	address  string
	host     string
	port     int
	security string
	user     string
	caFile   string
	password string // never shown, never in the configuration
	clientID string // instead of a password, where the provider wants OAuth 2

	username string
	posts    int
	stateDir string
	archive  string
	push     string // a shoutrrr address, or ""
	replace  bool   // an older configuration
}

// wizard asks, tests each answer before the next question, and then writes.
type wizard struct {
	answers
	term   *terminal
	ask    bool // false: flags alone
	sealed bool // the password is kept as a credential of systemd
	server imapwatch.Server
}

const tries = 5 // for an answer that does not pass its test

func (w *wizard) run(ctx context.Context) error {
	if err := w.older(); err != nil {
		return err
	}
	w.term.say("igwatchd waits for Instagram's export mail in your inbox, gets the archive and checks it.\n" +
		"Five questions; each answer is tried before the next. Nothing is written before the end.")
	for _, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"1. Your mail address", w.askAddress},
		{"2. The password of the mailbox", w.askPassword},
		{"3. Your Instagram account", w.askAccount},
		{"4. Where the archive is kept", w.askArchive},
		{"5. How you are told", w.askChannels},
	} {
		w.term.say("\n%s", step.title)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	cfg, err := w.write(ctx)
	if err != nil {
		return err
	}
	w.term.say("\nWritten: %s", cfg.Path)
	if w.clientID != "" {
		in := cfg.Accounts[0].Inbox
		if err := signIn(ctx, w.term.streams, in, in.OAuth2.DeviceURL != ""); err != nil {
			return err
		}
	}
	if err := w.offerService(ctx, cfg); err != nil {
		return err
	}
	w.last(cfg)
	return nil
}

// older looks for a configuration that is there already.
func (w *wizard) older() error {
	if _, err := os.Stat(w.path); err != nil || w.replace {
		return nil //nolint:nilerr // none is there
	}
	if w.ask && w.term.yes("There is a configuration already: "+w.path+".\nBegin anew? The old one is kept beside it.", false) {
		w.replace = true
		return nil
	}
	return fault.WithHint(exitKept{w.path}, "test what is there: igwatchd check --config "+w.path+"; to begin anew: igwatchd setup --replace")
}

// exitKept says that nothing was changed.
type exitKept struct{ path string }

func (e exitKept) Error() string { return "setup: " + e.path + " is there already; it was not changed" }

// until repeats a question until its answer passes the test.
func (w *wizard) until(question func(), test func() error) error {
	for try := 1; ; try++ {
		question()
		err := test()
		if err == nil {
			return nil
		}
		if !w.ask || try == tries || fault.KindOf(err) == fault.ConfigurationKind {
			return fmt.Errorf("setup: %w", err)
		}
		w.term.say("That did not work: %v", err)
		if hint := fault.HintOf(err); hint != "" {
			w.term.say("What may help: %s", hint)
		}
	}
}

func (w *wizard) askAddress(ctx context.Context) error {
	given := w.host
	err := w.until(func() {
		w.term.line(&w.address, "Which address does Instagram write to? Instagram shows it when you ask for the export", "")
	}, func() error {
		if local, domain, ok := strings.Cut(w.address, "@"); !ok || local == "" || !strings.Contains(domain, ".") {
			w.address = ""
			return fault.Permanent(errors.New("this is no mail address"), "it looks like jane@example.org")
		}
		return nil
	})
	if err != nil {
		return err
	}
	p := config.ProviderOf(w.address)
	if given == "" && p.Host == "" {
		if host, port, err := daemon.FindHost(ctx, w.address); err == nil {
			w.host, w.port = host, port
		} else {
			w.term.say("The mail server of this address is not known here. Your provider's help pages call it \"IMAP server\".")
			w.term.line(&w.host, "IMAP server", "")
		}
	}
	if p.OAuth2 != "" && given == "" && w.ask {
		w.term.say("This provider takes no passwords from programs; you sign in with a browser instead. For that igwatchd needs a\n" +
			"\"client id\" of your own: docs/oauth2.md says in a few steps where to make one.")
		w.term.line(&w.clientID, "Client id", "")
	}
	if w.user == "" {
		w.user = w.address
	}
	return nil
}

func (w *wizard) askPassword(ctx context.Context) error {
	if w.clientID != "" {
		w.term.say("None is needed: you sign in at the end.")
		return nil
	}
	if advice := config.ProviderOf(w.address).Password; advice != "" {
		w.term.say("%s", advice)
	}
	w.term.say("It stays on this machine, in a file that only igwatchd and root can read.")
	given := w.password
	return w.until(func() {
		if w.password = given; w.password == "" {
			w.term.secret(&w.password, "Password (it does not show)")
		}
		given = ""
	}, func() error {
		if w.password == "" {
			return fault.Permanent(errors.New("no password given"), "")
		}
		in, err := w.inbox()
		if err != nil {
			return err
		}
		w.server, err = daemon.Server(in)
		if err != nil {
			return err
		}
		w.server.Password = func(context.Context) (string, error) { return w.password, nil }
		w.term.say("Trying to log in at %s …", w.server.Host)
		found, err := imapwatch.Probe(ctx, w.server)
		if err != nil {
			return err
		}
		w.term.say("The login works.%s", map[bool]string{true: " New mail will be noticed at once.", false: " New mail will be noticed within a minute."}[found.Idle])
		if len(found.Special) > 0 {
			w.term.say("Besides the inbox, these folders are watched: %s", strings.Join(found.Special, ", "))
		}
		return nil
	})
}

func (w *wizard) askAccount(context.Context) error {
	err := w.until(func() {
		w.term.line(&w.username, "Your name on Instagram, as in instagram.com/NAME", "")
		w.username = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(w.username), "@"))
	}, func() error {
		_, err := w.draft("x")
		if err != nil && strings.Contains(err.Error(), "username") {
			name := w.username
			w.username = ""
			return fault.Permanent(fmt.Errorf("%q is no Instagram name", name), "letters, digits, dots and underscores")
		}
		return nil
	})
	if err != nil || !w.ask || w.posts > 0 {
		return err
	}
	text := ""
	w.term.line(&text, "How many posts does your profile show? With it igwatchd can tell whether all years are there (empty: not known)", "-")
	if n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "", " ", "").Replace(text)); err == nil && n > 0 {
		w.posts = n
	}
	return nil
}

func (w *wizard) askArchive(context.Context) error {
	suggestion := w.archive
	w.archive = ""
	return w.until(func() {
		if !w.ask {
			w.archive = suggestion
			return
		}
		w.term.line(&w.archive, "Folder. It needs room for everything: often 5 to 50 GB", suggestion)
	}, func() error {
		dir, err := filepath.Abs(w.archive)
		if err != nil {
			return err
		}
		at := dir
		for {
			if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
				break
			}
			at = filepath.Dir(at)
		}
		if err := writable(at); err != nil {
			w.archive = ""
			return fault.Permanent(fmt.Errorf("%s cannot be written: %w", at, err), "choose another folder")
		}
		free, err := durable.Free(at)
		if err != nil {
			return err
		}
		w.archive = dir
		w.term.say("%s is free there.%s", words.Size(int64(min(free, 1<<62))), map[bool]string{true: " A large archive may not fit.", false: ""}[free < lowSpace])
		return nil
	})
}
