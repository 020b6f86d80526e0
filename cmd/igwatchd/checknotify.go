package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/heif"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// channels looks at each way to tell the person, as far as that goes without telling them anything.
func (c *checker) channels(ctx context.Context, n config.Notify) {
	const what = "notify"
	further := 0
	one := func(err error, detail string) {
		if err != nil {
			c.bad(what, err)
			return
		}
		c.good(what, detail)
	}
	if n.Webhook != "" {
		further++
		one(notify.Reach(ctx, "notify.webhook", n.Webhook), "the webhook's receiver can be reached")
	}
	if len(n.Command) > 0 {
		further++
		one(notify.Runnable(n.Command), n.Command[0]+" can be run")
	}
	for i, u := range n.URLs {
		further++
		name, err := notify.Understood(i, u)
		one(err, "push service "+name+": its address is understood")
	}
	if n.HeartbeatURL != "" {
		one(notify.Reach(ctx, "notify.heartbeat_url", n.HeartbeatURL), "the heartbeat's receiver can be reached")
	}
	switch {
	case further > 0:
		c.note("whether all of them reach you, a drill shows: igwatchd drill")
	case !n.Inbox:
		c.bad(what, fault.Permanent(errors.New("no channel is configured: you would not hear of anything"), "set notify.inbox = true"))
	default:
		c.good(what, "by mails in the inbox itself")
		c.note("if just that mailbox fails, nothing can tell you. A second way is wise: a push service in notify.urls, or a webhook, a command, a heartbeat_url")
	}
}

// provider says what is known of a mail provider, and would otherwise only show when the mail has come.
func (c *checker) provider(in config.Inbox) {
	if why := config.ProviderOf(in.Address).DKIMOnly; why != "" && in.AuthservID == "" {
		c.note("at this mail provider, the export mail is recognised by its DKIM signature alone. " + why)
	}
}

// recovery looks for the program that makes recovery files.
func (c *checker) recovery(percent int) {
	if percent == 0 {
		return
	}
	path, err := exec.LookPath("par2")
	if err != nil {
		c.bad("recovery", fault.Configuration(errors.New("recovery_percent is set, and par2 is not installed"), "install it: apt install par2"))
		return
	}
	c.good("recovery", path)
}

// pictures says whether AVIF can be checked. It is a rare kind: without the program igwatchd asks about such pictures.
func (c *checker) pictures() {
	path, err := heif.Program()
	if err != nil {
		c.good("pictures", "all kinds but AVIF can be checked; for AVIF, and for small pictures of HEIC: apt install libheif-examples")
		return
	}
	c.good("pictures", "all kinds can be checked, AVIF with "+path)
}

// page looks whether the page's port is free, or held by igwatchd itself.
func (c *checker) page(ctx context.Context, cfg *config.Config) {
	if cfg.Web.Listen == "" {
		return
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", cfg.Web.Listen)
	if err == nil {
		_ = l.Close()
		c.good("page", cfg.Web.Listen+" is free")
		return
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		if _, serr := daemon.NewClient(cfg.StateDir).Status(ctx); !errors.Is(serr, daemon.ErrNotRunning) {
			c.good("page", cfg.Web.Listen+" is in use while igwatchd runs")
			return
		}
	}
	c.bad("page", fault.Permanent(fmt.Errorf("%s cannot be used: %w", cfg.Web.Listen, errors.Unwrap(err)), "choose another port in web.listen, or stop the other program"))
}

// note prints what is good to know and no fault.
func (c *checker) note(text string) {
	_, _ = fmt.Fprintf(c.s.out, "      note: %s\n", strings.ReplaceAll(text, "\n", " "))
}
