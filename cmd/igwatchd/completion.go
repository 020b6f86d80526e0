package main

import (
	"context"
	"fmt"
	"strings"
)

func completionCommand(_ context.Context, s streams, args []string) error {
	fs := newFlags("completion", s)
	_ = configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return &usageError{"completion: say bash, zsh or fish"}
	}
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	switch list := strings.Join(names, " "); rest[0] {
	case "bash":
		_, err = fmt.Fprintf(s.out, `# igwatchd: completions for bash
_igwatchd() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	case $prev in
	service) COMPREPLY=($(compgen -W "install uninstall start stop restart status" -- "$cur")); return ;;
	config) COMPREPLY=($(compgen -W "example" -- "$cur")); return ;;
	completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")); return ;;
	esac
	if ((COMP_CWORD == 1)); then
		COMPREPLY=($(compgen -W "%s help" -- "$cur"))
	else
		COMPREPLY=($(compgen -f -- "$cur"))
	fi
}
complete -o filenames -F _igwatchd igwatchd
`, list)
	case "zsh":
		_, _ = fmt.Fprint(s.out, "#compdef igwatchd\nlocal -a commands\ncommands=(\n")
		for _, c := range commands() {
			_, _ = fmt.Fprintf(s.out, "\t'%s:%s'\n", c.name, strings.NewReplacer("'", "", ":", " -").Replace(c.summary))
		}
		_, err = fmt.Fprint(s.out, ")\nif ((CURRENT == 2)); then _describe command commands; else _files; fi\n")
	case "fish":
		for _, c := range commands() {
			_, err = fmt.Fprintf(s.out, "complete -c igwatchd -n __fish_use_subcommand -f -a %s -d '%s'\n", c.name, strings.ReplaceAll(c.summary, "'", ""))
		}
	default:
		return &usageError{"completion: say bash, zsh or fish"}
	}
	return err
}
