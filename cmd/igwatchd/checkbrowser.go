package main

import (
	"context"
	"os"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
)

// browser looks whether Chromium could be used for an account whose owner has logged in. It does not reach the
// network: whether Instagram still knows the log-in shows when it is needed.
func (c *checker) browser(ctx context.Context, cfg *config.Config, a config.Account) {
	const what = "browser"
	if p := a.Password; p != nil {
		if _, err := p.Read(ctx); err != nil {
			c.bad("password", fault.WithHint(err, "it is named in account.instagram_password_…"))
		}
	}
	o := daemon.Browser(cfg, a.Username)
	if _, err := os.Stat(o.Profile); os.IsNotExist(err) {
		c.good(what, "not used for "+a.Username+": you press Download yourself (or once: igwatchd login)")
		return
	}
	o.Dial, o.Test = nil, browserTest
	if err := browser.Available(ctx, o); err != nil {
		c.bad(what, err)
		return
	}
	c.good(what, "Chromium starts; it has a log-in for "+a.Username)
}
