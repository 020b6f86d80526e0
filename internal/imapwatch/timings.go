package imapwatch

import (
	"math/rand/v2"
	"time"
)

// timings are all waits in one place. go-imap has no deadline between a command and its answer, so
// every step has one here.
type timings struct {
	connect  time.Duration // TCP and TLS, each
	greeting time.Duration
	login    time.Duration
	open     time.Duration // EXAMINE, LIST, STATUS
	plus     time.Duration // IDLE to "+"
	done     time.Duration // DONE to the first byte of an answer
	woken    time.Duration // the same, when the machine may have slept
	command  time.Duration // silence while a search or a message is awaited
	transfer time.Duration // a whole search or message, however steadily it drips
	bye      time.Duration // from BYE to closing

	idle      time.Duration // longest IDLE at first: NAT boxes forget, and AOL ends it at 5 minutes
	idleMin   time.Duration // never shorter than that
	idleMax   time.Duration // nor longer
	idleLeast time.Duration // an IDLE that the server ends sooner did not work
	idleClean int           // so many answered in a row make the next one longer
	poll      time.Duration // between looks at what has no IDLE
	reopen    time.Duration // EXAMINE again, should the server have renumbered the folder
	relist    time.Duration // LIST again
	noIdle    time.Duration // how long IDLE is left alone after it failed twice
	tick      time.Duration // of the watch for suspend
	retryMin  time.Duration // a message that could not be handed on
	retryMax  time.Duration

	backoffMin time.Duration // between connections, doubling, with full jitter
	backoffMax time.Duration
	stable     time.Duration // a connection that lived so long is replaced soon
	soon       time.Duration // within that, at random: a restarted server gets everybody back at once
	refused    time.Duration // between logins after the third refused one
	retryLogin time.Duration // a Wake does not log in again sooner than that, if logins are refused
}

var standard = timings{
	connect: 15 * time.Second, greeting: 15 * time.Second, login: 30 * time.Second,
	open: 30 * time.Second, plus: 15 * time.Second, done: 10 * time.Second, woken: 5 * time.Second,
	command: time.Minute, transfer: 30 * time.Minute, bye: 2 * time.Second,
	idle: 5 * time.Minute, idleMin: 90 * time.Second, idleMax: 9 * time.Minute, idleLeast: 10 * time.Second, idleClean: 6,
	poll: time.Minute, reopen: time.Hour, relist: time.Hour, noIdle: time.Hour,
	tick: 5 * time.Second, retryMin: 2 * time.Second, retryMax: 5 * time.Minute,
	backoffMin: 2 * time.Second, backoffMax: 5 * time.Minute, stable: time.Minute, soon: 2 * time.Second,
	refused: time.Hour, retryLogin: time.Minute,
}

// doubled is base doubled n times, at most limit.
func doubled(base, limit time.Duration, n int) time.Duration {
	for range n {
		if base >= limit {
			break
		}
		base *= 2
	}
	return min(base, limit)
}

// jittered is any time up to d, so that many watchers do not come back together.
func jittered(d time.Duration) time.Duration { return rand.N(d) + 1 }
