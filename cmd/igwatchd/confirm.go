package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

func confirmCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("confirm", s)
	path := configFlag(fs)
	number := fs.String("accept", "", "accept what Instagram itself left out: the `NUMBER` of items in the list that is shown without this flag")
	asJSON := fs.Bool("json", false, "print JSON: what is open, or the export after the answers")
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
	open, err := readOpen(ctx, cfg, id)
	if err != nil {
		return err
	}
	answers := daemon.Answers{Yes: codes}
	switch {
	case *number != "":
		total, err := strconv.Atoi(*number)
		if err != nil || strconv.Itoa(total) != *number {
			return &usageError{"confirm: --accept takes the number of items in the list, as it is shown"}
		}
		answers.Accept = &daemon.Accept{Total: total}
		if open.Omissions != nil {
			answers.Accept.Digest = open.Omissions.Digest
		}
	case len(open.Questions) == 0 && !open.Acceptable:
		return fault.Permanent(fmt.Errorf("confirm: %s has no open question", id), "see: igwatchd status; if this igwatchd is newer than the verdict, it may see more: igwatchd verify "+id)
	case len(codes) == 0 && *asJSON:
		return errors.Join(printJSON(s.out, open), verdictCode(open.Verdict))
	case len(codes) == 0:
		if answers, err = ask(s, open); err != nil {
			return err
		}
	}
	if len(answers.Yes) == 0 && answers.Accept == nil {
		_, _ = fmt.Fprintln(s.out, "\nNothing was changed.")
		return verdictCode(open.Verdict)
	}
	if !*asJSON {
		return confirm(ctx, s, cfg, id, answers)
	}
	verdictErr := confirm(ctx, streams{s.in, io.Discard, s.err}, cfg, id, answers)
	if _, judged := errors.AsType[exitCode](verdictErr); verdictErr != nil && !judged {
		return verdictErr
	}
	st, err := readStatus(ctx, cfg)
	if err != nil {
		return err
	}
	return errors.Join(printJSON(s.out, pick(st, []string{id})[0]), verdictErr)
}

// confirm gives the answers to the running daemon, or to one of its own, and prints the verdict.
func confirm(ctx context.Context, s streams, cfg *config.Config, id string, answers daemon.Answers) error {
	client := daemon.NewClient(cfg.StateDir)
	err := client.Confirm(ctx, id, answers)
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
	if err := d.Confirm(ctx, id, answers); err != nil {
		return err
	}
	return settle(ctx, s, cfg, d, j, []string{id})
}

// openAnswers is what a person can answer about an export.
type openAnswers struct {
	Export     string             `json:"export"`
	Account    string             `json:"account"`
	Verdict    string             `json:"verdict"`
	Questions  []verdict.Reason   `json:"questions"`
	Omissions  *inspect.Omissions `json:"omissions,omitempty"` // what Instagram itself left out
	Acceptable bool               `json:"acceptable"`          // and whether the person may accept it
}

// readOpen asks the running daemon, or reads the journal when there is none.
func readOpen(ctx context.Context, cfg *config.Config, id string) (openAnswers, error) {
	st, err := readStatus(ctx, cfg)
	if err != nil {
		return openAnswers{}, err
	}
	found := pick(st, []string{id})
	if len(found) == 0 {
		return openAnswers{}, fault.Permanent(fmt.Errorf("confirm: no export %q", id), "the ids stand in: igwatchd status")
	}
	e := found[0]
	open := openAnswers{Export: id, Account: e.Account, Verdict: e.Verdict, Questions: append([]verdict.Reason{}, e.Open(inspect.Question)...), Acceptable: verdict.Acceptable(e.Reasons)}
	if open.Acceptable {
		open.Omissions, err = readOmissions(ctx, cfg, id)
	}
	return open, err
}

// readOmissions asks the running daemon, or reads the journal when there is none.
func readOmissions(ctx context.Context, cfg *config.Config, id string) (*inspect.Omissions, error) {
	o, err := daemon.NewClient(cfg.StateDir).Omissions(ctx, id)
	if !errors.Is(err, daemon.ErrNotRunning) {
		return o, err
	}
	j, err := journal.OpenReadOnly(ctx, cfg.StateDir)
	if errors.Is(err, fs.ErrNotExist) { // never ran
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer j.Close() //nolint:errcheck // opened for reading only
	return daemon.ReadOmissions(ctx, j, id)
}

// ask puts each open question and takes nothing but a clear yes for a yes. Then it shows what Instagram itself
// left out, and takes nothing but its number for a yes.
func ask(s streams, open openAnswers) (answers daemon.Answers, err error) {
	in := bufio.NewScanner(s.in)
	_, _ = fmt.Fprintf(s.out, "Your answers decide whether igwatchd calls %s safe to delete. Look before you answer.\n", open.Account)
	asked := map[string]bool{}
	for _, q := range open.Questions {
		if asked[q.Code] {
			continue
		}
		asked[q.Code] = true
		_, _ = fmt.Fprintln(s.out)
		for _, same := range open.Questions { // one answer speaks for all of one kind
			if same.Code == q.Code {
				_, _ = fmt.Fprintln(s.out, wrap(same.Text, 100, "  "))
			}
		}
		answer, ok, err := line(s, in, "yes or no? ")
		if err != nil {
			return answers, err
		}
		if !ok {
			return answers, nil
		}
		if a := strings.ToLower(answer); a == "yes" || a == "y" {
			answers.Yes = append(answers.Yes, q.Code)
		}
	}
	if !open.Acceptable || open.Omissions == nil {
		return answers, nil
	}
	left := slices.DeleteFunc(slices.Clone(open.Questions), func(q verdict.Reason) bool { return slices.Contains(answers.Yes, q.Code) })
	_, _ = fmt.Fprintln(s.out)
	printer{s.out}.allOmitted(verdict.NewOmitted(open.Omissions, nil))
	if verdict.OpenParts(left) {
		_, _ = fmt.Fprintln(s.out, "\n"+wrap("You can accept that once you have answered how many files the export has: what is missing may be in one of them.", 100, ""))
		return answers, nil
	}
	answers.Accept, err = askNumber(s, in, open.Omissions)
	return answers, err
}

// askNumber takes the number of the items for a yes.
func askNumber(s streams, in *bufio.Scanner, o *inspect.Omissions) (*daemon.Accept, error) {
	these, them := fmt.Sprintf("these %d items", o.Total), "them"
	if o.Total == 1 {
		these, them = "this item", "it"
	}
	answer, _, err := line(s, in, fmt.Sprintf("\nIf you have %s elsewhere, or can do without %s, type %d: ", these, them, o.Total))
	if err != nil || answer == "" {
		return nil, err
	}
	if answer != strconv.Itoa(o.Total) {
		_, _ = fmt.Fprintf(s.out, "That is not %d: nothing was accepted.\n", o.Total)
		return nil, nil
	}
	return &daemon.Accept{Digest: o.Digest, Total: o.Total}, nil
}

// line asks for one line; ok is false at the end of the input.
func line(s streams, in *bufio.Scanner, question string) (answer string, ok bool, err error) {
	_, _ = fmt.Fprint(s.out, question)
	if in.Scan() {
		return strings.TrimSpace(in.Text()), true, nil
	}
	if err := in.Err(); err != nil {
		return "", false, fmt.Errorf("confirm: %w", err)
	}
	_, _ = fmt.Fprintln(s.out)
	return "", false, nil
}
