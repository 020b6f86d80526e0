package daemon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// Answers are what a person said about an export.
type Answers struct {
	Yes    []string `json:"codes"`            // codes of questions
	Accept *Accept  `json:"accept,omitempty"` // what Instagram itself left out; nil: nothing was said
}

// Accept names the list of what Instagram itself left out, as it was shown, and the number that the person typed.
type Accept struct {
	Digest string `json:"digest"`
	Total  int    `json:"total"`
}

// accept records that the person accepts what Instagram itself left out. An error says that it does not count.
func (d *Daemon) accept(tx *journal.Tx, e journal.Export, a Accept) error {
	report, err := reportOf(e)
	if err != nil {
		return err
	}
	switch {
	case report == nil || report.Omissions == nil:
		return fault.Permanent(fmt.Errorf("confirm: Instagram left nothing out of %s that could be accepted", e.ID), "see: igwatchd status")
	case a.Total != report.Omissions.Total:
		return fault.Permanent(fmt.Errorf("confirm: the list has %d items, and %d was typed: nothing was accepted", report.Omissions.Total, a.Total), "look at the list: igwatchd confirm "+e.ID)
	case a.Digest != report.Omissions.Digest:
		return fault.Permanent(errors.New("confirm: the list is another one than was shown: nothing was accepted"), "look at the list: igwatchd confirm "+e.ID)
	}
	if err := tx.Accept(e.ID, journal.Acceptance{Digest: a.Digest, Total: a.Total, At: time.Now()}); err != nil {
		return err
	}
	facts, err := d.facts(tx, e)
	if err != nil {
		return err
	}
	v := verdict.Judge(facts)
	switch {
	case slices.ContainsFunc(v.Reasons, func(r verdict.Reason) bool { return r.Accepted }):
		return nil
	case verdict.OpenParts(v.Reasons):
		return fault.Permanent(errors.New("confirm: nothing was accepted: it is not known yet how many files the export has, and what is missing may be in one of them"),
			"answer the question about the files first: igwatchd confirm "+e.ID)
	default:
		return fault.Permanent(errors.New("confirm: nothing was accepted: more is wrong with the archive than what Instagram left out"), "see: igwatchd status")
	}
}

// Omissions returns what Instagram itself left out of an export.
func (d *Daemon) Omissions(ctx context.Context, id string) (*inspect.Omissions, error) {
	return ReadOmissions(ctx, d.journal, id)
}

// ReadOmissions does the same while no daemon runs.
func ReadOmissions(ctx context.Context, j *journal.Journal, id string) (o *inspect.Omissions, err error) {
	err = j.View(ctx, func(tx *journal.Tx) error {
		e, found, err := tx.Export(id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Permanent(fmt.Errorf("no export %q", id), "the ids stand in: igwatchd status")
		}
		report, err := reportOf(e)
		if err == nil && report != nil {
			o = report.Omissions
		}
		return err
	})
	return o, err
}
