package browser

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// unlockStale removes the lock that a killed Chromium left in the profile, which must be held. It names a process
// and a machine: on a machine that was renamed since, Chromium would refuse to start for ever.
func (o Options) unlockStale() error {
	if len(of(o.Profile)) > 0 {
		return fault.Temporary(errors.New("open the browser profile: another Chromium uses it"),
			"close that Chromium; igwatchd tries again by itself")
	}
	// Chromium keeps its socket in a folder of its own under the system's temporary one, and this link to it. Only
	// the two names that Chromium itself gives are removed, and the folder only if it is empty then.
	if socket, err := os.Readlink(filepath.Join(o.Profile, "SingletonSocket")); err == nil && ofChromium(socket) {
		_ = os.Remove(socket)
		_ = os.Remove(filepath.Join(filepath.Dir(socket), "SingletonCookie"))
		_ = os.Remove(filepath.Dir(socket))
	}
	for _, name := range []string{"SingletonLock", "SingletonSocket", "SingletonCookie"} {
		if err := durable.Remove(filepath.Join(o.Profile, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("unlock the browser profile: %w", err)
		}
	}
	return nil
}

// ofChromium tells whether a path is one that Chromium makes for its socket, directly under the temporary folder.
func ofChromium(socket string) bool {
	dir := filepath.Dir(socket)
	named, err := filepath.Match("*org.chromium.Chromium.??????", filepath.Base(dir))
	return err == nil && named && filepath.Base(socket) == "SingletonSocket" && filepath.Dir(dir) == filepath.Clean(os.TempDir())
}
