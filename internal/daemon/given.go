package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// A link that the person gave: the address behind a Download button.
const (
	actionGiven = "given"
	givenDone   = "done"
	givenFailed = "failed"
)

// maxGiven bounds the links of one export.
const maxGiven = 100

// Give takes the address of an archive that the person copied from a Download
// button. It belongs to the named export or, if id is empty, to the account's one
// export that waits; without any, to a new one. The address is secret.
func (d *Daemon) Give(ctx context.Context, account, id, address string) (export string, err error) {
	if err := d.fetcher.Check(address); err != nil {
		return "", fault.Permanent(fmt.Errorf("fetch: %w", err), "copy the address of the Download button itself; it leads to "+strings.Join(d.cfg.Fetch.ByteHosts, " or "))
	}
	err = d.journal.Update(ctx, func(tx *journal.Tx) error {
		e, err := d.receiver(tx, account, id)
		if err != nil {
			return err
		}
		export = e.ID
		slot, err := addGiven(&e, address)
		if err != nil {
			return err
		}
		// What was decided before is void: there is more to come.
		e.State, e.Detail, e.Verdict, e.Reasons = "fetching", "", "", json.RawMessage("[]")
		return errors.Join(tx.SetExport(e), met(tx, e.Account),
			tx.Plan(journal.Step{Export: e.ID, Kind: stepFetch, Arg: strconv.Itoa(slot), Due: time.Now()}))
	})
	return export, err
}

// addGiven puts the address beside the export's other links. It takes the place
// of one that failed: what came through that one is gone on with, if it is the
// same file.
func addGiven(e *journal.Export, address string) (slot int, err error) {
	var a announcement
	if e.Announcement != nil {
		if err := json.Unmarshal(e.Announcement, &a); err != nil {
			return 0, fmt.Errorf("read announcement: %w", err)
		}
	}
	slot = len(a.Links)
	for i, l := range a.Links {
		if l.URL == address && l.Action == actionGiven && l.State != givenFailed {
			return 0, fault.Permanent(errors.New("fetch: this address was given already"), "see: igwatchd status")
		}
		if l.Action == actionGiven && l.State == givenFailed && slot == len(a.Links) {
			slot = i
		}
	}
	l := link{URL: address, Action: actionGiven}
	switch {
	case slot < len(a.Links):
		a.Links[slot] = l
	case slot >= maxGiven:
		return 0, fault.Permanent(errors.New("fetch: too many addresses for one export"), "download the files yourself, and use: igwatchd import FILE…")
	default:
		a.Links = append(a.Links, l)
	}
	e.Announcement, err = json.Marshal(a)
	return slot, err
}

// receiver finds the export that a given address belongs to.
func (d *Daemon) receiver(tx *journal.Tx, account, id string) (journal.Export, error) {
	if id != "" {
		e, found, err := tx.Export(id)
		if err == nil && !found {
			err = fault.Permanent(fmt.Errorf("fetch: no export %q", id), "the ids stand in: igwatchd status")
		}
		return e, err
	}
	if account == "" && len(d.cfg.Accounts) == 1 {
		account = d.cfg.Accounts[0].Username
	}
	if _, ok := d.cfg.Account(account); !ok {
		err := errors.New("fetch: several accounts are watched")
		if account != "" {
			err = fmt.Errorf("fetch: no account %s is configured", account)
		}
		return journal.Export{}, fault.Permanent(err, "say whose archive it is: igwatchd fetch --account NAME …")
	}
	exports, err := tx.Exports()
	if err != nil {
		return journal.Export{}, err
	}
	var open []journal.Export
	for _, e := range exports {
		// One whose files are here may still lack some; one that was found safe lacks none.
		if e.Account == account && e.State != "failed" && e.Verdict != "safe" {
			open = append(open, e)
		}
	}
	switch len(open) {
	case 0:
		now := time.Now()
		cause := "given " + account + " " + now.Format(time.RFC3339Nano)
		e := journal.Export{
			ID: exportID(now, cause), Account: account, Cause: cause, Route: "link",
			State: "fetching", AnnouncedAt: now, Created: now,
		}
		_, err := tx.AddExport(e)
		return e, err
	case 1:
		return open[0], nil
	}
	return journal.Export{}, fault.Permanent(fmt.Errorf("fetch: %d exports of %s are under way", len(open), account),
		"say which one it belongs to: igwatchd fetch --export ID …; the ids stand in: igwatchd status")
}

// fetchGiven gets the file behind one given address.
func (d *Daemon) fetchGiven(ctx context.Context, s journal.Step) (outcome, error) {
	e, _, done, err := d.loadExport(ctx, s)
	if err != nil || done {
		return outcome{}, err
	}
	slot, a, err := givenLink(e, s.Arg)
	if err != nil {
		return outcome{}, err
	}
	dir, err := d.vault.Incoming(e.ID)
	if err != nil {
		return outcome{}, err
	}
	if err := d.setState(ctx, e.ID, "fetching", ""); err != nil {
		return outcome{}, err
	}
	key := transferKey(e.ID, slot)
	file, err := d.get(ctx, e, a.Links[slot].URL, key, dir)
	switch {
	case err == nil:
		out, err := d.received(e.ID, key, file)
		return outcome{commit: func(tx *journal.Tx) error {
			return errors.Join(out.commit(tx), withAnnouncement(tx, e.ID, func(_ *journal.Export, a *announcement) {
				a.Links[slot].State, a.Links[slot].Part = givenDone, file.SHA256 // the address goes once the file is known to be whole
			}))
		}}, err
	case a.Links[slot].Again && ctx.Err() == nil: // it brought one before, and the verdict says how that is
		return outcome{commit: func(tx *journal.Tx) error {
			return errors.Join(setGiven(tx, e.ID, slot, givenDone), inspectNow(tx, e.ID))
		}}, nil
	case fault.KindOf(err) != fault.PermanentKind:
		return outcome{}, err
	}
	d.log.Warn("the given address does not lead to an archive", "export", e.ID, "error", err)
	return outcome{commit: func(tx *journal.Tx) error {
		e, found, ferr := tx.Export(e.ID)
		if ferr != nil || !found {
			return ferr
		}
		next := journal.Step{Export: e.ID, Kind: stepVerdict, Due: time.Now()}
		if parts, ferr := tx.Parts(e.ID); ferr != nil {
			return ferr
		} else if len(parts) == 0 {
			e.State, e.Detail = "waiting-for-you", err.Error()
			return errors.Join(tx.SetExport(e), setGiven(tx, e.ID, slot, givenFailed), d.announce(tx, d.news.givenUseless(e, s.Arg, err)))
		}
		return errors.Join(setGiven(tx, e.ID, slot, givenFailed), d.announce(tx, d.news.givenUseless(e, s.Arg, err)), tx.Plan(next))
	}}, nil
}

// givenLink returns the export's links, of which one is the given one of that number.
func givenLink(e journal.Export, arg string) (slot int, a announcement, err error) {
	if err := json.Unmarshal(e.Announcement, &a); err != nil {
		return 0, a, fmt.Errorf("read announcement: %w", err)
	}
	slot, err = strconv.Atoi(arg)
	if err != nil || slot < 0 || slot >= len(a.Links) || a.Links[slot].Action != actionGiven {
		return 0, a, fmt.Errorf("fetch: no link %q", arg)
	}
	return slot, a, nil
}

// setGiven records how it went with a given address. The address itself is of no
// more use then, and secret.
func setGiven(tx *journal.Tx, export string, slot int, state string) error {
	e, found, err := tx.Export(export)
	if err != nil || !found {
		return err
	}
	_, a, err := givenLink(e, strconv.Itoa(slot))
	if err != nil {
		return err
	}
	a.Links[slot].URL, a.Links[slot].State = "", state
	if e.Announcement, err = json.Marshal(a); err != nil {
		return err
	}
	return tx.SetExport(e)
}

// coming counts the files that are still being fetched.
func coming(tx *journal.Tx, export string) (n int, err error) {
	steps, err := tx.StepsOf(export)
	for _, s := range steps {
		if s.Kind == stepFetch || s.Kind == stepBrowse {
			n++
		}
	}
	return n, err
}
