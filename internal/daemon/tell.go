package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// channel is a way to reach a person; an inbox reaches only its own account's.
type channel struct {
	notify.Channel
	account string // "": everybody's
	loud    int
}

func (d *Daemon) newChannels() []channel {
	var list []channel
	n := d.cfg.Notify
	if n.Inbox {
		for _, m := range d.mailboxes {
			put := func(ctx context.Context, id string, raw []byte) error {
				return m.put(ctx, id, raw)
			}
			list = append(list, channel{notify.Inbox(m.account.Inbox.Address, put), m.account.Username, loudInbox})
		}
	}
	if n.Webhook != "" {
		list = append(list, channel{notify.Webhook(n.Webhook), "", loudOther})
	}
	if len(n.Command) > 0 {
		list = append(list, channel{notify.Command(n.Command), "", loudOther})
	}
	for i, u := range n.URLs {
		list = append(list, channel{notify.Push(i, u), "", loudPush})
	}
	return list
}

// announce records news and plans to tell them through every channel that fits,
// all in the transaction of what happened. The same news again are no news.
func (d *Daemon) announce(tx *journal.Tx, e notify.Event) error {
	added, err := d.write(tx, &e)
	if err != nil || !added {
		return err
	}
	return d.plan(tx, e, slices.DeleteFunc(d.fitting(e), func(c channel) bool { return e.Loud > 0 && c.loud > e.Loud }))
}

// write records news; added is false for what was recorded before.
func (d *Daemon) write(tx *journal.Tx, e *notify.Event) (added bool, err error) {
	e.Time = time.Now().UTC().Truncate(time.Second)
	body, err := json.Marshal(e)
	if err != nil {
		return false, err
	}
	if added, err = tx.AddEvent(e.ID, body, e.Time); added {
		d.log.Info("news", "event", e.Event, "account", e.Account, "export", e.Export, "title", e.Title)
	}
	return added, err
}

// alarms remembers which channels know that the journal cannot be written.
type alarms struct {
	mu   sync.Mutex
	told map[string]bool
}

// alarm tells, past the journal, that the journal cannot be written: nothing can be recorded then, this news neither, and
// it must not go unheard. Called again it tries those channels that have not taken it.
func (d *Daemon) alarm(ctx context.Context, cause error) {
	if !d.alarms.mu.TryLock() {
		return // it is being told
	}
	defer d.alarms.mu.Unlock()
	for _, c := range d.channels {
		if d.alarms.told[c.Name()] {
			continue
		}
		n := d.news.brokenJournal(c.account, d.cfg.StateDir, cause)
		if err := c.Send(ctx, n); err != nil {
			d.log.Error("not told", "event", n.Event, "channel", c.Name(), "error", err)
			continue
		}
		if d.alarms.told == nil {
			d.alarms.told = map[string]bool{}
		}
		d.alarms.told[c.Name()] = true
	}
}

// splitTell takes the argument of a tell step apart.
func splitTell(arg string) (event, channel string) {
	event, channel, _ = strings.Cut(arg, " ")
	return event, channel
}

// tell sends one event through one channel, after all that the channel has not taken yet of the same export, or of the
// same account: what arrives last is what is true. It is tried until the channel takes it; a channel that was taken out
// of the configuration is owed nothing.
func (d *Daemon) tell(ctx context.Context, s journal.Step) (outcome, error) {
	_, name := splitTell(s.Arg)
	to := slices.IndexFunc(d.channels, func(c channel) bool { return c.Name() == name })
	if to < 0 {
		return outcome{}, nil
	}
	var queue []pending
	if err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		queue, err = pendingFor(tx, s)
		return err
	}); err != nil {
		return outcome{}, err
	}
	for _, p := range queue {
		if p.untrue {
			d.log.Info("not told: it is no longer true", "event", p.news.Event, "channel", name)
		} else {
			if err := d.channels[to].Send(ctx, p.news); err != nil {
				return outcome{}, fmt.Errorf("tell %s: %w", p.news.Event, err)
			}
			d.log.Info("told", "event", p.news.Event, "channel", name)
		}
		if p.step.ID == s.ID {
			break
		}
		if err := d.journal.Update(ctx, func(tx *journal.Tx) error { return tx.Finish(p.step) }); err != nil {
			return outcome{}, err
		}
	}
	return outcome{}, nil
}
