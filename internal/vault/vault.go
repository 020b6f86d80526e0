// Package vault keeps bytes: it files received parts as BagIt bags and proves,
// by reading them back from the device, that they are what was received. It
// knows nothing of Instagram and never deletes what it has filed.
package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// incoming is the folder for parts on their way. It lies inside the vault so
// that filing a part is a rename and never a copy.
const incoming = ".incoming"

// Vault is a folder of bags: OWNER/ID/ each.
type Vault struct {
	dir string
}

// Open uses dir as a vault and makes it if it is missing.
func Open(dir string) (*Vault, error) {
	if err := durable.MkdirAll(filepath.Join(dir, incoming), 0o750); err != nil {
		return nil, fault.WithHint(fmt.Errorf("open archive folder %s: %w", dir, err),
			"archive_dir must be a folder that igwatchd's user may write to")
	}
	return &Vault{dir: dir}, nil
}

// Incoming returns the folder in which the parts of the bag id are received.
func (v *Vault) Incoming(id string) (string, error) {
	if err := checkName(id); err != nil {
		return "", err
	}
	dir := filepath.Join(v.dir, incoming, id)
	if err := durable.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make folder for incoming parts: %w", err)
	}
	return dir, nil
}

// Locate returns where the part called name of a bag is now: filed, or still incoming.
func (v *Vault) Locate(owner, id, name string) (string, error) {
	for _, n := range []string{owner, id, name} {
		if err := checkName(n); err != nil {
			return "", err
		}
	}
	for _, path := range []string{
		filepath.Join(v.dir, owner, id, "data", name),
		filepath.Join(v.dir, incoming, id, name),
	} {
		if _, err := os.Lstat(path); err == nil {
			return path, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("find part: %w", err)
		}
	}
	return "", fault.Permanent(fmt.Errorf("find part %s of %s: %w", name, id, fs.ErrNotExist),
		"the file was here and is gone: look who else writes to "+v.dir)
}

// Free returns the room left in the vault, in bytes.
func (v *Vault) Free() (uint64, error) { return durable.Free(v.dir) }

// checkName refuses what would leave its folder or hide in it.
func checkName(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\\n\r\x00") || !filepath.IsLocal(name) {
		return fault.Permanent(fmt.Errorf("%q is no name for a file of a bag", name), "")
	}
	return nil
}

// Admit moves a received file from one incoming folder to that of the bag id, where it is called as.
func (v *Vault) Admit(from, name, id, as string) error {
	if err := errors.Join(checkName(from), checkName(name), checkName(as)); err != nil {
		return err
	}
	dir, err := v.Incoming(id)
	if err != nil {
		return err
	}
	if err := durable.Rename(filepath.Join(v.dir, incoming, from, name), filepath.Join(dir, as)); err != nil {
		return fmt.Errorf("admit %s: %w", name, err)
	}
	_ = os.Remove(filepath.Join(v.dir, incoming, from)) // if it is empty
	return nil
}

// Drop deletes a file that was received and is not needed. Only incoming files
// can be dropped; what is filed stays.
func (v *Vault) Drop(from, name string) error {
	if err := errors.Join(checkName(from), checkName(name)); err != nil {
		return err
	}
	if err := durable.Remove(filepath.Join(v.dir, incoming, from, name)); err != nil {
		return fmt.Errorf("drop %s: %w", name, err)
	}
	_ = os.Remove(filepath.Join(v.dir, incoming, from)) // if it is empty
	return nil
}
