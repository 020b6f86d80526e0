package journal

import (
	"database/sql"
	"encoding/json"
	"slices"
	"time"
)

// Export is one announced archive set on its way through the stations.
type Export struct {
	ID           string
	Account      string
	Cause        string // unique: what announced it
	Route        string
	State        string
	Detail       string
	Verdict      string
	Reasons      json.RawMessage
	Announcement json.RawMessage
	Mail         []byte
	Report       json.RawMessage
	Path         string
	AnnouncedAt  time.Time
	Deadline     time.Time // zero: none
	Created      time.Time
}

const exportColumns = `id, account, cause, route, state, detail, verdict, reasons, announcement, mail, report, path, announced_at, deadline, created`

func scanExport(scan func(...any) error) (Export, error) {
	var e Export
	var announced, deadline, created int64
	err := scan(&e.ID, &e.Account, &e.Cause, &e.Route, &e.State, &e.Detail, &e.Verdict, (*[]byte)(&e.Reasons),
		(*[]byte)(&e.Announcement), &e.Mail, (*[]byte)(&e.Report), &e.Path, &announced, &deadline, &created)
	e.AnnouncedAt, e.Deadline, e.Created = fromMillis(announced), fromMillis(deadline), fromMillis(created)
	return e, err
}

// AddExport records e unless its cause is known already; it tells which.
func (t *Tx) AddExport(e Export) (added bool, err error) {
	if e.Reasons == nil {
		e.Reasons = json.RawMessage("[]")
	}
	res, err := t.exec(`INSERT INTO exports (`+exportColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (cause) DO NOTHING`,
		e.ID, e.Account, e.Cause, e.Route, e.State, e.Detail, e.Verdict, []byte(e.Reasons), []byte(e.Announcement), e.Mail,
		[]byte(e.Report), e.Path, millis(e.AnnouncedAt), millis(e.Deadline), millis(e.Created))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// SetExport records what changed of a known export: everything but id, account, cause and created.
func (t *Tx) SetExport(e Export) error {
	_, err := t.exec(`UPDATE exports SET route=?, state=?, detail=?, verdict=?, reasons=?, announcement=?, mail=?, report=?,
		path=?, announced_at=?, deadline=? WHERE id=?`,
		e.Route, e.State, e.Detail, e.Verdict, []byte(e.Reasons), []byte(e.Announcement), e.Mail, []byte(e.Report), e.Path,
		millis(e.AnnouncedAt), millis(e.Deadline), e.ID)
	return err
}

// Export returns the export called id; found is false when there is none.
func (t *Tx) Export(id string) (e Export, found bool, err error) {
	err = t.all(func(r *sql.Rows) (err error) {
		e, err = scanExport(r.Scan)
		found = true
		return err
	}, `SELECT `+exportColumns+` FROM exports WHERE id = ?`, id)
	return e, found, err
}

// Exports returns all exports, oldest first.
func (t *Tx) Exports() ([]Export, error) {
	var list []Export
	err := t.all(func(r *sql.Rows) error {
		e, err := scanExport(r.Scan)
		list = append(list, e)
		return err
	}, `SELECT `+exportColumns+` FROM exports ORDER BY created, id`)
	return list, err
}

// Part is one received archive file of an export.
type Part struct {
	Name   string
	Size   int64
	SHA256 string
	Route  string
	Origin json.RawMessage

	Superseded string // the whole part that this one is a damaged download of; "": it counts
}

// PutPart records a received part; the same name again replaces it.
func (t *Tx) PutPart(export string, p Part) error {
	_, err := t.exec(`INSERT INTO parts (export, name, size, sha256, route, origin, superseded) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT (export, name) DO UPDATE SET size=excluded.size, sha256=excluded.sha256, route=excluded.route, origin=excluded.origin,
		superseded=excluded.superseded`, export, p.Name, p.Size, p.SHA256, p.Route, []byte(p.Origin), p.Superseded)
	return err
}

// Parts returns the parts of an export that count, by name.
func (t *Tx) Parts(export string) ([]Part, error) {
	all, err := t.Received(export)
	return slices.DeleteFunc(all, func(p Part) bool { return p.Superseded != "" }), err
}

// Received returns all parts of an export by name, also those that a whole one superseded.
func (t *Tx) Received(export string) ([]Part, error) {
	var list []Part
	err := t.all(func(r *sql.Rows) error {
		var p Part
		err := r.Scan(&p.Name, &p.Size, &p.SHA256, &p.Route, (*[]byte)(&p.Origin), &p.Superseded)
		list = append(list, p)
		return err
	}, `SELECT name, size, sha256, route, origin, superseded FROM parts WHERE export = ? ORDER BY name`, export)
	return list, err
}

// Copy is the last proof of one stored copy.
type Copy struct {
	Place  string
	State  string // proven | damaged
	Digest string
	Marks  string // names, sizes and times of its files then, as a digest; "": not known
	At     time.Time
}

// PutCopy records the newest proof of a copy.
func (t *Tx) PutCopy(export string, c Copy) error {
	_, err := t.exec(`INSERT INTO copies (export, place, state, digest, marks, at) VALUES (?,?,?,?,?,?)
		ON CONFLICT (export, place) DO UPDATE SET state=excluded.state, digest=excluded.digest, marks=excluded.marks, at=excluded.at`,
		export, c.Place, c.State, c.Digest, c.Marks, millis(c.At))
	return err
}

// DropCopies forgets all proofs of an export, because its content is changing.
func (t *Tx) DropCopies(export string) error {
	_, err := t.exec(`DELETE FROM copies WHERE export = ?`, export)
	return err
}

// Copies returns the proofs of an export's copies by place.
func (t *Tx) Copies(export string) ([]Copy, error) {
	var list []Copy
	err := t.all(func(r *sql.Rows) error {
		var c Copy
		var at int64
		err := r.Scan(&c.Place, &c.State, &c.Digest, &c.Marks, &at)
		c.At = fromMillis(at)
		list = append(list, c)
		return err
	}, `SELECT place, state, digest, marks, at FROM copies WHERE export = ? ORDER BY place`, export)
	return list, err
}

// Answer records that the person answered the question code of an export with yes.
func (t *Tx) Answer(export, code string, at time.Time) error {
	_, err := t.exec(`INSERT INTO answers (export, code, at) VALUES (?,?,?) ON CONFLICT DO NOTHING`, export, code, millis(at))
	return err
}

// DropAnswer forgets the answer to one question, because what it spoke of changed.
func (t *Tx) DropAnswer(export, code string) error {
	_, err := t.exec(`DELETE FROM answers WHERE export = ? AND code = ?`, export, code)
	return err
}

// DropAnswers forgets the answers of an export, because what they spoke of changed.
func (t *Tx) DropAnswers(export string) error {
	_, err := t.exec(`DELETE FROM answers WHERE export = ?`, export)
	return err
}

// Answers returns the codes of the answered questions.
func (t *Tx) Answers(export string) (map[string]bool, error) {
	codes := map[string]bool{}
	err := t.all(func(r *sql.Rows) error {
		var code string
		err := r.Scan(&code)
		codes[code] = true
		return err
	}, `SELECT code FROM answers WHERE export = ?`, export)
	return codes, err
}
