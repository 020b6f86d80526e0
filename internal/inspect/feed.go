package inspect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Reading ahead: chunks of this many bytes, and so many of them.
const (
	chunkSize = 256 << 10
	chunks    = 24
)

// chunk is a piece of a part on its way to the digest and to the worker that reads the entry
// it belongs to. The last of them gives it back.
type chunk struct {
	buf   []byte
	users atomic.Int32
}

// feed reads one part once from its beginning to its end. Every byte goes into the part's
// SHA-256, and the bytes of each entry to a worker as well. A disk is read in order so, and
// each byte of it once.
type feed struct {
	src  *source
	tick func(int64)
	free chan *chunk
	hash chan *chunk // nil if the digest is known
	jobs chan *job
}

// job is one entry and its packed bytes.
type job struct {
	entry  *entry
	chunks chan *chunk
	held   int64 // of files, for a picture that may have to be in memory
}

// files bounds the memory of the pictures that are read into it, in all workers of all inspections together. Only feeds
// take it, each for one job after the other: were it the workers, one could wait for another whose bytes wait behind its own.
var files = semaphore.NewWeighted(filesMemory)

const filesMemory = 2 * maxPicture

// hold takes the memory for an entry that may be a picture. Small ones need none.
func (j *job) hold(ctx context.Context) error {
	if j.entry.size <= keptPicture || j.entry.size > maxPicture {
		return nil
	}
	held := min(2*j.entry.size, filesMemory) // JPEGs are held a second time, without their stuffing
	if err := files.Acquire(ctx, held); err != nil {
		return err
	}
	j.held = held
	return nil
}

// release is called by the worker when the entry is no picture, or its picture is gone.
func (j *job) release() {
	files.Release(j.held)
	j.held = 0
}

// run feeds the workers, each with a reader of its own, and returns the part's SHA-256 in hex, or "" if
// reading failed, which src remembers.
func (f *feed) run(t *table, workers []*reader) string {
	f.free = make(chan *chunk, chunks)
	for range chunks { // each grows to what it is used for: most entries are small
		f.free <- new(chunk)
	}
	f.jobs = make(chan *job, chunks)
	var wg sync.WaitGroup
	for _, r := range workers {
		wg.Go(func() {
			for j := range f.jobs {
				r.run(j, f)
			}
		})
	}
	digest := f.src.part.SHA256
	if digest == "" {
		f.hash = make(chan *chunk, chunks)
		wg.Go(func() {
			h := sha256.New()
			for c := range f.hash {
				h.Write(c.buf)
				f.release(c)
			}
			digest = hex.EncodeToString(h.Sum(nil))
		})
	}
	f.send(t)
	close(f.jobs)
	if f.hash != nil {
		close(f.hash)
	}
	wg.Wait()
	if f.src.err() != nil {
		return ""
	}
	return digest
}

func (f *feed) send(t *table) {
	pos := int64(0)
	for e := range t.entries() {
		if e.mark.unreadable || e.body < pos {
			continue
		}
		if !f.stretch(pos, e.body, nil) {
			return
		}
		// The channel holds every chunk there is: sending never waits for this job's worker.
		j := &job{entry: e, chunks: make(chan *chunk, chunks)}
		if err := j.hold(f.src.ctx); err != nil {
			_ = f.src.fail(err)
			return
		}
		f.jobs <- j
		ok := f.stretch(e.body, e.body+e.packed, j.chunks)
		close(j.chunks)
		if !ok {
			return
		}
		pos = e.body + e.packed
	}
	f.stretch(pos, f.src.part.Size, nil)
}

// stretch reads the bytes from one place to another, for the digest and for to if it is not nil.
func (f *feed) stretch(from, stop int64, to chan<- *chunk) bool {
	if f.hash == nil && to == nil {
		f.tick(stop - from)
		return f.src.err() == nil
	}
	for from < stop {
		c := <-f.free
		n := int(min(chunkSize, stop-from))
		c.buf = slices.Grow(c.buf[:0], n)[:n]
		if n, err := f.src.ReadAt(c.buf, from); err != nil && n < len(c.buf) {
			c.users.Store(1)
			f.release(c)
			return false
		}
		from += int64(len(c.buf))
		f.tick(int64(len(c.buf)))
		switch {
		case f.hash != nil && to != nil:
			c.users.Store(2)
		default:
			c.users.Store(1)
		}
		if f.hash != nil {
			f.hash <- c
		}
		if to != nil {
			to <- c
		}
	}
	return true
}

func (f *feed) release(c *chunk) {
	if c.users.Add(-1) == 0 {
		f.free <- c
	}
}

// stream gives out the bytes of a job.
type stream struct {
	feed *feed
	job  *job
	now  *chunk
	rest []byte
}

func (s *stream) fill() error {
	for len(s.rest) == 0 {
		s.drop()
		c, ok := <-s.job.chunks
		if !ok {
			return io.EOF
		}
		s.now, s.rest = c, c.buf
	}
	return nil
}

func (s *stream) drop() {
	if s.now != nil {
		s.feed.release(s.now)
	}
	s.now, s.rest = nil, nil
}

func (s *stream) Read(p []byte) (int, error) {
	if err := s.fill(); err != nil {
		return 0, err
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// ReadByte lets the inflater take no more than it needs.
func (s *stream) ReadByte() (byte, error) {
	if err := s.fill(); err != nil {
		return 0, err
	}
	b := s.rest[0]
	s.rest = s.rest[1:]
	return b, nil
}

// finish takes what nobody has read, so that the feed can go on.
func (s *stream) finish() {
	for s.fill() == nil {
		s.rest = nil
	}
}
