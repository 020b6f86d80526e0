package main

import (
	"context"
	"errors"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// newStage sets up what a drill happens among: the stand-ins of the demo, without its mailbox.
func newStage(ctx context.Context, dir, account string) (*daemon.Stage, error) {
	world, err := testworld.Start(ctx, dir, testworld.Options{NoMailbox: true})
	if err != nil {
		return nil, err
	}
	e := testworld.DemoExport(account)
	e.Pad, e.Side = 1<<20, 0
	paths, err := e.Write(dir)
	if err != nil {
		return nil, errors.Join(err, world.Close())
	}
	signer, err := testworld.NewSigner(daemon.DrillDomain, "drill")
	if err != nil {
		return nil, errors.Join(err, world.Close())
	}
	world.DNS.SetTXT(signer.TXT())
	link := world.Site.AddExport(paths...).MailLink()
	return &daemon.Stage{
		Mail: config.Mail{FromDomains: []string{daemon.DrillDomain}, Resolver: world.DNS.Addr()},
		Fetch: config.Fetch{
			LinkHosts: []string{world.Site.LinkHost()}, ByteHosts: []string{world.Site.ByteHost()},
			CAFile: world.CAFile(), CookiesFile: world.CookiesFile(), AllowPrivate: true,
		},
		Path: paths[0], Close: world.Close,
		Announce: func(to, messageID string) ([]byte, error) {
			raw, err := testworld.Mail{
				Kind: testworld.Ready2022, To: to, Links: []string{link}, MessageID: messageID,
				From:    `"igwatchd drill" <drill@` + daemon.DrillDomain + `>`,
				Subject: "igwatchd drill, only a test: Your Instagram Data",
				Note: "This mail is a drill of igwatchd, made on your own computer. It does not come from Instagram. " +
					"igwatchd removes it by itself; if it is still here after an hour, delete it.",
			}.Bytes()
			if err != nil {
				return nil, err
			}
			return signer.Sign(raw)
		},
	}, nil
}
