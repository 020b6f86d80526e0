//go:build !linux

package durable

import (
	"errors"
	"math"
	"os"
)

func reserve(*os.File, int64, int64) error { return nil }

// flushSoon has no portable form.
func flushSoon(*os.File, int64, int64) {}

func datasync(f *os.File) error { return f.Sync() }

func syncForReading(*os.File) error { return nil }

// dropCache has no portable form.
func dropCache(*os.File) {}

// inOrder has no portable form.
func inOrder(*os.File) {}

// SyncDir puts a folder's entries on the device where the system can.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return classify(err)
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	if errors.Is(err, os.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
		return nil // Windows cannot sync a folder
	}
	return err
}

// Free is not known on this system: writing itself will tell.
func Free(string) (uint64, error) { return math.MaxUint64, nil }
