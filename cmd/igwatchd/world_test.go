package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/daemon"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// storySide is the width of pictures, in pixels. What is told here does not depend on it, and large ones take time.
const storySide = 96

// world is what surrounds igwatchd in a test: an inbox, DNS, Instagram's
// stand-in, somebody to be told, and a configuration that names them all.
type world struct {
	dir     string // everything of igwatchd's own lies here
	ca      *testworld.CA
	mailbox testworld.Mailbox
	dns     *testworld.DNS
	site    *testworld.Site
	signer  *testworld.Signer
	hook    *httptest.Server
	keys    map[string]string // the configuration, by "table.key"
	job     *testworld.Job
	links   []string // of a mail that has several

	replicas []string // each the lines of a [[replica]]
	bucket   *testworld.Bucket
	accounts *testworld.Accounts // only where a browser reads the download page
	asked    int                 // how often until its last change
	loggedIn bool                // into it, before the story
	env      []string            // what hands it to the program, "KEY=VALUE"

	provider *testworld.Provider // only where the inbox is entered by OAuth 2

	mu     sync.Mutex
	events []map[string]any
}

// instagramsSigner signs in all worlds: under the race detector, a new RSA key takes a second of the processor.
var instagramsSigner = sync.OnceValues(func() (*testworld.Signer, error) {
	return testworld.NewSigner("mail.instagram.com", "s1024-2013-q3")
})

// newWorld starts everything. Files of the world lie in dir too.
func newWorld(ctx context.Context, dir string, start func(*testworld.CA) (testworld.Mailbox, error)) (w *world, err error) {
	w = &world{dir: dir}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.ca, err = testworld.NewCA(); err != nil {
		return nil, err
	}
	if err := w.ca.WriteFile(filepath.Join(dir, "ca.pem")); err != nil {
		return nil, err
	}
	mailbox, err := start(w.ca)
	if err != nil { // what came with it is no mailbox, not even nil
		return nil, err
	}
	w.mailbox = mailbox
	if w.signer, err = instagramsSigner(); err != nil {
		return nil, err
	}
	name, value := w.signer.TXT()
	if w.dns, err = testworld.StartDNS(map[string][]string{name: {value}}); err != nil {
		return nil, err
	}
	if w.site, err = testworld.StartSite(w.ca); err != nil {
		return nil, err
	}
	if err := w.site.WriteCookies(filepath.Join(dir, "cookies.txt")); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(w.mailbox.Password()+"\n"), 0o600); err != nil {
		return nil, err
	}
	tell := filepath.Join(dir, "tell")
	if err := os.WriteFile(tell, []byte("#!/bin/sh\ncat >>"+filepath.Join(dir, "told.jsonl")+"\n"), 0o700); err != nil { //nolint:gosec // a program
		return nil, err
	}
	w.hook = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var e map[string]any
		if json.NewDecoder(r.Body).Decode(&e) == nil {
			w.mu.Lock()
			w.events = append(w.events, e)
			w.mu.Unlock()
		}
	}))
	_, port, err := net.SplitHostPort(w.mailbox.Addr())
	if err != nil {
		return nil, err
	}
	q := func(s string) string { return fmt.Sprintf("%q", s) }
	in := func(name string) string { return q(filepath.Join(dir, name)) }
	w.keys = map[string]string{
		"state_dir": in("state"), "archive_dir": in("archive"),
		"account.username": q("jane.doe"),
		"inbox.address":    q("jane@example.org"), "inbox.host": q("localhost"), "inbox.port": port,
		"inbox.user": q(w.mailbox.User()), "inbox.password_file": in("password"), "inbox.ca_file": in("ca.pem"),
		"mail.resolver":    q(w.dns.Addr()),
		"fetch.link_hosts": "[" + q(w.site.LinkHost()) + "]", "fetch.byte_hosts": "[" + q(w.site.ByteHost()) + "]",
		"fetch.ca_file": in("ca.pem"), "fetch.allow_private": "true", "fetch.cookies_file": in("cookies.txt"),
		"notify.inbox": "true", "notify.webhook": q(w.hook.URL), "notify.command": "[" + q(tell) + "]",
		"web.listen": `""`,
	}
	return w, w.writeConfig()
}

func (w *world) close() {
	if w.bucket != nil {
		_ = w.bucket.Close()
	}
	if w.hook != nil {
		w.hook.Close()
	}
	if w.site != nil {
		_ = w.site.Close()
	}
	if w.dns != nil {
		_ = w.dns.Close()
	}
	if w.mailbox != nil {
		_ = w.mailbox.Close()
	}
}

func (w *world) config() string { return filepath.Join(w.dir, "igwatchd.toml") }

func (w *world) writeConfig() error {
	var b strings.Builder
	for _, table := range []string{"", "account", "inbox", "mail", "fetch", "browser", "notify", "web"} {
		switch table {
		case "":
		case "account":
			b.WriteString("[[account]]\n")
		case "inbox":
			b.WriteString("[account.inbox]\n")
		default:
			b.WriteString("[" + table + "]\n")
		}
		for key, value := range w.keys {
			if t, k, found := strings.Cut(key, "."); !found && table == "" {
				fmt.Fprintf(&b, "%s = %s\n", key, value)
			} else if found && t == table && value != "" {
				fmt.Fprintf(&b, "%s = %s\n", k, value)
			}
		}
	}
	for _, r := range w.replicas {
		b.WriteString("[[replica]]\n" + r)
	}
	return os.WriteFile(w.config(), []byte(b.String()), 0o600)
}

// offer makes the stand-in of Instagram hold the archives.
func (w *world) offer(paths ...string) { w.job, w.links = w.site.AddExport(paths...), nil }

// offerEach makes it hold each archive behind a link of its own; all of them stand in one mail.
func (w *world) offerEach(paths ...string) {
	w.links = nil
	for _, p := range paths {
		w.job = w.site.AddExport(p)
		w.links = append(w.links, w.job.MailLink())
	}
}

// mail writes a mail of the kind. Those that the real senders sign are signed;
// its link leads to what the site offers.
func (w *world) mail(kind testworld.Kind) ([]byte, error) {
	m := testworld.Mail{Kind: kind}
	switch {
	case w.job == nil:
	case kind == testworld.Ready2022 && len(w.links) > 1:
		m.Links = w.links
		for i := range w.links[1:] {
			m.Note += fmt.Sprintf("[Download Information]{%d}\n\n", i+1)
		}
	case kind == testworld.Ready2019:
		m.Links = []string{w.job.ConfirmLink()}
	case kind == testworld.Ready2022:
		m.Links = []string{w.job.MailLink()}
	case kind == testworld.Ready2026 && w.accounts != nil:
		m.Links = []string{w.accounts.PageLink()}
	case kind == testworld.Ready2026:
		m.Links = []string{w.job.PageLink()}
	}
	raw, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	switch kind {
	case testworld.ForgedReady, testworld.ForgedFrom, testworld.LookalikePhish, testworld.BusinessPhish, testworld.FacebookReady:
		return raw, nil
	default:
		return w.signer.Sign(raw)
	}
}

func (w *world) deliver(ctx context.Context, kind testworld.Kind, folder string) error {
	raw, err := w.mail(kind)
	if err != nil {
		return err
	}
	return w.mailbox.Deliver(ctx, folder, raw)
}

// told returns the webhook's events, each id once.
func (w *world) told() []map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []map[string]any
	for _, e := range w.events {
		if !slices.ContainsFunc(list, func(o map[string]any) bool { return o["id"] == e["id"] }) {
			list = append(list, e)
		}
	}
	return list
}

func (w *world) status(ctx context.Context) (daemon.Status, error) {
	return daemon.NewClient(filepath.Join(w.dir, "state")).Status(ctx)
}

// bags returns the folders of the stored bags.
func (w *world) bags() []string {
	found, _ := filepath.Glob(filepath.Join(w.dir, "archive", "*", "*", "bagit.txt"))
	for i, f := range found {
		found[i] = filepath.Dir(f)
	}
	return found
}

// mails returns what igwatchd put into the inbox.
func (w *world) mails(ctx context.Context) (n int, err error) {
	all, err := w.mailbox.Messages(ctx, "INBOX")
	for _, m := range all {
		if strings.Contains(string(m), "Auto-Submitted: auto-generated") {
			n++
		}
	}
	return n, err
}

// longest is how long a test waits for what should come soon. However slow and busy a machine is, it comes sooner.
const longest = 10 * time.Minute

// await waits until f is true, and fails the test with what if it never is.
func await(t testing.TB, what func() string, f func() bool) {
	t.Helper()
	if !eventually(f) {
		t.Fatalf("never: %s", what())
	}
}

// eventually reports whether f became true.
func eventually(f func() bool) bool {
	for end := time.Now().Add(longest); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}
