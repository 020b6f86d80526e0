package testworld

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// memory is a mailbox that lives in this process.
type memory struct {
	ca       *CA
	user     *imapmemserver.User
	password string
	listener net.Listener
	server   *imapserver.Server
	changed  bell
	wg       sync.WaitGroup
	close    func() error
}

// StartMemory starts an IMAP server in this process. Nothing touches the disk.
func StartMemory(ca *CA) (Mailbox, error) {
	config, err := ca.loopback()
	if err != nil {
		return nil, err
	}
	m := &memory{ca: ca, password: newPassword()}
	m.user = imapmemserver.NewUser(mailUser, m.password)
	for _, folder := range []string{"INBOX", "Junk"} {
		if err := m.user.Create(folder, nil); err != nil {
			return nil, fmt.Errorf("create folder %s: %w", folder, err)
		}
	}
	m.server = imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &memorySession{account: m.user, changed: &m.changed}, nil, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {}, imap.CapESearch: {},
			imap.CapListExtended: {}, imap.CapListStatus: {}, imap.CapMove: {}, imap.CapSpecialUse: {},
		},
		Logger: log.New(io.Discard, "", 0),
	})
	if m.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start mail server: %w", err)
	}
	m.close = sync.OnceValue(func() error {
		// The listener first: the library loses one that it has not yet begun to serve.
		m.listener.Close()
		m.wg.Wait()
		return m.server.Close()
	})
	m.wg.Go(func() { _ = m.server.Serve(tls.NewListener(m.listener, config)) })
	return m, nil
}

func (m *memory) Addr() string     { return onLocalhost(m.listener) }
func (m *memory) User() string     { return mailUser }
func (m *memory) Password() string { return m.password }

func (m *memory) Deliver(_ context.Context, folder string, raw []byte) error {
	if _, err := m.user.Append(folder, bytes.NewReader(raw), &imap.AppendOptions{}); err != nil {
		return fmt.Errorf("deliver to %s: %w", folder, err)
	}
	m.changed.ring()
	return nil
}

func (m *memory) Messages(ctx context.Context, folder string) ([][]byte, error) {
	return messages(ctx, m.ca, m, folder)
}

func (m *memory) Close() error { return m.close() }

// memorySession adds what imapmemserver lacks: special uses in LIST, and an IDLE that does not
// sleep through what happens between its "+" and its first wait.
type memorySession struct {
	*imapmemserver.UserSession // nil before Login

	account *imapmemserver.User
	changed *bell
}

func (s *memorySession) Login(username, password string) error {
	if err := s.account.Login(username, password); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(s.account)
	return nil
}

// Poll comes after every command that may have changed a folder, so it wakes the others.
func (s *memorySession) Poll(w *imapserver.UpdateWriter, allowExpunge bool) error {
	s.changed.ring()
	return s.UserSession.Poll(w, allowExpunge)
}

func (s *memorySession) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	for {
		rung := s.changed.next()
		if err := s.UserSession.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-rung:
		case <-stop:
			return nil
		}
	}
}

// List answers for the folders that always exist and for no other.
func (s *memorySession) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if len(patterns) == 0 {
		return w.WriteList(&imap.ListData{Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}, Delim: '/'})
	}
	for _, folder := range []imap.ListData{{Mailbox: "INBOX"}, {Mailbox: "Junk", Attrs: []imap.MailboxAttr{imap.MailboxAttrJunk}}} {
		if !matchesAny(folder.Mailbox, ref, patterns) || options.SelectSpecialUse && folder.Attrs == nil || options.SelectSubscribed {
			continue
		}
		folder.Delim = '/'
		if options.ReturnStatus != nil {
			status, err := s.Status(folder.Mailbox, options.ReturnStatus)
			if err != nil {
				return err
			}
			folder.Status = status
		}
		if err := w.WriteList(&folder); err != nil {
			return err
		}
	}
	return nil
}

func matchesAny(name, ref string, patterns []string) bool {
	for _, p := range patterns {
		if imapserver.MatchList(name, '/', ref, p) {
			return true
		}
	}
	return false
}

// onLocalhost is a listener's address in the form that certificates and configurations use.
func onLocalhost(l net.Listener) string {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return l.Addr().String()
	}
	return net.JoinHostPort("localhost", port)
}

// bell wakes everybody who waits for it. The zero bell is ready.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// next returns a channel that is closed at the next ring.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
