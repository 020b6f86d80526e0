// Package readahead lets two things take place at once: getting bytes, and using them.
package readahead

import (
	"io"
	"sync"
)

// How far is read ahead: 8 blocks of 256 KiB.
const (
	aheadBlock  = 256 << 10 // bytes
	aheadBlocks = 8
)

// New reads r in a goroutine of its own, up to 2 MiB before its own reader: what r has to do, waiting for a
// device or hashing, and what is done with the bytes then take place at the same time. Bytes and errors come in
// r's order. Close ends the goroutine and waits for it; it does not close r. Only one goroutine may read.
func New(r io.Reader) io.ReadCloser {
	a := &ahead{r: r, full: make(chan block, aheadBlocks), free: make(chan []byte, aheadBlocks), stop: make(chan struct{})}
	a.running.Go(a.run)
	return a
}

// blocks are those that nobody uses: most files are small, and a new block for each would cost more than they do.
var blocks = sync.Pool{New: func() any { b := make([]byte, aheadBlock); return &b }}

// block is what one Read of r brought.
type block struct {
	data []byte
	err  error
}

type ahead struct {
	r       io.Reader
	full    chan block
	free    chan []byte // blocks that were read to their end
	stop    chan struct{}
	once    sync.Once
	running sync.WaitGroup

	now  block  // that is being handed out
	rest []byte // of it
}

func (a *ahead) run() {
	defer close(a.full)
	for made := 0; ; {
		var buf []byte
		select {
		case buf = <-a.free:
		default:
			if made < aheadBlocks { // small files need one alone
				buf, made = *blocks.Get().(*[]byte), made+1
				break
			}
			select {
			case buf = <-a.free:
			case <-a.stop:
				return
			}
		}
		n, err := a.r.Read(buf)
		for err == nil && n < len(buf) && len(a.full) > 0 { // nobody waits for it yet: small pieces become large ones
			var more int
			more, err = a.r.Read(buf[n:])
			n += more
		}
		select {
		case a.full <- block{buf[:n], err}:
		case <-a.stop:
			return
		}
		if err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now.data != nil {
			a.free <- a.now.data[:cap(a.now.data)] // there is room for every block
			a.now.data = nil
		}
		if a.now.err != nil {
			return 0, a.now.err
		}
		next, open := <-a.full
		if !open { // closed before the end
			return 0, io.ErrClosedPipe
		}
		a.now, a.rest = next, next.data
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *ahead) Close() error {
	a.once.Do(func() { close(a.stop) })
	a.running.Wait()
	for {
		select {
		case b := <-a.free:
			blocks.Put(&b)
		default:
			return nil
		}
	}
}
