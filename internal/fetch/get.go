package fetch

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// transfer is one file on its way.
type transfer struct {
	f        *Fetcher
	r        Request
	cps      Checkpoints
	progress func(done, total int64)
	path     string // of the part file
	part     *durable.Part
	sum      hash.Hash // over all of part
	cp       Checkpoint
	saved    bool // there is a checkpoint in cps
	synced   time.Time
}

// Get fetches one file. It goes on after faults of the network for a while; an
// error of kind temporary may be tried again later (fault.DelayOf says when, if the
// server did) and goes on at the last checkpoint. Permanent errors (LoginWall, Expired, Refused, NotArchive) are for
// the person. No error contains the link's path or query.
//
// The link is walked anew on each try, so that a signed address that has
// expired is replaced. The checkpoint of a finished file stays until the caller
// drops it: when the program dies before the file is recorded elsewhere, the
// same Get finds it, reads it back, and returns it without asking anybody.
//
// progress may be nil; total is 0 while it is not known.
func (f *Fetcher) Get(ctx context.Context, r Request, cps Checkpoints, progress func(done, total int64)) (File, error) {
	t := &transfer{f: f, r: r, cps: cps, progress: progress, path: filepath.Join(r.Dir, PartName(r.Key))}
	if t.progress == nil {
		t.progress = func(int64, int64) {}
	}
	if !f.claim(t.path) {
		return File{}, fault.Temporary(fmt.Errorf("the file of %q is being fetched already", r.Key), "")
	}
	defer f.release(t.path)
	if err := t.load(ctx); err != nil {
		return File{}, err
	}
	if file, found, err := t.committed(ctx); found || err != nil {
		return file, err
	}
	if err := t.open(); err != nil {
		return File{}, noSpace(r.Dir, err)
	}
	if err := t.insist(ctx); err != nil {
		if cerr := t.part.Close(); cerr != nil {
			err = errors.Join(err, cerr)
		}
		return File{}, noSpace(r.Dir, err)
	}
	file, err := t.finish(ctx)
	return file, noSpace(r.Dir, err)
}

// PartName is what a file is called while it is fetched under a Request's Key.
func PartName(key string) string { return "." + short(key) + ".part" }

// claim makes sure that a part file has one writer.
func (f *Fetcher) claim(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.active[path] {
		return false
	}
	f.active[path] = true
	return true
}

func (f *Fetcher) release(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.active, path)
}

// insist tries until all bytes are on the device, or patience ends. Tries count
// as long as nothing new comes: a server that begins anew each time ends too.
func (t *transfer) insist(ctx context.Context) error {
	best := t.cp.Offset
	for try := 1; ; try++ {
		err := t.attempt(ctx)
		if err == nil {
			return nil
		}
		s, ok := errors.AsType[*setback](err)
		if !ok {
			return err
		}
		if ctx.Err() != nil {
			return stopped(ctx, err)
		}
		if t.cp.Offset > best {
			best, try = t.cp.Offset, 1
		}
		l := t.f.limits
		if try >= l.tries || s.after > l.afterMax {
			return fault.NotBefore(err, s.after)
		}
		wait := s.after + rand.N(min(l.retryMin<<min(try-1, 20), l.retryMax)+1)
		t.f.log.Info("transfer interrupted, going on", "error", err, "bytes", t.cp.Offset, "wait", wait.Round(time.Millisecond))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return stopped(ctx, err)
		}
		// What came behind the checkpoint is not trusted: without a validator, that is all of it.
		if err := t.cut(); err != nil {
			return err
		}
	}
}

// stopped makes sure that an error says so when the caller ended the transfer.
func stopped(ctx context.Context, err error) error {
	if errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

// finish gives the file its name, and never takes another file's: it replaces
// only one of the very same bytes, as when a checkpoint was lost.
func (t *transfer) finish(ctx context.Context) (File, error) {
	sum := hex.EncodeToString(t.sum.Sum(nil))
	there, _, err := durable.SHA256(ctx, filepath.Join(t.r.Dir, t.cp.Name))
	if !errors.Is(err, fs.ErrNotExist) && (err != nil || there != sum) {
		t.cp.Name = besides(t.cp.Name, t.r.Key)
		if err := t.checkpoint(ctx); err != nil {
			return File{}, errors.Join(err, t.part.Close())
		}
	}
	if err := t.part.ReadBack(ctx); err != nil {
		return File{}, errors.Join(err, t.part.Close())
	}
	if err := t.part.Commit(filepath.Join(t.r.Dir, t.cp.Name), t.cp.Total); err != nil {
		return File{}, err
	}
	file := t.file(sum)
	file.Seen = t.part.Seen()
	return file, nil
}

func (t *transfer) file(sum string) File {
	return File{
		Name: t.cp.Name, Path: filepath.Join(t.r.Dir, t.cp.Name), Size: t.cp.Total, SHA256: sum, Route: "link",
		Hops: t.cp.Hops, Started: t.cp.Started, Finished: time.Now(),
	}
}
