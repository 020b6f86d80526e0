package testworld

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// mailUser is the person whose mailbox it is, and her address.
const mailUser = "jane@example.org"

// Mailbox is one person's mail on an IMAP server with TLS from its first byte. INBOX and Junk
// exist, and Junk is marked as such (\Junk, RFC 6154).
type Mailbox interface {
	// Addr is "localhost:PORT".
	Addr() string
	User() string
	Password() string
	// Deliver stores one message, with CRLF line ends, as the mail system does it: clients
	// that wait in IDLE hear of it.
	Deliver(ctx context.Context, folder string, raw []byte) error
	// Messages returns all messages of a folder, oldest first, as an IMAP client gets them.
	Messages(ctx context.Context, folder string) ([][]byte, error)
	Close() error
}

// newPassword returns a password that no configuration can contain by chance.
func newPassword() string { return rand.Text() }

// connect logs in. The connection ends with ctx; call the returned function in any case.
func connect(ctx context.Context, ca *CA, box Mailbox) (*imapclient.Client, func(), error) {
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", box.Addr())
	if err != nil {
		return nil, nil, fmt.Errorf("connect to mailbox: %w", err)
	}
	// The library knows no deadline between a command and its answer: closing ends every wait.
	stop := context.AfterFunc(ctx, func() { closeRaw(conn) })
	client := imapclient.New(conn, nil)
	done := func() {
		stop()
		client.Close()
	}
	if err := client.Login(box.User(), box.Password()).Wait(); err != nil {
		done()
		return nil, nil, fmt.Errorf("log in to mailbox: %w", err)
	}
	return client, done, nil
}

// DeliverAt stores one message that came at another time, which is its INTERNALDATE.
func DeliverAt(ctx context.Context, ca *CA, box Mailbox, folder string, raw []byte, at time.Time) error {
	client, done, err := connect(ctx, ca, box)
	if err != nil {
		return err
	}
	defer done()
	cmd := client.Append(folder, int64(len(raw)), &imap.AppendOptions{Time: at})
	_, err = cmd.Write(raw)
	err = errors.Join(err, cmd.Close())
	if _, werr := cmd.Wait(); werr != nil || err != nil {
		return fmt.Errorf("deliver to %s: %w", folder, errors.Join(err, werr))
	}
	return nil
}

// closeRaw closes below TLS, whose own goodbye could wait for a stopped server.
func closeRaw(conn net.Conn) {
	if c, ok := conn.(*tls.Conn); ok {
		conn = c.NetConn()
	}
	conn.Close()
}

// messages reads a folder without changing it.
func messages(ctx context.Context, ca *CA, box Mailbox, folder string) ([][]byte, error) {
	client, done, err := connect(ctx, ca, box)
	if err != nil {
		return nil, err
	}
	defer done()
	selected, err := client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return nil, fmt.Errorf("open folder %s: %w", folder, err)
	}
	if selected.NumMessages == 0 {
		return nil, nil
	}
	all := imap.SeqSet{}
	all.AddRange(1, selected.NumMessages)
	section := &imap.FetchItemBodySection{Peek: true}
	found, err := client.Fetch(all, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch messages of %s: %w", folder, err)
	}
	var raws [][]byte
	for _, m := range found {
		raws = append(raws, m.FindBodySection(section))
	}
	return raws, nil
}
