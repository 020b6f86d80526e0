package inspect

import "io"

// Reading ahead of a list: buffers of this many bytes, and so many of them.
const (
	aheadSize = 64 << 10
	aheads    = 4
)

// longList is from what size on a list is unpacked by one goroutine and read by another, in bytes.
const longList = 1 << 20

// ahead gives out what another goroutine reads meanwhile: a list of gigabytes is unpacked on one core and
// read on the other.
type ahead struct {
	full, free chan []byte
	now, rest  []byte
	err        error // of the reading, once full is closed
}

// newAhead begins to read r. Nobody else may read r before close has returned.
func newAhead(r io.Reader) *ahead {
	a := &ahead{full: make(chan []byte, aheads), free: make(chan []byte, aheads)}
	for range aheads {
		a.free <- make([]byte, aheadSize)
	}
	go func() {
		defer close(a.full)
		for buf := range a.free {
			n, err := r.Read(buf)
			a.full <- buf[:n]
			if err != nil {
				a.err = err
				return
			}
		}
	}()
	return a
}

// Read implements io.Reader.
func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		a.giveBack()
		buf, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.now, a.rest = buf, buf
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *ahead) giveBack() {
	if a.now != nil {
		a.free <- a.now[:cap(a.now)]
		a.now = nil
	}
}

// close lets the reading come to its end, and waits for it.
func (a *ahead) close() {
	a.giveBack()
	for buf := range a.full {
		a.free <- buf[:cap(buf)]
	}
}
