package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/journal"
)

func importCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("import", s)
	path := configFlag(fs)
	files, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return &usageError{"import: name the zip files that Instagram gave you"}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	// Everything is looked at before anything is taken.
	var offers []daemon.Offer
	for _, name := range files {
		f, o, err := daemon.OpenOffer(ctx, name)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		_ = f.Close()
		offers = append(offers, o)
	}
	client := daemon.NewClient(cfg.StateDir)
	if _, err := client.Status(ctx); err == nil {
		return importThrough(ctx, s, client, files, offers)
	} else if !errors.Is(err, daemon.ErrNotRunning) {
		return err
	}
	return importAlone(ctx, s, cfg, files, offers)
}

// importThrough gives the files to the running daemon and waits for its verdicts.
func importThrough(ctx context.Context, s streams, client *daemon.Client, files []string, offers []daemon.Offer) error {
	var ids []string
	for i, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		id, err := client.Import(ctx, offers[i], f)
		_ = f.Close()
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		_, _ = fmt.Fprintf(s.out, "%s: copied, belongs to export %s\n", offers[i].Name, id)
		ids = append(ids, id)
	}
	return awaitVerdicts(ctx, s, client, ids)
}

// awaitVerdicts waits until the running daemon is done with the exports.
func awaitVerdicts(ctx context.Context, s streams, client *daemon.Client, ids []string) error {
	for {
		st, err := client.Status(ctx)
		if err != nil {
			return err
		}
		if done := pick(st, ids); !slices.ContainsFunc(done, func(e daemon.Export) bool { return !e.Settled() }) {
			return printVerdicts(s, done)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// importAlone does the same without a service: this process runs the steps.
func importAlone(ctx context.Context, s streams, cfg *config.Config, files []string, offers []daemon.Offer) error {
	d, j, err := openDaemon(ctx, cfg, newLogger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every commit is on the device already
	var ids []string
	for i, name := range files {
		id, err := d.Import(ctx, offers[i], name)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		_, _ = fmt.Fprintf(s.out, "%s: copied, belongs to export %s\n", offers[i].Name, id)
		ids = append(ids, id)
	}
	return settle(ctx, s, cfg, d, j, ids)
}

// settle runs an export's steps to their end and prints the verdicts.
func settle(ctx context.Context, s streams, cfg *config.Config, d *daemon.Daemon, j *journal.Journal, ids []string) error {
	if err := d.Settle(ctx, ids); err != nil {
		return err
	}
	st, err := daemon.ReadStatus(ctx, cfg, j)
	if err != nil {
		return err
	}
	return printVerdicts(s, pick(st, ids))
}

func pick(st daemon.Status, ids []string) []daemon.Export {
	return slices.DeleteFunc(slices.Clone(st.Exports), func(e daemon.Export) bool { return !slices.Contains(ids, e.ID) })
}

// printVerdicts shows the exports and turns the worst verdict into the exit code.
func printVerdicts(s streams, exports []daemon.Export) error {
	code := exitDone
	for _, e := range exports {
		_, _ = fmt.Fprintln(s.out)
		printExport(s.out, e)
		switch e.Verdict {
		case "safe":
		case "questions":
			code = max(code, exitOpen)
		default:
			code = max(code, exitNotSafe)
		}
	}
	if len(exports) == 0 {
		return errors.New("the export is not in the journal")
	}
	if code == exitDone {
		return nil
	}
	return exitCode(code)
}
