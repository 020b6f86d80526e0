package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// offerHold begins the names of the folders that offered files are copied into, before it is known whose they are.
const offerHold = "offer-"

// settle is how long a part waits for its siblings before they are inspected.
const settle = 3 * time.Second

// Offer is an archive file that the person downloaded themselves.
type Offer struct {
	Name    string
	Size    int64
	Account string // whose it says it is
	Date    string // when Instagram made it, YYYY-MM-DD, or ""
	Route   string // drop | import
}

// identify looks whose archive the file at path is.
func (d *Daemon) identify(ctx context.Context, path string) (Offer, error) {
	f, err := os.Open(path)
	if err != nil {
		return Offer{}, fault.WithHint(err, "igwatchd's user must be able to read it")
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil {
		return Offer{}, err
	}
	return identify(ctx, filepath.Base(path), f, info.Size())
}

func identify(ctx context.Context, name string, f *os.File, size int64) (Offer, error) {
	id := inspect.Identify(ctx, name, f, size)
	if !id.Export {
		return Offer{}, fault.Permanent(fmt.Errorf("%s: %s", name, id.Why),
			"download the export again from Instagram's page, as zip, and take that file")
	}
	if id.Username == "" {
		return Offer{}, fault.Permanent(fmt.Errorf("%s: nothing in it says whose archive it is", name),
			"leave the file name as Instagram gave it: instagram-NAME-DATE-CODE.zip")
	}
	return Offer{Name: name, Size: size, Account: strings.ToLower(id.Username), Date: id.Date}, nil
}

// notOurs says that a file is the archive of an account that is not configured.
type notOurs struct{ file, account string }

func (e *notOurs) Error() string {
	return fmt.Sprintf("%s is the archive of %s, and no [[account]] of the configuration has that name", e.file, e.account)
}

// adopt takes an offered file into an export: the one it belongs to, or a new
// one. copy brings the bytes into a folder; the offered file is never changed.
func (d *Daemon) adopt(ctx context.Context, o Offer, take func(ctx context.Context, dir string) (fetch.File, error)) (export string, err error) {
	if _, ok := d.cfg.Account(o.Account); !ok {
		return "", fault.Permanent(&notOurs{o.Name, o.Account}, "was the export requested while logged in to another account?")
	}
	d.offers.Lock()
	defer d.offers.Unlock()
	hold := offerHold + short(o.Name, fmt.Sprint(o.Size))[:8]
	dir, err := d.vault.Incoming(hold)
	if err != nil {
		return "", err
	}
	file, err := take(ctx, dir)
	if err != nil {
		return "", err
	}
	file.Route = o.Route
	part, err := partOf(file)
	if err != nil {
		return "", err
	}
	home, err := d.spoiledIn(ctx, o.Account, file)
	if err != nil {
		return "", errors.Join(err, d.vault.Drop(hold, file.Name))
	}
	var again *journal.Part // the part that these very bytes are
	err = d.journal.Update(ctx, func(tx *journal.Tx) error {
		e, err := d.exportFor(ctx, tx, o, file.SHA256, home)
		if err != nil {
			return err
		}
		export = e.ID
		parts, err := tx.Received(e.ID)
		if err != nil {
			return err
		}
		for i, p := range parts {
			if p.SHA256 == file.SHA256 {
				again = &parts[i]
				return nil
			}
			if p.Name != file.Name || p.Superseded != "" {
				continue
			}
			if ok, err := mayStand(e, p); err != nil {
				return err
			} else if !ok {
				return fault.Permanent(fmt.Errorf("%s: a file of this name with other content is stored already", file.Name),
					"give the new file another name, and offer it again")
			}
		}
		if err := met(tx, o.Account); err != nil {
			return err
		}
		part.Name = freeName(file.Name, parts)
		if err := d.vault.Admit(hold, file.Name, e.ID, part.Name); err != nil {
			return err
		}
		if a, err := announcementOf(e); err != nil {
			return err
		} else if a.Page == nil && !d.transfers.running(e.ID) { // the person has taken over
			if err := tx.Cancel(e.ID, stepBrowse); err != nil {
				return err
			}
		}
		if err := addPart(tx, e.ID, part, time.Now().Add(settle)); err != nil {
			return err
		}
		if a, err := announcementOf(e); err != nil || !a.severalOpen() {
			return err
		}
		return tx.Plan(journal.Step{Export: e.ID, Kind: stepFetch, Due: time.Now()}) // the other parts come that way
	})
	if err == nil && again != nil {
		return export, errors.Join(d.mend(ctx, export, *again, hold, file.Name), d.vault.Drop(hold, file.Name))
	}
	if err != nil {
		return export, errors.Join(err, d.vault.Drop(hold, file.Name))
	}
	d.log.Info("archive taken", "export", export, "name", file.Name, "bytes", file.Size, "route", o.Route)
	return export, nil
}

// exportFor finds the export that an offered file belongs to: one that has these
// very bytes, or a damaged download of them (home), or parts of the same day, else the newest that still waits for its
// bytes, else a new one.
func (d *Daemon) exportFor(ctx context.Context, tx *journal.Tx, o Offer, sum, home string) (journal.Export, error) {
	exports, err := tx.Exports()
	if err != nil {
		return journal.Export{}, err
	}
	var open, sameDay, damaged *journal.Export
	for i := range exports {
		e := &exports[i]
		if e.Account != o.Account {
			continue
		}
		if e.ID == home {
			damaged = e
		}
		parts, err := tx.Received(e.ID)
		if err != nil {
			return journal.Export{}, err
		}
		for _, p := range parts {
			if p.SHA256 == sum {
				return *e, nil
			}
			if sameDay == nil && o.Date != "" && inspect.Identify(ctx, p.Name, nil, 0).Date == o.Date {
				sameDay = e
			}
		}
		if len(parts) == 0 && mayAnnounce(e.AnnouncedAt, o.Date) {
			open = e
		}
	}
	if first := cmp.Or(damaged, sameDay, open); first != nil {
		return *first, nil
	}
	now := time.Now()
	cause := "file " + o.Account + " " + o.Date
	if o.Date == "" {
		cause += o.Name
	}
	e := journal.Export{
		ID: exportID(now, cause), Account: o.Account, Cause: cause, Route: o.Route,
		State: "inspecting", AnnouncedAt: now, Created: now,
	}
	if _, err := tx.AddExport(e); err != nil {
		return e, err
	}
	for _, known := range exports { // without a date or with the same name: the same cause again
		if known.Cause == cause {
			return known, nil
		}
	}
	return e, nil
}

// mayAnnounce tells whether a mail of that time can announce a file of that day:
// the file is made before the mail, or within the link's life when asked anew.
func mayAnnounce(mail time.Time, date string) bool {
	day, err := time.Parse(time.DateOnly, date)
	return err != nil || day.After(mail.AddDate(0, 0, -16)) && day.Before(mail.Add(linkLife).AddDate(0, 0, 1))
}
