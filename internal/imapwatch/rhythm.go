package imapwatch

import "time"

// rhythm is how long an IDLE may last at one server. Boxes on the way forget quiet connections
// after a time of their own, and some servers end them early: both show only in what happens.
type rhythm struct {
	t      *timings
	length time.Duration
	clean  int // that many IDLEs of full length were answered in a row
	enough int // as many make the next one longer; more after each setback
	mute   bool
}

func newRhythm(t *timings) *rhythm { return &rhythm{t: t, length: t.idle, enough: t.idleClean} }

// next is how long the next IDLE lasts. A server that kept news to itself is looked at as often
// as one without IDLE.
func (r *rhythm) next() time.Duration {
	if r.mute {
		return min(r.length, r.t.poll)
	}
	return r.length
}

// held is called after an IDLE of full length that was answered.
func (r *rhythm) held() {
	if r.clean++; r.clean >= r.enough {
		r.clean = 0
		r.length = min(r.length+r.t.idle/5, max(r.t.idleMax, r.t.idle))
	}
}

// lost is called when the connection was found dead after the server had been silent for so long.
// A shorter silence is not to blame: then it is the network or the server that went away.
func (r *rhythm) lost(silence time.Duration) {
	if silence >= r.t.idleMin {
		r.shorten(r.length / 2)
	}
}

// ended is called when the server has ended an IDLE, or the connection, after so long in it. It
// may have a limit; sooner than the shortest IDLE it is more likely a restart.
func (r *rhythm) ended(after time.Duration) {
	if after >= r.t.idleMin {
		r.shorten(after - after/20)
	}
}

func (r *rhythm) shorten(to time.Duration) {
	r.length = max(min(r.length, to), min(r.t.idleMin, r.t.idle))
	r.clean, r.enough = 0, min(2*r.enough, 16*r.t.idleClean)
}

// brought is called when there was news. A server that says so again is believed again.
func (r *rhythm) brought(announced bool) { r.mute = !announced }
