package daemon

import (
	"context"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// ledger keeps a mailbox's cursors in the journal.
type ledger struct {
	journal *journal.Journal
	account string
}

var _ imapwatch.Ledger = (*ledger)(nil)

func (l *ledger) Cursor(ctx context.Context, folder string) (imapwatch.Cursor, error) {
	var c journal.Cursor
	err := l.journal.View(ctx, func(tx *journal.Tx) (err error) {
		c, err = tx.Cursor(l.account, folder)
		return err
	})
	return imapwatch.Cursor(c), err
}

func (l *ledger) Advance(ctx context.Context, folder string, c imapwatch.Cursor) error {
	return l.journal.Update(ctx, func(tx *journal.Tx) error {
		return tx.SetCursor(l.account, folder, journal.Cursor(c))
	})
}
