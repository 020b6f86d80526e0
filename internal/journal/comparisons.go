package journal

import (
	"database/sql"
	"encoding/json"
)

// PutComparison records what the export called earlier holds and this one does not.
func (t *Tx) PutComparison(export, earlier string, body json.RawMessage) error {
	_, err := t.exec(`INSERT INTO comparisons (export, earlier, body) VALUES (?,?,?)
		ON CONFLICT (export, earlier) DO UPDATE SET body=excluded.body`, export, earlier, []byte(body))
	return err
}

// Comparisons returns the comparisons of an export, by what it was compared with.
func (t *Tx) Comparisons(export string) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	err := t.all(func(r *sql.Rows) error {
		var earlier string
		var body []byte
		err := r.Scan(&earlier, &body)
		all[earlier] = body
		return err
	}, `SELECT earlier, body FROM comparisons WHERE export = ?`, export)
	return all, err
}

// DropComparisons forgets all comparisons of an export and with it, because its content is changing.
func (t *Tx) DropComparisons(export string) error {
	_, err := t.exec(`DELETE FROM comparisons WHERE export = ? OR earlier = ?`, export, export)
	return err
}
