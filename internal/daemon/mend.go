package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// mend uses a file that is here once more, the very bytes of a part, if the part is damaged or gone: it is filed anew
// and read back. The file lies in the incoming folder hold under name; it is left there if the part is whole.
func (d *Daemon) mend(ctx context.Context, export string, p journal.Part, hold, name string) error {
	needed, err := d.needsMending(ctx, export, p)
	if err != nil || !needed {
		return err
	}
	leave, err := d.holds.enter(ctx, archivePlace, export)
	if err != nil {
		return err
	}
	defer leave()
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		e, found, err := tx.Export(export)
		if err != nil || !found {
			return err
		}
		if err := d.vault.Admit(hold, name, e.ID, p.Name); err != nil {
			return err
		}
		d.log.Info("a damaged part is filed anew", "export", e.ID, "name", p.Name)
		parts, err := tx.Received(e.ID)
		if err != nil {
			return err
		}
		for _, other := range parts {
			if _, err := d.vault.Locate(e.Account, e.ID, other.Name); errors.Is(err, fs.ErrNotExist) {
				return nil // it has to be given too
			} else if err != nil {
				return err
			}
		}
		if e.Path == "" {
			return inspectNow(tx, e.ID)
		}
		// What was decided spoke of damaged files. Report and answers speak of the content, which is the same.
		e.State, e.Detail, e.Verdict, e.Reasons = "storing", "", "", json.RawMessage("[]")
		return errors.Join(tx.SetExport(e), tx.Cancel(e.ID, stepVerdict),
			tx.Plan(journal.Step{Export: e.ID, Kind: stepStore, Due: time.Now()}))
	})
}

// needsMending reports whether a part is damaged or gone, and records what it finds.
func (d *Daemon) needsMending(ctx context.Context, export string, p journal.Part) (bool, error) {
	var e journal.Export
	var was journal.Copy
	var proof bool
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		if e, _, err = tx.Export(export); err != nil {
			return err
		}
		was, proof, err = proofOf(tx, export, archivePlace)
		return err
	}); err != nil {
		return false, err
	}
	if !proof { // on its way to be stored
		_, err := d.vault.Locate(e.Account, e.ID, p.Name)
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		return false, err
	}
	archive := d.places[0]
	if was.State == copyProven {
		marks, err := archive.replica.Look(ctx, vault.Ref{Owner: e.Account, ID: e.ID, Digest: was.Digest})
		if err != nil || marks != "" && marks == was.Marks {
			return false, err
		}
	}
	r, ok, err := d.reread(ctx, export, archive)
	if err != nil || !ok {
		return false, err
	}
	if err := d.journal.Update(ctx, func(tx *journal.Tx) error { return d.settleReading(tx, r) }); err != nil {
		return false, err
	}
	return r.State == ReadDamaged, nil // manifests and the mail are written anew by the way
}

// archiveDamaged reports whether an export's copy in the archive folder is known to be damaged.
func (d *Daemon) archiveDamaged(ctx context.Context, export string) (damaged bool, err error) {
	err = d.journal.View(ctx, func(tx *journal.Tx) error {
		c, _, err := proofOf(tx, export, archivePlace)
		damaged = c.State == copyDamaged
		return err
	})
	return damaged, err
}
