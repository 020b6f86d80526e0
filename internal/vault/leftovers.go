package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/durable"
)

// Receiving returns the names of the folders in which parts are, or were, received.
func (v *Vault) Receiving() (ids []string, err error) {
	entries, err := os.ReadDir(filepath.Join(v.dir, incoming))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list incoming folders: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() && checkName(e.Name()) == nil {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// Clean removes from the incoming folder of id the unfinished files that keep does not name, and the folder itself if
// it is empty. Finished files stay.
func (v *Vault) Clean(id string, keep func(name string) bool) error {
	if err := checkName(id); err != nil {
		return err
	}
	dir := filepath.Join(v.dir, incoming, id)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("clean incoming folder: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !unfinished(e.Name()) || keep(e.Name()) {
			continue
		}
		if err := durable.Remove(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("clean incoming folder: %w", err)
		}
	}
	_ = os.Remove(dir) // if it is empty
	return nil
}
