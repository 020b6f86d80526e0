// Package daemon moves exports from station to station: inbox, exportmail,
// fetch, inspect, vault, verdict, notify. It owns every goroutine of the service
// and knows no protocol. What has to be done stands in the journal as steps;
// each may run twice, with the same result.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
)

// Options is what a Daemon works with. All fields but those for tests must be set.
type Options struct {
	Config  *config.Config
	Journal *journal.Journal
	Log     *slog.Logger
	Version string

	Stage   func(ctx context.Context, dir, account string) (*Stage, error) // sets up what a drill needs; nil: no drills
	Browser browser.Test                                                   // for tests; the zero value otherwise
}

// Daemon is the service.
type Daemon struct {
	cfg       *config.Config
	journal   *journal.Journal
	vault     *vault.Vault
	places    []place // where every export must be kept; the archive folder first
	holds     holds
	log       *slog.Logger
	version   string
	started   time.Time
	resolver  exportmail.TXTResolver
	fetcher   *fetch.Fetcher
	mailboxes []*mailbox
	channels  []channel
	transfers transfers
	seen      sync.Map // durable.Seen by seenKey: what was read back while it came
	turns     turns
	news      news // what people are told, in their language
	sessions  sessions
	uploads   turns
	offers    sync.Mutex // one offered file at a time
	alarms    alarms
	also      []part
	running   atomic.Bool
	stage     func(ctx context.Context, dir, account string) (*Stage, error)
	drilling  sync.Mutex // one drill at a time
	drill     atomic.Pointer[drill]
	page      func(path string) string // the address of a page that lets one browser in; nil: there is no page

	browserTest browser.Test
}

// part is something that runs as long as the daemon does.
type part struct {
	name string
	run  func(context.Context) error
}

// Also makes Run run one more part, under the same rules: if it fails everything ends.
func (d *Daemon) Also(name string, run func(context.Context) error) {
	d.also = append(d.also, part{name, run})
}

// New prepares the stations. It opens the archive folder and reads certificate
// files, so that a wrong configuration shows before anything runs.
func New(o Options) (*Daemon, error) {
	v, err := vault.Open(o.Config.ArchiveDir)
	if err != nil {
		return nil, err
	}
	d := &Daemon{
		cfg: o.Config, journal: o.Journal, vault: v, log: o.Log, version: o.Version,
		browserTest: o.Browser, stage: o.Stage, news: newsIn(o.Config.Notify.Language),
		started: time.Now(), resolver: exportmail.NewResolver(o.Config.Mail.Resolver),
	}
	if d.places, err = openPlaces(o.Config, v, o.Journal); err != nil {
		return nil, err
	}
	roots, err := loadRoots(o.Config.Fetch.CAFile)
	if err != nil {
		return nil, err
	}
	d.fetcher = fetch.New(fetch.Options{
		LinkHosts: o.Config.Fetch.LinkHosts, ByteHosts: o.Config.Fetch.ByteHosts,
		AllowPrivate: o.Config.Fetch.AllowPrivate, RootCAs: roots,
		CookiesFile: o.Config.Fetch.CookiesFile, Scratch: o.Config.StateDir, Log: o.Log.With("component", "fetch"),
	})
	for _, a := range o.Config.Accounts {
		m, err := d.newMailbox(a)
		if err != nil {
			return nil, err
		}
		d.mailboxes = append(d.mailboxes, m)
	}
	d.channels = d.newChannels()
	return d, nil
}

// Page tells the daemon how to make an address of the page, for who asks on the control socket.
func (d *Daemon) Page(address func(path string) string) { d.page = address }

// apart is the time between the first logins to two inboxes: thousands at once would look like an attack.
const apart = 5 * time.Millisecond

// rest waits for d, and tells whether ctx lives.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// pulse is how often the daemon looks at itself when nothing happens. It is all
// that an idle daemon does besides keeping its connections.
const pulse = 30 * time.Second

// Run works until ctx ends or a part of the daemon fails that must not.
// ready is called once everything runs, alive at each proof of progress.
func (d *Daemon) Run(ctx context.Context, ready, alive func()) error {
	d.running.Store(true)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	// own runs one part; if it ends with an error everything ends.
	own := func(name string, f func(context.Context) error) {
		wg.Go(func() {
			err := f(ctx)
			if err == nil && ctx.Err() == nil {
				err = errors.New("ended by itself")
			}
			if err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	control, err := d.listenControl(ctx)
	if err == nil {
		err = errors.Join(d.cleanAll(ctx), d.catchUp(ctx))
	}
	if err != nil && ctx.Err() != nil && fault.KindOf(err) != fault.ConfigurationKind {
		d.log.Info("stopped while starting") // as somebody wanted: no failure
		return nil
	}
	if err != nil {
		return err
	}
	s := d.newScheduler()
	s.alive = alive
	own("steps", s.run)
	own("control socket", control.serve)
	for i, m := range d.mailboxes {
		own("inbox of "+m.account.Username, func(ctx context.Context) error {
			if !rest(ctx, time.Duration(i)*apart) {
				return nil
			}
			return m.run(ctx)
		})
	}
	if len(d.cfg.Fetch.DropDirs) > 0 {
		own("drop folders", d.watchDrops)
	}
	own("health", d.newHealth().watch)
	for _, p := range d.also {
		own(p.name, p.run)
	}
	if len(d.channels) == 0 {
		d.log.Warn("nobody will be told: [notify] names no channel", "hint", "set notify.inbox = true")
	}
	d.log.Info("running", "version", d.version, "accounts", len(d.cfg.Accounts), "archive", d.cfg.ArchiveDir)
	ready()
	<-ctx.Done()
	wg.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	d.log.Info("stopped")
	return nil
}
