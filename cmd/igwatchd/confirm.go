package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
)

func confirmCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("confirm", s)
	path := configFlag(fs)
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return &usageError{"confirm: name the export; its id stands in: igwatchd status"}
	}
	id, codes := rest[0], rest[1:]
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	st, err := readStatus(ctx, cfg)
	if err != nil {
		return err
	}
	found := pick(st, []string{id})
	if len(found) == 0 {
		return fault.Permanent(fmt.Errorf("confirm: no export %q", id), "the ids stand in: igwatchd status")
	}
	if len(found[0].Open(inspect.Question)) == 0 {
		return fault.Permanent(fmt.Errorf("confirm: %s has no open question", id), "see: igwatchd status")
	}
	if len(codes) == 0 {
		if codes, err = ask(s, found[0]); err != nil {
			return err
		}
	}
	if len(codes) == 0 {
		_, _ = fmt.Fprintln(s.out, "\nNothing was changed.")
		return exitCode(exitOpen)
	}
	client := daemon.NewClient(cfg.StateDir)
	err = client.Confirm(ctx, id, codes)
	if err == nil {
		return awaitVerdicts(ctx, s, client, []string{id})
	}
	if !errors.Is(err, daemon.ErrNotRunning) {
		return err
	}
	d, j, err := openDaemon(ctx, cfg, newLogger(s, slog.LevelWarn))
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every commit is on the device already
	if err := d.Confirm(ctx, id, codes); err != nil {
		return err
	}
	return settle(ctx, s, cfg, d, j, []string{id})
}

// ask puts each open question and takes nothing but a clear yes for a yes.
func ask(s streams, e daemon.Export) (codes []string, err error) {
	in := bufio.NewScanner(s.in)
	_, _ = fmt.Fprintf(s.out, "Your answers decide whether igwatchd calls %s safe to delete. Look before you answer.\n", e.Account)
	asked := map[string]bool{}
	for _, q := range e.Open(inspect.Question) {
		if asked[q.Code] {
			continue
		}
		asked[q.Code] = true
		_, _ = fmt.Fprintln(s.out)
		for _, same := range e.Open(inspect.Question) { // one answer speaks for all of one kind
			if same.Code == q.Code {
				_, _ = fmt.Fprintln(s.out, wrap(same.Text, 100, "  "))
			}
		}
		_, _ = fmt.Fprint(s.out, "yes or no? ")
		if !in.Scan() {
			if err := in.Err(); err != nil {
				return nil, fmt.Errorf("confirm: %w", err)
			}
			_, _ = fmt.Fprintln(s.out)
			break
		}
		if a := strings.ToLower(strings.TrimSpace(in.Text())); a == "yes" || a == "y" {
			codes = append(codes, q.Code)
		}
	}
	return codes, nil
}
