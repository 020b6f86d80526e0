package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

// deletion is what a running daemon and one that is opened for this have in common.
type deletion interface {
	Deleting(ctx context.Context, account string, at time.Time) (daemon.Countdown, error)
	Keeping(ctx context.Context, account string) error
}

func deletedCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("deleted", s)
	path := configFlag(fs)
	on := fs.String("on", "", "the `DAY` on which you asked for it, YYYY-MM-DD (default: now)")
	cancelled := fs.Bool("cancelled", false, "it was called off: the account stays")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return &usageError{"deleted: name one account"}
	}
	account := ""
	if len(rest) == 1 {
		account = rest[0]
	}
	at := time.Now()
	if *on != "" {
		if at, err = time.ParseInLocation(time.DateOnly, *on, time.Local); err != nil {
			return &usageError{"deleted: --on: write the day as YYYY-MM-DD"}
		}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	record := func(d deletion) (err error) {
		var c daemon.Countdown
		if *cancelled {
			err = d.Keeping(ctx, account)
		} else {
			c, err = d.Deleting(ctx, account, at)
		}
		if err != nil {
			return err
		}
		if *cancelled {
			_, _ = fmt.Fprintln(s.out, "Noted: the account stays. Its copies are read once a month, as before.")
			return nil
		}
		_, _ = fmt.Fprintf(s.out, "Noted. Instagram keeps the account until about %s; logging in before then calls the deletion off.\n"+
			"Until then igwatchd reads every copy of the archive more often, and tells you how they are.\n", c.Until.Local().Format("Monday 2 January 2006"))
		if !c.Safe {
			_, _ = fmt.Fprintln(s.out, "But no archive of the account is safe: log in at Instagram before that day, which calls the deletion off.\n"+
				"Ask for it again once igwatchd says that it can go ahead.")
		}
		return nil
	}
	err = record(daemon.NewClient(cfg.StateDir))
	if !errors.Is(err, daemon.ErrNotRunning) {
		return err
	}
	d, j, err := openDaemon(ctx, cfg, newLogger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every commit is on the device already
	if err := record(d); err != nil {
		return err
	}
	_, _ = fmt.Fprintln(s.out, "But the service is not running. Start it with: igwatchd service start")
	return nil
}
