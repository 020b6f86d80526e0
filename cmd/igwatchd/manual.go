package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/systemd"
)

// manualCommand prints a manual page as scdoc(5) text, made from the help itself, so that the two
// cannot differ. It is for those who build packages.
func manualCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("manual", s)
	_ = configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 1 && rest[0] == "igwatchd.toml" {
		return manualOfConfig(s.out)
	}
	if len(rest) > 0 {
		return &usageError{"manual: of what? igwatchd.toml, or nothing for igwatchd itself"}
	}
	return manualOfCommands(ctx, s.out)
}

func manualOfCommands(ctx context.Context, w io.Writer) error {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p(`igwatchd(8)

# NAME

igwatchd - watch for Instagram's export mail, fetch, check and keep the archive

# SYNOPSIS

*igwatchd* [--config _FILE_] _COMMAND_ [_ARGUMENTS_]

# DESCRIPTION

igwatchd waits in an inbox for Instagram's mail "your export is ready", gets the archive, proves that it is whole,
stores it safely, and says whether the account can be deleted. If anything is missing or unsure, it says so, and says
what to do.

# COMMANDS
`)
	for _, c := range commands() {
		var help bytes.Buffer
		if err := c.run(ctx, streams{strings.NewReader(""), &help, io.Discard}, []string{"--help"}); err != nil && !errors.Is(err, flag.ErrHelp) {
			return err
		}
		_, flags, _ := strings.Cut(help.String(), "\nFlags:\n")
		p("## %s\n\n```\nigwatchd %s %s\n```\n\n%s%s.\n", c.name, c.name, c.args, strings.ToUpper(c.summary[:1]), c.summary[1:])
		if strings.TrimSpace(flags) != "" {
			p("```\n%s\n```\n", strings.ReplaceAll(strings.TrimRight(flags, "\n"), "\t", "    "))
		}
	}
	p("# EXIT STATUS\n")
	for _, e := range exitCodes {
		p("*%d*\n\t%s\n", e.code, e.means)
	}
	p(`# FILES

_/etc/igwatchd/igwatchd.toml_
	The configuration; see *igwatchd.toml*(5).

_/var/lib/igwatchd_
	The journal and, unless configured otherwise, the archives.

# SEE ALSO

*igwatchd.toml*(5), *systemctl*(1), *sha256sum*(1)`)
	return nil
}

func manualOfConfig(w io.Writer) error {
	_, err := fmt.Fprintf(w, `igwatchd.toml(5)

# NAME

igwatchd.toml - configuration of igwatchd

# DESCRIPTION

The file is TOML. Keys that are not known are errors; *igwatchd check* names all faults at once, with line and column.
It is looked for at _/etc/igwatchd/igwatchd.toml_ and then at _~/.config/igwatchd/igwatchd.toml_. *igwatchd setup* writes it.

# EXAMPLE

This is the whole configuration, every key explained. *igwatchd config example* prints it.

`+"```\n%s\n```\n"+`
# SEE ALSO

*igwatchd*(8)
`, strings.TrimRight(strings.ReplaceAll(config.Example, "\t", "    "), "\n"))
	return err
}

// unitCommand prints the unit for a package.
func unitCommand(_ context.Context, s streams, args []string) error {
	fs := newFlags("unit", s)
	_ = configFlag(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	_, err := fmt.Fprint(s.out, systemd.Rendered("/usr/bin/igwatchd"))
	return err
}
