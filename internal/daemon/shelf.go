package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// errNotStored is fs.ErrNotExist to who asks for the files.
var errNotStored = fmt.Errorf("the archive is not stored yet: %w", fs.ErrNotExist)

// Zips returns the paths of a stored export's archive files, as they were received. The error is
// fs.ErrNotExist if there is no such export or if it is not stored yet.
func (d *Daemon) Zips(ctx context.Context, id string) (paths []string, err error) {
	err = d.journal.View(ctx, func(tx *journal.Tx) error {
		e, found, err := tx.Export(id)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.Permanent(fmt.Errorf("there is no export %q: %w", id, fs.ErrNotExist), "go back to the first page")
		case e.Path == "":
			return fault.Permanent(errNotStored, "the first page says how far it is")
		}
		parts, err := tx.Parts(id)
		if err != nil {
			return err
		}
		for _, p := range parts {
			paths = append(paths, filepath.Join(e.Path, "data", p.Name))
		}
		if len(paths) == 0 {
			return fault.Permanent(errors.New("the stored archive has no parts"), "hand the files over again")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find the archive: %w", err)
	}
	return paths, nil
}
