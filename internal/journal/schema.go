package journal

import (
	"context"
	"fmt"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// migrations are run in order, once each; user_version counts them. A released
// one is never changed.
var migrations = []string{`
CREATE TABLE exports (
	id           TEXT PRIMARY KEY,
	account      TEXT NOT NULL,
	cause        TEXT NOT NULL UNIQUE,      -- what announced it, so that it is taken once
	route        TEXT NOT NULL,             -- mail | drop | import
	state        TEXT NOT NULL,
	detail       TEXT NOT NULL DEFAULT '',  -- one sentence beside the state
	verdict      TEXT NOT NULL DEFAULT '',
	reasons      BLOB NOT NULL DEFAULT '[]',
	announcement BLOB,                      -- with the links, which are secret
	mail         BLOB,                      -- as received, for the bag
	report       BLOB,
	path         TEXT NOT NULL DEFAULT '',
	announced_at INTEGER NOT NULL,
	deadline     INTEGER NOT NULL,
	created      INTEGER NOT NULL
) STRICT;
CREATE TABLE parts (
	export  TEXT NOT NULL REFERENCES exports(id),
	name    TEXT NOT NULL,
	size    INTEGER NOT NULL,
	sha256  TEXT NOT NULL,
	route   TEXT NOT NULL,
	origin  BLOB,                           -- hosts and certificates it came through
	PRIMARY KEY (export, name)
) STRICT;
CREATE TABLE copies (
	export TEXT NOT NULL REFERENCES exports(id),
	place  TEXT NOT NULL,                   -- archive, or a replica's name
	state  TEXT NOT NULL,                   -- proven | damaged
	digest TEXT NOT NULL,                   -- of the manifest that was read back
	at     INTEGER NOT NULL,
	PRIMARY KEY (export, place)
) STRICT;
CREATE TABLE answers (
	export TEXT NOT NULL REFERENCES exports(id),
	code   TEXT NOT NULL,
	at     INTEGER NOT NULL,
	PRIMARY KEY (export, code)
) STRICT;
CREATE TABLE steps (
	id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: a step that ended must not end another
	export   TEXT NOT NULL,
	kind     TEXT NOT NULL,
	arg      TEXT NOT NULL,
	due      INTEGER NOT NULL,
	tries    INTEGER NOT NULL DEFAULT 0,
	revision INTEGER NOT NULL DEFAULT 0,
	error    TEXT NOT NULL DEFAULT '',
	UNIQUE (export, kind, arg)
) STRICT;
CREATE INDEX steps_due ON steps (due);
CREATE TABLE mails (
	id       INTEGER PRIMARY KEY,
	account  TEXT NOT NULL,
	identity TEXT NOT NULL,                 -- Message-ID, else a digest
	raw      BLOB,                          -- NULL once it was judged
	received INTEGER NOT NULL,
	decision TEXT NOT NULL DEFAULT '',
	UNIQUE (account, identity)
) STRICT;
CREATE TABLE cursors (
	account     TEXT NOT NULL,
	folder      TEXT NOT NULL,
	uidvalidity INTEGER NOT NULL,
	next        INTEGER NOT NULL,
	PRIMARY KEY (account, folder)
) STRICT;
CREATE TABLE events (
	id      TEXT PRIMARY KEY,
	body    BLOB NOT NULL,
	created INTEGER NOT NULL
) STRICT;
CREATE TABLE checkpoints (
	key  TEXT PRIMARY KEY,
	body BLOB NOT NULL
) STRICT;
`, `
CREATE TABLE outages (
	account TEXT PRIMARY KEY,               -- whose inbox is out of reach, and was said to be
	since   INTEGER NOT NULL
) STRICT;
`, `
CREATE TABLE requests (
	account TEXT PRIMARY KEY,               -- who has asked Instagram for an export
	since   INTEGER NOT NULL                -- and when; gone once the export is announced
) STRICT;
`, `
CREATE TABLE deletions (
	account TEXT PRIMARY KEY,               -- who has asked Instagram to delete the account
	since   INTEGER NOT NULL
) STRICT;
`, `
CREATE TABLE doubts (
	account TEXT PRIMARY KEY,               -- about whose deletion a mail came that nobody has spoken of yet
	since   INTEGER NOT NULL
) STRICT;
`, `
CREATE TABLE comparisons (
	export  TEXT NOT NULL REFERENCES exports(id),
	earlier TEXT NOT NULL,                  -- another export of the account, made before it
	body    BLOB NOT NULL,                  -- what that one holds and this one does not
	PRIMARY KEY (export, earlier)
) STRICT;
`, `
CREATE TABLE acceptances (
	export TEXT PRIMARY KEY REFERENCES exports(id),
	digest TEXT NOT NULL,                   -- of the list of what Instagram itself left out
	total  INTEGER NOT NULL,                -- how many items it has, as the person typed
	at     INTEGER NOT NULL
) STRICT;
`, `
ALTER TABLE copies ADD COLUMN marks TEXT NOT NULL DEFAULT ''; -- names, sizes and times of its files when it was read back
`, `
ALTER TABLE parts ADD COLUMN superseded TEXT NOT NULL DEFAULT ''; -- the part that it is a damaged download of
`}

// migrate brings the file to this program's version, and refuses a newer file:
// an older program must not guess what a newer one meant.
func (j *Journal) migrate(ctx context.Context) error {
	return j.Update(ctx, func(t *Tx) error {
		var version int
		if _, err := t.one([]any{&version}, "PRAGMA user_version"); err != nil {
			return err
		}
		if version > len(migrations) {
			return fault.Configuration(fmt.Errorf("open journal: written by a newer igwatchd (version %d, this one knows %d)",
				version, len(migrations)), "install the newer igwatchd again")
		}
		for _, m := range migrations[version:] {
			if _, err := t.exec(m); err != nil {
				return err
			}
		}
		_, err := t.exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
		return err
	})
}
