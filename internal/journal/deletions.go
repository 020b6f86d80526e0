package journal

import (
	"database/sql"
	"time"
)

// SetDeletion records that the person asked Instagram to delete an account.
func (t *Tx) SetDeletion(account string, at time.Time) error {
	_, err := t.exec(`INSERT INTO deletions (account, since) VALUES (?,?)
		ON CONFLICT (account) DO UPDATE SET since=excluded.since`, account, millis(at))
	return err
}

// Deletion returns since when the deletion of an account is under way.
func (t *Tx) Deletion(account string) (since time.Time, open bool, err error) {
	var ms int64
	open, err = t.one([]any{&ms}, `SELECT since FROM deletions WHERE account = ?`, account)
	return fromMillis(ms), open, err
}

// Deletions returns all that were recorded.
func (t *Tx) Deletions() (map[string]time.Time, error) {
	all := map[string]time.Time{}
	err := t.all(func(r *sql.Rows) error {
		var account string
		var ms int64
		err := r.Scan(&account, &ms)
		all[account] = fromMillis(ms)
		return err
	}, `SELECT account, since FROM deletions`)
	return all, err
}

// EndDeletion records that the deletion was called off.
func (t *Tx) EndDeletion(account string) error {
	_, err := t.exec(`DELETE FROM deletions WHERE account = ?`, account)
	return err
}

// SetDoubt records that a mail about the deletion of an account came, and that it is not known who asked for it.
func (t *Tx) SetDoubt(account string, at time.Time) error {
	_, err := t.exec(`INSERT INTO doubts (account, since) VALUES (?,?)
		ON CONFLICT (account) DO UPDATE SET since=max(since, excluded.since)`, account, millis(at))
	return err
}

// Doubt tells whether such a mail came after a time, and nobody has spoken of it since.
func (t *Tx) Doubt(account string, after time.Time) (bool, error) {
	var ms int64
	return t.one([]any{&ms}, `SELECT since FROM doubts WHERE account = ? AND since > ?`, account, millis(after))
}

// EndDoubt records that the person said what it is about.
func (t *Tx) EndDoubt(account string) error {
	_, err := t.exec(`DELETE FROM doubts WHERE account = ?`, account)
	return err
}
