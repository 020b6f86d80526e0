package daemon

import (
	"context"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// Lying is an archive in a drop folder, and what igwatchd makes of it.
type Lying struct {
	Name   string
	Size   int64  // bytes
	State  string // taken | being-taken | coming | broken | left
	Export string // that it belongs to, once it was taken
	Why    string // it is left alone
	Hint   string
}

// Lies looks into the drop folders for archives of Instagram's. others counts the zips that are something else. It takes
// nothing: that happens by itself, seconds after a file rests.
func (d *Daemon) Lies(ctx context.Context) (list []Lying, others int, err error) {
	found, err := fetch.LookDrops(ctx, d.cfg.Fetch.DropDirs)
	if err != nil {
		err = fault.WithHint(err, "fetch.drop_dirs must name folders that igwatchd's user may read")
	}
	known, jerr := d.knownParts(ctx)
	if jerr != nil {
		return nil, 0, jerr
	}
	for _, f := range found {
		l := Lying{Name: filepath.Base(f.Path), Size: f.Size}
		switch export, taken := known[piece{l.Name, l.Size}]; {
		case taken:
			l.State, l.Export = "taken", export
		case f.Coming:
			l.State = "coming"
		default:
			o, ierr := d.identify(ctx, f.Path)
			switch _, own := d.cfg.Account(o.Account); {
			case ierr != nil && !named(l.Name):
				others++
				continue
			case !f.Whole:
				l.State = "broken"
			case ierr != nil:
				l.State, l.Why, l.Hint = "left", ierr.Error(), fault.HintOf(ierr)
			case !own:
				l.State, l.Why = "left", "it is the archive of "+o.Account+", which igwatchd does not watch"
			default:
				l.State = "being-taken"
			}
		}
		list = append(list, l)
	}
	return list, others, err
}

// named tells whether a file is called as Instagram calls archives.
func named(name string) bool {
	match, err := filepath.Match("instagram-*.zip", name)
	return err == nil && match
}

// piece tells files apart well enough to show them.
type piece struct {
	name string
	size int64
}

func (d *Daemon) knownParts(ctx context.Context) (known map[piece]string, err error) {
	known = map[piece]string{}
	err = d.journal.View(ctx, func(tx *journal.Tx) error {
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		for _, e := range exports {
			parts, err := tx.Received(e.ID)
			if err != nil {
				return err
			}
			for _, p := range parts {
				known[piece{p.Name, p.Size}] = e.ID
			}
		}
		return nil
	})
	return known, err
}
