package daemon

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// planAgain plans another inspection of a stored export that could tell more than the last one did. What an older
// igwatchd overlooked must not stay safe, and what it refused must not stay refused. Accounts whose deletion is over are
// left alone: nobody could do anything about them any more.
func planAgain(tx *journal.Tx, id string) error {
	e, _, ok, err := proven(tx, id)
	if err != nil || !ok || e.State != "done" {
		return err
	}
	report, err := reportOf(e)
	if err != nil || report == nil || !report.Outdated() {
		return err
	}
	since, deleted, err := tx.Deletion(e.Account)
	if err != nil || deleted && time.Since(since) > deletionTakes*24*time.Hour {
		return err
	}
	return tx.Plan(journal.Step{Export: id, Kind: stepAgain, Due: time.Now()})
}

// inspectAgain inspects a stored export anew, from its copy in the archive folder.
func (d *Daemon) inspectAgain(ctx context.Context, s journal.Step) (outcome, error) {
	e, parts, done, err := d.loadExport(ctx, s)
	if err != nil || done || e.State != "done" {
		return outcome{}, err
	}
	return d.inspected(ctx, e, parts, func(tx *journal.Tx, e journal.Export, report *inspect.Report, body []byte) error {
		if e.State != "done" {
			return nil
		}
		before, err := d.facts(tx, e)
		if err != nil {
			return err
		}
		e.Report = body
		now := before
		now.Report = report
		for _, code := range askedOtherwise(before, now) {
			if err := tx.DropAnswer(e.ID, code); err != nil {
				return err
			}
		}
		return errors.Join(tx.SetExport(e), judgeNow(tx, e.ID), judgeLater(tx, e, report))
	})
}

// askedOtherwise returns the codes of what is asked now in other words than before, or about other things: an answer to
// the one says nothing about the other.
func askedOtherwise(before, now verdict.Facts) []string {
	asked := func(f verdict.Facts) map[string][]string {
		f.Answers = nil
		all := map[string][]string{}
		for _, r := range verdict.Judge(f).Open(inspect.Question) {
			all[r.Code] = append(all[r.Code], r.Text)
		}
		return all
	}
	was, is := asked(before), asked(now)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(is)), func(code string) bool { return slices.Equal(was[code], is[code]) })
}
