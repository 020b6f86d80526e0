package daemon

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// The states of a link of the mail's; "" is one that was not tried yet.
const (
	linkDone   = "done"
	linkFailed = "failed"
)

// open returns the first of the mail's links to an archive that is to be tried, or -1.
func (a announcement) open() int {
	return slices.IndexFunc(a.Links, func(l link) bool { return l.Action == exportmail.ActionFetch && l.State == "" })
}

// dead returns why links of the mail's brought nothing.
func (a announcement) dead() (whys []string) {
	for _, l := range a.Links {
		if l.Action == exportmail.ActionFetch && l.State == linkFailed {
			whys = append(whys, l.Why)
		}
	}
	return whys
}

// fetchLinks tries the next of the links of an export's mail: one for each part, as a rule just one. What cannot work
// by itself is handed to the person at once.
func (d *Daemon) fetchLinks(ctx context.Context, e journal.Export) (outcome, error) {
	a, err := announcementOf(e)
	if err != nil {
		return outcome{}, err
	}
	if d.ended(ctx, e.Account) {
		return d.walled(ctx, e, browser.ErrStopped)
	}
	i := a.open()
	if i < 0 {
		return outcome{commit: func(tx *journal.Tx) error { return d.linksTried(tx, e.ID) }}, nil
	}
	dir, err := d.vault.Incoming(e.ID)
	if err != nil {
		return outcome{}, err
	}
	using, leave := d.sessions.begin(ctx, e.Account) // of which cookies_file holds the cookies
	defer leave()
	if err := d.setState(ctx, e.ID, "fetching", e.Detail); err != nil {
		return outcome{}, err
	}
	key := transferKey(e.ID, i)
	file, err := d.get(using, e, a.Links[i].URL, key, dir)
	switch {
	case err == nil:
		return d.linkBrought(e.ID, i, key, file)
	case stoppedBy(using, err):
		return d.walled(ctx, e, browser.ErrStopped)
	case ctx.Err() != nil, fault.KindOf(err) != fault.PermanentKind && !a.Links[i].Again:
		return outcome{}, err
	}
	d.log.Warn("the link does not lead to an archive", "export", e.ID, "link", i, "error", err)
	return outcome{commit: func(tx *journal.Tx) error {
		if err := withAnnouncement(tx, e.ID, func(_ *journal.Export, a *announcement) {
			l := &a.Links[i]
			if l.State = linkFailed; l.Again { // it brought one before, and the verdict says how that is
				l.State = linkDone
			}
			l.Why = err.Error()
		}); err != nil {
			return err
		}
		return d.linksTried(tx, e.ID)
	}}, nil
}

// linkBrought records the part that came through a link.
func (d *Daemon) linkBrought(export string, i int, key string, f fetch.File) (outcome, error) {
	out, err := d.received(export, key, f)
	if err != nil {
		return outcome{}, err
	}
	return outcome{commit: func(tx *journal.Tx) error {
		if err := out.commit(tx); err != nil {
			return err
		}
		if err := withAnnouncement(tx, export, func(_ *journal.Export, a *announcement) {
			a.Links[i].State, a.Links[i].Part = linkDone, f.SHA256
		}); err != nil {
			return err
		}
		return d.linksTried(tx, export)
	}}, nil
}

// linksTried plans what comes after a link of the mail's was tried: the next one, or what the parts that are here are.
func (d *Daemon) linksTried(tx *journal.Tx, export string) error {
	e, found, err := tx.Export(export)
	if err != nil || !found {
		return err
	}
	a, err := announcementOf(e)
	if err != nil {
		return err
	}
	parts, err := tx.Parts(export)
	if err != nil {
		return err
	}
	if a.open() >= 0 {
		e.State, e.Detail = "fetching", ""
		if len(parts) > 0 {
			e.Detail = "the mail has several links; not all of the files are here yet"
		}
		return errors.Join(tx.SetExport(e), tx.CancelOne(export, stepInspect, ""),
			tx.Plan(journal.Step{Export: export, Kind: stepFetch, Due: time.Now()}))
	}
	dead := a.dead()
	why := errors.New(strings.Join(dead, "\n"))
	switch {
	case len(parts) > 0 && len(dead) > 0:
		return errors.Join(d.announce(tx, d.news.linkDead(e, why, d.cfg.Fetch.DropDirs)), inspectNow(tx, export))
	case len(parts) > 0:
		return inspectNow(tx, export)
	case d.hasLogin(e.Account): // what was tried now is not tried again: failed attempts may count
		return tx.Plan(journal.Step{Export: export, Kind: stepBrowse, Due: time.Now()})
	case len(dead) == 0:
		why = nil
	}
	return d.handOver(tx, export, why)
}

// closeLinks ends the trying of links at the end of the download; it reports whether there were any to try.
func (d *Daemon) closeLinks(tx *journal.Tx, export string) (closed bool, err error) {
	if err := withAnnouncement(tx, export, func(_ *journal.Export, a *announcement) {
		for i := a.open(); i >= 0; i = a.open() {
			a.Links[i].State, a.Links[i].Why, closed = linkFailed, "the download closed before the file was received", true
		}
	}); err != nil || !closed {
		return closed, err
	}
	parts, err := tx.Parts(export)
	if err != nil || len(parts) == 0 {
		return true, err
	}
	return true, errors.Join(tx.CancelOne(export, stepFetch, ""), d.linksTried(tx, export))
}

// severalOpen reports whether the mail has several links, of which some are still to be tried.
func (a announcement) severalOpen() bool {
	n := 0
	for _, l := range a.Links {
		if l.Action == exportmail.ActionFetch {
			n++
		}
	}
	return n > 1 && a.open() >= 0
}
