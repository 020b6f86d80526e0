package daemon

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// clean removes what transfers left of an export that is decided: halves of files that nobody goes on with. It says
// nothing if that fails: the next start tries again.
func (d *Daemon) clean(tx *journal.Tx, e journal.Export) error {
	if e.State != "done" && e.State != "failed" || d.transfers.running(e.ID) {
		return nil
	}
	if n, err := coming(tx, e.ID); err != nil || n > 0 {
		return err
	}
	a, err := announcementOf(e)
	if err != nil {
		return err
	}
	keys := halves(e, a)
	err = d.vault.Clean(e.ID, func(name string) bool {
		for _, key := range keys {
			if fetch.PartName(key) == name {
				return true
			}
		}
		return false
	})
	if err != nil {
		d.log.Warn("left-overs of a transfer stay", "export", e.ID, "error", err)
	}
	return nil
}

// halves are the keys of the transfers of a decided export that may still be gone on with: through another address
// that the person gives, or with another log-in, as long as files are missing and the download is open.
func halves(e journal.Export, a announcement) (keys []string) {
	end := e.Deadline
	if end.IsZero() {
		end = e.Created.Add(linkLife)
	}
	if e.State == "failed" || e.Verdict == verdict.Safe || !time.Now().Before(end) {
		return nil
	}
	for i, l := range a.Links {
		if l.Action == actionGiven && l.State != givenDone || l.Action == exportmail.ActionFetch && l.State == "" {
			keys = append(keys, transferKey(e.ID, i))
		}
	}
	if p := a.Page; p != nil {
		for n := range p.Parts {
			if _, got := p.Got[n+1]; !got {
				keys = append(keys, pageKey(e.ID, n+1, p.Parts))
			}
		}
	}
	return keys
}

// cleanAll removes the left-overs of earlier runs, before anything is received: those of decided exports, and files that
// were offered and not taken to the end. Those lie where they came from.
func (d *Daemon) cleanAll(ctx context.Context) error {
	ids, err := d.vault.Receiving()
	if err != nil {
		return err
	}
	return d.journal.View(ctx, func(tx *journal.Tx) error {
		for _, id := range ids {
			e, found, err := tx.Export(id)
			if err == nil && found {
				err = d.clean(tx, e)
			}
			if err != nil {
				return fmt.Errorf("remove left-overs: %w", err)
			}
			offered := strings.HasPrefix(id, offerHold) // uploads go on, and of others nothing is known
			if found {
				continue
			}
			if err := d.vault.Clean(id, func(string) bool { return !offered }); err != nil {
				d.log.Warn("left-overs stay", "folder", id, "error", err)
			}
		}
		return nil
	})
}
