package fetch

import (
	"context"
	"errors"
	"io"
	"time"
)

// errStalled is the end of a body that sends nothing any more, or next to nothing.
var errStalled = errors.New("no byte for too long")

// watchedBody ends a read that waits too long, and a body that only crawls. Time
// spent elsewhere, as on a slow disk, does not count.
type watchedBody struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	r      io.Reader
	timer  *time.Timer
	l      limits

	waited time.Duration // in reads, since came was 0
	came   int64
}

func watched(ctx context.Context, cancel context.CancelCauseFunc, r io.Reader, l limits) *watchedBody {
	w := &watchedBody{ctx: ctx, cancel: cancel, r: r, l: l, timer: time.AfterFunc(l.stall, func() { cancel(errStalled) })}
	w.timer.Stop()
	return w
}

func (w *watchedBody) Read(b []byte) (int, error) {
	began := time.Now()
	w.timer.Reset(w.l.stall)
	n, err := w.r.Read(b)
	w.timer.Stop()
	w.came += int64(n)
	if w.waited += time.Since(began); w.waited >= w.l.crawl {
		if w.came < w.l.crawlBytes && err == nil {
			w.cancel(errStalled)
			err = errStalled
		}
		w.waited, w.came = 0, 0
	}
	if cause := context.Cause(w.ctx); err != nil && !errors.Is(err, io.EOF) && cause != nil {
		err = cause
	}
	return n, err
}
