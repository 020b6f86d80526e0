package inspect

import (
	"runtime/debug"
	"sync"
)

// leaner makes the collector run more often while archives are inspected: what an inspection keeps is
// small, and most of what it touches is garbage at once. The setting is the process's own.
type leaner struct {
	mu      sync.Mutex
	running int
	before  int // in percent, as for GOGC
}

var lean leaner

// leanPercent is how much garbage may grow, in percent of what is kept.
const leanPercent = 20

// begin is called at the begin of an inspection, and what it returns at the end.
func (l *leaner) begin() (end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running++; l.running == 1 {
		l.before = debug.SetGCPercent(leanPercent)
		if l.before >= 0 && l.before < leanPercent { // somebody wants it leaner still
			debug.SetGCPercent(l.before)
		}
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.running--; l.running == 0 {
			debug.SetGCPercent(l.before)
		}
	}
}
