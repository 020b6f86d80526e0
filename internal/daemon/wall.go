package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// Wall is what stopped the browser on its way to an export's files.
type Wall struct {
	Kind    string `json:"kind"` // one of package browser's, "deleting", or "browser": it could not be used at all
	Text    string `json:"text"` // what happened
	Hint    string `json:"hint,omitempty"`
	At      string `json:"at"`                // RFC 3339
	Picture bool   `json:"picture,omitempty"` // whether there is a screenshot, for the person alone
}

// Kinds of walls that are not on a page.
const (
	wallDeleting = "deleting"
	wallBrowser  = "browser"
)

// wallOf puts an error into words, and returns the screenshot that came with it.
func wallOf(err error, at time.Time) (w Wall, picture []byte) {
	w = Wall{Kind: wallBrowser, Text: err.Error(), Hint: fault.HintOf(err), At: stamp(at)}
	if met, ok := errors.AsType[*browser.Wall](err); ok {
		w.Kind, w.Text, picture = met.Kind, met.Error(), met.Screenshot
	}
	if errors.Is(err, browser.ErrStopped) {
		w.Kind = wallDeleting
		w.Text = "the deletion of the account was asked for, and using your log-in at Instagram now could call it off"
		w.Hint = "if you still want this export, log in and download it yourself, and say so: igwatchd deleted --cancelled"
	}
	w.Picture = len(picture) > 0
	return w, picture
}

// maxPicture bounds a screenshot, in bytes.
const maxPicture = 4 << 20

func (d *Daemon) picturePath(export string) string {
	return filepath.Join(d.cfg.StateDir, "walls", export+".png")
}

// walled hands an export over to the person, with what the browser met. Files that it got before are looked at.
func (d *Daemon) walled(ctx context.Context, e journal.Export, why error) (outcome, error) {
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	now := time.Now()
	w, picture := wallOf(why, now)
	if err := d.keepPicture(e.ID, picture); err != nil { // the person is told without it
		d.log.Warn("the screenshot could not be kept", "export", e.ID, "error", err)
		w.Picture = false
	}
	d.log.Warn("the download page wants the person", "export", e.ID, "wall", w.Kind, "error", why)
	return outcome{commit: func(tx *journal.Tx) error { return d.handOverWalled(tx, e.ID, w, w.At) }}, nil
}

// handOverWalled records the wall and tells of it; mark makes this telling different from others.
func (d *Daemon) handOverWalled(tx *journal.Tx, id string, w Wall, mark string) error {
	var told journal.Export
	if err := withAnnouncement(tx, id, func(e *journal.Export, a *announcement) {
		a.Wall = &w
		e.State, e.Detail = "waiting-for-you", w.Text
		told = *e
	}); err != nil || told.ID == "" {
		return err
	}
	return errors.Join(d.announce(tx, d.news.walled(told, w, mark, d.cfg.Fetch.DropDirs)), inspectNow(tx, id))
}

// browseFailed is told of trouble that may pass. If it stays the person hears of it, while it is tried further: the
// link lives four days.
func (d *Daemon) browseFailed(tx *journal.Tx, e journal.Export, s journal.Step, err error) error {
	w, _ := wallOf(err, time.Now())
	w.Picture = false
	if s.Tries+1 < patience {
		e.Detail = explain(err)
		return tx.SetExport(e)
	}
	if s.Tries+1 > patience {
		return nil
	}
	told := e
	told.State, told.Detail = "waiting-for-you", w.Text
	return errors.Join(
		withAnnouncement(tx, e.ID, func(e *journal.Export, a *announcement) { a.Wall, e.State, e.Detail = &w, told.State, told.Detail }),
		d.announce(tx, d.news.walled(told, w, "stays "+w.Kind, d.cfg.Fetch.DropDirs)))
}

// unwall forgets a wall that is no more.
func (d *Daemon) unwall(tx *journal.Tx, id string) error {
	if err := d.dropPicture(id); err != nil {
		d.log.Warn("an old screenshot could not be removed", "export", id, "error", err)
	}
	return withAnnouncement(tx, id, func(_ *journal.Export, a *announcement) { a.Wall = nil })
}

func (d *Daemon) keepPicture(export string, picture []byte) error {
	if len(picture) == 0 || len(picture) > maxPicture {
		return d.dropPicture(export)
	}
	path := d.picturePath(export)
	if err := durable.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return durable.WriteFile(path, picture, 0o600)
}

func (d *Daemon) dropPicture(export string) error {
	if err := durable.Remove(d.picturePath(export)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// WallPicture returns the screenshot (PNG) of what the browser met, for the person's own page.
func (d *Daemon) WallPicture(ctx context.Context, id string) ([]byte, error) {
	err := d.journal.View(ctx, func(tx *journal.Tx) error { // an export's id, and no path
		_, found, err := tx.Export(id)
		if err == nil && !found {
			err = fault.Permanent(fmt.Errorf("there is no export %q", id), "")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	f, err := os.Open(d.picturePath(id))
	if err != nil {
		return nil, fault.Permanent(fmt.Errorf("open the screenshot: %w", err), "")
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return io.ReadAll(io.LimitReader(f, maxPicture))
}
