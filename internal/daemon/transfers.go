package daemon

import (
	"context"
	"sync"
	"time"
)

// transfers knows how far the transfers under way are. It is for show only.
type transfers struct {
	mu     sync.Mutex
	active map[string]*transfer
}

type transfer struct {
	mu          sync.Mutex
	done, total int64
	speed       float64   // bytes a second, smoothed
	at          time.Time // of the last sample
	was         int64     // done then
}

func (t *transfer) set(done, total int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done, t.total = done, total
	now := time.Now()
	switch span := now.Sub(t.at); {
	case t.at.IsZero() || done < t.was: // begun, or begun anew
		t.at, t.was, t.speed = now, done, 0
	case span >= time.Second:
		rate := float64(done-t.was) / span.Seconds()
		if t.speed == 0 {
			t.speed = rate
		}
		t.speed += (rate - t.speed) / 5
		t.at, t.was = now, done
	}
}

// progress is what a person is shown.
func (t *transfer) progress() *Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &Progress{Done: t.done, Total: t.total, Speed: int64(t.speed)}
}

func (t *transfers) start(export string) *transfer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.active == nil {
		t.active = map[string]*transfer{}
	}
	t.active[export] = &transfer{}
	return t.active[export]
}

func (t *transfers) end(export string) {
	t.mu.Lock()
	delete(t.active, export)
	t.mu.Unlock()
}

// of returns how far the transfer of an export is, or nil when there is none.
func (t *transfers) of(export string) *Progress {
	t.mu.Lock()
	tr := t.active[export]
	t.mu.Unlock()
	if tr == nil {
		return nil
	}
	return tr.progress()
}

// maxTransfers is how many files come at the same time.
const maxTransfers = 4

// turns lets one transfer of each account run at a time, and four in all: a site
// that sees one session ask for many files at once may lock it out.
type turns struct {
	mu      sync.Mutex
	all     chan struct{}
	account map[string]chan struct{}
}

// enter waits for a turn. leave gives it back.
func (t *turns) enter(ctx context.Context, account string) (leave func(), err error) {
	t.mu.Lock()
	if t.all == nil {
		t.all, t.account = make(chan struct{}, maxTransfers), map[string]chan struct{}{}
	}
	own := t.account[account]
	if own == nil {
		own = make(chan struct{}, 1)
		t.account[account] = own
	}
	t.mu.Unlock()
	select {
	case own <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case t.all <- struct{}{}:
	case <-ctx.Done():
		<-own
		return nil, ctx.Err()
	}
	return func() { <-t.all; <-own }, nil
}
