package imapwatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// errNothingToWatch ends a session when the mailbox has no folder but INBOX that matters.
var errNothingToWatch = errors.New("no further folder to watch")

// maxFolders bounds how many folder names are listened to.
const maxFolders = 20_000

// watchOthers keeps the folders watched where mail may land instead of INBOX, on a second
// connection that asks for each of them every minute.
func (w *Watcher) watchOthers(ctx context.Context) {
	v := &othersVisitor{w: w, folders: map[string]*folder{}}
	l := &line{w: w, name: "others", call: w.wakeOthers, visit: v.visit}
	// Where INBOX cannot be entered nothing else can, and one login that is refused is enough.
	l.keep(ctx, func(ctx context.Context) {
		for ctx.Err() == nil && !w.reached() {
			pause(ctx, time.Hour, w.inboxUp)
		}
	})
}

// reached tells whether INBOX is being watched now.
func (w *Watcher) reached() bool {
	state := w.Status()[0].State
	return state == StateWatching || state == StatePolling
}

// othersVisitor watches folders during one session after the other.
type othersVisitor struct {
	w       *Watcher
	folders map[string]*folder
	opened  map[string]bool // during this session
}

func (v *othersVisitor) visit(ctx context.Context, s *session) error {
	v.opened = map[string]bool{}
	for {
		names, err := v.list(s)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return errNothingToWatch
		}
		for until := time.Now().Add(v.w.t.relist); time.Now().Before(until); {
			wait := v.w.t.poll
			for _, name := range names {
				f := v.folders[name]
				if err := v.look(ctx, s, f); err != nil {
					return err
				}
				wait = max(f.untilDue(wait), v.w.t.retryMin) // it may be due, but not to be had
			}
			why, err := s.await(ctx, wait, v.w.wakeOthers, nil, v.w.errands)
			if err == nil && why == endErrand {
				err = v.run(s, s.errand)
			}
			if err != nil {
				return err
			}
		}
	}
}

// look asks whether there is anything new in a folder, and reads it.
func (v *othersVisitor) look(ctx context.Context, s *session, f *folder) error {
	// A folder that was opened and cannot be left is opened again, because STATUS is not for an open one.
	if s.canLeave() || !v.opened[f.name] {
		now, err := s.status(f.name)
		if isRefusal(err) {
			v.w.set(f.name, StateStopped, fmt.Errorf("%w (is its name in account.inbox.folders right?)", err))
			return nil
		}
		if err != nil {
			return err
		}
		if v.opened[f.name] && now.next != 0 && now == (opened{f.validity, f.next}) && f.untilDue(time.Hour) > 0 {
			v.w.set(f.name, StatePolling, f.trouble())
			return nil
		}
	}
	if err := v.read(ctx, s, f); err != nil {
		return err
	}
	v.w.set(f.name, StatePolling, f.trouble())
	return nil
}

func (v *othersVisitor) read(ctx context.Context, s *session, f *folder) error {
	now, err := s.examine(f.name)
	if f.unopened = nil; isRefusal(err) {
		f.unopened = err
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.find(ctx, s, now, !v.opened[f.name]); err != nil {
		return err
	}
	v.opened[f.name] = true
	if err := f.work(ctx, s); err != nil {
		return err
	}
	return s.leave()
}

// list returns the folders to watch, and makes Status show them and no others.
func (v *othersVisitor) list(s *session) ([]string, error) {
	all, err := s.list()
	if err != nil {
		return nil, err
	}
	names := further(all)
	for _, name := range v.w.o.Folders {
		if !strings.EqualFold(name, inbox) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if v.folders[name] == nil {
			v.folders[name] = &folder{name: name, w: v.w}
			v.w.set(name, StateConnecting, nil)
		}
	}
	v.w.forget(func(name string) bool { return !slices.Contains(names, name) })
	return names, nil
}

// list asks for all folders, with their special uses (RFC 6154) where the server tells them.
func (s *session) list() ([]*imap.ListData, error) {
	defer s.step("LIST", s.t.open, s.t.open, s.t.command)()
	var options *imap.ListOptions
	if s.caps.Has(imap.CapSpecialUse) && s.caps.Has(imap.CapListExtended) {
		options = &imap.ListOptions{ReturnSpecialUse: true}
	}
	return s.collect(s.client.List("", "*", options))
}

func (s *session) collect(cmd *imapclient.ListCommand) ([]*imap.ListData, error) {
	var all []*imap.ListData
	for data := cmd.Next(); data != nil; data = cmd.Next() {
		if len(all) < maxFolders {
			all = append(all, data)
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, s.fail("list folders", err)
	}
	return all, nil
}

// junkNames are what folders for unwanted mail are called where the server does not say which
// it is; the last part of their name, in lower case.
var junkNames = []string{"junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail", "bulk", "spamverdacht"}

// further returns the names of the folders that are junk or hold all mail.
func further(all []*imap.ListData) []string {
	var marked, named []string
	for _, one := range all {
		if slices.Contains(one.Attrs, imap.MailboxAttrNoSelect) || slices.Contains(one.Attrs, imap.MailboxAttrNonExistent) {
			continue
		}
		last := one.Mailbox
		if one.Delim != 0 {
			last = last[strings.LastIndex(last, string(one.Delim))+1:]
		}
		switch {
		case slices.Contains(one.Attrs, imap.MailboxAttrJunk), slices.Contains(one.Attrs, imap.MailboxAttrAll):
			marked = append(marked, one.Mailbox)
		case slices.Contains(junkNames, strings.ToLower(last)):
			named = append(named, one.Mailbox)
		}
	}
	hasJunk := slices.ContainsFunc(all, func(one *imap.ListData) bool { return slices.Contains(one.Attrs, imap.MailboxAttrJunk) })
	if hasJunk {
		return marked
	}
	return append(marked, named...)
}
