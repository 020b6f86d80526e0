package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
	"github.com/igwatchd/igwatchd/internal/words"
)

// lowSpace is how little room calls for a word: exports of 30 GB are known.
const lowSpace = 40e9

func checkCommand(ctx context.Context, s streams, args []string) error {
	fs := newFlags("check", s)
	path := configFlag(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	c := &checker{s: s}
	c.good("configuration", cfg.Path)
	c.folder("state_dir", cfg.StateDir)
	c.folder("archive_dir", cfg.ArchiveDir)
	for _, dir := range cfg.Fetch.DropDirs {
		c.readable("drop folder", dir)
	}
	if f := cfg.Fetch.CookiesFile; f != "" {
		c.readable("cookies", f)
	}
	for _, a := range cfg.Accounts {
		c.inbox(ctx, a.Inbox)
	}
	c.dns(ctx, cfg)
	for _, r := range cfg.Replicas {
		c.replica(ctx, r)
	}
	for _, a := range cfg.Accounts {
		c.browser(ctx, cfg, a)
	}
	c.recovery(cfg.Recovery)
	c.pictures()
	c.page(ctx, cfg)
	c.channels(ctx, cfg.Notify)
	if c.failed > 0 {
		_, _ = fmt.Fprintf(s.out, "\n%d of %d checks failed. Nothing was changed.\n", c.failed, c.total)
		return exitCode(exitFailed)
	}
	_, _ = fmt.Fprintf(s.out, "\nAll %d checks passed. Nothing was changed.\n", c.total)
	return nil
}

// checker prints one line for each thing it looked at.
type checker struct {
	s             streams
	total, failed int
}

func (c *checker) good(what, detail string) {
	c.total++
	_, _ = fmt.Fprintf(c.s.out, "ok    %-14s %s\n", what, detail)
}

func (c *checker) bad(what string, err error) {
	c.total++
	c.failed++
	_, _ = fmt.Fprintf(c.s.out, "FAIL  %-14s %v\n", what, err)
	if hint := fault.HintOf(err); hint != "" {
		_, _ = fmt.Fprintf(c.s.out, "      hint: %s\n", hint)
	}
}

// folder looks whether a folder that igwatchd writes to can be made or written,
// and how much room it has. A missing one is fine if its parent can hold it.
func (c *checker) folder(what, dir string) {
	at := dir
	for {
		info, err := os.Stat(at)
		if err == nil {
			if !info.IsDir() {
				c.bad(what, fault.Permanent(fmt.Errorf("%s is a file, not a folder", at), "choose another folder"))
				return
			}
			break
		}
		if !os.IsNotExist(err) && !errors.Is(err, syscall.ENOTDIR) || at == filepath.Dir(at) {
			c.bad(what, err)
			return
		}
		at = filepath.Dir(at)
	}
	if err := writable(at); err != nil {
		c.bad(what, fault.Permanent(fmt.Errorf("%s cannot be written: %w", at, err),
			"run check as the user that igwatchd runs as: sudo -u igwatchd igwatchd check"))
		return
	}
	free, err := durable.Free(at)
	if err != nil {
		c.bad(what, err)
		return
	}
	note := ""
	if what == "archive_dir" && free < lowSpace {
		note = ": a large export may not fit"
	}
	c.good(what, fmt.Sprintf("%s, %s free%s", dir, words.Size(int64(min(free, 1<<62))), note))
}

func (c *checker) readable(what, path string) {
	f, err := os.Open(path)
	if err != nil {
		c.bad(what, fault.WithHint(err, "it must be there, and igwatchd's user must be able to read it"))
		return
	}
	_ = f.Close()
	c.good(what, path)
}

func (c *checker) inbox(ctx context.Context, in config.Inbox) {
	what := "inbox"
	if in.Host == "" {
		host, port, err := daemon.FindHost(ctx, in.Address)
		if err != nil {
			c.bad(what, err)
			return
		}
		in.Host, in.Port = host, port
	}
	server, err := daemon.Server(in)
	if err != nil {
		c.bad(what, err)
		return
	}
	r, err := imapwatch.Probe(ctx, server)
	if err != nil {
		c.bad(what, fmt.Errorf("%s: %w", in.Address, err))
		return
	}
	how := "new mail is noticed at once"
	if !r.Idle {
		how = "new mail is noticed within a minute"
	}
	c.good(what, fmt.Sprintf("%s at %s:%d; %s", in.Address, in.Host, in.Port, how))
	c.provider(in)
}

// replica looks whether a place for copies can be reached. It reads from it only.
func (c *checker) replica(ctx context.Context, r config.Replica) {
	const what = "replica"
	replica, err := daemon.OpenReplica(r, forgetful{})
	if err == nil {
		err = replica.Ready(ctx)
	}
	if err == nil && r.Dir != "" {
		if werr := writable(r.Dir); werr != nil {
			err = fault.Permanent(fmt.Errorf("%s cannot be written: %w", r.Dir, werr), "give it to the user that igwatchd runs as: sudo chown igwatchd: "+r.Dir)
		}
	}
	if err != nil {
		c.bad(what, err)
		return
	}
	note := r.Name()
	if len(r.Recipients) > 0 {
		note += ", encrypted"
	}
	c.good(what, note)
}

// forgetful keeps nothing: a check makes no copies.
type forgetful struct{}

func (forgetful) Checkpoint(context.Context, string) ([]byte, bool, error) { return nil, false, nil }
func (forgetful) SaveCheckpoint(context.Context, string, []byte) error     { return nil }

// dns looks whether keys can be asked for at all. Which answer comes says nothing
// about it: "there is none" is an answer.
func (c *checker) dns(ctx context.Context, cfg *config.Config) {
	resolver := exportmail.NewResolver(cfg.Mail.Resolver)
	for _, domain := range cfg.Mail.FromDomains {
		_, err := resolver.LookupTXT(ctx, "_dmarc."+domain)
		if d, ok := errors.AsType[*net.DNSError](err); ok && d.IsNotFound {
			err = nil
		}
		if err != nil {
			c.bad("dns", fault.WithHint(err, "DKIM keys are asked of DNS; see mail.resolver"))
			return
		}
	}
	c.good("dns", "DKIM keys can be asked for")
}
