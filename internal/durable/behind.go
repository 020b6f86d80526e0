package durable

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"sync"
	"time"
)

// behindBlock is how much is read at once, in bytes. Small: a direct read keeps the writer of the same file waiting.
const behindBlock = 256 << 10

// Bytes that come faster than this, in bytes per second over so many bytes, leave no core and no disk for a reader
// behind them: two cores that unpack TLS and hash 700 MB/s without it manage 400 MB/s with it, and the whole takes
// as long. No line that a person has is that fast.
const (
	hurry     = 400e6
	hurryOver = 32 << 20
)

// pace tells how fast bytes come.
type pace struct {
	from  int64
	since time.Time
	fast  bool
}

// hurried is whether the last bytes came faster than hurry.
func (p *pace) hurried(size int64, now time.Time) bool {
	switch n := size - p.from; {
	case n < 0 || p.since.IsZero():
		p.from, p.since = size, now
	case n >= hurryOver:
		p.fast = float64(n) > hurry*now.Sub(p.since).Seconds()
		p.from, p.since = size, now
	}
	return p.fast
}

// Seen is a file whose every byte was read back from its device.
type Seen struct {
	SHA256 string // lower-case hex, of what the device gave
	At     time.Time
	info   fs.FileInfo // of the very file
}

// Holds tells whether path is still the file that was seen: the same inode, of that length, and not written since.
func (s Seen) Holds(path string) bool {
	if s.SHA256 == "" || s.info == nil {
		return false
	}
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(s.info, now) && now.Size() == s.info.Size() && now.ModTime().Equal(s.info.ModTime())
}

// behind reads a part back while it is still being written: what was synced, and from the device. It never reads
// what is only in memory, so that its digest means what a read after the end would have meant.
type behind struct {
	src  *direct
	sum  hash.Hash
	stop chan struct{}
	done chan struct{} // closed when run has ended
	err  error         // of run; read after done

	mu   sync.Mutex
	goal int64         // so much is on the device, in bytes
	last bool          // and that is all
	more chan struct{} // goal or last changed
}

// readBehind starts reading path. It returns nil where that cannot be done from the device for sure.
func readBehind(path string) *behind {
	src, err := openDirect(path)
	if err != nil {
		return nil
	}
	b := &behind{src: src, sum: sha256.New(), stop: make(chan struct{}), done: make(chan struct{}), more: make(chan struct{}, 1)}
	go b.run()
	return b
}

func (b *behind) run() {
	defer close(b.done)
	buf := alignedBytes(behindBlock)
	for {
		b.mu.Lock()
		goal, last := b.goal, b.last
		b.mu.Unlock()
		if !last {
			goal &^= directBlock - 1
		}
		if left := goal - b.src.at; left > 0 {
			size := (min(left, behindBlock) + directBlock - 1) &^ (directBlock - 1)
			n, err := b.src.Read(buf[:size])
			b.sum.Write(buf[:n])
			if b.err = err; err != nil {
				return
			}
		} else if last {
			return
		} else {
			select {
			case <-b.more:
			case <-b.stop:
				return
			}
		}
		select {
		case <-b.stop:
			b.err = errors.New("stopped")
			return
		default:
		}
	}
}

// synced tells that goal bytes are on the device.
func (b *behind) synced(goal int64, last bool) {
	b.mu.Lock()
	b.goal, b.last = goal, last
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// asked is up to where it reads.
func (b *behind) asked() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.goal
}

// lags is whether so much of size bytes is unread that whoever waits is served sooner by one read of the whole, which
// can go on beside other work.
func (b *behind) lags(size int64) bool {
	unread := size - b.asked()
	return unread > hurryOver && unread > size/2
}

// wait returns the digest of all size bytes.
func (b *behind) wait(ctx context.Context, size int64) (string, error) {
	b.synced(size, true)
	select {
	case <-b.done:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if b.err != nil {
		return "", fmt.Errorf("read back: %w", b.err)
	}
	if b.src.at != size {
		return "", fmt.Errorf("read back: %d of %d bytes", b.src.at, size)
	}
	return hex.EncodeToString(b.sum.Sum(nil)), nil
}

// end stops run and waits for it.
func (b *behind) end() {
	close(b.stop)
	<-b.done
	_ = b.src.Close() // opened for reading only
}
