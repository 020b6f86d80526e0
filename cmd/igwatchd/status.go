package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
	"github.com/igwatchd/igwatchd/internal/words"
)

func statusCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("status", s)
	path := configFlag(fs)
	asJSON := fs.Bool("json", false, "print JSON")
	rest, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return &usageError{"status: takes no arguments"}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	st, err := readStatus(ctx, cfg)
	if err != nil {
		return err
	}
	if *asJSON {
		return printJSON(s.out, st)
	}
	printStatus(s.out, st)
	return nil
}

// readStatus asks the running daemon, or reads the journal when there is none.
func readStatus(ctx context.Context, cfg *config.Config) (daemon.Status, error) {
	st, err := daemon.NewClient(cfg.StateDir).Status(ctx)
	if !errors.Is(err, daemon.ErrNotRunning) {
		return st, err
	}
	j, err := journal.OpenReadOnly(ctx, cfg.StateDir)
	switch {
	case errors.Is(err, fs.ErrNotExist): // never ran
		return daemon.ReadStatus(ctx, cfg, nil)
	case err != nil:
		return st, fault.WithHint(err, "use the user that igwatchd runs as: sudo -u igwatchd igwatchd status")
	}
	defer j.Close() //nolint:errcheck // opened for reading only
	return daemon.ReadStatus(ctx, cfg, j)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func printStatus(w io.Writer, st daemon.Status) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	if st.Running {
		p("igwatchd is running (%s).\n\n", st.Version)
	} else {
		p("igwatchd is not running: no inbox is watched. Start it with: igwatchd service start\n\n")
	}
	p("Inboxes\n")
	for _, in := range st.Inboxes {
		p("  %-28s %-10s %s", in.Address, in.Folder, in.State)
		if in.LastContact != "" {
			p(", last contact %s", clock(in.LastContact))
		}
		p("\n")
		if in.Error != "" {
			p("      %s\n", in.Error)
		}
	}
	p("\nExports\n")
	for _, r := range st.Requests {
		p("  %s: asked for on %s, no mail yet\n", r.Account, clock(r.Since))
	}
	if len(st.Exports)+len(st.Requests) == 0 {
		p("  none yet\n")
	}
	for _, e := range st.Exports {
		printExport(w, e)
	}
	if len(st.Refused) > 0 {
		p("\nFiles that were not taken\n")
	}
	for _, f := range st.Refused {
		p("  %s\n      %s\n      %s\n", f.File, f.Why, f.Hint)
	}
}

func printExport(w io.Writer, e daemon.Export) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("  %s  %s\n", e.ID, e.Account)
	p("    state    %s\n", e.Sentence())
	if e.Progress != nil {
		p("    progress %s\n", progressText(e.Progress.Done, e.Progress.Total))
	}
	if e.Deadline != "" && !e.Settled() || e.State == "waiting-for-you" && e.Deadline != "" {
		p("    open     until %s\n", clock(e.Deadline))
	}
	for _, part := range e.Parts {
		p("    part     %s  %s\n", part.Name, words.Size(part.Size))
	}
	if e.Verdict != "" {
		p("    verdict  %s\n", e.Verdict)
		printReasons(w, e)
	}
	if e.Path != "" {
		p("    stored   %s\n", e.Path)
	}
	for _, c := range e.Copies {
		p("    copy     %s\n", copyText(c))
	}
	if e.Verdict == "questions" || verdict.Acceptable(e.Reasons) {
		p("    next     igwatchd confirm %s\n", e.ID)
	}
}

// copyText says how a copy is.
func copyText(c daemon.Copy) string {
	switch c.State {
	case "proven":
		return c.Place + ": every byte was read back on " + clock(c.At)
	case "damaged":
		return c.Place + ": DAMAGED, found on " + clock(c.At)
	case "copying":
		return c.Place + ": is being written"
	case "waiting":
		return c.Place + ": waits: " + c.Detail
	default:
		return c.Place + ": not there yet"
	}
}

func printReasons(w io.Writer, e daemon.Export) {
	for _, sev := range []string{inspect.Error, inspect.Question, inspect.Info} {
		mark := map[string]string{inspect.Error: "wrong", inspect.Question: "ask", inspect.Info: "note"}[sev]
		for i, r := range e.Open(sev) {
			if i == 20 {
				_, _ = fmt.Fprintf(w, "      …      %d more: igwatchd status --json\n", len(e.Open(sev))-i)
				break
			}
			_, _ = fmt.Fprintf(w, "      %-6s %s [%s]\n", mark, r.Text, r.Code)
		}
	}
}

// clock shows an RFC 3339 time in the reader's zone.
func clock(stamp string) string {
	t, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return stamp
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func progressText(done, total int64) string {
	if total <= 0 {
		return words.Size(done)
	}
	filled := int(20 * done / total)
	return fmt.Sprintf("[%s%s] %3d %%  %s of %s", strings.Repeat("#", filled), strings.Repeat(".", 20-filled),
		100*done/total, words.Size(done), words.Size(total))
}
