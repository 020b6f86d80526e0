package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxMail bounds a mail, as everywhere.
const maxMail = 25 << 20

func explainCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("explain", s)
	path := configFlag(fs)
	asJSON := fs.Bool("json", false, "print JSON")
	files, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return &usageError{"explain: name one mail file, or - for standard input"}
	}
	cfg, err := explainConfig(*path)
	if err != nil {
		return err
	}
	raw, err := readMail(s, files[0])
	if err != nil {
		return err
	}
	rules := daemon.RulesFor(cfg, config.Account{})
	if len(cfg.Accounts) > 0 {
		rules = daemon.RulesFor(cfg, cfg.Accounts[0])
	}
	j, err := exportmail.Judge(ctx, raw, time.Now(), rules, exportmail.NewResolver(cfg.Mail.Resolver))
	if err != nil {
		return fault.WithHint(fmt.Errorf("explain: %w", err), "the sender's keys are asked of DNS: try again when the network is up")
	}
	if *asJSON {
		err = printJSON(s.out, j)
	} else {
		printJudgement(s.out, j)
	}
	if err != nil {
		return err
	}
	switch j.Decision {
	case "export-ready":
		return nil
	case "ignored":
		return exitCode(exitOpen)
	default:
		return exitCode(exitNotSafe)
	}
}

// explainConfig works without a configuration too: then the defaults hold.
func explainConfig(named string) (*config.Config, error) {
	path, err := config.Find(named)
	if err == nil {
		return config.Load(path)
	}
	return config.Defaults(), nil
}

func readMail(s streams, name string) (raw []byte, err error) {
	in := s.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("explain: %w", err)
		}
		defer f.Close() //nolint:errcheck // opened for reading only
		in = f
	}
	raw, err = io.ReadAll(io.LimitReader(in, maxMail+1))
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if len(raw) > maxMail {
		return nil, fault.Permanent(errors.New("explain: the mail is larger than 25 MB: no export mail is"), "")
	}
	return raw, nil
}

func printJudgement(w io.Writer, j exportmail.Judgement) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("%s\n\n", map[string]string{
		"export-ready": "This is Instagram's mail that an export is ready.",
		"ignored":      "This mail does not announce an export; igwatchd leaves it alone.",
		"suspicious":   "This mail is suspicious. igwatchd follows none of its links, and you should not either.",
	}[j.Decision])
	p("decision   %s\n", j.Decision)
	p("from       %s\nsubject    %s\n", j.From, j.Subject)
	if j.Authentic {
		p("authentic  yes, by %s\n", j.AuthenticatedBy)
	} else {
		p("authentic  no\n")
	}
	if !j.Deadline.IsZero() {
		p("open until %s\n", j.Deadline.Local().Format("2006-01-02 15:04 MST"))
	}
	p("\nWhy:\n")
	for _, r := range j.Reasons {
		p("  %-9s %s [%s]\n", r.Severity, r.Text, r.Code)
	}
	if len(j.Links) > 0 {
		p("\nLinks (tokens left out):\n")
	}
	for _, l := range j.Links {
		p("  %-6s %s\n         %s\n", l.Action, exportmail.RedactURL(l.URL), l.Why())
	}
}
