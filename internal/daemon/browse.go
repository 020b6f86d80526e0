package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// pageOffer is what Instagram's page said about an export, and which of its files came from there.
type pageOffer struct {
	Requested time.Time `json:"requested,omitzero"`
	Range     string    `json:"range,omitempty"`
	Format    string    `json:"format,omitempty"`
	Quality   string    `json:"quality,omitempty"`
	Expires   time.Time `json:"expires,omitzero"`
	Parts     int       `json:"parts"`                  // 0: the link led to a file, and no page was shown
	Stated    bool      `json:"parts_stated,omitempty"` // the page says so; otherwise they were counted
	Choice    string    `json:"choice,omitempty"`
	Text      string    `json:"text,omitempty"` // of the page, about this export
	Seen      time.Time `json:"seen"`

	Got map[int]string `json:"got,omitempty"` // SHA-256 of the file of each part
}

func pageOfferOf(o browser.Offer, seen time.Time) *pageOffer {
	return &pageOffer{
		Requested: o.Requested, Range: o.Range, Format: o.Format, Quality: o.Quality, Expires: o.Expires,
		Parts: o.Parts, Stated: o.Stated, Choice: o.Choice, Text: o.Raw, Seen: seen.UTC().Truncate(time.Second), Got: map[int]string{},
	}
}

// announced is how many files Instagram offers, or 0 where a person has to look: as long as not every file of the
// page came from there, one that is here may belong to another export; and what the page does not state was only
// counted, while further files may come hours later.
func (p *pageOffer) announced(parts []journal.Part) int {
	here := func(sum string) bool {
		return slices.ContainsFunc(parts, func(x journal.Part) bool { return x.SHA256 == sum })
	}
	switch {
	case p == nil:
		return 0
	case len(parts) < p.Parts: // some are missing, whatever these are
		return p.Parts
	case !p.Stated:
		return 0
	}
	for part := range p.Parts {
		if sum, got := p.Got[part+1]; !got || !here(sum) {
			return 0
		}
	}
	return p.Parts
}

// browseExport opens the download page with the person's own log-in and presses Download for each file. The bytes
// come by our own transfers.
func (d *Daemon) browseExport(ctx context.Context, s journal.Step) (outcome, error) {
	e, _, done, err := d.loadExport(ctx, s)
	if err != nil || done {
		return outcome{}, err
	}
	a, err := announcementOf(e)
	if err != nil {
		return outcome{}, err
	}
	if d.ended(ctx, e.Account) {
		return d.walled(ctx, e, browser.ErrStopped)
	}
	dir, err := d.vault.Incoming(e.ID)
	if err != nil {
		return outcome{}, err
	}
	if err := d.setState(ctx, e.ID, "fetching", "looking at Instagram's download page"); err != nil {
		return outcome{}, err
	}
	visiting, leave := d.sessions.begin(ctx, e.Account)
	defer leave()
	order := d.order(visiting, e, a)
	offer, err := browser.Take(visiting, d.browser(e.Account), order, func(_ context.Context, p browser.Part) error {
		// The bytes want no session: a transfer under way may end even if the session has to.
		return d.load(ctx, visiting, e, dir, p)
	})
	switch {
	case ctx.Err() != nil:
		return outcome{}, ctx.Err()
	case err == nil:
		d.log.Info("every file of the download page is here", "export", e.ID, "files", offer.Parts)
		return outcome{commit: func(tx *journal.Tx) error { return errors.Join(d.unwall(tx, e.ID), inspectNow(tx, e.ID)) }}, nil
	case stoppedBy(visiting, err):
		return d.walled(ctx, e, browser.ErrStopped)
	case fault.KindOf(err) == fault.PermanentKind, fault.KindOf(err) == fault.ConfigurationKind:
		return d.walled(ctx, e, err)
	}
	return outcome{}, err
}

// order says what is wanted of the page.
func (d *Daemon) order(ctx context.Context, e journal.Export, a announcement) browser.Order {
	o := browser.Order{
		URL: pageOf(a), Account: e.Account, Announced: e.AnnouncedAt,
		Stopped: func() bool { return d.ended(ctx, e.Account) },
	}
	if p := a.Page; p != nil && len(p.Got) > 0 {
		got := maps.Clone(p.Got)
		o.Have = func(part int) bool { _, here := got[part]; return here }
		if p.Parts > 0 {
			o.Before = &browser.Offer{Parts: p.Parts, Requested: p.Requested, Range: p.Range}
		}
	}
	if account, ok := d.cfg.Account(e.Account); ok && account.Password != nil {
		o.Password = account.Password.Read
		o.PasswordUsed = func(ctx context.Context) error { return d.spend(ctx, "password "+e.ID) }
	}
	return o
}

// spend records, durably, that something is used which may be used once only.
func (d *Daemon) spend(ctx context.Context, what string) error {
	if _, spent, err := d.journal.Checkpoint(ctx, what); err != nil || spent {
		return errors.Join(err, errors.New("it was used before"))
	}
	return d.journal.SaveCheckpoint(ctx, what, []byte(time.Now().UTC().Format(time.RFC3339)))
}

// pageOf is the address to begin with: the mail's own link, if it leads to the export.
func pageOf(a announcement) string {
	for _, action := range []string{exportmail.ActionFetch, exportmail.ActionOpen} {
		for _, l := range a.Links {
			if l.Action == action && (action == exportmail.ActionFetch || strings.Contains(l.URL, "/dyi")) {
				return l.URL
			}
		}
	}
	return exportPage
}

// barren is how many new addresses in a row may bring nothing.
const barren = 3

// pageKey names the transfer of one file of the download page.
func pageKey(export string, number, of int) string {
	return fmt.Sprintf("%s/page %d of %d", export, number, of)
}

// load gets one file. An address that has expired is asked for anew; what came through the old one is gone on with.
// visiting ends with the session.
func (d *Daemon) load(ctx, visiting context.Context, e journal.Export, dir string, p browser.Part) error {
	key := pageKey(e.ID, p.Number, p.Of)
	address, before := p.URL, int64(-1)
	for idle := 0; ; {
		file, err := d.get(ctx, e, address, key, dir)
		if err == nil {
			return d.keepPagePart(ctx, e.ID, key, p, file)
		}
		if _, expired := errors.AsType[*fetch.Expired](err); !expired {
			return err
		}
		cp, _, cerr := checkpoints{d.journal}.Load(ctx, key)
		if cerr != nil {
			return cerr
		}
		if idle++; cp.Offset > before {
			idle, before = 0, cp.Offset
		}
		if idle >= barren {
			return fault.NotBefore(fault.Temporary(fmt.Errorf("each new address expires at once: %w", err), "igwatchd tries again by itself"), time.Hour)
		}
		d.log.Info("the address has expired, asking for a new one", "export", e.ID, "part", p.Number)
		if address, err = p.Mint(visiting); err != nil {
			return err
		}
	}
}

// keepPagePart records a file and which part of the page's offer it is.
func (d *Daemon) keepPagePart(ctx context.Context, export, key string, p browser.Part, f fetch.File) error {
	f.Route = "browser"
	part, err := partOf(f)
	if err != nil {
		return err
	}
	d.log.Info("archive received", "export", export, "name", f.Name, "bytes", f.Size, "route", f.Route, "part", p.Number, "of", p.Of)
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		// Looked at when the last one is here; the far time is for the case that nothing comes any more.
		if err := d.partArrived(tx, export, key, part, time.Now().Add(linkLife)); err != nil {
			return err
		}
		return withAnnouncement(tx, export, func(e *journal.Export, a *announcement) {
			if a.Page == nil || a.Page.Parts != p.Of || len(a.Page.Got) == 0 {
				a.Page = pageOfferOf(p.Offer, time.Now())
			}
			a.Page.Got[p.Number] = f.SHA256
			e.State, e.Detail = "fetching", fmt.Sprintf("%d of %d files are here", len(a.Page.Got), max(p.Of, 1))
		})
	})
}

// inspectNow lets an export's files be looked at, if there are any.
func inspectNow(tx *journal.Tx, export string) error {
	parts, err := tx.Parts(export)
	if err != nil || len(parts) == 0 {
		return err
	}
	e, _, err := tx.Export(export)
	e.State, e.Detail = "inspecting", ""
	return errors.Join(err, tx.SetExport(e), tx.Plan(journal.Step{Export: export, Kind: stepInspect, Due: time.Now()}))
}

func announcementOf(e journal.Export) (a announcement, err error) {
	if e.Announcement == nil {
		return a, nil
	}
	if err := json.Unmarshal(e.Announcement, &a); err != nil {
		return a, fmt.Errorf("read announcement: %w", err)
	}
	return a, nil
}

// withAnnouncement changes an export together with what is known of its announcement.
func withAnnouncement(tx *journal.Tx, export string, change func(*journal.Export, *announcement)) error {
	e, found, err := tx.Export(export)
	if err != nil || !found {
		return err
	}
	a, err := announcementOf(e)
	if err != nil {
		return err
	}
	change(&e, &a)
	if e.Announcement, err = json.Marshal(a); err != nil {
		return err
	}
	return tx.SetExport(e)
}
