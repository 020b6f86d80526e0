package daemon

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// fetchAgain has damaged parts fetched once more the way they came, each once, before anything is told: what was spoiled
// on its way comes right the next time. It reports whether there is something to wait for. Addresses that brought
// whole parts are forgotten in e, which the caller records.
func (d *Daemon) fetchAgain(tx *journal.Tx, e *journal.Export, r *inspect.Report) (bool, error) {
	a, err := announcementOf(*e)
	if err != nil {
		return false, err
	}
	bad := func(sum string) bool {
		return slices.ContainsFunc(r.Parts, func(p inspect.PartReport) bool { return p.Damaged && p.SHA256 == sum })
	}
	open := e.Deadline.IsZero() || time.Now().Before(e.Deadline)
	var next []journal.Step
	for i := range a.Links {
		l := &a.Links[i]
		if l.State != linkDone || l.URL == "" {
			continue
		}
		arg := ""
		if l.Action == actionGiven {
			arg = strconv.Itoa(i)
		}
		if open && bad(l.Part) && !l.Again {
			l.State, l.Again = "", true
			next = append(next, journal.Step{Export: e.ID, Kind: stepFetch, Arg: arg})
		} else if l.Action == actionGiven {
			l.URL = ""
		}
	}
	if a.Page != nil && open && d.hasLogin(e.Account) {
		for n, sum := range a.Page.Got {
			if bad(sum) && !a.PageAgain[n] {
				if a.PageAgain == nil {
					a.PageAgain = map[int]bool{}
				}
				delete(a.Page.Got, n)
				a.PageAgain[n] = true
				next = append(next, journal.Step{Export: e.ID, Kind: stepBrowse})
			}
		}
	}
	if e.Announcement != nil {
		if e.Announcement, err = json.Marshal(a); err != nil {
			return false, err
		}
	}
	if len(next) == 0 {
		return false, nil
	}
	d.log.Warn("an archive came damaged, it is fetched once more", "export", e.ID)
	e.State, e.Detail = "fetching", "a file was damaged on its way and is fetched once more"
	all := []error{tx.SetExport(*e)}
	for _, s := range next {
		s.Due = time.Now()
		all = append(all, tx.Plan(s))
	}
	return true, errors.Join(all...)
}

// partArrived records what a transfer brought, and plans its inspection. The same bytes once more are no further part.
func (d *Daemon) partArrived(tx *journal.Tx, export, key string, part journal.Part, inspectAt time.Time) error {
	parts, err := tx.Received(export)
	if err != nil {
		return err
	}
	is := func(same func(journal.Part) bool) bool { return slices.ContainsFunc(parts, same) }
	switch {
	case !is(func(p journal.Part) bool { return p.SHA256 == part.SHA256 }):
		err = addPart(tx, export, part, inspectAt)
	case !is(func(p journal.Part) bool { return p.Name == part.Name }):
		err = d.vault.Drop(export, part.Name)
		fallthrough
	default:
		err = errors.Join(err, tx.Plan(journal.Step{Export: export, Kind: stepInspect, Due: inspectAt}))
	}
	return errors.Join(err, tx.DropCheckpoint(key)) // it is recorded now
}
