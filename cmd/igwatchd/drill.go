package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

func drillCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("drill", s)
	path := configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return &usageError{"drill: name one account"}
	}
	account := strings.Join(rest, "")
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }
	say("A drill: a made-up export goes the whole way, through your own inbox to you. Nothing is asked of Instagram,")
	say("and no real export is touched. This takes a few seconds, or some minutes with a slow mail server.\n")
	tell := func(step daemon.DrillStep) {
		result := "ok  "
		if step.Failed {
			result = "FAIL"
		}
		say("%s  %-8s %s", result, step.What, step.Text)
		if step.Hint != "" {
			say("      hint: %s", step.Hint)
		}
	}
	err = daemon.NewClient(cfg.StateDir).Drill(ctx, account, tell)
	if errors.Is(err, daemon.ErrNotRunning) {
		say("The service is not running; this command does its work meanwhile.\n")
		d, j, oerr := openDaemon(ctx, cfg, newLogger(s, slog.LevelError))
		if oerr != nil {
			return oerr
		}
		defer j.Close() //nolint:errcheck // every commit is on the device already
		err = d.Drill(ctx, account, tell)
	}
	if ctx.Err() != nil {
		say("\nEnded. igwatchd removes what the drill has made.")
	}
	if err != nil {
		return err
	}
	say("\nThe drill went well. Did its message reach you, also on your telephone? If not, look at [notify] in %s.", cfg.Path)
	return nil
}
