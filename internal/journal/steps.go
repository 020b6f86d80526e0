package journal

import (
	"database/sql"
	"time"
)

// Step is something to do at a time. Export, Kind and Arg name it: planned
// twice it is still one step. It may run twice, with the same result.
type Step struct {
	ID       int64
	Export   string // "": it belongs to none
	Kind     string
	Arg      string
	Due      time.Time
	Tries    int    // how often it failed so far
	Error    string // why, the last time
	revision int64
}

// Plan records a step, or gives one that is planned already the new due time
// and a fresh start. Planned while it runs, it runs again afterwards.
func (t *Tx) Plan(s Step) error {
	t.planned = true
	_, err := t.exec(`INSERT INTO steps (export, kind, arg, due) VALUES (?,?,?,?)
		ON CONFLICT (export, kind, arg) DO UPDATE SET due=excluded.due, tries=0, revision=revision+1`,
		s.Export, s.Kind, s.Arg, millis(s.Due))
	return err
}

// Finish removes a step that ran, unless it was planned anew meanwhile.
func (t *Tx) Finish(s Step) error {
	_, err := t.exec(`DELETE FROM steps WHERE id = ? AND revision = ?`, s.ID, s.revision)
	return err
}

// Postpone puts a step that failed off until due, unless it was planned anew meanwhile.
func (t *Tx) Postpone(s Step, due time.Time, reason string) error {
	t.planned = true
	_, err := t.exec(`UPDATE steps SET due = ?, tries = tries + 1, error = ? WHERE id = ? AND revision = ?`,
		millis(due), reason, s.ID, s.revision)
	return err
}

// Cancel removes the steps of a kind of an export, whatever their argument.
func (t *Tx) Cancel(export, kind string) error {
	_, err := t.exec(`DELETE FROM steps WHERE export = ? AND kind = ?`, export, kind)
	return err
}

// CancelOne removes one step.
func (t *Tx) CancelOne(export, kind, arg string) error {
	_, err := t.exec(`DELETE FROM steps WHERE export = ? AND kind = ? AND arg = ?`, export, kind, arg)
	return err
}

// Hasten makes all steps of a kind due.
func (t *Tx) Hasten(kind string, due time.Time) error {
	t.planned = true
	_, err := t.exec(`UPDATE steps SET due = ? WHERE kind = ? AND due > ?`, millis(due), kind, millis(due))
	return err
}

// Steps returns the steps due at or before now, in order of their due times,
// at most limit; and when the first of the others is due (zero: there is none).
func (t *Tx) Steps(now time.Time, limit int) (due []Step, next time.Time, err error) {
	err = t.all(func(r *sql.Rows) error {
		var s Step
		var at int64
		err := r.Scan(&s.ID, &s.Export, &s.Kind, &s.Arg, &at, &s.Tries, &s.Error, &s.revision)
		s.Due = fromMillis(at)
		due = append(due, s)
		return err
	}, `SELECT id, export, kind, arg, due, tries, error, revision FROM steps WHERE due <= ? ORDER BY due, id LIMIT ?`,
		millis(now), limit)
	if err != nil {
		return nil, time.Time{}, err
	}
	var at sql.NullInt64
	if _, err := t.one([]any{&at}, `SELECT min(due) FROM steps WHERE due > ?`, millis(now)); err != nil {
		return nil, time.Time{}, err
	}
	return due, fromMillis(at.Int64), nil
}

// StepsOf returns all planned steps of an export.
func (t *Tx) StepsOf(export string) ([]Step, error) {
	var list []Step
	err := t.all(func(r *sql.Rows) error {
		var s Step
		var at int64
		err := r.Scan(&s.ID, &s.Export, &s.Kind, &s.Arg, &at, &s.Tries, &s.Error, &s.revision)
		s.Due = fromMillis(at)
		list = append(list, s)
		return err
	}, `SELECT id, export, kind, arg, due, tries, error, revision FROM steps WHERE export = ? ORDER BY due, id`, export)
	return list, err
}
