package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/igwatchd/igwatchd/internal/daemon"
)

func expectCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("expect", s)
	path := configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return &usageError{"expect: name one account"}
	}
	account := ""
	if len(rest) == 1 {
		account = rest[0]
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	request, err := daemon.NewClient(cfg.StateDir).Expect(ctx, account)
	running := !errors.Is(err, daemon.ErrNotRunning)
	if !running {
		d, j, oerr := openDaemon(ctx, cfg, newLogger(s, slog.LevelWarn))
		if oerr != nil {
			return oerr
		}
		defer j.Close() //nolint:errcheck // every commit is on the device already
		request, err = d.Expect(ctx, account)
	}
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.out, "igwatchd now waits for Instagram's mail about the export of %s.\nIf none has come in two days, you will hear of it.\n", request.Account)
	if !running {
		_, _ = fmt.Fprintln(s.out, "But the service is not running. Start it with: igwatchd service start")
	}
	return nil
}
