package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// tellAll sends the news of a drill through each channel, once: whoever ordered it sees at once which one fails.
func (r *drill) tellAll(ctx context.Context, n notify.Event, channels []channel) error {
	var deaf []string
	for _, c := range channels {
		sctx, cancel := context.WithTimeout(ctx, toldWithin)
		err := c.Send(sctx, n)
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.trouble("told", fmt.Errorf("%s: %w", c.Name(), err))
			deaf = append(deaf, c.Name())
			continue
		}
		r.d.log.Info("told", "event", n.Event, "channel", c.Name())
		r.did("told", "%s: %q", c.Name(), n.Title)
	}
	if len(deaf) > 0 {
		return fault.Temporary(fmt.Errorf("drill: not told through %s", strings.Join(deaf, ", ")), "")
	}
	return nil
}

// clean removes all traces, also after the drill was ended in the middle.
func (r *drill) clean(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanedWithin)
	defer cancel()
	box := r.box
	if !r.put {
		box = nil
	}
	err := r.d.removeDrill(ctx, r.id, box)
	if err != nil && fault.KindOf(err) != fault.PermanentKind {
		r.trouble("cleaned", fmt.Errorf("%w; igwatchd tries again by itself while the service runs", err))
		return errors.New("drill: its mail could not be removed yet")
	}
	if err != nil {
		r.trouble("cleaned", err)
		err = errors.New("drill: its mail stays in the inbox")
	} else if r.put {
		r.did("cleaned", "the made-up mail and archive are removed; the message about the drill stays for you to read")
	}
	return errors.Join(err, r.d.journal.Update(ctx, func(tx *journal.Tx) error {
		return tx.CancelOne("", stepDrilled, r.id+" "+r.box.account.Username)
	}))
}

// drilled cleans up after a drill that was killed.
func (d *Daemon) drilled(ctx context.Context, s journal.Step) (outcome, error) {
	id, account, _ := strings.Cut(s.Arg, " ")
	box, err := d.mailboxOf(account)
	if err != nil {
		box = nil // nobody watches it any more: its mail says what it is
	}
	ctx, cancel := context.WithTimeout(ctx, cleanedWithin)
	defer cancel()
	err = d.removeDrill(ctx, id, box)
	if fault.KindOf(err) == fault.PermanentKind {
		d.log.Warn("the mail of a drill stays in the inbox", "error", err, "hint", fault.HintOf(err))
		err = nil
	}
	return outcome{}, err
}

// removeDrill removes the folders and the mail of a drill. A permanent error means that the mail stays.
func (d *Daemon) removeDrill(ctx context.Context, id string, box *mailbox) error {
	for _, dir := range d.drillDirs(id) {
		if err := os.RemoveAll(dir); err != nil {
			return fault.Temporary(fmt.Errorf("remove %s: %w", dir, err), "")
		}
	}
	if box == nil {
		return nil
	}
	return box.remove(ctx, drillMessageID(id))
}

// drillDirs are where a drill keeps its journal and its archive: on the disks of the real ones.
func (d *Daemon) drillDirs(id string) []string {
	return []string{filepath.Join(d.cfg.StateDir, ".drill-"+id), filepath.Join(d.cfg.ArchiveDir, ".drill-"+id)}
}

func drillMessageID(id string) string { return id + ".igwatchd@" + DrillDomain }
