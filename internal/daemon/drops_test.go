package daemon

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// TestARefusedFileIsOfInterestAsLongAsItLiesThere: a channel that comes back later is not told of one that is gone.
func TestARefusedFileIsOfInterestAsLongAsItLiesThere(t *testing.T) {
	inBubble(t, func(t *testing.T, j *journal.Journal) {
		d := alone(t, j)
		hook := &someone{name: "webhook"}
		hook.broken.Store(true)
		d.channels = []channel{{hook, "", loudOther}}
		dir := t.TempDir()
		for _, name := range []string{"gone.zip", "there.zip"} {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte("PK"), 0o600); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			x := dropped{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
			x.Refused = d.refuse(path, Offer{}, fault.Permanent(&notOurs{name, "joe"}, ""))
			for range 2 { // the same file is news once
				if err := d.recordDrop(t.Context(), path, x); err != nil {
					t.Fatal(err)
				}
			}
		}
		pass(time.Second) // what is being sent just now fails
		if err := os.Remove(filepath.Join(dir, "gone.zip")); err != nil {
			t.Fatal(err)
		}
		hook.broken.Store(false)
		pass(lastDelay * 2)
		if len(hook.heard) != 1 || hook.heard[0].Title != "igwatchd: there.zip was not taken" {
			t.Errorf("heard: %+v", hook.heard)
		}
	})
}
