package journal

import "time"

// Outage returns since when an account's inbox is out of reach, if that was told.
func (t *Tx) Outage(account string) (since time.Time, open bool, err error) {
	var ms int64
	open, err = t.one([]any{&ms}, `SELECT since FROM outages WHERE account = ?`, account)
	return fromMillis(ms), open, err
}

// SetOutage records that an inbox is out of reach.
func (t *Tx) SetOutage(account string, since time.Time) error {
	_, err := t.exec(`INSERT INTO outages (account, since) VALUES (?,?)
		ON CONFLICT (account) DO UPDATE SET since=excluded.since`, account, millis(since))
	return err
}

// EndOutage records that an inbox is back.
func (t *Tx) EndOutage(account string) error {
	_, err := t.exec(`DELETE FROM outages WHERE account = ?`, account)
	return err
}
