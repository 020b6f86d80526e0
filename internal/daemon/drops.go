package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// dropKey is where the journal keeps what became of the file at a path.
const dropKey = "drop "

// dropped is what became of a file in a drop folder, as long as its size and time stay the same.
type dropped struct {
	Size    int64     `json:"size"`
	ModTime int64     `json:"mtime"`            // nanoseconds since 1970
	Export  string    `json:"export,omitempty"` // that it belongs to
	Refused *refusal  `json:"refused,omitempty"`
	At      time.Time `json:"at"`
}

func (d dropped) is(info fs.FileInfo) bool {
	return d.Size == info.Size() && d.ModTime == info.ModTime().UnixNano()
}

// watchDrops takes finished archives from the drop folders, and tells of those that cannot be taken. A file is taken
// once, across restarts too, unless what was made of it is damaged; one that was refused is looked at again after a
// restart, for the reason may be gone.
func (d *Daemon) watchDrops(ctx context.Context) error {
	return fetch.WatchDrops(ctx, d.cfg.Fetch.DropDirs, d.log.With("component", "drop"), d.takeDrop)
}

func (d *Daemon) takeDrop(ctx context.Context, path string, why error) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	var before dropped
	body, found, err := d.journal.Checkpoint(ctx, dropKey+path)
	if err != nil {
		return err
	}
	if found && json.Unmarshal(body, &before) == nil && before.is(info) && before.Refused == nil {
		if damaged, err := d.archiveDamaged(ctx, before.Export); err != nil || !damaged {
			return err
		}
	}
	var o Offer
	var export string
	if why == nil {
		if o, why = d.identify(ctx, path); why == nil {
			o.Route = "drop"
			export, why = d.adopt(ctx, o, func(ctx context.Context, dir string) (fetch.File, error) {
				return fetch.Copy(ctx, path, dir, nil)
			})
		}
	}
	if settledDrop(why) && why != nil {
		d.log.Warn("a file was left alone", "component", "drop", "name", filepath.Base(path), "error", why, "hint", fault.HintOf(why))
	}
	now := dropped{Size: info.Size(), ModTime: info.ModTime().UnixNano(), Export: export, At: time.Now()}
	if !settledDrop(why) && !hopeless(why) {
		return why
	}
	if why != nil && likely(path) {
		now.Refused = d.refuse(path, o, why)
	}
	if err := d.recordDrop(ctx, path, now); err != nil || settledDrop(why) {
		return err
	}
	return why
}

// settledDrop reports whether nothing more is to be done about a file before it changes.
func settledDrop(why error) bool {
	return why == nil || fault.KindOf(why) == fault.PermanentKind
}

// hopeless reports whether a file can only be taken once the person has done something.
func hopeless(why error) bool { return errors.Is(why, fs.ErrPermission) || durable.Full(why) }

// recordDrop records what became of a file and, of a refused one, tells it. The same file is told of once.
func (d *Daemon) recordDrop(ctx context.Context, path string, now dropped) error {
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		if now.Refused != nil {
			if err := d.announce(tx, d.news.refused(path, now)); err != nil {
				return err
			}
		}
		return tx.SaveCheckpoint(dropKey+path, body)
	})
}

// likely reports whether a file is meant for igwatchd: a folder for downloads holds other zips too, and nobody wants to hear of those.
func likely(path string) bool {
	if named(filepath.Base(path)) {
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return inspect.BeginsAsExport(f)
}

// Refused is an archive in a drop folder that could not be taken.
type Refused struct {
	File string `json:"file"`
	Size int64  `json:"size"`
	Why  string `json:"why"`
	Hint string `json:"hint"`
	At   string `json:"at"`
}

// refusedFiles returns, by path, the refused files that still lie there as they were.
func refusedFiles(tx *journal.Tx) (map[string]dropped, error) {
	all, err := tx.Checkpoints(dropKey)
	if err != nil {
		return nil, fmt.Errorf("read what was refused: %w", err)
	}
	found := map[string]dropped{}
	for path, body := range all {
		var x dropped
		if json.Unmarshal(body, &x) != nil || x.Refused == nil {
			continue
		}
		if info, err := os.Stat(path); err == nil && !x.is(info) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		found[path] = x
	}
	return found, nil
}

// readRefused lists the refused files.
func readRefused(tx *journal.Tx) (list []Refused, err error) {
	all, err := refusedFiles(tx)
	for path, x := range all {
		why := x.Refused.Why.String()
		if x.Refused.Detail != "" {
			why += " Detail: " + x.Refused.Detail
		}
		list = append(list, Refused{File: path, Size: x.Size, Why: why, Hint: x.Refused.Hint.String(), At: stamp(x.At)})
	}
	slices.SortFunc(list, func(a, b Refused) int { return strings.Compare(a.File, b.File) })
	return list, err
}
