package journal

import "time"

// Mail is a message that may be an export mail, kept until it was judged.
type Mail struct {
	ID       int64
	Account  string
	Identity string
	Raw      []byte
	Received time.Time
	Decision string
}

// AddMail records m unless a mail with its identity is known for the account.
// It returns the mail's id, and whether it is new.
func (t *Tx) AddMail(m Mail) (id int64, added bool, err error) {
	res, err := t.exec(`INSERT INTO mails (account, identity, raw, received) VALUES (?,?,?,?)
		ON CONFLICT (account, identity) DO NOTHING`, m.Account, m.Identity, m.Raw, millis(m.Received))
	if err != nil {
		return 0, false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return 0, false, err
	}
	id, err = res.LastInsertId()
	return id, true, err
}

// Mail returns the mail with id.
func (t *Tx) Mail(id int64) (m Mail, found bool, err error) {
	var received int64
	found, err = t.one([]any{&m.ID, &m.Account, &m.Identity, &m.Raw, &received, &m.Decision},
		`SELECT id, account, identity, raw, received, decision FROM mails WHERE id = ?`, id)
	m.Received = fromMillis(received)
	return m, found, err
}

// Judged records what a mail was and forgets its bytes: people's mail is not ours to keep.
func (t *Tx) Judged(id int64, decision string) error {
	_, err := t.exec(`UPDATE mails SET decision = ?, raw = NULL WHERE id = ?`, decision, id)
	return err
}

// Cursor is how far a folder is read (RFC 9051, section 2.3.1.1).
type Cursor struct {
	UIDValidity, Next uint32
}

// Cursor returns how far a folder of an account's inbox is read; zero: not at all.
func (t *Tx) Cursor(account, folder string) (c Cursor, err error) {
	_, err = t.one([]any{&c.UIDValidity, &c.Next},
		`SELECT uidvalidity, next FROM cursors WHERE account = ? AND folder = ?`, account, folder)
	return c, err
}

// SetCursor records how far a folder is read.
func (t *Tx) SetCursor(account, folder string, c Cursor) error {
	_, err := t.exec(`INSERT INTO cursors (account, folder, uidvalidity, next) VALUES (?,?,?,?)
		ON CONFLICT (account, folder) DO UPDATE SET uidvalidity=excluded.uidvalidity, next=excluded.next`,
		account, folder, c.UIDValidity, c.Next)
	return err
}
