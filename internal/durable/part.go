package durable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// ErrShort says that a part file holds less than its checkpoint claims.
var ErrShort = errors.New("file is shorter than its checkpoint")

// Part is a file that is received piece by piece. It keeps its place across
// crashes: what Sync returned for is there afterwards, and only that is trusted.
type Part struct {
	f    *os.File
	path string
	size int64
	soon int64 // up to here the device was asked to begin
	back *behind
	pace pace
	seen Seen
}

// flushEvery is how many bytes are left to the page cache alone.
const flushEvery = 2 << 20

// OpenPart opens or creates the part file at path and cuts it to offset, the
// last synced position. What lies behind offset may be anything after a crash
// and is thrown away. It returns ErrShort when the file ends before offset.
func OpenPart(path string, offset int64) (*Part, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, classify(fmt.Errorf("open part file: %w", err))
	}
	info, err := f.Stat()
	if err == nil && info.Size() < offset {
		err = ErrShort
	}
	if err == nil {
		err = f.Truncate(offset)
	}
	if err == nil {
		_, err = f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		_ = f.Close()
		return nil, classify(fmt.Errorf("open part file %s: %w", path, err))
	}
	return &Part{f: f, path: path, size: offset, soon: offset}, nil
}

// Size is the number of bytes written so far, synced or not.
func (p *Part) Size() int64 { return p.size }

// Write appends b.
func (p *Part) Write(b []byte) (int, error) {
	p.seen = Seen{}
	n, err := p.f.Write(b)
	p.size += int64(n)
	if err != nil {
		return n, classify(fmt.Errorf("write part file %s: %w", p.path, err))
	}
	if p.size-p.soon >= flushEvery {
		flushSoon(p.f, p.soon, p.size-p.soon)
		p.soon = p.size
	}
	return n, nil
}

// Reserve asks the file system for room up to size bytes without changing the
// file's length (a preallocated length would look like received bytes after a
// crash). File systems that cannot are fine; a full disk is an error.
func (p *Part) Reserve(size int64) error {
	if size <= p.size {
		return nil
	}
	if err := reserve(p.f, p.size, size-p.size); err != nil {
		return classify(fmt.Errorf("reserve %d bytes for %s: %w", size-p.size, p.path, err))
	}
	return nil
}

// Sync puts all written bytes on the device. A checkpoint may be recorded afterwards.
func (p *Part) Sync() error {
	if err := datasync(p.f); err != nil {
		return classify(fmt.Errorf("sync part file %s: %w", p.path, err))
	}
	if p.back != nil && !p.pace.hurried(p.size, time.Now()) {
		p.back.synced(p.size, false)
	}
	return nil
}

// ReadBehind reads back from the device, from the first byte on, what was synced, while further bytes are being
// written. It changes nothing where the file system cannot promise that, and rests while bytes come so fast that it
// would hold them up. Whatever closes the part ends it.
func (p *Part) ReadBehind() {
	if p.back == nil {
		p.back = readBehind(p.path)
	}
}

// Cut throws away what lies behind offset, and room that was reserved there. It returns ErrShort, like OpenPart.
// What was read back before offset stays read.
func (p *Part) Cut(offset int64) error {
	info, err := p.f.Stat()
	if err == nil && info.Size() < offset {
		return fmt.Errorf("cut part file %s: %w", p.path, ErrShort)
	}
	if p.back != nil && p.back.asked() > offset { // it may have read what is now thrown away
		p.stopBehind()
		p.back = readBehind(p.path)
	}
	p.seen = Seen{}
	if err == nil {
		err = p.f.Truncate(offset)
	}
	if err == nil {
		_, err = p.f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		return classify(fmt.Errorf("cut part file %s: %w", p.path, err))
	}
	p.size, p.soon = offset, offset
	return nil
}

// ReadBack waits until all that was written is synced and read back, at most until ctx ends. Commit then knows what
// Seen tells. Without ReadBehind it does nothing, and a device that cannot be read is met again by who reads the file.
func (p *Part) ReadBack(ctx context.Context) error {
	if p.back == nil || p.back.lags(p.size) {
		return nil
	}
	if err := p.Sync(); err != nil {
		return err
	}
	if sum, err := p.back.wait(ctx, p.size); err == nil {
		p.seen = Seen{SHA256: sum, At: time.Now()}
	}
	return nil
}

// Seen is what ReadBack read, once Commit gave the file its name. It is empty, and holds for no file, when there
// was no ReadBack of all its bytes: the file is still to be read back then.
func (p *Part) Seen() Seen { return p.seen }

// Commit makes the part the read-only file final. It must be size bytes long.
// When Commit returns nil the file survives a power cut under its final name;
// when it fails the part stays where it is and is closed.
func (p *Part) Commit(final string, size int64) error {
	p.stopBehind()
	err := p.commit(size)
	if err != nil {
		p.seen = Seen{}
		return classify(fmt.Errorf("finish %s: %w", final, err))
	}
	return Rename(p.path, final)
}

func (p *Part) commit(size int64) error {
	defer p.f.Close() //nolint:errcheck // the deciding Close is below; a second one only says "already closed"
	info, err := p.f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != size || p.size != size {
		return fmt.Errorf("%d bytes on disk, %d expected", info.Size(), size)
	}
	if err := p.f.Truncate(size); err != nil { // gives reserved room behind the end back
		return err
	}
	if err := p.f.Chmod(0o440); err != nil {
		return err
	}
	if err := p.f.Sync(); err != nil {
		return err
	}
	if p.seen.info, err = p.f.Stat(); err != nil {
		return err
	}
	return p.f.Close()
}

// stopBehind ends the reading, if there is one.
func (p *Part) stopBehind() {
	if p.back != nil {
		p.back.end()
		p.back = nil
	}
}

// Close leaves the part for a later OpenPart.
func (p *Part) Close() error {
	p.stopBehind()
	if err := p.f.Close(); err != nil {
		return classify(fmt.Errorf("close part file %s: %w", p.path, err))
	}
	return nil
}

// Discard closes and deletes the part.
func (p *Part) Discard() error {
	p.stopBehind()
	cerr := p.f.Close()
	if err := os.Remove(p.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return cerr
}
