package daemon

import (
	"context"
	"time"

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

// watchHealth tells when an inbox is out of reach, and when it is back, and
// sends the heartbeat while all are live.
func (d *Daemon) watchHealth(ctx context.Context) error {
	down := map[string]time.Time{} // account → since when
	var lastBeat time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(healthEvery):
		}
		live := true
		for _, m := range d.mailboxes {
			contact, trouble, ok := m.health(d.started)
			live = live && ok
			silent := time.Since(contact.Round(0)) > downAfter
			since, told := down[m.account.Username]
			var news notify.Event
			switch {
			case silent && !told:
				down[m.account.Username] = contact
				news = inboxDown(m.account.Username, m.account.Inbox.Address, trouble, contact)
			case ok && told:
				delete(down, m.account.Username)
				news = inboxBack(m.account.Username, m.account.Inbox.Address, since)
			default:
				continue
			}
			if err := d.journal.Update(ctx, func(tx *journal.Tx) error { return d.announce(tx, news) }); err != nil {
				return err
			}
		}
		if url := d.cfg.Notify.HeartbeatURL; url != "" && live && time.Since(lastBeat) >= heartbeatEvery {
			lastBeat = time.Now()
			if err := notify.Heartbeat(ctx, url); err != nil {
				d.log.Warn("heartbeat not sent", "error", err)
			}
		}
	}
}

// health returns the last contact with an inbox's folders: the oldest of them.
func (m *mailbox) health(started time.Time) (contact time.Time, trouble string, live bool) {
	live = true
	for _, f := range m.status() {
		at := f.LastContact
		if at.IsZero() {
			at = started
		}
		if contact.IsZero() || at.Before(contact) {
			contact = at
		}
		if f.State != "watching" && f.State != "polling" {
			live = false
			trouble = f.Err
		}
	}
	return contact, trouble, live
}
