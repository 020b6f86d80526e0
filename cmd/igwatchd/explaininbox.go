package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/imapwatch"
)

// fromInbox reads one message. Like check it does so over a connection of its own, also while the
// service runs; it ends before this function does.
func fromInbox(ctx context.Context, a config.Account, folder string, uid uint32) (explained, error) {
	in := a.Inbox
	if in.Host == "" {
		host, port, err := daemon.FindHost(ctx, in.Address)
		if err != nil {
			return explained{}, fmt.Errorf("explain: %w", err)
		}
		in.Host, in.Port = host, port
	}
	server, err := daemon.Server(in)
	if err != nil {
		return explained{}, fmt.Errorf("explain: %w", err)
	}
	if strings.EqualFold(folder, "INBOX") { // its name alone is the same in any case (RFC 3501, section 5.1)
		folder = "INBOX"
	}
	m, err := imapwatch.Read(ctx, server, folder, uid)
	if err != nil {
		return explained{}, fmt.Errorf("explain: %s: %w", in.Address, err)
	}
	raw := m.Raw
	if m.Truncated {
		raw = append(raw, '\n') // one byte more than is looked at, so that the judgement knows
	}
	return explained{
		raw: raw, received: m.Received, truncated: m.Truncated,
		account: a.Username, folder: folder, validity: m.UIDValidity, uid: uid,
	}, nil
}
