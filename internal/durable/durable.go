// Package durable is the one way in which igwatchd puts bytes on a disk.
//
// A file is written beside its target under a temporary name, its length is
// checked, it is synced, renamed into place, and the folder is synced. After a
// power cut the target is either the old file or the whole new one. Without the
// sync of the file it may come back with length 0, and without the sync of the
// folder it may not come back at all (both measured on ext4 and xfs).
//
// Errors of Sync and Close are failures: that is where a full or dying disk speaks.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// file is what is needed of *os.File. It exists so that tests can put a
// failing disk underneath.
type file interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
	Name() string
}

// create opens a temporary file beside a target; tests replace it.
type create func(dir, pattern string) (file, error)

func createTemp(dir, pattern string) (file, error) { return os.CreateTemp(dir, pattern) }

// WriteFile writes data to path with permissions perm, wholly or not at all.
// On failure nothing is left behind and an older file at path is untouched.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	return writeFile(createTemp, path, data, perm)
}

func writeFile(open create, path string, data []byte, perm fs.FileMode) (err error) {
	dir := filepath.Dir(path)
	f, err := open(dir, tempPattern(path))
	if err != nil {
		return classify(fmt.Errorf("create file in %s: %w", dir, err))
	}
	defer func() {
		if err != nil {
			err = classify(fmt.Errorf("write %s: %w", path, err))
			_ = os.Remove(f.Name())
		}
	}()
	n, err := f.Write(data)
	if err == nil && n != len(data) {
		err = fmt.Errorf("%d of %d bytes written", n, len(data))
	}
	if err == nil {
		err = os.Chmod(f.Name(), perm) // before the sync, which puts it on the device too
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return Rename(f.Name(), path)
}

// tempPattern names temporary files so that a leftover of a crash is recognised.
func tempPattern(path string) string { return "." + filepath.Base(path) + ".tmp-*" }

// RemoveTemporary deletes what interrupted calls of WriteFile left in dir.
func RemoveTemporary(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && strings.Contains(e.Name(), ".tmp-") && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// Rename moves oldpath to newpath within one file system and syncs both folders,
// so that the move is still there after a power cut.
func Rename(oldpath, newpath string) error {
	if err := os.Rename(oldpath, newpath); err != nil {
		return classify(err)
	}
	if err := SyncDir(filepath.Dir(newpath)); err != nil {
		return err
	}
	if from := filepath.Dir(oldpath); from != filepath.Dir(newpath) {
		return SyncDir(from)
	}
	return nil
}

// SyncFile puts a file that another program wrote on its device.
func SyncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return classify(fmt.Errorf("sync: %w", err))
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return classify(fmt.Errorf("sync %s: %w", path, err))
	}
	return nil
}

// Remove deletes path, if it is there, and syncs its folder.
func Remove(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return classify(err)
	}
	return SyncDir(filepath.Dir(path))
}

// MkdirAll makes dir and its missing parents and syncs each folder that got a new entry.
func MkdirAll(dir string, perm fs.FileMode) error {
	info, err := os.Stat(dir)
	if err == nil {
		if !info.IsDir() {
			return fault.Permanent(fmt.Errorf("%s is a file, not a folder", dir), "")
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) { // what is in the way is named below
		return classify(err)
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := MkdirAll(parent, perm); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, perm); err != nil && !errors.Is(err, fs.ErrExist) {
		return classify(err)
	}
	return SyncDir(parent)
}

// classify says which failures of a disk may pass. A full disk is temporary:
// room can be made, and nothing written before is lost meanwhile.
func classify(err error) error {
	switch {
	case err == nil:
		return nil
	case fault.KindOf(err) != fault.UnknownKind:
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Temporary(err, "the disk is full: make room on it; igwatchd goes on by itself")
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Temporary(err, "igwatchd's user may not write there: check owner and permissions of the folder, "+
			"and ReadWritePaths= of the service unit")
	default:
		return err
	}
}

// Full tells whether err means that no room is left on a disk.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
