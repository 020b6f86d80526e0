package journal

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// AddEvent records news under an id that is the same whenever the same news
// arise; it tells whether they are new. Only new ones are to be told.
func (t *Tx) AddEvent(id string, body []byte, at time.Time) (added bool, err error) {
	res, err := t.exec(`INSERT INTO events (id, body, created) VALUES (?,?,?) ON CONFLICT (id) DO NOTHING`, id, body, millis(at))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Event returns the news recorded under id.
func (t *Tx) Event(id string) (body []byte, found bool, err error) {
	found, err = t.one([]any{&body}, `SELECT body FROM events WHERE id = ?`, id)
	return body, found, err
}

// Checkpoint returns what was saved under key.
func (j *Journal) Checkpoint(ctx context.Context, key string) (body []byte, found bool, err error) {
	err = j.View(ctx, func(t *Tx) error {
		found, err = t.one([]any{&body}, `SELECT body FROM checkpoints WHERE key = ?`, key)
		return err
	})
	return body, found, err
}

// SaveCheckpoint records body under key.
func (j *Journal) SaveCheckpoint(ctx context.Context, key string, body []byte) error {
	return j.Update(ctx, func(t *Tx) error { return t.SaveCheckpoint(key, body) })
}

// SaveCheckpoint records body under key.
func (t *Tx) SaveCheckpoint(key string, body []byte) error {
	_, err := t.exec(`INSERT INTO checkpoints (key, body) VALUES (?,?)
		ON CONFLICT (key) DO UPDATE SET body=excluded.body`, key, body)
	return err
}

// Checkpoints returns what was saved under keys that begin with prefix, by the rest of the key.
func (t *Tx) Checkpoints(prefix string) (map[string][]byte, error) {
	found := map[string][]byte{}
	err := t.all(func(r *sql.Rows) error {
		var key string
		var body []byte
		err := r.Scan(&key, &body)
		found[strings.TrimPrefix(key, prefix)] = body
		return err
	}, `SELECT key, body FROM checkpoints WHERE substr(key, 1, length(?1)) = ?1`, prefix)
	return found, err
}

// DropCheckpoints forgets what was saved under keys that begin with prefix.
func (t *Tx) DropCheckpoints(prefix string) error {
	_, err := t.exec(`DELETE FROM checkpoints WHERE substr(key, 1, length(?1)) = ?1`, prefix)
	return err
}

// DropCheckpoint forgets what was saved under key.
func (j *Journal) DropCheckpoint(ctx context.Context, key string) error {
	return j.Update(ctx, func(t *Tx) error { return t.DropCheckpoint(key) })
}

// DropCheckpoint forgets what was saved under key.
func (t *Tx) DropCheckpoint(key string) error {
	_, err := t.exec(`DELETE FROM checkpoints WHERE key = ?`, key)
	return err
}
