package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/words"
)

// readingWords says what came of a reading.
var readingWords = map[string]string{
	daemon.ReadWhole:    "ok      ",
	daemon.ReadRepaired: "mended  ",
	daemon.ReadDamaged:  "DAMAGED ",
	daemon.ReadAway:     "unread  ",
	daemon.ReadMissing:  "missing ",
}

func verifyCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("verify", s)
	path := configFlag(fs)
	asJSON := fs.Bool("json", false, "print JSON")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 1 {
		return &usageError{"verify: name one export, or none for all"}
	}
	id := ""
	if len(rest) == 1 {
		id = rest[0]
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	readings := []daemon.Reading{}
	tell := func(r daemon.Reading) {
		readings = append(readings, r)
		if !*asJSON {
			printReading(s, r)
		}
	}
	err = daemon.NewClient(cfg.StateDir).Verify(ctx, id, tell)
	if errors.Is(err, daemon.ErrNotRunning) {
		d, j, oerr := openDaemon(ctx, cfg, newLogger(s, slog.LevelError+1)) // what it would log is printed
		if oerr != nil {
			return oerr
		}
		defer j.Close() //nolint:errcheck // every commit is on the device already
		// What was found changes verdicts and the pages that tell them, whether a service runs or not.
		if err = d.Verify(ctx, id, tell); err == nil {
			err = d.Settle(ctx, nil)
		}
	}
	if err != nil {
		return err
	}
	if *asJSON {
		if err := printJSON(s.out, readings); err != nil {
			return err
		}
	}
	return verdictOfReadings(s, readings, *asJSON)
}

func printReading(s streams, r daemon.Reading) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }
	p("%s %s  %s, in %s", readingWords[r.State], r.Export, r.Account, r.Place)
	if r.Bytes > 0 {
		p(", %s", words.Size(r.Bytes))
	}
	p("\n")
	if r.Detail != "" {
		p("         %s\n", r.Detail)
	}
	if r.Hint != "" {
		p("         hint: %s\n", r.Hint)
	}
}

// verdictOfReadings sums up, and turns the worst into the exit code.
func verdictOfReadings(s streams, readings []daemon.Reading, quiet bool) error {
	count := map[string]int{}
	for _, r := range readings {
		count[r.State]++
	}
	say := func(format string, args ...any) {
		if !quiet {
			_, _ = fmt.Fprintf(s.out, "\n"+format+"\n", args...)
		}
	}
	switch {
	case count[daemon.ReadDamaged] > 0:
		say("%d of %d copies are damaged. Do not delete the account; if its deletion is under way, logging in at Instagram calls it off.", count[daemon.ReadDamaged], len(readings))
		return exitCode(exitNotSafe)
	case count[daemon.ReadAway]+count[daemon.ReadMissing] > 0:
		say("%d of %d copies could not be read.", count[daemon.ReadAway]+count[daemon.ReadMissing], len(readings))
		return exitCode(exitFailed)
	case len(readings) == 0:
		say("Nothing is stored yet.")
	default:
		if len(readings) == 1 {
			say("Every byte of the one copy was read: it is whole.")
			break
		}
		say("Every byte of %d copies was read: all are whole.", len(readings))
	}
	return nil
}
