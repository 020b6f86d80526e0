//go:build unix

package journal

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile locks f until it is closed or the process ends, however it ends.
func lockFile(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
