// Package imapwatch stays connected to one mailbox and hands on every message, at least once, soon.
//
// Connections to mail servers die without a word, servers announce IDLE and then say nothing, and
// parsers meet what no standard allows. So nothing here rests on one signal: every command has a
// deadline, every IDLE ends within minutes with a look at what is new, the place up to which a
// folder is read moves only after the handler has taken a message, and whenever a folder may have
// been renumbered its last days are read again. Messages may therefore come twice, never not at all.
//
// The mailbox is never changed: folders are opened with EXAMINE, and messages are read with
// BODY.PEEK (RFC 3501, sections 6.3.2 and 6.4.5). Only Append and Remove write, and only when they
// are asked to.
package imapwatch

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// MaxMessage is how many bytes of a message are handed on.
const MaxMessage = 25 << 20

// Message is one message as the server holds it.
type Message struct {
	Folder           string
	UIDValidity, UID uint32
	Header           []byte // up to and including the blank line; a part of Raw
	Raw              []byte // at most MaxMessage bytes
	Truncated        bool   // the message has more bytes than Raw

	// Received is when the server took the message, its INTERNALDATE (RFC 3501, section 2.3.3): no
	// sender can choose it. Zero if the server does not tell.
	Received time.Time
}

// Cursor is how far a folder has been read: every message with a smaller UID than Next needs
// nothing more. The zero Cursor belongs to a folder never read.
type Cursor struct{ UIDValidity, Next uint32 }

// Ledger keeps cursors where they survive a crash.
type Ledger interface {
	// Cursor returns the zero Cursor for a folder it does not know.
	Cursor(ctx context.Context, folder string) (Cursor, error)
	// Advance has made the cursor durable when it returns nil. It may also move it back: after
	// the server has renumbered a folder.
	Advance(ctx context.Context, folder string, c Cursor) error
}

// Options says what to watch and what to do with what is found.
type Options struct {
	Server Server
	// Folders are watched besides INBOX, \Junk and \All.
	Folders []string
	// Lookback is how far the first scan of a folder reaches, and each later one after the
	// server has renumbered it. Two days are added: servers search by day, in their own zone.
	Lookback time.Duration
	// Keywords, in ASCII, of which every message that Candidate likes has one in its From or
	// Subject. If set, the server is asked for them when the first scan of a folder meets
	// hundreds of messages; otherwise every header is looked at here.
	Keywords []string
	// Candidate looks at a message's header, of which at most 128 KiB are read. If it returns
	// false, the message is not fetched further.
	Candidate func(header []byte) bool
	// Handle has made the message durable when it returns nil. After an error the message is
	// handed over again, later and later, up to every five minutes; others are not held up.
	Handle func(ctx context.Context, m Message) error
	// SetAside hears of each message that was given up: the server does not send it, or not in a
	// form that can be read. It may be the one that was waited for. May be nil.
	SetAside func(ctx context.Context, folder string, uidValidity, uid uint32, cause error)
	Ledger   Ledger
	Log      *slog.Logger
	// Changed is called whenever a folder's state or error changed. It must not block.
	Changed func()
}

// Watcher watches one mailbox.
type Watcher struct {
	o    Options
	t    timings
	dial dialer
	log  *slog.Logger

	wakeInbox  chan struct{}
	wakeOthers chan struct{}
	inboxUp    chan struct{} // holds a value after INBOX was reached, for the second connection
	second     chan struct{} // holds a value while there is a second connection
	errands    chan *errand  // taken by it while it waits

	mu     sync.Mutex // guards what Status reports
	status []*FolderStatus
	live   map[string]*conn // by connection name
}

// New prepares a watcher. Run starts it.
func New(o Options) *Watcher {
	if o.Candidate == nil {
		o.Candidate = func([]byte) bool { return true }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &Watcher{
		o: o, t: standard, log: o.Log,
		wakeInbox: make(chan struct{}, 1), wakeOthers: make(chan struct{}, 1), inboxUp: make(chan struct{}, 1),
		second: make(chan struct{}, 1), errands: make(chan *errand),
		live: map[string]*conn{},
	}
	w.dial = (&address{}).dial
	w.set(inbox, StateConnecting, nil)
	return w
}

// Run watches until ctx ends, and then returns nil within a second. Neither the network nor a
// refused login ends it. It returns an error of kind configuration, at once, if Server can never work.
func (w *Watcher) Run(ctx context.Context) error {
	if err := w.o.Server.check(); err != nil {
		w.set(inbox, StateStopped, err)
		return err
	}
	var wg sync.WaitGroup
	wg.Go(func() { w.watchInbox(ctx) })
	wg.Go(func() { w.watchOthers(ctx) })
	wg.Go(func() { w.noticeSleep(ctx) })
	wg.Wait()
	w.stopped()
	return nil
}

// Wake makes the watcher probe its connections now, and cuts short any wait between two attempts:
// the machine was asleep, or the network changed. It never blocks.
func (w *Watcher) Wake() {
	ring(w.wakeInbox)
	ring(w.wakeOthers)
}

// ring leaves a signal that stays until it is taken.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// drain takes a signal that may be waiting, and tells whether there was one.
func drain(bell chan struct{}) bool {
	select {
	case <-bell:
		return true
	default:
		return false
	}
}

// pause waits for d, for the bell or for the end of ctx, and tells whether the bell rang.
func pause(ctx context.Context, d time.Duration, bell <-chan struct{}) (rang bool) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-bell:
		return true
	}
	return false
}
