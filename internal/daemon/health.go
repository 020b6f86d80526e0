package daemon

import (
	"context"
	"log/slog"
	"time"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// Health is looked at rarely: an inbox counts as down after silence, not at the
// first dropped connection.
const (
	healthEvery    = time.Minute
	downAfter      = 15 * time.Minute
	heartbeatEvery = 5 * time.Minute
)

// health tells when an inbox is out of reach, and when it is back, and sends the
// heartbeat while all are live. What was told stands in the journal: a restart
// in the middle of an outage is no new outage.
type health struct {
	journal  *journal.Journal
	log      *slog.Logger
	inboxes  []pulseOf
	announce func(*journal.Tx, notify.Event) error
	news     news
	beat     func(context.Context) error // nil: nobody waits for it
}

// pulseOf is one account's inbox as the health watch sees it.
type pulseOf struct {
	account, address string
	started          time.Time
	status           func() []imapwatch.FolderStatus
}

func (d *Daemon) newHealth() *health {
	h := &health{journal: d.journal, log: d.log, announce: d.announce, news: d.news}
	for _, m := range d.mailboxes {
		h.inboxes = append(h.inboxes, pulseOf{m.account.Username, m.account.Inbox.Address, d.started, m.status})
	}
	if url := d.cfg.Notify.HeartbeatURL; url != "" {
		h.beat = func(ctx context.Context) error { return notify.Heartbeat(ctx, url) }
	}
	return h
}

// watch looks every minute until ctx ends. Only the journal's failure ends it earlier.
func (h *health) watch(ctx context.Context) error {
	tick := time.NewTicker(healthEvery)
	defer tick.Stop()
	var lastBeat time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		all := true
		for _, p := range h.inboxes {
			live, err := h.look(ctx, p)
			if err != nil && ctx.Err() == nil {
				return err
			}
			all = all && live
		}
		if h.beat == nil || !all || time.Since(lastBeat) < heartbeatEvery {
			continue
		}
		lastBeat = time.Now()
		if err := h.beat(ctx); err != nil {
			h.log.Warn("heartbeat not sent", "error", err)
		}
	}
}

// look compares an inbox's state with what was told of it, and tells what is new.
func (h *health) look(ctx context.Context, p pulseOf) (live bool, err error) {
	s := p.feel()
	known, open := time.Time{}, false
	if err := h.journal.View(ctx, func(tx *journal.Tx) (err error) {
		known, open, err = tx.Outage(p.account)
		return err
	}); err != nil {
		return false, err
	}
	switch {
	case s.down && !open:
		return s.live, h.journal.Update(ctx, func(tx *journal.Tx) error {
			if err := tx.SetOutage(p.account, s.contact); err != nil {
				return err
			}
			return h.announce(tx, h.news.inboxDown(p.account, p.address, s.folder, s.trouble, s.contact))
		})
	case s.live && open:
		return true, h.journal.Update(ctx, func(tx *journal.Tx) error {
			if err := tx.EndOutage(p.account); err != nil {
				return err
			}
			return h.announce(tx, h.news.inboxBack(p.account, p.address, known))
		})
	}
	return s.live, nil
}

// signs is how it stands with an inbox, by the folder that fares worst.
type signs struct {
	live    bool // every folder is watched
	down    bool // and this is worth telling
	folder  string
	contact time.Time // the last one
	trouble error     // nil: none is known
}

// feel looks at all folders. A folder is down once nothing was heard from it for
// a quarter of an hour in which this machine was awake (the monotonic clock, which
// stands still in suspend); or at once, when the server refuses the login for
// good: waiting will not mend that.
func (p pulseOf) feel() signs {
	worst := signs{live: true}
	for _, f := range p.status() {
		s := signs{folder: f.Folder, contact: f.LastContact, trouble: f.Fault}
		s.live = f.State == imapwatch.StateWatching || f.State == imapwatch.StatePolling
		if s.contact.IsZero() {
			s.contact = p.started
		}
		if f.State == imapwatch.StateStopped {
			s.contact = f.Since
		}
		silent := time.Since(s.contact) >= downAfter
		s.down = silent || f.State == imapwatch.StateAuthFailed
		s.live = s.live && !silent
		if s.down && !worst.down || !s.live && worst.live {
			worst = s
		}
	}
	return worst
}
