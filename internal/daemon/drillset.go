package daemon

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// drillAccount is whose export it is.
const drillAccount = "igwatchd.drill"

// Stage is what a drill happens among instead of the world: a name server that knows
// its sender's key, and a site that offers its archive. It lives on this machine.
type Stage struct {
	Mail  config.Mail  // who is believed, and by which name server
	Fetch config.Fetch // where the archive may come from
	Path  string       // of the archive that is offered
	// Announce makes the mail, from an address at DrillDomain and with that Message-ID.
	Announce func(to, messageID string) ([]byte, error)
	Close    func() error
}

// drillSet is a stage with a daemon of its own, which watches nothing and tells nobody.
type drillSet struct {
	*Stage
	journal *journal.Journal
	daemon  *Daemon
	sum     string // of the archive
	end     func()
}

// openSet puts the set up in folders of its own.
func (d *Daemon) openSet(ctx context.Context, id string) (set *drillSet, err error) {
	set = &drillSet{end: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("prepare the drill: %w", err), set.close())
		}
	}()
	dirs := d.drillDirs(id)
	state, archive := dirs[0], dirs[1]
	for _, dir := range dirs {
		if err := durable.MkdirAll(dir, 0o700); err != nil {
			return set, err
		}
	}
	if set.Stage, err = d.stage(ctx, filepath.Join(state, "stage"), drillAccount); err != nil {
		return set, err
	}
	if set.sum, _, err = durable.SHA256(ctx, set.Path); err != nil {
		return set, err
	}
	if set.journal, err = journal.Open(ctx, state); err != nil {
		return set, err
	}
	cfg := &config.Config{
		StateDir: state, ArchiveDir: archive, Mail: set.Mail, Fetch: set.Fetch,
		Accounts: []config.Account{{Username: drillAccount}},
	}
	if set.daemon, err = New(Options{Config: cfg, Journal: set.journal, Log: d.log.With("drill", id), Version: d.version}); err != nil {
		return set, err
	}
	set.daemon.mailboxes = nil // the mail is brought to it
	return set, nil
}

// run lets the stations work on the mail as the watch has brought it, and looks at what comes out.
func (set *drillSet) run(ctx context.Context, msg imapwatch.Message, did func(what, format string, args ...any)) error {
	ctx, cancel := context.WithTimeout(ctx, storedWithin)
	var steps sync.WaitGroup
	steps.Go(func() {
		if err := set.daemon.newScheduler().run(ctx); err != nil {
			set.daemon.log.Error("the steps of a drill ended", "error", err)
		}
	})
	set.end = func() {
		cancel()
		steps.Wait()
	}
	if err := set.daemon.takeMail(ctx, drillAccount, msg); err != nil {
		return err
	}
	e, err := set.settled(ctx)
	if err != nil {
		return err
	}
	p := e.Parts[0]
	if len(e.Parts) != 1 || p.SHA256 != set.sum {
		return fault.Permanent(errors.New("the archive that was stored is not the one that was offered"), "")
	}
	did("archive", "its signature was checked, its link followed, and %.1f MB came over TLS, every byte as it was sent", float64(p.Size)/1e6)
	if len(e.Copies) != 1 || e.Copies[0].State != "proven" {
		return fault.Permanent(errors.New("the archive was stored, and could not be read back"), "is the disk in order?")
	}
	if open := e.Open(inspect.Error); len(open) > 0 {
		return fault.Permanent(fmt.Errorf("the verdict on a sound archive was %q: %s", e.Verdict, open[0].Text), "")
	}
	did("verdict", "every file in it was read, it was stored and read back from the disk of archive_dir; the verdict: %s", e.Verdict)
	return nil
}

// settled waits for the verdict.
func (set *drillSet) settled(ctx context.Context) (Export, error) {
	for {
		var st Status
		if err := st.read(ctx, set.daemon.cfg, set.journal); err != nil && ctx.Err() == nil {
			return Export{}, err
		}
		list := st.Exports
		if len(list) > 0 {
			switch e := list[0]; e.State {
			case "done":
				return e, nil
			case "failed", "waiting-for-you":
				return e, fault.Permanent(fmt.Errorf("the made-up export went wrong: %s", e.Sentence()), "")
			}
		}
		if !rest(ctx, 20*time.Millisecond) {
			state := "its mail was not recognised"
			if len(list) > 0 {
				state = list[0].Sentence()
			}
			return Export{}, fault.Temporary(fmt.Errorf("the made-up export was not stored in time (%s): %w", state, context.Cause(ctx)), "the log says why")
		}
	}
}

// close ends everything that runs. The folders stay.
func (set *drillSet) close() error {
	set.end()
	var errs []error
	if set.journal != nil {
		errs = append(errs, set.journal.Close())
	}
	if set.Stage != nil {
		errs = append(errs, set.Close())
	}
	return errors.Join(errs...)
}
