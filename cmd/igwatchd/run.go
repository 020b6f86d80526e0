package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	sysnotify "github.com/coreos/go-systemd/v22/daemon"
	"github.com/kardianos/service"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/web"
)

// stopWithin is how long the daemon may take to stop before the process ends anyway. Only tests change it.
var stopWithin = 4 * time.Second

func runCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("run", s)
	path := configFlag(fs)
	verbose := fs.Bool("verbose", false, "log more")
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return &usageError{"run: takes no arguments"}
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	log := newLogger(s, level)
	logConfig(log, cfg)
	d, j, err := openDaemon(ctx, cfg, log)
	if err != nil && ctx.Err() != nil && fault.KindOf(err) != fault.ConfigurationKind {
		log.Info("stopped while starting") // as somebody wanted: no failure
		return nil
	}
	if err != nil {
		return err
	}
	defer j.Close() //nolint:errcheck // every commit is on the device already
	if err := addPage(d, cfg, log); err != nil {
		return err
	}
	w := &worker{daemon: d, ctx: ctx, log: log}
	svc, err := service.New(w, &service.Config{Name: "igwatchd"})
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	w.wait = func() error { // until the worker ends, or somebody wants it to
		select {
		case <-w.done:
		case <-w.ctx.Done():
		}
		return nil
	}
	if service.Platform() == "windows-service" && !service.Interactive() {
		if err := svc.Run(); err != nil {
			return fmt.Errorf("run: %w", err)
		}
		return w.err
	}
	_ = w.Start(svc)
	_ = w.wait()
	return w.Stop(svc)
}

// addPage makes the daemon serve the page, unless it is switched off.
func addPage(d *daemon.Daemon, cfg *config.Config, log *slog.Logger) error {
	if cfg.Web.Listen == "" {
		return nil
	}
	page, err := web.New(web.Options{
		Listen: cfg.Web.Listen, Exports: d, HandOver: d, Drops: cfg.Fetch.DropDirs, Looker: d, Shelf: d,
		Thumbs: filepath.Join(cfg.StateDir, "thumbnails"), Log: log.With("component", "page"),
	})
	if err != nil {
		return err
	}
	d.Page(page.Address)
	d.Also("page", page.Serve)
	return nil
}

// worker is the daemon as the service library sees it: Start must not block,
// Stop must not take long.
type worker struct {
	daemon *daemon.Daemon
	ctx    context.Context //nolint:containedctx // the library's interface has none
	log    *slog.Logger
	wait   func() error
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

var _ service.Interface = (*worker)(nil)

func (w *worker) Start(service.Service) error {
	ctx, cancel := context.WithCancel(w.ctx)
	w.ctx, w.cancel, w.done = ctx, cancel, make(chan struct{})
	go func() {
		defer close(w.done)
		w.err = w.daemon.Run(ctx, w.ready, w.alive)
		if w.err != nil && !service.Interactive() && service.Platform() == "windows-service" {
			w.log.Error("stopped", "error", w.err)
			os.Exit(exitFailed) // the service manager would show a dead worker as running
		}
	}()
	return nil
}

func (w *worker) Stop(service.Service) error {
	w.cancel()
	_, _ = sysnotify.SdNotify(false, sysnotify.SdNotifyStopping)
	select {
	case <-w.done:
		if w.err != nil {
			return fmt.Errorf("run: %w", w.err)
		}
		return nil
	case <-time.After(stopWithin):
		// Everything is on disk: what was cut short goes on after the next start.
		return errors.New("run: stopped before all connections were closed")
	}
}

// ready tells systemd that the service is up. Without systemd it does nothing.
func (w *worker) ready() { _, _ = sysnotify.SdNotify(false, sysnotify.SdNotifyReady) }

// alive feeds systemd's watchdog. It is called from the loop that runs the steps,
// so that a loop that hangs is noticed and the service started anew.
func (w *worker) alive() { _, _ = sysnotify.SdNotify(false, sysnotify.SdNotifyWatchdog) }

// loadConfig finds and reads the configuration.
func loadConfig(named string) (*config.Config, error) {
	path, err := config.Find(named)
	if err != nil {
		return nil, err
	}
	return config.Load(path)
}

// openDaemon opens the journal and prepares the stations. The caller closes the journal.
func openDaemon(ctx context.Context, cfg *config.Config, log *slog.Logger) (*daemon.Daemon, *journal.Journal, error) {
	if err := durable.MkdirAll(cfg.StateDir, 0o700); err != nil {
		return nil, nil, fault.WithHint(fmt.Errorf("open state folder: %w", err), "state_dir must be a folder that igwatchd's user may write to")
	}
	j, err := journal.Open(ctx, cfg.StateDir)
	if err != nil {
		return nil, nil, err
	}
	d, err := daemon.New(daemon.Options{Config: cfg, Journal: j, Log: log, Version: version(), Stage: newStage, Browser: browserTest})
	if err != nil {
		_ = j.Close()
		return nil, nil, err
	}
	return d, j, nil
}

// newLogger writes to standard error; systemd's journal adds the time itself.
func newLogger(s streams, level slog.Level) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level}
	if os.Getenv("JOURNAL_STREAM") != "" {
		opts.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(s.err, opts))
}

// logConfig says in human words what is in force; secrets show only where they are.
func logConfig(log *slog.Logger, cfg *config.Config) {
	log.Info("configuration", "file", cfg.Path, "state_dir", cfg.StateDir, "archive_dir", cfg.ArchiveDir,
		"drop_dirs", cfg.Fetch.DropDirs, "cookies", cfg.Fetch.CookiesFile != "", "replicas", len(cfg.Replicas))
	for _, a := range cfg.Accounts {
		in := a.Inbox
		log.Info("account", "username", a.Username, "inbox", in.Address, "host", in.Host, "port", in.Port,
			"security", in.Security, "login", in.Login())
	}
	for _, r := range cfg.Replicas {
		log.Info("replica", "place", r.Name(), "encrypted", len(r.Recipients) > 0)
	}
}
