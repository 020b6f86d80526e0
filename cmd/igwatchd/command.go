package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Exit codes, as documented in the help of the command as a whole.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitOpen     = 3  // questions are open, or the mail was ignored
	exitNotSafe  = 4  // not safe, or the mail is suspicious
	exitBadSetup = 78 // the configuration is wrong; the service does not restart on it
)

// exitCodes as the help and the manual tell them.
var exitCodes = []struct {
	code  int
	means string
}{
	{exitDone, "done, or safe"},
	{exitFailed, "failed"},
	{exitUsage, "wrong usage"},
	{exitOpen, "questions are open, or the mail was ignored"},
	{exitNotSafe, "not safe, or the mail is suspicious"},
	{exitBadSetup, "the configuration is wrong"},
}

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one verb of the command line.
type command struct {
	name, args, summary string
	run                 func(ctx context.Context, s streams, args []string) error
}

// commands in the order of the help: how one meets them.
func commands() []command {
	return []command{
		{"demo", "", "show the whole job on this machine, without any account", demoCommand},
		{"setup", "[--oauth2]", "five questions, each answer tried; then writes the configuration (--oauth2: sign in to the mailbox)", setupCommand},
		{"check", "", "test the configuration, the login, the folders; change nothing", checkCommand},
		{"drill", "[NAME]", "let a made-up export go the whole way, through your own inbox to your telephone; leaves nothing behind", drillCommand},
		{"run", "", "watch the inboxes until stopped; what the service runs", runCommand},
		{"service", "install|uninstall|start|stop|restart|status [--user]", "run igwatchd as a system service", serviceCommand},
		{"login", "[--forget] [NAME]", "log in at Instagram once, in a window: igwatchd then presses Download for you", loginCommand},
		{"expect", "[NAME]", "say that you asked Instagram for the export: you hear of it if no mail comes", expectCommand},
		{"status", "[--json]", "what igwatchd is doing and what it needs from you", statusCommand},
		{"open", "[ID]", "open the page in a browser: where things stand, and the evidence", openCommand},
		{"import", "FILE…", "take archives that you downloaded yourself", importCommand},
		{"fetch", "[--account NAME] [--export ID] URL", "fetch an archive from the address of a Download button (- to type it in)", fetchCommand},
		{"inspect", "[--json|--shape] [--posts N] [--before ZIP] FILE…", "judge archives without storing them", inspectCommand},
		{"explain", "[--json|--redact] FILE.eml | --uid N", "say whether a mail is the export mail, and why (- for standard input)", explainCommand},
		{"confirm", "[--json] [--accept NUMBER] ID [CODE…]", "answer the open questions of an archive, and accept what Instagram itself left out", confirmCommand},
		{"verify", "[--json] [ID]", "read every byte of every copy again, and mend what is damaged", verifyCommand},
		{"deleted", "[--on DAY] [--cancelled] [NAME]", "say that you asked Instagram to delete the account: its copies are watched more closely", deletedCommand},
		{"replica", "init DIR", "prepare a folder on another disk for copies", replicaCommand},
		{"extract", "ID|FOLDER|FILE… DIR", "write pictures, captions and messages as ordinary files, by year", extractCommand},
		{"config", "example", "print the example configuration, every key explained", configCommand},
		{"completion", "bash|zsh|fish", "print completions for a shell", completionCommand},
		{"version", "", "print the version", versionCommand},
	}
}

// builders are commands for those who make packages; the help does not show them.
func builders() []command {
	return []command{
		{"manual", "[igwatchd.toml]", "print a manual page as scdoc(5) text", manualCommand},
		{"unit", "", "print the unit for a program in /usr/bin", unitCommand},
	}
}

// usageError is wrong use of the command line.
type usageError struct{ msg string }

func (e *usageError) Error() string { return e.msg }

// exitCode ends the program with this code; everything was said already.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run is the whole program but for the process: it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := streams{stdin, stdout, stderr}
	err := dispatch(ctx, s, args)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitFailed
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	for line := range strings.Lines(err.Error()) {
		_, _ = fmt.Fprintf(stderr, "igwatchd: %s\n", strings.TrimRight(line, "\n"))
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		_, _ = fmt.Fprintln(stderr, "hint: igwatchd --help")
		return exitUsage
	}
	if hint := fault.HintOf(err); hint != "" {
		_, _ = fmt.Fprintf(stderr, "hint: %s\n", hint)
	}
	if fault.KindOf(err) == fault.ConfigurationKind {
		return exitBadSetup
	}
	return exitFailed
}

func dispatch(ctx context.Context, s streams, args []string) error {
	global := newFlags("igwatchd", s)
	config := configFlag(global)
	version := global.Bool("version", false, "print the version")
	global.Usage = func() { usage(s.out) }
	if err := parse(global, args); err != nil {
		return err
	}
	rest := global.Args()
	if *version {
		rest = []string{"version"}
	}
	if len(rest) == 0 {
		usage(s.err)
		return exitCode(exitUsage)
	}
	name, rest := rest[0], rest[1:]
	if name == "help" {
		if len(rest) == 0 {
			usage(s.out)
			return nil
		}
		name, rest = rest[0], []string{"--help"}
	}
	for _, c := range append(commands(), builders()...) {
		if c.name != name {
			continue
		}
		if *config != "" { // given before the command: the command sees it as its own
			rest = append([]string{"--config", *config}, rest...)
		}
		return c.run(ctx, s, rest)
	}
	return &usageError{fmt.Sprintf("unknown command %q", name)}
}

// newFlags makes the flag set of a command. Its help names the command's
// arguments and summary from the table.
func newFlags(name string, s streams) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // errors are printed once, by run
	fs.Usage = func() {
		for _, c := range commands() {
			if c.name == name {
				_, _ = fmt.Fprintf(s.out, "usage: igwatchd %s [flags] %s\n\n%s%s.\n",
					c.name, c.args, strings.ToUpper(c.summary[:1]), c.summary[1:])
			}
		}
		_, _ = fmt.Fprintf(s.out, "\nFlags:\n")
		fs.SetOutput(s.out)
		fs.PrintDefaults()
	}
	return fs
}

// configFlag adds --config. Every command accepts it, so that it can stand
// before any of them.
func configFlag(fs *flag.FlagSet) *string {
	return fs.String("config", "", "the configuration `FILE` (default /etc/igwatchd/igwatchd.toml, then ~/.config/igwatchd/igwatchd.toml)")
}

// parse reads flags that may stand before, between and after the arguments.
func parse(fs *flag.FlagSet, args []string) error {
	err := fs.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return &usageError{fs.Name() + ": " + err.Error()}
	}
	return err
}

// parseAll is parse for commands whose flags may also follow their arguments.
func parseAll(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := parse(fs, args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		if n := len(args) - fs.NArg(); n > 0 && args[n-1] == "--" { // nothing behind it is a flag
			return append(rest, fs.Args()...), nil
		}
		rest, args = append(rest, fs.Arg(0)), fs.Args()[1:]
	}
}

func usage(w io.Writer) {
	_, _ = fmt.Fprint(w, `igwatchd waits for Instagram's "your export is ready" mail, gets the archive,
proves that it is whole, stores it, and tells you when deleting can go ahead.

usage: igwatchd [--config FILE] COMMAND [flags] [arguments]

Commands:
`)
	for _, c := range commands() {
		_, _ = fmt.Fprintf(w, "  %-10s %s\n", c.name, c.summary)
	}
	_, _ = fmt.Fprint(w, `
igwatchd help COMMAND tells more about one of them.

Exit status:
`)
	for _, e := range exitCodes {
		_, _ = fmt.Fprintf(w, "  %-3d %s\n", e.code, e.means)
	}
	_, _ = fmt.Fprint(w, "\nTry first:  igwatchd demo\n")
}
