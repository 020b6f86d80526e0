package journal

import (
	"database/sql"
	"time"
)

// AddRequest records that an export was asked for. Asking again counts from the last time.
func (t *Tx) AddRequest(account string, at time.Time) error {
	_, err := t.exec(`INSERT INTO requests (account, since) VALUES (?,?)
		ON CONFLICT (account) DO UPDATE SET since=excluded.since`, account, millis(at))
	return err
}

// Request returns since when an account waits for its export to be announced.
func (t *Tx) Request(account string) (since time.Time, open bool, err error) {
	var ms int64
	open, err = t.one([]any{&ms}, `SELECT since FROM requests WHERE account = ?`, account)
	return fromMillis(ms), open, err
}

// Requests returns all that are open.
func (t *Tx) Requests() (map[string]time.Time, error) {
	open := map[string]time.Time{}
	err := t.all(func(r *sql.Rows) error {
		var account string
		var ms int64
		err := r.Scan(&account, &ms)
		open[account] = fromMillis(ms)
		return err
	}, `SELECT account, since FROM requests`)
	return open, err
}

// EndRequest records that the export has come, in whatever way.
func (t *Tx) EndRequest(account string) error {
	_, err := t.exec(`DELETE FROM requests WHERE account = ?`, account)
	return err
}
