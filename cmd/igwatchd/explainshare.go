package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// share writes a copy of the mail that can be shown to others.
func (e explaining) share(s streams, cfg *config.Config, m explained, rules exportmail.Rules) error {
	own := exportmail.Own{Hide: e.hide}
	for _, a := range cfg.Accounts {
		own.Names = append(own.Names, a.Username, a.Inbox.Address, a.Inbox.User)
	}
	shared := exportmail.Share(m.raw, rules, own)
	if len(shared.Remains) > 0 {
		return fault.Permanent(fmt.Errorf("explain: the copy would still hold: %s", strings.Join(shared.Remains, ", ")),
			"such words are a part of every mail or of Instagram's addresses and cannot be taken out; leave out that --hide")
	}
	if e.out == "" {
		if _, err := s.out.Write(shared.Mail); err != nil {
			return fmt.Errorf("explain: %w", err)
		}
	} else {
		if _, err := os.Lstat(e.out); !errors.Is(err, fs.ErrNotExist) {
			return fault.Permanent(fmt.Errorf("explain: %s is there already", e.out), "name a new file with -o")
		}
		if err := durable.WriteFile(e.out, shared.Mail, 0o600); err != nil {
			return fmt.Errorf("explain: %w", err)
		}
	}
	cut := ""
	if m.truncated {
		cut = "Only the first 25 MB were read.\n"
	}
	_, _ = fmt.Fprintf(s.err, "%s\nThe signatures, the hour it was sent and everything that is neither words nor links are gone.\n%s"+
		"Read the copy before you share it: words stay, and so do names that neither the header nor --hide tells.\n", shared.Words(), cut)
	return nil
}
