// Package journal keeps what has happened to each export, how far each mailbox
// is read, what has to be done next, and which news were told to whom.
//
// It is one SQLite file (WAL, synchronous=FULL: with NORMAL, acknowledged
// commits were lost in power-cut tests, with FULL none). A step is recorded in
// the transaction that records its cause, and its outcome in one transaction
// again, so that after a crash at any point the work goes on where it was.
package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver, without cgo

	"github.com/igwatchd/igwatchd/internal/fault"
)

// ErrLocked says that another igwatchd owns the journal.
var ErrLocked = errors.New("another igwatchd is running with this state_dir")

// Journal is the open file. One process at a time may write to it.
type Journal struct {
	db      *sql.DB
	lock    *os.File
	changed chan struct{}
}

const fileName = "journal.sqlite"

// Open opens or creates the journal in dir and takes its lock, or returns ErrLocked.
func Open(ctx context.Context, dir string) (*Journal, error) {
	lock, err := takeLock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	j, err := open(ctx, filepath.Join(dir, fileName), url.Values{
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)"},
		"_txlock": {"immediate"},
	})
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	j.lock = lock
	if err := j.migrate(ctx); err != nil {
		_ = j.Close()
		return nil, err
	}
	return j, nil
}

// OpenReadOnly opens the journal for looking only, whoever owns it. A journal
// that was never written is fs.ErrNotExist.
func OpenReadOnly(ctx context.Context, dir string) (*Journal, error) {
	path := filepath.Join(dir, fileName)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return open(ctx, path, url.Values{
		"mode":    {"ro"},
		"_pragma": {"busy_timeout(10000)", "query_only(1)"},
	})
}

func open(ctx context.Context, path string, params url.Values) (*Journal, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		// SQLite would make it readable for the group; it holds link tokens.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("create journal: %w", err)
		}
		if err := f.Close(); err != nil {
			return nil, fmt.Errorf("create journal: %w", err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+params.Encode())
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	db.SetMaxOpenConns(1) // writers would only wait for one another
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open journal %s: %w", path, err)
	}
	return &Journal{db: db, changed: make(chan struct{}, 1)}, nil
}

// Close closes the file and gives the lock back.
func (j *Journal) Close() error {
	err := j.db.Close()
	if j.lock != nil {
		err = errors.Join(err, j.lock.Close())
	}
	return err
}

// Changed delivers a wake-up after steps were planned. It never blocks a writer;
// several changes may be one wake-up.
func (j *Journal) Changed() <-chan struct{} { return j.changed }

// Tx is one transaction. It must not be used after the function it was given to returned.
type Tx struct {
	tx      *sql.Tx
	ctx     context.Context //nolint:containedctx // a Tx lives inside one call of Update or View
	planned bool
}

// Update runs f in a transaction that is on the device when Update returns nil.
// When f fails nothing of it is kept.
func (j *Journal) Update(ctx context.Context, f func(*Tx) error) error {
	planned, err := j.run(ctx, f)
	if err != nil {
		return err
	}
	if planned {
		select {
		case j.changed <- struct{}{}:
		default:
		}
	}
	return nil
}

// View runs f in a transaction whose changes are thrown away.
func (j *Journal) View(ctx context.Context, f func(*Tx) error) error {
	tx, err := j.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return f(&Tx{tx: tx, ctx: ctx})
}

func (j *Journal) run(ctx context.Context, f func(*Tx) error) (planned bool, err error) {
	sqlTx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return false, fmt.Errorf("write journal: %w", err)
	}
	defer func() {
		if err != nil {
			_ = sqlTx.Rollback()
		}
	}()
	tx := &Tx{tx: sqlTx, ctx: ctx}
	if err := f(tx); err != nil {
		return false, err
	}
	if err := sqlTx.Commit(); err != nil {
		return false, fmt.Errorf("write journal: %w", err)
	}
	return tx.planned, nil
}

func (t *Tx) exec(query string, args ...any) (sql.Result, error) {
	res, err := t.tx.ExecContext(t.ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("write journal: %w", err)
	}
	return res, nil
}

// one scans a single row; found is false when there is none.
func (t *Tx) one(dest []any, query string, args ...any) (found bool, err error) {
	err = t.tx.QueryRowContext(t.ctx, query, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read journal: %w", err)
	}
	return true, nil
}

// all calls scan once for each row.
func (t *Tx) all(scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := t.tx.QueryContext(t.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	return nil
}

// Times are stored as milliseconds since 1970, the zero time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, fault.Temporary(fmt.Errorf("open journal: %s: %w", filepath.Dir(path), ErrLocked),
			"see what it does with: igwatchd status")
	}
	return f, nil
}
