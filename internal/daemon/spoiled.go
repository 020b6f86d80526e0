package daemon

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// superseded finds the damaged parts of which a whole download is here too, each with the name of that one.
func (d *Daemon) superseded(ctx context.Context, e journal.Export, parts []journal.Part, r *inspect.Report) (map[string]string, error) {
	found := map[string]string{}
	if !slices.ContainsFunc(r.Parts, func(p inspect.PartReport) bool { return p.Damaged }) {
		return found, nil
	}
	zips, closeAll, err := d.openParts(e, parts)
	defer closeAll()
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	for i, bad := range r.Parts {
		for k, good := range r.Parts {
			if !bad.Damaged || good.Damaged || found[bad.Name] != "" {
				continue
			}
			spoiled, err := inspect.IsSpoiled(ctx, zips[i], zips[k])
			if err != nil {
				return nil, fmt.Errorf("inspect: %w", err)
			}
			if spoiled {
				found[bad.Name] = good.Name
			}
		}
	}
	return found, nil
}

// spoiledIn finds the export that has a damaged download of a file, or "".
func (d *Daemon) spoiledIn(ctx context.Context, account string, file fetch.File) (export string, err error) {
	exports, parts, err := d.damagedOf(ctx, account)
	if err != nil || len(exports) == 0 {
		return "", err
	}
	f, err := os.Open(file.Path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	for i, e := range exports {
		zips, closeAll, err := d.openParts(e, parts[i])
		for k := 0; err == nil && export == "" && k < len(zips); k++ {
			var spoiled bool
			if spoiled, err = inspect.IsSpoiled(ctx, zips[k], inspect.Part{Name: file.Name, Size: file.Size, R: f}); spoiled {
				export = e.ID
			}
		}
		closeAll()
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err != nil { // it is not there any more: its own reading tells
			d.log.Warn("a damaged part cannot be compared", "export", e.ID, "error", err)
		}
	}
	return export, nil
}

// damagedOf returns an account's exports that have damaged parts, and those.
func (d *Daemon) damagedOf(ctx context.Context, account string) (exports []journal.Export, parts [][]journal.Part, err error) {
	err = d.journal.View(ctx, func(tx *journal.Tx) error {
		all, err := tx.Exports()
		if err != nil {
			return err
		}
		for _, e := range all {
			r, err := reportOf(e)
			if err != nil {
				return err
			}
			if e.Account != account || r == nil {
				continue
			}
			list, err := tx.Parts(e.ID)
			if err != nil {
				return err
			}
			list = slices.DeleteFunc(list, func(p journal.Part) bool {
				return !slices.ContainsFunc(r.Parts, func(x inspect.PartReport) bool { return x.SHA256 == p.SHA256 && x.Damaged })
			})
			if len(list) > 0 {
				exports, parts = append(exports, e), append(parts, list)
			}
		}
		return nil
	})
	return exports, parts, err
}

// supersede leaves damaged parts out of what is judged, and has the rest inspected. They are stored with it.
func (d *Daemon) supersede(tx *journal.Tx, export string, parts []journal.Part, spoiled map[string]string) error {
	if _, ok, err := unchanged(tx, export, parts); err != nil || !ok {
		return err
	}
	sums := map[string]string{}
	for _, p := range parts {
		sums[p.Name] = p.SHA256
	}
	for _, p := range parts {
		if p.Superseded = spoiled[p.Name]; p.Superseded == "" {
			continue
		}
		d.log.Info("a damaged part is superseded by a whole one", "export", export, "name", p.Name, "by", p.Superseded)
		if err := tx.PutPart(export, p); err != nil {
			return err
		}
	}
	if err := withAnnouncement(tx, export, func(_ *journal.Export, a *announcement) {
		if a.Page == nil {
			return
		}
		for bad, good := range spoiled { // the same file of Instagram's page
			for n, sum := range a.Page.Got {
				if sum == sums[bad] {
					a.Page.Got[n] = sums[good]
				}
			}
		}
	}); err != nil {
		return err
	}
	return tx.Plan(journal.Step{Export: export, Kind: stepInspect, Due: time.Now()})
}

// mayStand reports whether a file may be taken although another part has its name: as long as it is not known that
// the other one is whole.
func mayStand(e journal.Export, p journal.Part) (bool, error) {
	r, err := reportOf(e)
	if err != nil || r == nil {
		return err == nil, err
	}
	for _, x := range r.Parts {
		if x.SHA256 == p.SHA256 {
			return x.Damaged, nil
		}
	}
	return true, nil
}

// freeName returns a name that no part has yet, in the manner of browsers.
func freeName(name string, parts []journal.Part) string {
	taken := map[string]bool{}
	for _, p := range parts {
		taken[p.Name] = true
	}
	free := name
	for n := 2; taken[free]; n++ {
		free = fetch.Numbered(name, n)
	}
	return free
}
