package daemon

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// DrillStep is one thing that a drill did, or failed to do.
type DrillStep struct {
	What   string `json:"what"` // mail | seen | archive | verdict | told | cleaned
	Text   string `json:"text"`
	Failed bool   `json:"failed,omitempty"`
	Hint   string `json:"hint,omitempty"`
}

// How long the parts of a drill may take. Where a server says nothing by itself, a mail is seen within a minute.
const (
	watchWithin   = 20 * time.Second
	seenWithin    = 3 * time.Minute
	storedWithin  = 2 * time.Minute
	toldWithin    = time.Minute
	cleanedWithin = 30 * time.Second
	drillWithin   = 10 * time.Minute
)

// DrillDomain is what the made-up mail comes from. Nobody can own it (RFC 6761, section 6.4).
const DrillDomain = "drill.igwatchd.invalid"

// drill is a made-up export on its way through the real inbox.
type drill struct {
	d         *Daemon
	box       *mailbox
	id        string // of its news
	messageID string // of its mail
	put       bool   // it may be in the inbox
	arrived   chan imapwatch.Message
	tell      func(DrillStep)
}

// Drill lets a made-up export go the whole way: its mail is put into the real inbox
// and seen there by the real watch; the archive comes from a stand-in of Instagram
// on this machine, and goes through stations like the real ones, with a journal and
// an archive folder of their own; the news go to the real channels. No link to
// Instagram is followed, and no real export or verdict is touched. Then all of it
// is removed again: by a later start, if this one is killed.
func (d *Daemon) Drill(ctx context.Context, account string, tell func(DrillStep)) (err error) {
	box, err := d.mailboxOf(account)
	if err != nil {
		return err
	}
	if d.stage == nil {
		return fault.Permanent(errors.New("drill: there is nothing to drill with"), "")
	}
	if !d.drilling.TryLock() {
		return fault.Temporary(errors.New("drill: another one is under way"), "wait until it has ended")
	}
	defer d.drilling.Unlock()
	ctx, cancel := context.WithTimeout(ctx, drillWithin)
	defer cancel()
	n := d.news.drill(box.account.Username, rand.Text())
	channels := d.fitting(n)
	if len(channels) == 0 {
		return fault.Permanent(errors.New("drill: nobody would be told"), "set notify.inbox = true, or name another channel under [notify]")
	}
	r := &drill{
		d: d, box: box, id: n.ID, messageID: drillMessageID(n.ID), arrived: make(chan imapwatch.Message, 1), tell: tell,
	}
	if err := d.journal.Update(ctx, func(tx *journal.Tx) error { // from here on the watch knows the mail, and a later start cleans up
		if _, err := d.write(tx, &n); err != nil {
			return err
		}
		return tx.Plan(journal.Step{Kind: stepDrilled, Arg: n.ID + " " + box.account.Username, Due: time.Now().Add(drillWithin + cleanedWithin)})
	}); err != nil {
		return fmt.Errorf("drill: %w", err)
	}
	d.drill.Store(r)
	defer d.drill.Store(nil)
	defer func() { err = errors.Join(err, r.clean(ctx)) }()
	if err := r.work(ctx); err != nil {
		return fmt.Errorf("drill: %w", err)
	}
	return r.tellAll(ctx, n, channels)
}

// mailboxOf finds an account's inbox; the name may be left out where there is just one.
func (d *Daemon) mailboxOf(account string) (*mailbox, error) {
	var names []string
	for _, m := range d.mailboxes {
		if account == m.account.Username || account == "" && len(d.mailboxes) == 1 {
			return m, nil
		}
		names = append(names, m.account.Username)
	}
	if account == "" {
		return nil, fault.Permanent(errors.New("there is more than one account"), "name one of them: "+strings.Join(names, ", "))
	}
	return nil, fault.Permanent(fmt.Errorf("no account %q is configured", account), "configured: "+strings.Join(names, ", "))
}

// sees is told of each mail of ours that the watch meets. r may be nil.
func (r *drill) sees(account, messageID string, msg imapwatch.Message) {
	if r == nil || messageID != r.messageID || account != r.box.account.Username {
		return
	}
	select {
	case r.arrived <- msg:
	default: // in another folder too
	}
}

// work is the way from the mail to the verdict.
func (r *drill) work(ctx context.Context) (err error) {
	set, err := r.d.openSet(ctx, r.id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set.close()) }()
	defer r.watch(ctx)()
	if err := r.watched(ctx); err != nil {
		return err
	}
	raw, err := set.Announce(r.box.account.Inbox.Address, r.messageID)
	if err != nil {
		return err
	}
	began := time.Now()
	r.put = true
	if err := r.box.put(ctx, r.messageID, raw); err != nil {
		return fmt.Errorf("put a mail into %s: %w", r.box.account.Inbox.Address, err)
	}
	r.did("mail", "a made-up export mail was put into %s", r.box.account.Inbox.Address)
	msg, err := r.await(ctx)
	if err != nil {
		return err
	}
	r.did("seen", "the watch saw it after %.1f s", time.Since(began).Seconds())
	return set.run(ctx, msg, r.did)
}

// watch watches the inbox where no service does, until the returned function is called.
func (r *drill) watch(ctx context.Context) (stop func()) {
	if r.d.running.Load() {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.box.run(ctx); err != nil && ctx.Err() == nil {
			r.d.log.Error("the inbox cannot be watched", "error", err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// watched waits until the watch is up.
func (r *drill) watched(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, watchWithin)
	defer cancel()
	for {
		s := r.box.status()[0]
		if s.State == imapwatch.StateWatching || s.State == imapwatch.StatePolling {
			return nil
		}
		if s.State == imapwatch.StateAuthFailed || s.State == imapwatch.StateStopped {
			return fmt.Errorf("the inbox is not watched: %w", s.Fault)
		}
		if !rest(ctx, 50*time.Millisecond) {
			return fmt.Errorf("the inbox is not watched: %w", cmp.Or(s.Fault, context.Cause(ctx)))
		}
	}
}

// await waits until the watch has seen the mail.
func (r *drill) await(ctx context.Context) (imapwatch.Message, error) {
	select {
	case msg := <-r.arrived:
		return msg, nil
	case <-time.After(seenWithin):
		return imapwatch.Message{}, fault.Temporary(fmt.Errorf("the mail was put into the inbox, and was not seen there within %v", seenWithin),
			"igwatchd status says how the inbox is watched; a rule of the mail server may have moved or deleted the mail")
	case <-ctx.Done():
		return imapwatch.Message{}, ctx.Err()
	}
}

func (r *drill) did(what, format string, args ...any) {
	r.tell(DrillStep{What: what, Text: fmt.Sprintf(format, args...)})
}

func (r *drill) trouble(what string, err error) {
	r.d.log.Warn("a drill met trouble", "at", what, "error", err)
	r.tell(DrillStep{What: what, Text: err.Error(), Hint: fault.HintOf(err), Failed: true})
}
