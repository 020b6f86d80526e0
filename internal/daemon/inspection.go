package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// inspectExport looks at all parts together.
func (d *Daemon) inspectExport(ctx context.Context, s journal.Step) (out outcome, err error) {
	e, parts, done, err := d.loadExport(ctx, s)
	if err != nil || done || len(parts) == 0 {
		return outcome{}, err
	}
	return d.inspected(ctx, e, parts, func(tx *journal.Tx, e journal.Export, report *inspect.Report, body []byte) error {
		if waits, err := d.fetchAgain(tx, &e, report); err != nil || waits {
			return err
		}
		e.State, e.Detail, e.Report = "storing", "", body
		return errors.Join(tx.SetExport(e), tx.Plan(journal.Step{Export: e.ID, Kind: stepStore, Due: time.Now()}), judgeLater(tx, e, report))
	})
}

// inspected inspects all parts of an export together and leaves damaged ones out that came whole, too: then the rest is
// inspected anew. Else then gets the report, also as JSON, if the parts are still these.
func (d *Daemon) inspected(
	ctx context.Context, e journal.Export, parts []journal.Part,
	then func(tx *journal.Tx, e journal.Export, report *inspect.Report, body []byte) error,
) (outcome, error) {
	report, err := d.inspectParts(ctx, e, parts)
	if err != nil {
		return outcome{}, err
	}
	spoiled, err := d.superseded(ctx, e, parts, report)
	if err != nil {
		return outcome{}, err
	}
	if len(spoiled) > 0 {
		return outcome{commit: func(tx *journal.Tx) error { return d.supersede(tx, e.ID, parts, spoiled) }}, nil
	}
	body, err := json.Marshal(report)
	if err != nil {
		return outcome{}, err
	}
	return outcome{commit: func(tx *journal.Tx) error {
		e, same, err := unchanged(tx, e.ID, parts)
		if err != nil || !same {
			return err
		}
		return then(tx, e, report, body)
	}}, nil
}

// inspectParts looks at all parts of an export together.
func (d *Daemon) inspectParts(ctx context.Context, e journal.Export, parts []journal.Part) (*inspect.Report, error) {
	zips, closeAll, err := d.openParts(e, parts)
	defer closeAll()
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	report, err := inspect.Inspect(ctx, zips, func(int64, int64) {})
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	d.log.Info("archive inspected", "export", e.ID, "posts", report.Counts.Posts, "media", report.Counts.Media, "problems", len(report.Problems))
	return report, nil
}
