package imapwatch

import (
	"context"
	"log/slog"
)

// ProbeResult is what Probe found.
type ProbeResult struct {
	Idle    bool     // the server tells of new mail by itself (RFC 2177)
	Special []string // the folders that are watched besides INBOX without being named
}

// Probe connects, logs in, opens INBOX and lists the folders, as a Watcher would. It changes
// nothing. Its errors are of the kinds and with the hints that a Watcher reports.
func Probe(ctx context.Context, server Server) (ProbeResult, error) {
	return probe(ctx, server, (&address{}).dial, standard)
}

func probe(ctx context.Context, server Server, dial dialer, t timings) (ProbeResult, error) {
	if err := server.check(); err != nil {
		return ProbeResult{}, err
	}
	s, err := connect(ctx, server, dial, t, slog.New(slog.DiscardHandler))
	if err != nil {
		return ProbeResult{}, err
	}
	defer s.close()
	if _, err := s.examine(inbox); err != nil {
		return ProbeResult{}, err
	}
	all, err := s.list()
	if err != nil {
		return ProbeResult{}, err
	}
	return ProbeResult{Idle: s.canIdle(), Special: further(all)}, nil
}
