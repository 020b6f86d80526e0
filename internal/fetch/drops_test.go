package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// hurried makes WatchDrops quick. The rescan is so far away that only events
// and the file's own quiet time can be the cause, except where a test wants it.
var hurried = pace{rescan: time.Hour, quiet: 100 * time.Millisecond, gap: 20 * time.Millisecond, idle: time.Hour}

// watching is a WatchDrops under test.
type watching struct {
	found chan string
	fail  func(path string) error // what found returns; may be nil
	log   lockedBuffer
	stop  func()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func watchFor(t *testing.T, p pace, fail func(string) error, dirs ...string) *watching {
	t.Helper()
	w := &watching{found: make(chan string, 100), fail: fail}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- watchDrops(ctx, dirs, slog.New(slog.NewTextHandler(&w.log, nil)), p, func(_ context.Context, path string, why error) error {
			err := why
			if w.fail != nil {
				err = w.fail(path)
			}
			w.found <- path
			return err
		})
	}()
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		done <- nil
	}
	t.Cleanup(w.stop)
	return w
}

func (w *watching) next(t *testing.T, path string) {
	t.Helper()
	select {
	case got := <-w.found:
		if got != path {
			t.Fatalf("found %s, want %s", got, path)
		}
	case <-time.After(5 * time.Minute):
		t.Fatalf("%s was not found", path)
	}
}

// nothing makes sure that a later file is found and none before it.
func (w *watching) nothing(t *testing.T, dir string) {
	t.Helper()
	probe := filepath.Join(dir, fmt.Sprintf("probe-%d.zip", time.Now().UnixNano()))
	write(t, probe, archive(9, 1000))
	w.next(t, probe)
}

// looker looks when it is told to: in the bubble of a synctest time is that of the bubble, though the watcher lives
// outside, and nobody reads its events.
func looker(t *testing.T, p pace, found Found, dirs ...string) *drops {
	t.Helper()
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &drops{
		dirs: dirs, log: slog.New(slog.DiscardHandler), pace: p, watcher: w, known: map[string]*sighting{}, told: map[string]bool{}, found: found,
	}
}

func TestDropsFound(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.zip")
	write(t, old, archive(1, 5000))
	w := watchFor(t, hurried, nil, dir)
	w.next(t, old)
	for _, name := range []string{
		"new.zip", "UPPER.ZIP", "meta-2026/a.zip", "meta-2026/instagram-jane/b.zip", "1/2/3/c.zip",
	} {
		path := filepath.Join(dir, name)
		write(t, path, archive(2, 5000))
		w.next(t, path)
	}
	// A finished download gets its name at the end.
	path := filepath.Join(dir, "x.zip")
	write(t, path+".crdownload", archive(3, 5000))
	if err := os.Rename(path+".crdownload", path); err != nil {
		t.Fatal(err)
	}
	w.next(t, path)
	// The same file changed is another one.
	write(t, path, archive(4, 6000))
	w.next(t, path)
	// A folder that is moved in whole brings its files.
	side := t.TempDir()
	write(t, filepath.Join(side, "set", "in.zip"), archive(5, 5000))
	if err := os.Rename(filepath.Join(side, "set"), filepath.Join(dir, "set")); err != nil {
		t.Fatal(err)
	}
	w.next(t, filepath.Join(dir, "set", "in.zip"))
	if got := w.log.String(); got != "" {
		t.Errorf("log: %s", got)
	}
}

func TestDropsLeftAlone(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	good := archive(1, 5000)
	write(t, filepath.Join(outside, "far.zip"), good)
	for _, name := range []string{
		"a.zip.crdownload", "b.zip.part", "c.part", "d.zip.opdownload", "e.tmp", "f.zip.download/f.zip", "notes.txt", "zip",
		".hidden/g.zip", "1/2/3/4/h.zip",
	} {
		write(t, filepath.Join(dir, name), good)
	}
	write(t, filepath.Join(dir, "placeholder.zip"), nil) // Firefox's
	write(t, filepath.Join(dir, "placeholder.zip.part"), good)
	write(t, filepath.Join(dir, "text.zip"), []byte("not a zip, "+strings.Repeat("x", 100)))
	write(t, filepath.Join(dir, "cut.zip"), good[:4000])
	write(t, filepath.Join(dir, "short.zip"), good[:10])
	if err := errors.Join(
		os.Symlink(filepath.Join(outside, "far.zip"), filepath.Join(dir, "link.zip")),
		os.Symlink(outside, filepath.Join(dir, "linked")),
		os.Mkdir(filepath.Join(dir, "folder.zip"), 0o700),
	); err != nil {
		t.Fatal(err)
	}
	w := watchFor(t, hurried, nil, dir)
	w.nothing(t, dir)
	w.nothing(t, dir)
	// The cut one is completed.
	write(t, filepath.Join(dir, "cut.zip"), good)
	w.next(t, filepath.Join(dir, "cut.zip"))
}

// A zip that has no end is spoken of once nobody writes it any more, and then once.
func TestDropWithoutAnEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.zip")
	data := archive(1, 5000)
	var at []time.Time
	d := looker(t, calm, func(_ context.Context, _ string, why error) error {
		if !errors.Is(why, ErrNoEnd) {
			t.Errorf("found: %v", why)
		}
		at = append(at, time.Now())
		return nil
	}, dir)
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		for n := range 5 { // with pauses
			write(t, path, data[:1000*(n+1)-1])
			last = time.Now()
			if err := os.Chtimes(path, time.Time{}, last); err != nil {
				t.Fatal(err)
			}
			for end := last.Add(calm.idle * 3 / 4); time.Now().Before(end); {
				time.Sleep(min(d.look(t.Context()), time.Until(end)))
			}
		}
		for end := last.Add(time.Hour); time.Now().Before(end); {
			time.Sleep(d.look(t.Context()))
		}
		if len(at) != 1 || at[0].Sub(last) < calm.idle || at[0].Sub(last) > calm.idle+calm.rescan {
			t.Errorf("spoken of at %v, written last at %v", at, last)
		}
	})
}

func TestDropWaitsForItsTwin(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.zip")
	write(t, path+".part", []byte("x"))
	write(t, path, archive(1, 5000))
	w := watchFor(t, hurried, nil, dir)
	w.nothing(t, dir)
	if err := os.Remove(path + ".part"); err != nil {
		t.Fatal(err)
	}
	w.next(t, path)
}

// A file that is still written, under its own name, is not taken before it rests.
func TestDropWaitsUntilAFileRests(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.zip")
	data := archive(1, 5000)
	var taken time.Time
	d := looker(t, calm, func(context.Context, string, error) error { taken = time.Now(); return nil }, dir)
	synctest.Test(t, func(t *testing.T) {
		look := func(until time.Time) {
			for now := time.Now(); taken.IsZero() && now.Before(until); now = time.Now() {
				time.Sleep(min(d.look(t.Context()), until.Sub(now)))
			}
		}
		var last time.Time
		for range 5 { // each time whole, as by chance
			write(t, path, data)
			last = time.Now()
			if err := os.Chtimes(path, time.Time{}, last); err != nil {
				t.Fatal(err)
			}
			if look(last.Add(calm.quiet * 3 / 4)); !taken.IsZero() {
				t.Fatal("taken while it changed")
			}
		}
		look(last.Add(time.Hour))
		if rest := taken.Sub(last); rest != calm.quiet {
			t.Errorf("taken after %v", rest)
		}
	})
}

func TestDropIsHandedOnOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.zip")
	write(t, path, archive(1, 5000))
	p := hurried
	p.rescan = 30 * time.Millisecond
	w := watchFor(t, p, nil, dir)
	w.next(t, path)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	w.nothing(t, dir) // many rescans later
	w.stop()
	if len(w.found) != 0 {
		t.Errorf("again: %s", <-w.found)
	}
}

func TestDropIsTriedAgainAfterAnError(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.zip"), archive(1, 5000))
	var at []time.Time
	d := looker(t, calm, func(context.Context, string, error) error {
		if at = append(at, time.Now()); len(at) < 4 {
			return errors.New("the disk is full")
		}
		return nil
	}, dir)
	var log lockedBuffer
	d.log = slog.New(slog.NewTextHandler(&log, nil))
	synctest.Test(t, func(t *testing.T) {
		for end := time.Now().Add(time.Hour); time.Now().Before(end); {
			time.Sleep(d.look(t.Context()))
		}
	})
	if len(at) != 4 {
		t.Fatalf("handed on at %v", at)
	}
	for i := 1; i < len(at); i++ {
		if d := at[i].Sub(at[i-1]); d != calm.rescan {
			t.Errorf("tried again after %v", d)
		}
	}
	if got := log.String(); strings.Count(got, "tried again") != 1 {
		t.Errorf("log: %s", got)
	}
}

func TestDropFolderMayBeMissing(t *testing.T) {
	parent, other := t.TempDir(), t.TempDir()
	dir := filepath.Join(parent, "later")
	p := hurried
	p.rescan = 50 * time.Millisecond
	w := watchFor(t, p, nil, dir, other)
	w.nothing(t, other) // the other folder does not suffer
	path := filepath.Join(dir, "a.zip")
	write(t, path, archive(1, 5000))
	w.next(t, path)
	if got := w.log.String(); strings.Count(got, "cannot be watched") != 1 {
		t.Errorf("log: %s", got)
	}
	// It goes away and comes back.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w.nothing(t, other)
	write(t, path, archive(1, 5000))
	w.next(t, path)
	if got := w.log.String(); strings.Count(got, "cannot be watched") > 2 {
		t.Errorf("log: %s", got)
	}
}

// The drop folder itself may be a link: people move their Downloads to a larger disk.
func TestDropFolderMayBeALink(t *testing.T) {
	dir, link := t.TempDir(), filepath.Join(t.TempDir(), "Downloads")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	w := watchFor(t, hurried, nil, link)
	write(t, filepath.Join(dir, "a.zip"), archive(1, 5000))
	w.next(t, filepath.Join(dir, "a.zip"))
}

// Without events, as on network file systems, the rescan finds files.
func TestDropsFoundByRescan(t *testing.T) {
	dir := t.TempDir()
	var got []string
	d := looker(t, hurried, func(_ context.Context, path string, _ error) error { got = append(got, path); return nil }, dir)
	d.look(t.Context())
	path := filepath.Join(dir, "a.zip")
	write(t, path, archive(1, 5000))
	if next := d.look(t.Context()); next != hurried.quiet || len(got) != 0 {
		t.Errorf("a new file wants a look in %v, found %v", next, got)
	}
	d.known[path].since = time.Now().Add(-hurried.quiet)
	if next := d.look(t.Context()); next != hurried.rescan || !slices.Equal(got, []string{path}) {
		t.Errorf("then a look in %v, found %v", next, got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if d.look(t.Context()); len(d.known) != 0 {
		t.Errorf("still known: %v", d.known)
	}
}

func TestEndsInTheMiddleOfManyEvents(t *testing.T) {
	dir := t.TempDir()
	w := watchFor(t, hurried, nil, dir)
	stop := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		path := filepath.Join(dir, "busy.zip")
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				_ = os.WriteFile(path, []byte(fmt.Sprint(i)), 0o600)
			}
		}
	})
	write(t, filepath.Join(dir, "a.zip"), archive(1, 5000))
	w.next(t, filepath.Join(dir, "a.zip")) // it is not starved
	w.stop()                               // and ends, though the events do not
	close(stop)
	wg.Wait()
}

func TestNews(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), nil)
	var got []string
	for _, e := range []fsnotify.Event{
		{Name: dir + "/a.zip", Op: fsnotify.Write},
		{Name: dir + "/a.ZIP", Op: fsnotify.Create},
		{Name: dir + "/a.zip", Op: fsnotify.Chmod},
		{Name: dir + "/a.zip.crdownload", Op: fsnotify.Write},
		{Name: dir + "/a.zip.crdownload", Op: fsnotify.Create},
		{Name: dir + "/a.zip.crdownload", Op: fsnotify.Rename},
		{Name: dir + "/a.zip.part", Op: fsnotify.Remove},
		{Name: dir + "/file", Op: fsnotify.Create},
		{Name: dir + "/file", Op: fsnotify.Remove},
		{Name: dir, Op: fsnotify.Create},
		{Name: dir + "/gone", Op: fsnotify.Create},
	} {
		if news(e) {
			got = append(got, strings.TrimPrefix(e.Name, dir)+" "+e.Op.String())
		}
	}
	if want := []string{"/a.zip WRITE", "/a.ZIP CREATE", "/a.zip.crdownload RENAME", "/a.zip.part REMOVE", " CREATE"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLooksAreRare: nothing happens, or only a download writes: nobody looks.
func TestLooksAreRare(t *testing.T) {
	dir := t.TempDir()
	d := looker(t, calm, func(context.Context, string, error) error { return nil }, dir)
	if next := d.look(t.Context()); next != calm.rescan {
		t.Errorf("an empty folder wants a look in %v", next)
	}
	f, err := os.Create(filepath.Join(dir, "a.zip.crdownload"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			_, _ = f.Write([]byte("more"))
		}
	})
	d.pace.gap = time.Millisecond
	d.wait(ctx, time.Hour)
	if ctx.Err() == nil {
		t.Error("writes to a partial file woke it")
	}
	wg.Wait()
}
