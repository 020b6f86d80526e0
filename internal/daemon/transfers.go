package daemon

import (
	"context"
	"sync"
)

// transfers knows how far the transfers under way are. It is for show only.
type transfers struct {
	mu     sync.Mutex
	active map[string]*transfer
}

type transfer struct {
	mu          sync.Mutex
	done, total int64
}

func (t *transfer) set(done, total int64) {
	t.mu.Lock()
	t.done, t.total = done, total
	t.mu.Unlock()
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

// of returns how far the transfer of an export is; active is false when there is none.
func (t *transfers) of(export string) (done, total int64, active bool) {
	t.mu.Lock()
	tr := t.active[export]
	t.mu.Unlock()
	if tr == nil {
		return 0, 0, false
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.done, tr.total, true
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
