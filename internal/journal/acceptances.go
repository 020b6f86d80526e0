package journal

import (
	"database/sql"
	"time"
)

// Acceptance is that the person accepted what Instagram itself left out of an export.
type Acceptance struct {
	Digest string // of the list that was shown
	Total  int    // how many items it had, as the person typed
	At     time.Time
}

// Accept records an acceptance. One of another list of the same export is void by it; the same one again keeps
// its time.
func (t *Tx) Accept(export string, a Acceptance) error {
	_, err := t.exec(`INSERT INTO acceptances (export, digest, total, at) VALUES (?,?,?,?)
		ON CONFLICT (export) DO UPDATE SET digest=excluded.digest, total=excluded.total, at=excluded.at
		WHERE digest <> excluded.digest OR total <> excluded.total`, export, a.Digest, a.Total, millis(a.At))
	return err
}

// Acceptance returns what was accepted of an export, or nil.
func (t *Tx) Acceptance(export string) (a *Acceptance, err error) {
	err = t.all(func(r *sql.Rows) error {
		a = new(Acceptance)
		var at int64
		err := r.Scan(&a.Digest, &a.Total, &at)
		a.At = fromMillis(at)
		return err
	}, `SELECT digest, total, at FROM acceptances WHERE export = ?`, export)
	return a, err
}

// DropAcceptance forgets the acceptance of an export, because its content is changing.
func (t *Tx) DropAcceptance(export string) error {
	_, err := t.exec(`DELETE FROM acceptances WHERE export = ?`, export)
	return err
}
