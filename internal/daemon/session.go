package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// sessions knows what is using a person's log-in at Instagram at the moment, so
// that it ends at once when they ask for the deletion of the account: any use of a
// log-in may call the deletion off.
type sessions struct {
	mu     sync.Mutex
	active map[string]map[*context.CancelCauseFunc]bool
}

// begin gives a context that ends with the account's session.
func (s *sessions) begin(ctx context.Context, account string) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active == nil {
		s.active = map[string]map[*context.CancelCauseFunc]bool{}
	}
	if s.active[account] == nil {
		s.active[account] = map[*context.CancelCauseFunc]bool{}
	}
	s.active[account][&cancel] = true
	return ctx, func() {
		s.mu.Lock()
		delete(s.active[account], &cancel)
		s.mu.Unlock()
		cancel(nil)
	}
}

// end stops what uses the account's session.
func (s *sessions) end(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for cancel := range s.active[account] {
		(*cancel)(browser.ErrStopped)
	}
}

// ended tells whether an account's session must not be used any more. Whoever
// cannot find out must not use it either.
func (d *Daemon) ended(ctx context.Context, account string) bool {
	ended := true
	err := d.journal.View(ctx, func(tx *journal.Tx) (err error) {
		if _, ended, err = tx.Deletion(account); err == nil && !ended {
			ended, err = tx.Doubt(account, time.Now().AddDate(0, 0, -deletionTakes))
		}
		return err
	})
	return err != nil || ended
}

// stoppedBy tells whether work ended because the session did.
func stoppedBy(ctx context.Context, err error) bool {
	return errors.Is(err, browser.ErrStopped) || err != nil && errors.Is(context.Cause(ctx), browser.ErrStopped)
}

// Browser is what an account's browser works with. It reaches the configuration's hosts and what their pages are
// made of, and addresses are checked as they are for transfers.
func Browser(cfg *config.Config, account string) browser.Options {
	fetcher := fetch.New(fetch.Options{AllowPrivate: cfg.Fetch.AllowPrivate})
	return browser.Options{
		Path: cfg.Browser.Program, Profile: filepath.Join(cfg.Browser.ProfileDir, account),
		LinkHosts: cfg.Fetch.LinkHosts, ByteHosts: cfg.Fetch.ByteHosts, Dial: fetcher.Dial,
	}
}

func (d *Daemon) browser(account string) browser.Options {
	o := Browser(d.cfg, account)
	o.Test = d.browserTest
	return o
}

// hasLogin tells whether the person has logged in with the account's browser.
func (d *Daemon) hasLogin(account string) bool {
	_, err := os.Stat(Browser(d.cfg, account).Profile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.log.Warn("the browser profile cannot be looked at", "account", account, "error", err)
	}
	return err == nil
}

// MayLogIn returns nil unless a log-in would do harm: it calls off a deletion that is under way.
func (d *Daemon) MayLogIn(ctx context.Context, account string) (name string, err error) {
	name, err = d.accountCalled("login", account)
	if err == nil && d.ended(ctx, name) {
		err = fault.Permanent(fmt.Errorf("login: the deletion of %s was asked for; logging in would call it off", name),
			"if that is what you want, or if nobody asked for it: igwatchd deleted --cancelled "+name)
	}
	return name, err
}

// ExportPage is where a log-in begins: Instagram's page of exports.
const ExportPage = exportPage

// Look opens the page of exports once, presses nothing, and returns what stands in the way of using the log-in.
// That nothing is offered there yet does not. prompts says that Instagram asks for the password again.
func Look(ctx context.Context, o browser.Options, account, page string) (prompts bool, err error) {
	all := func(int) bool { return true }
	_, err = browser.Take(ctx, o, browser.Order{URL: page, Account: account, Have: all}, nil)
	if w, ok := errors.AsType[*browser.Wall](err); ok {
		switch w.Kind {
		case browser.WallNone, browser.WallPreparing, browser.WallExpired, browser.WallAmbiguous:
			return false, nil
		case browser.WallPassword:
			return true, nil
		}
	}
	return false, err
}

// LoggedIn lets the exports of an account that wait for the person be tried again with the browser, and returns them.
func (d *Daemon) LoggedIn(ctx context.Context, account string) (ids []string, err error) {
	err = d.journal.Update(ctx, func(tx *journal.Tx) error {
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		now := time.Now()
		for _, e := range exports {
			wanted, err := lacking(tx, e)
			if err != nil {
				return err
			}
			if e.Account != account || e.Mail == nil || !now.Before(e.Deadline) || !wanted {
				continue
			}
			ids = append(ids, e.ID)
			if err := tx.Plan(journal.Step{Export: e.ID, Kind: stepBrowse, Due: now}); err != nil {
				return err
			}
		}
		return nil
	})
	return ids, err
}

// lacking tells whether the browser could still bring something of an export: it waits for its files, or only some
// of those that the page offered are here.
func lacking(tx *journal.Tx, e journal.Export) (bool, error) {
	a, err := announcementOf(e)
	if err != nil {
		return false, err
	}
	if a.Page != nil {
		return len(a.Page.Got) < a.Page.Parts, nil
	}
	parts, err := tx.Parts(e.ID)
	return len(parts) == 0 && e.State == "waiting-for-you", err
}
