package fetch

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pace is how patient the watching of drop folders is; tests shorten it.
type pace struct {
	rescan time.Duration // a look without any event: some file systems tell none
	quiet  time.Duration // how long a file must stay as it is
	gap    time.Duration // between two looks, however many events come
	idle   time.Duration // how long a zip without an end was not written to, before it is said to be broken
}

var calm = pace{rescan: time.Minute, quiet: 2 * time.Second, gap: time.Second, idle: 2 * time.Minute}

// Bounds of what is looked at: drop folders are people's own and may hold anything.
const (
	dropDepth   = 3      // folders below the drop folder
	dropFiles   = 50_000 // files and folders in one look
	dropWatches = 1_000  // folders with an inotify watch: the person's other programs need some too
)

// partials are what browsers append to the name of a file on its way. Safari's
// is a folder with the file in it.
var partials = []string{".crdownload", ".part", ".download", ".opdownload", ".tmp"}

func isPartial(name string) bool {
	return slices.Contains(partials, strings.ToLower(filepath.Ext(name)))
}
func isZip(name string) bool { return strings.EqualFold(filepath.Ext(name), ".zip") }

// WatchDrops hands on each zip in the folders dirs and up to three folders below,
// one at a time, until ctx ends, which is no error. why is nil for a finished
// one; otherwise it says why it cannot be taken: nobody writes it any more and it
// has no end ([ErrNoEnd]) or is none ([ErrNoZip]), or it cannot be read. found returning nil settles a
// finished file, or one that will be none, until its size or time changes; anything
// else comes again a minute later. A folder that is missing is waited for.
func WatchDrops(ctx context.Context, dirs []string, log *slog.Logger, found Found) error {
	return watchDrops(ctx, dirs, log, calm, found)
}

// Found is told of a zip in a drop folder.
type Found func(ctx context.Context, path string, why error) error

func watchDrops(ctx context.Context, dirs []string, log *slog.Logger, p pace, found Found) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch drop folders: %w", err)
	}
	defer w.Close() //nolint:errcheck // ends with us
	d := &drops{dirs: dirs, log: log, pace: p, found: found, watcher: w, known: map[string]*sighting{}, told: map[string]bool{}}
	for ctx.Err() == nil {
		next := d.look(ctx)
		d.wait(ctx, next)
	}
	return nil
}

// drops is what is known of the drop folders.
type drops struct {
	dirs    []string
	log     *slog.Logger
	pace    pace
	found   Found
	watcher *fsnotify.Watcher
	known   map[string]*sighting
	told    map[string]bool // folders whose trouble is in the log
}

// wait returns when it is time for the next look: after next, or a little after
// an event that may be news of a zip. It sleeps otherwise.
func (d *drops) wait(ctx context.Context, next time.Duration) {
	began := time.Now()
	timer := time.NewTimer(next)
	defer timer.Stop()
	soon := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case err := <-d.watcher.Errors: // as a rule: more events than the queue holds
			d.log.Debug("drop folders: events were lost, looking anew", "error", err)
		case e := <-d.watcher.Events:
			if !news(e) {
				continue
			}
		}
		if left := d.pace.gap - time.Since(began); !soon && left < next {
			soon = true
			timer.Reset(max(left, d.pace.gap/10))
		}
	}
}

// news tells whether an event may speak of a finished zip. Downloads write all
// the time, and nobody needs to look at each write to a partial file.
func news(e fsnotify.Event) bool {
	name := filepath.Base(e.Name)
	switch {
	case isZip(name):
		return e.Op != fsnotify.Chmod
	case e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename):
		return isPartial(name) // it may have held a zip back
	case e.Has(fsnotify.Create) && !isPartial(name):
		info, err := os.Lstat(e.Name)
		return err == nil && info.IsDir()
	}
	return false
}
