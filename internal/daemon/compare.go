package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// earlier returns the exports of e's account that were made before it, with what is known of
// the comparison with each.
func earlier(tx *journal.Tx, e journal.Export) ([]verdict.Earlier, error) {
	exports, err := tx.Exports()
	if err != nil {
		return nil, err
	}
	compared, err := tx.Comparisons(e.ID)
	if err != nil {
		return nil, err
	}
	report, err := reportOf(e)
	if err != nil {
		return nil, err
	}
	day := made(e, report)
	var list []verdict.Earlier
	for _, x := range exports {
		if x.Account != e.Account || x.ID == e.ID {
			continue
		}
		r, err := reportOf(x)
		if err != nil {
			return nil, err
		}
		if r == nil || !strings.EqualFold(r.Username, e.Account) {
			continue // not looked at, or another one's
		}
		then := made(x, r)
		if then > day || then == day && !x.AnnouncedAt.Before(e.AnnouncedAt) {
			continue
		}
		old := verdict.NewEarlier(x.ID, then, r, nil)
		if body, ok := compared[x.ID]; ok {
			old.Lacking = new(inspect.Lacking)
			if err := json.Unmarshal(body, old.Lacking); err != nil {
				return nil, fmt.Errorf("read comparison of %s with %s: %w", e.ID, x.ID, err)
			}
		}
		list = append(list, old)
	}
	return list, nil
}

// reportOf reads the report of an export, which is nil before it was inspected.
func reportOf(e journal.Export) (*inspect.Report, error) {
	if e.Report == nil {
		return nil, nil
	}
	r := new(inspect.Report)
	if err := json.Unmarshal(e.Report, r); err != nil {
		return nil, fmt.Errorf("read report of %s: %w", e.ID, err)
	}
	return r, nil
}

// made is the day on which an export was made, or else announced: an old archive may be handed over
// later than a new one.
func made(e journal.Export, r *inspect.Report) string {
	if r != nil && r.GeneratedAt != "" {
		return r.GeneratedAt
	}
	return e.AnnouncedAt.UTC().Format(time.DateOnly)
}

// whole is an export with its parts.
type whole struct {
	journal.Export
	parts []journal.Part
}

// compare looks for what each earlier export holds in this one, if that was not done before.
func (d *Daemon) compare(ctx context.Context, e journal.Export, parts []journal.Part) (compared []*inspect.Lacking, err error) {
	var todo []whole
	err = d.journal.View(ctx, func(tx *journal.Tx) error {
		if e.Report == nil {
			return nil
		}
		list, err := earlier(tx, e)
		if err != nil {
			return err
		}
		for _, x := range list {
			if x.Lacking != nil && x.Lacking.Trouble == "" && x.Lacking.Version == inspect.CompareVersion {
				continue
			}
			old, _, err := tx.Export(x.ID)
			if err != nil {
				return err
			}
			parts, err := tx.Parts(x.ID)
			if err != nil {
				return err
			}
			todo = append(todo, whole{old, parts})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, old := range todo {
		l, err := d.compareOne(ctx, old, whole{e, parts})
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			// Telling it is enough: the older archive is watched for itself, and this one is what is judged.
			d.log.Warn("earlier export not compared", "export", e.ID, "earlier", old.ID, "error", err)
			var cause *os.PathError
			if errors.As(err, &cause) {
				err = cause.Err // without the place of the file
			}
			l = &inspect.Lacking{Trouble: err.Error(), Version: inspect.CompareVersion}
		}
		l.Of = old.ID
		compared = append(compared, l)
	}
	return compared, nil
}

func (d *Daemon) compareOne(ctx context.Context, old, later whole) (*inspect.Lacking, error) {
	before, closeBefore, err := d.openParts(old.Export, old.parts)
	defer closeBefore()
	if err != nil {
		return nil, err
	}
	now, closeNow, err := d.openParts(later.Export, later.parts)
	defer closeNow()
	if err != nil {
		return nil, err
	}
	return inspect.Compare(ctx, before, now)
}

// openParts opens the stored parts of an export. closeAll is to be called in any case.
func (d *Daemon) openParts(e journal.Export, parts []journal.Part) (zips []inspect.Part, closeAll func(), err error) {
	var open []*os.File
	closeAll = func() {
		for _, f := range open {
			f.Close() //nolint:errcheck // opened for reading only
		}
	}
	for _, p := range parts {
		path, err := d.vault.Locate(e.Account, e.ID, p.Name)
		if err != nil {
			return nil, closeAll, err
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, closeAll, err
		}
		open = append(open, f)
		zips = append(zips, inspect.Part{Name: p.Name, Size: p.Size, SHA256: p.SHA256, R: f})
	}
	return zips, closeAll, nil
}

// recordComparisons keeps what was found. Answers to what was asked about earlier exports before are
// void: they spoke of others.
func recordComparisons(tx *journal.Tx, export string, compared []*inspect.Lacking) error {
	known, err := tx.Comparisons(export)
	if err != nil {
		return err
	}
	for _, l := range compared {
		body, err := json.Marshal(l)
		if err != nil {
			return err
		}
		if bytes.Equal(body, known[l.Of]) { // as before: what was answered was about this
			continue
		}
		if err := tx.PutComparison(export, l.Of, body); err != nil {
			return err
		}
		for _, code := range verdict.EarlierCodes {
			if err := tx.DropAnswer(export, code); err != nil {
				return err
			}
		}
	}
	return nil
}

// judgeLater plans a new judgement of the exports that were made after e: e may hold what they do not.
func judgeLater(tx *journal.Tx, e journal.Export, report *inspect.Report) error {
	exports, err := tx.Exports()
	if err != nil {
		return err
	}
	for _, x := range exports {
		if x.ID == e.ID || x.Account != e.Account || x.State != "done" {
			continue
		}
		r, err := reportOf(x)
		if err != nil {
			return err
		}
		if r != nil && made(x, r) >= report.GeneratedAt {
			if err := judgeNow(tx, x.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
