package daemon

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// lookback is how far the first scan of a folder reaches: the link lives four
// days, and server dates are days without zones.
const lookback = 5 * 24 * time.Hour

// keywords are what the server is asked to look for where a first scan would read
// thousands of headers: each mail of Instagram's, and each that pretends to be one,
// has one of them in its sender or subject.
var keywords = []string{"instagram", "facebook", "meta"}

// mailbox is one account's inbox and who watches it.
type mailbox struct {
	account config.Account
	options imapwatch.Options
	log     *slog.Logger
	since   time.Time

	mu      sync.Mutex // guards what run finds out
	server  imapwatch.Server
	watcher *imapwatch.Watcher
	trouble error // why there is no watcher yet
}

func (d *Daemon) newMailbox(a config.Account) (*mailbox, error) {
	m := &mailbox{account: a, since: d.started, log: d.log.With("component", "inbox", "account", a.Username)}
	server, err := Server(a.Inbox)
	if err != nil {
		return nil, err
	}
	m.server = server
	m.options = imapwatch.Options{
		Folders: a.Inbox.Folders, Lookback: lookback,
		Candidate: exportmail.Candidate, Keywords: keywords,
		Handle: func(ctx context.Context, msg imapwatch.Message) error { return d.takeMail(ctx, a.Username, msg) },
		SetAside: func(ctx context.Context, folder string, validity, uid uint32, cause error) {
			d.tellUnreadable(ctx, a, folder, validity, uid, cause)
		},
		Ledger: &ledger{d.journal, a.Username},
		Log:    m.log,
	}
	return m, nil
}

// run finds the server, if the configuration names none, and watches it.
func (m *mailbox) run(ctx context.Context) error {
	for tries := 0; m.server.Host == ""; tries++ {
		host, port, err := FindHost(ctx, m.account.Inbox.Address)
		if err == nil {
			m.mu.Lock()
			m.server.Host, m.server.Port = host, port
			m.mu.Unlock()
			break
		}
		m.mu.Lock()
		m.trouble = err
		m.mu.Unlock()
		m.log.Warn("mail server not found", "error", err, "hint", fault.HintOf(err))
		select {
		case <-time.After(backoff(tries)):
		case <-ctx.Done():
			return nil
		}
	}
	m.options.Server = m.server
	w := imapwatch.New(m.options)
	m.mu.Lock()
	m.watcher = w
	m.mu.Unlock()
	return w.Run(ctx)
}

// status is what the watcher says, or why there is none yet.
func (m *mailbox) status() []imapwatch.FolderStatus {
	m.mu.Lock()
	w, trouble := m.watcher, m.trouble
	m.mu.Unlock()
	if w != nil {
		return w.Status()
	}
	s := imapwatch.FolderStatus{Folder: "INBOX", State: "connecting", Since: m.since, Fault: trouble}
	if trouble != nil {
		s.Err = trouble.Error()
	}
	return []imapwatch.FolderStatus{s}
}

// reach returns how to reach the server now, for putting a mail into the inbox.
func (m *mailbox) reach() imapwatch.Server {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.server
}

// put puts a mail into the inbox: through the watcher's own connection, if there is one.
func (m *mailbox) put(ctx context.Context, id string, raw []byte) error {
	m.mu.Lock()
	w := m.watcher
	m.mu.Unlock()
	if w != nil {
		return w.Append(ctx, "INBOX", id, raw)
	}
	return imapwatch.Append(ctx, m.reach(), "INBOX", id, raw)
}

// remove takes a mail of ours out of the inbox again, in the same way.
func (m *mailbox) remove(ctx context.Context, id string) error {
	m.mu.Lock()
	w := m.watcher
	m.mu.Unlock()
	if w != nil {
		return w.Remove(ctx, "INBOX", id)
	}
	return imapwatch.Remove(ctx, m.reach(), "INBOX", id)
}

// tellUnreadable tells of a mail that the server does not give: it may be the one.
func (d *Daemon) tellUnreadable(ctx context.Context, a config.Account, folder string, validity, uid uint32, cause error) {
	n := d.news.unreadable(a.Username, a.Inbox.Address, folder, validity, uid, cause)
	if err := d.journal.Update(ctx, func(tx *journal.Tx) error { return d.announce(tx, n) }); err != nil && ctx.Err() == nil {
		d.log.Error("not told of a mail that cannot be read", "folder", folder, "uid", uid, "error", err)
	}
}

// takeMail records a message that may be the export mail, and the step that
// judges it. The same message in another folder is the same mail: all its bytes
// are compared, because its Message-ID is anybody's to choose, and a forged mail
// sent first must not make the genuine one look known.
func (d *Daemon) takeMail(ctx context.Context, account string, msg imapwatch.Message) error {
	sum := sha256.Sum256(msg.Raw)
	return d.journal.Update(ctx, func(tx *journal.Tx) error {
		id, own, err := d.ownMail(tx, msg.Raw)
		if own || err != nil {
			d.drill.Load().sees(account, id, msg)
			return err
		}
		n, added, err := tx.AddMail(journal.Mail{
			Account: account, Identity: hex.EncodeToString(sum[:]), Raw: msg.Raw, Received: receipt(msg.Received, time.Now()),
		})
		if err != nil || !added {
			return err
		}
		d.log.Info("a mail to look at", "account", account, "folder", msg.Folder, "uid", msg.UID)
		return tx.Plan(journal.Step{Kind: stepMail, Arg: strconv.FormatInt(n, 10), Due: time.Now()})
	})
}

// longestWait is how long a message may have been in the mailbox before it is taken; the watch looks no
// further back.
const longestWait = 8 * 24 * time.Hour

// receipt is when the mail server took a message, or now if it does not say so in a
// way that can be true.
func receipt(told, now time.Time) time.Time {
	if told.After(now) || told.Before(now.Add(-longestWait)) {
		return now
	}
	return told
}

// ownMail tells whether a mail carries the Message-ID of something that igwatchd
// itself put into the inbox: news, or a drill. Anyone who copies such an id is ignored, and that is all.
func (d *Daemon) ownMail(tx *journal.Tx, raw []byte) (id string, own bool, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return "", false, nil //nolint:nilerr // ours can be read
	}
	id = strings.Trim(m.Header.Get("Message-Id"), "<> ")
	event, _, ok := strings.Cut(id, ".igwatchd@")
	if !ok {
		return "", false, nil
	}
	_, own, err = tx.Event(event)
	return id, own, err
}
