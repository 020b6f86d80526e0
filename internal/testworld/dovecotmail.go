package testworld

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Maildir is the folder on disk that INBOX is in, with cur, new and tmp. They are made when INBOX
// is first opened. Whoever changes anything but new in it does so while the server is down.
func (d *Dovecot) Maildir() string { return filepath.Join(d.run, "mail", mailUser) }

// Drop puts one message into INBOX without the delivery agent, also while the server is stopped, and
// clients that wait in IDLE hear of it. name must be new, and INBOX have been opened before.
func (d *Dovecot) Drop(name string, raw []byte) error {
	// What other programs see in new must be whole (maildir(5)).
	tmp := filepath.Join(d.Maildir(), "tmp", name)
	if err := os.WriteFile(tmp, raw, 0o644); err != nil {
		return fmt.Errorf("drop mail: %w", err)
	}
	if err := os.Rename(tmp, filepath.Join(d.Maildir(), "new", name)); err != nil {
		return fmt.Errorf("drop mail: %w", err)
	}
	return nil
}

// Renumber makes the server forget all UIDs and choose another UIDVALIDITY, as after a mailbox was
// rebuilt or moved. The server must be down.
func (d *Dovecot) Renumber() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.master != nil {
		return fmt.Errorf("renumber INBOX: the server runs")
	}
	for _, pattern := range []string{"dovecot-uidlist*", "dovecot-uidvalidity*", "dovecot.index*", "dovecot.list.index*"} {
		paths, err := filepath.Glob(filepath.Join(d.Maildir(), pattern))
		if err != nil {
			return fmt.Errorf("renumber INBOX: %w", err)
		}
		for _, path := range paths {
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("renumber INBOX: %w", err)
			}
		}
	}
	return nil
}

// neighbour is another person's mailbox on a Dovecot.
type neighbour struct {
	*Dovecot
	user string
}

// Neighbour returns the empty mailbox of another person on the same server, another one each time: a server takes
// longer to start than most tests need it. The password is the same, and Close does nothing.
func (d *Dovecot) Neighbour() (Mailbox, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := neighbours()
	if d.taken >= len(all) {
		return nil, errors.New("the Dovecot has no more mailboxes")
	}
	d.taken++
	return neighbour{d, all[d.taken-1]}, nil
}

func (n neighbour) User() string { return n.user }

func (n neighbour) Deliver(ctx context.Context, folder string, raw []byte) error {
	return n.deliver(ctx, n.user, folder, raw)
}

func (n neighbour) Messages(ctx context.Context, folder string) ([][]byte, error) {
	return messages(ctx, n.ca, n, folder)
}

func (n neighbour) Close() error { return nil }
