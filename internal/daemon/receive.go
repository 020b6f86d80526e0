package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// fetchExport tries the links of an export's mail, or the one that the person gave.
func (d *Daemon) fetchExport(ctx context.Context, s journal.Step) (outcome, error) {
	if s.Arg != "" {
		return d.fetchGiven(ctx, s)
	}
	e, _, done, err := d.loadExport(ctx, s)
	if err != nil || done {
		return outcome{}, err
	}
	return d.fetchLinks(ctx, e)
}

// progressEvery is how often a transfer under way shows in the log.
const progressEvery = time.Minute

// transferKey names the transfer through an export's link.
func transferKey(export string, link int) string { return export + "/" + strconv.Itoa(link) }

func (d *Daemon) get(ctx context.Context, e journal.Export, url, key, dir string) (fetch.File, error) {
	leave, err := d.turns.enter(ctx, e.Account)
	if err != nil {
		return fetch.File{}, err
	}
	defer leave()
	t := d.transfers.start(e.ID)
	defer d.transfers.end(e.ID)
	last := time.Now()
	return d.fetcher.Get(ctx, fetch.Request{URL: url, Key: key, Dir: dir, Account: e.Account}, checkpoints{d.journal}, func(done, total int64) {
		t.set(done, total)
		if time.Since(last) >= progressEvery {
			last = time.Now()
			d.log.Info("downloading", "export", e.ID, "bytes", done, "of", total)
		}
	})
}

// received records the part that a transfer brought and plans its inspection.
func (d *Daemon) received(export, key string, f fetch.File) (outcome, error) {
	part, err := partOf(f)
	if err != nil {
		return outcome{}, err
	}
	d.log.Info("archive received", "export", export, "name", f.Name, "bytes", f.Size, "route", f.Route)
	if f.Seen.SHA256 != "" {
		d.seen.Store(seenKey{export, f.Name}, f.Seen)
	}
	return outcome{commit: func(tx *journal.Tx) error {
		return d.partArrived(tx, export, key, part, time.Now())
	}}, nil
}

func partOf(f fetch.File) (journal.Part, error) {
	origin, err := json.Marshal(struct {
		Hops     []fetch.Hop `json:"hops,omitempty"`
		Started  time.Time   `json:"started"`
		Finished time.Time   `json:"finished"`
	}{f.Hops, f.Started, f.Finished})
	return journal.Part{Name: f.Name, Size: f.Size, SHA256: f.SHA256, Route: f.Route, Origin: origin}, err
}

// addPart records a part of an export. Everything that was known of the export's
// content is void: it is looked at anew, with all parts together.
func addPart(tx *journal.Tx, export string, p journal.Part, inspectAt time.Time) error {
	e, found, err := tx.Export(export)
	if err != nil || !found {
		return err
	}
	e.State, e.Detail, e.Verdict, e.Reasons, e.Report = "inspecting", "", "", json.RawMessage("[]"), nil
	return errors.Join(
		tx.PutPart(export, p), tx.DropCopies(export), tx.DropAnswers(export), tx.DropAcceptance(export), tx.DropComparisons(export), tx.SetExport(e),
		tx.CancelOne(export, stepFetch, ""), // what the mail leads to is here; links that were given go on
		tx.Cancel(export, stepStore), tx.Cancel(export, stepVerdict),
		tx.Cancel(export, stepCopy), tx.Cancel(export, stepFixity), tx.Cancel(export, stepProtect),
		tx.Plan(journal.Step{Export: export, Kind: stepInspect, Due: inspectAt}),
	)
}

// handOver puts an export into the person's hands: they press Download, and the
// file reaches us through a drop folder or `igwatchd import`.
func (d *Daemon) handOver(tx *journal.Tx, id string, why error) error {
	e, found, err := tx.Export(id)
	if err != nil || !found {
		return err
	}
	e.State, e.Detail = "waiting-for-you", "log in at Instagram and press Download"
	if why != nil {
		e.Detail = why.Error()
	}
	return errors.Join(tx.SetExport(e), d.announce(tx, d.news.waiting(e, why, d.cfg.Fetch.DropDirs)))
}

func (d *Daemon) setState(ctx context.Context, id, state, detail string) error {
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		e, found, err := tx.Export(id)
		if err != nil || !found || e.State == state && e.Detail == detail {
			return err
		}
		e.State, e.Detail = state, detail
		return tx.SetExport(e)
	})
}

// checkpoints keeps transfers' checkpoints in the journal.
type checkpoints struct{ journal *journal.Journal }

var _ fetch.Checkpoints = checkpoints{}

func (c checkpoints) Load(ctx context.Context, key string) (fetch.Checkpoint, bool, error) {
	var cp fetch.Checkpoint
	body, found, err := c.journal.Checkpoint(ctx, key)
	if err != nil || !found {
		return cp, false, err
	}
	if err := json.Unmarshal(body, &cp); err != nil {
		return cp, false, fmt.Errorf("read checkpoint: %w", err)
	}
	return cp, true, nil
}

func (c checkpoints) Save(ctx context.Context, key string, cp fetch.Checkpoint) error {
	body, err := json.Marshal(cp)
	if err != nil {
		return err
	}
	return c.journal.SaveCheckpoint(ctx, key, body)
}

func (c checkpoints) Drop(ctx context.Context, key string) error {
	return c.journal.DropCheckpoint(ctx, key)
}
