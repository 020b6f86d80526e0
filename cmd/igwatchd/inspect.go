package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/inspect/shape"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

func inspectCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("inspect", s)
	_ = configFlag(fs)
	asJSON := fs.Bool("json", false, "print JSON")
	var posts int
	none := false
	fs.Func("posts", "how many posts the profile shows, as `N`; 0 for none", func(s string) (err error) {
		if posts, err = strconv.Atoi(s); err != nil || posts < 0 {
			return errors.New("not a number of posts")
		}
		none = posts == 0
		return nil
	})
	asShape := fs.Bool("shape", false, "print the archive's skeleton only, with every name, text, number and date replaced: to report a kind of export that igwatchd does not know")
	var before []string
	fs.Func("before", "a `ZIP` of an earlier export of the same account: say what that one holds and this one does not (once for each of its zips)", func(s string) error {
		before = append(before, s)
		return nil
	})
	files, err := parseAll(fs, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return &usageError{"inspect: name the zip files of one export"}
	}
	if *asShape && (*asJSON || len(before) > 0) {
		return &usageError{"inspect: --shape prints no JSON and compares nothing"}
	}
	parts, closeParts, err := openParts(files)
	defer closeParts()
	if err != nil {
		return err
	}
	if *asShape {
		if err := shape.Print(ctx, s.out, parts); err != nil {
			return fmt.Errorf("inspect: %w", err)
		}
		return nil
	}
	report, err := inspect.Inspect(ctx, parts, func(int64, int64) {})
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	f := factsAlone(report)
	f.Posts, f.NoPosts = posts, none
	if len(before) > 0 {
		if f.Earlier, err = earlierAlone(ctx, before, parts, report); err != nil {
			return err
		}
	}
	v := verdict.Judge(f)
	report.Verdict = v.Verdict
	for _, r := range v.Reasons { // what the verdict asks beside the findings
		if !slices.ContainsFunc(report.Problems, func(p inspect.Problem) bool { return p.Code == r.Code }) {
			report.Problems = append(report.Problems, inspect.Problem{Code: r.Code, Severity: r.Severity, Text: r.Text})
		}
	}
	if !*asJSON {
		printEvidence(s.out, verdict.Gather("", f, v, verdict.Made{}))
	} else if err := printJSON(s.out, report); err != nil {
		return err
	}
	return verdictCode(v.Verdict)
}

// openParts opens the zips of one export. closeAll is to be called in any case.
func openParts(files []string) (parts []inspect.Part, closeAll func(), err error) {
	var open []*os.File
	closeAll = func() {
		for _, f := range open {
			f.Close() //nolint:errcheck // opened for reading only
		}
	}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return nil, closeAll, fmt.Errorf("inspect: %w", err)
		}
		open = append(open, f)
		info, err := f.Stat()
		if err != nil {
			return nil, closeAll, fmt.Errorf("inspect: %w", err)
		}
		if !info.Mode().IsRegular() {
			return nil, closeAll, fault.Permanent(fmt.Errorf("inspect: %s is no file", path), "name the zip files themselves")
		}
		parts = append(parts, inspect.Part{Name: filepath.Base(path), Size: info.Size(), R: f})
	}
	return parts, closeAll, nil
}

// factsAlone are the facts about an archive without a store. Nothing is filed, so that the best
// that can be said is that nothing speaks against the archive itself: whose it should
// be is taken from the archive, and storing is asked of no one.
func factsAlone(r *inspect.Report) verdict.Facts {
	f := verdict.Facts{Account: r.Username, Received: time.Now(), Report: r, Copies: []verdict.Copy{{Place: "here", Proven: true}}}
	for _, p := range r.Parts {
		f.Parts = append(f.Parts, verdict.Part{Name: p.Name, Size: p.Size, SHA256: p.SHA256})
	}
	return f
}

// earlierAlone inspects an earlier export too, and compares the two.
func earlierAlone(ctx context.Context, files []string, now []inspect.Part, report *inspect.Report) ([]verdict.Earlier, error) {
	parts, closeParts, err := openParts(files)
	defer closeParts()
	if err != nil {
		return nil, err
	}
	r, err := inspect.Inspect(ctx, parts, nil)
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	if report.Lacking, err = inspect.Compare(ctx, parts, now); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		report.Lacking = &inspect.Lacking{Trouble: err.Error()}
	}
	report.Lacking.Of = files[0]
	return []verdict.Earlier{verdict.NewEarlier(files[0], r.GeneratedAt, r, report.Lacking)}, nil
}

func verdictCode(v string) error {
	switch v {
	case verdict.Safe:
		return nil
	case verdict.Questions:
		return exitCode(exitOpen)
	default:
		return exitCode(exitNotSafe)
	}
}
