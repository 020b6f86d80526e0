package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// scan measures the first look at a mailbox in which every message is fresh, the worst case, and a
// restart with a ledger.
func scan(ctx context.Context, messages int) error {
	ca, err := testworld.NewCA()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "inbox")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// Dovecot's folder is made where temporary files go; here it is known, and its users can reach it.
	if err := errors.Join(os.Chmod(dir, 0o755), os.Setenv("TMPDIR", dir)); err != nil {
		return err
	}
	d, err := testworld.StartDovecot(ctx, ca, dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Deliver(ctx, "INBOX", mail(0)); err != nil { // makes the folder, and shows whose it is
		return err
	}
	like, err := delivered(dir)
	if err != nil {
		return err
	}
	maildir := filepath.Dir(filepath.Dir(like))
	if err := fill(maildir, like, messages); err != nil {
		return err
	}
	fmt.Printf("%d messages of 1 KB, all of today, %d of them candidates; Dovecot, TLS\n", messages, messages/5000)
	s := serverOf(ca, d.Addr(), d.User(), d.Password())
	l := &ledger{}
	// The server indexes a maildir when it is opened first, whoever asks: that is not the watcher's time.
	began := time.Now()
	if _, err := imapwatch.Probe(ctx, s); err != nil {
		return err
	}
	fmt.Printf("  Dovecot's own first look at the maildir:     %8.2f s\n", time.Since(began).Seconds())
	for _, step := range []struct {
		what   string
		ledger *ledger
		first  bool
	}{
		{"first scan, the server has no header cached", l, true},
		{"restart, nothing new", l, false},
		{"first scan, headers cached as by any client", &ledger{}, true},
	} {
		took, heads, err := look(ctx, s, step.ledger, messages/5000, step.first)
		if err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		fmt.Printf("  %-46s %8.2f s, %d headers looked at\n", step.what+":", took.Seconds(), heads)
	}
	return nil
}

// delivered finds the one message that lies in a maildir below dir.
func delivered(dir string) (path string, err error) {
	err = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && (filepath.Base(filepath.Dir(p)) == "new" || filepath.Base(filepath.Dir(p)) == "cur") {
			path = p
		}
		return nil
	})
	if path == "" {
		err = fmt.Errorf("where is the maildir? not in %s", dir)
	}
	return path, err
}

// look runs a watcher until it has handed on all candidates and watches.
func look(ctx context.Context, s imapwatch.Server, l *ledger, want int, first bool) (time.Duration, int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var heads, handled atomic.Int64
	w := imapwatch.New(imapwatch.Options{
		Server: s, Lookback: 5 * 24 * time.Hour, Ledger: l, Keywords: []string{"instagram", "facebook", "meta"},
		Candidate: func(h []byte) bool {
			heads.Add(1)
			return isCandidate(h)
		},
		Handle: func(context.Context, imapwatch.Message) error { handled.Add(1); return nil },
	})
	began := time.Now()
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	err := until(ctx, 5*time.Minute, func() bool {
		return w.Status()[0].State == imapwatch.StateWatching && (!first || handled.Load() >= int64(want))
	})
	took := time.Since(began)
	cancel()
	<-done
	return took, heads.Load(), err
}

func isCandidate(h []byte) bool { return candidateLine.Match(h) }
