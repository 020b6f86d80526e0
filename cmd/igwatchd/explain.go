package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxMail bounds a mail, as everywhere.
const maxMail = 25 << 20

// explaining is what was asked for.
type explaining struct {
	config   string
	file     string // or
	uid      uint
	folder   string
	account  string
	received time.Time
	json     bool

	redact bool
	out    string
	hide   []string
}

// explained is a mail and when it came.
type explained struct {
	raw       []byte
	received  time.Time // zero: nobody knows
	truncated bool      // the mail is larger than maxMail

	account, folder string // where it was read, if in an inbox
	validity, uid   uint32
}

func explainCommand(ctx context.Context, s streams, args []string) error {
	e, err := parseExplain(s, args)
	if err != nil {
		return err
	}
	cfg, err := explainConfig(e.config, e.uid != 0)
	if err != nil {
		return err
	}
	account, err := e.accountOf(cfg)
	if err != nil {
		return err
	}
	var m explained
	if e.uid != 0 {
		m, err = fromInbox(ctx, account, e.folder, uint32(e.uid)) //nolint:gosec // checked when it was parsed
	} else {
		m, err = fromFile(s, e.file)
	}
	if err != nil {
		return err
	}
	if !e.received.IsZero() {
		m.received = e.received
	}
	rules := daemon.RulesFor(cfg, account)
	if e.redact {
		return e.share(s, cfg, m, rules)
	}
	judgedAt := m.received
	if judgedAt.IsZero() {
		judgedAt = time.Now()
	}
	j, err := exportmail.Judge(ctx, m.raw, judgedAt, rules, exportmail.NewResolver(cfg.Mail.Resolver))
	if err != nil {
		return fault.WithHint(fmt.Errorf("explain: %w", err), "the sender's keys are asked of DNS: try again when the network is up")
	}
	if e.json {
		err = printJSON(s.out, withSource(j, m))
	} else {
		printJudgement(s.out, j, m, time.Now())
		if len(cfg.Accounts) > 1 && e.account == "" && !j.Authentic {
			_, _ = fmt.Fprint(s.out, "\nSeveral accounts are watched, so no mail provider's word on the sender was taken. Add --account NAME to take that of one.\n")
		}
	}
	if err != nil {
		return err
	}
	switch j.Decision {
	case exportmail.ExportReady:
		return nil
	case exportmail.Ignored:
		return exitCode(exitOpen)
	default:
		return exitCode(exitNotSafe)
	}
}

func parseExplain(s streams, args []string) (e explaining, err error) {
	fs := newFlags("explain", s)
	path := configFlag(fs)
	fs.BoolVar(&e.json, "json", false, "print JSON")
	fs.UintVar(&e.uid, "uid", 0, "explain the message that has this `UID` in the inbox, which stays as it is; reads it over a connection of its own, for a moment, beside those of the service")
	fs.StringVar(&e.folder, "folder", "INBOX", "the `FOLDER` that --uid means")
	fs.StringVar(&e.account, "account", "", "whose inbox, and whose mail provider is believed: the `NAME` on Instagram")
	received := fs.String("received", "", "when the mail in a file came, as `TIME` like 2026-05-08T10:12:13Z (default: now)")
	fs.BoolVar(&e.redact, "redact", false, "print a copy of the mail for showing to others: names, addresses, codes and ids replaced")
	fs.StringVar(&e.out, "o", "", "write the copy to `FILE`, a new one")
	fs.Func("hide", "with --redact: a further `WORD` to take out, such as your name; may be repeated", func(word string) error {
		if len([]rune(strings.TrimSpace(word))) < 2 {
			return errors.New("too short a word: it would be found everywhere")
		}
		e.hide = append(e.hide, word)
		return nil
	})
	files, err := parseAll(fs, args)
	if err != nil {
		return e, err
	}
	e.config = *path
	wrong := func(words string) error { return &usageError{"explain: " + words} }
	switch {
	case e.uid == 0 && len(files) != 1:
		return e, wrong("name one mail file, or - for standard input, or a message of the inbox by --uid")
	case e.uid != 0 && len(files) > 0:
		return e, wrong("name a mail file or --uid, not both")
	case e.uid > 1<<32-2:
		return e, wrong("no message has such a UID")
	case e.uid == 0 && e.folder != "INBOX":
		return e, wrong("--folder goes with --uid")
	case e.uid != 0 && *received != "":
		return e, wrong("--received is for files: of a message in the inbox the server knows when it came")
	case !e.redact && (e.out != "" || len(e.hide) > 0):
		return e, wrong("-o and --hide go with --redact")
	case e.redact && (e.json || *received != ""):
		return e, wrong("--redact prints the mail itself: --json and --received mean nothing to it")
	}
	if len(files) == 1 {
		e.file = files[0]
	}
	if *received != "" {
		if e.received, err = time.Parse(time.RFC3339, *received); err != nil {
			return e, wrong("--received wants a time with its zone, like 2026-05-08T10:12:13Z or 2026-05-08T19:12:13+02:00")
		}
	}
	return e, nil
}

// explainConfig works without a configuration too, unless an inbox is asked for: then the
// defaults hold.
func explainConfig(named string, needed bool) (*config.Config, error) {
	path, err := config.Find(named)
	switch {
	case err == nil:
		return config.Load(path)
	case needed:
		return nil, err
	}
	return config.Defaults(), nil
}

// accountOf returns the account that is meant. Without a name it is the only one; for a file it
// may also be nobody's.
func (e explaining) accountOf(cfg *config.Config) (config.Account, error) {
	var names []string
	for _, a := range cfg.Accounts {
		names = append(names, a.Username)
	}
	switch {
	case e.account != "":
		if a, ok := cfg.Account(e.account); ok {
			return a, nil
		}
		return config.Account{}, fault.Permanent(fmt.Errorf("explain: no account %q is configured", e.account), "the accounts are: "+strings.Join(names, ", "))
	case len(cfg.Accounts) == 1:
		return cfg.Accounts[0], nil
	case e.uid == 0:
		return config.Account{}, nil
	}
	return config.Account{}, fault.Permanent(errors.New("explain: several accounts are watched"), "say whose inbox: --account NAME, one of "+strings.Join(names, ", "))
}

func fromFile(s streams, name string) (explained, error) {
	in := s.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return explained{}, fmt.Errorf("explain: %w", err)
		}
		defer f.Close() //nolint:errcheck // opened for reading only
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxMail+1))
	if err != nil {
		return explained{}, fmt.Errorf("explain: %w", err)
	}
	if len(raw) == 0 {
		return explained{}, fault.Permanent(errors.New("explain: the mail is empty"), "save the mail as a file with its header, often called \"original\" or \"source\"")
	}
	return explained{raw: raw, truncated: len(raw) > maxMail}, nil
}
