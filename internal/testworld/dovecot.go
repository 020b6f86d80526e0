package testworld

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

// ErrNoDovecot is returned where Dovecot is not installed.
var ErrNoDovecot = errors.New("dovecot is not installed (Debian: apt-get install dovecot-imapd)")

const (
	startLimit = 3 * time.Minute
	stopLimit  = 10 * time.Second
)

// Dovecot is a Mailbox on a real Dovecot 2.3 with a configuration of its own. Mail comes in
// through its delivery agent, so that clients learn of it as they do in real life.
type Dovecot struct {
	ca       *CA
	password string
	addr     string
	run      string // configuration, mail and sockets, whose paths must be short; gone after Close
	config   string
	log      string // where the reason of a failure stands
	binary   string
	agent    string
	provider *Provider // nil: passwords alone
	// mechanisms are what the server offers, as Dovecot names them; "": plain login.
	mechanisms string

	mu      sync.Mutex // held while processes start and end
	folders []string
	master  *process
	taken   int // how many mailboxes Neighbour has handed out
	closed  bool
}

// DovecotOption changes what a Dovecot is started with.
type DovecotOption func(*Dovecot)

// WithProvider also lets in who shows an access token of p, by OAUTHBEARER and XOAUTH2.
func WithProvider(p *Provider) DovecotOption {
	return func(d *Dovecot) { d.provider, d.mechanisms = p, "plain login oauthbearer xoauth2" }
}

// WithMechanisms offers these SASL mechanisms instead, as in "plain xoauth2".
func WithMechanisms(mechanisms string) DovecotOption {
	return func(d *Dovecot) { d.mechanisms = mechanisms }
}

// StartDovecot starts a Dovecot whose log is in dir, which is made if need be. Everything else
// of it is in a folder of its own for temporary files, which Dovecot's users can reach, until
// Close. It runs as root or as an ordinary user. ctx bounds the start alone; the server ends
// with Close, and on Linux with this process.
func StartDovecot(ctx context.Context, ca *CA, dir string, options ...DovecotOption) (d *Dovecot, err error) {
	d = &Dovecot{ca: ca, password: rand.Text(), folders: []string{"INBOX", "Junk"}}
	for _, o := range options {
		o(d)
	}
	if d.binary, err = findBinary("dovecot", "/usr/sbin"); err != nil {
		return nil, err
	}
	if d.agent, err = findBinary("dovecot-lda", "/usr/lib/dovecot", "/usr/libexec/dovecot"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start dovecot: %w", err), d.Close())
			d = nil
		}
	}()
	if dir, err = filepath.Abs(dir); err != nil {
		return d, err
	}
	if err = os.MkdirAll(dir, 0o755); err != nil {
		return d, err
	}
	if d.run, err = os.MkdirTemp("", "igwatchd-dovecot-"); err != nil {
		return d, err
	}
	// Dovecot's own users have to reach its sockets.
	if err = os.Chmod(d.run, 0o755); err != nil {
		return d, err
	}
	d.log = filepath.Join(dir, "dovecot.log")
	port, err := freePort()
	if err != nil {
		return d, err
	}
	d.addr = net.JoinHostPort("localhost", port)
	if err = d.configure(port); err != nil {
		return d, err
	}
	return d, d.Restart(ctx)
}

// Addr implements Mailbox.
func (d *Dovecot) Addr() string { return d.addr }

// User implements Mailbox.
func (d *Dovecot) User() string { return mailUser }

// Password implements Mailbox.
func (d *Dovecot) Password() string { return d.password }

// Deliver implements Mailbox. It works while the server is paused or down, too.
func (d *Dovecot) Deliver(ctx context.Context, folder string, raw []byte) error {
	return d.deliver(ctx, mailUser, folder, raw)
}

func (d *Dovecot) deliver(ctx context.Context, user, folder string, raw []byte) error {
	d.mu.Lock()
	known := slices.Contains(d.folders, folder)
	d.mu.Unlock()
	if !known { // the agent would put it into INBOX
		return fmt.Errorf("deliver to %s: no such folder", folder)
	}
	cmd := exec.CommandContext(ctx, d.agent, "-c", d.config, "-d", user, "-m", folder)
	cmd.Stdin = bytes.NewReader(raw)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("deliver to %s: %w: %s", folder, err, bytes.TrimSpace(out))
	}
	return nil
}

// Messages implements Mailbox.
func (d *Dovecot) Messages(ctx context.Context, folder string) ([][]byte, error) {
	return messages(ctx, d.ca, d, folder)
}

// CreateFolder creates a folder. One that is called "All" is marked as holding all mail (\All).
func (d *Dovecot) CreateFolder(ctx context.Context, name string) error {
	client, done, err := connect(ctx, d.ca, d)
	if err != nil {
		return err
	}
	defer done()
	if err := client.Create(name, nil).Wait(); err != nil {
		return fmt.Errorf("create folder %s: %w", name, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.folders = append(d.folders, name)
	return nil
}

// Pause stops all processes of the server where they are. Its connections stay open, the
// kernel still takes what comes in, and nothing answers.
func (d *Dovecot) Pause() error { return d.signal(pauseGroup) }

// Resume lets a paused server go on.
func (d *Dovecot) Resume() error { return d.signal(resumeGroup) }

func (d *Dovecot) signal(send func(pid int) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.master == nil {
		return errors.New("signal dovecot: it is not running")
	}
	if err := send(d.master.pid); err != nil {
		return fmt.Errorf("signal dovecot: %w", err)
	}
	return nil
}

// Kill ends all processes of the server without a chance to say goodbye. The mail stays.
func (d *Dovecot) Kill() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kill()
}

func (d *Dovecot) kill() error {
	if d.master == nil {
		return nil
	}
	err := killGroup(d.master.pid)
	<-d.master.ended
	d.master = nil
	if err != nil {
		return fmt.Errorf("kill dovecot: %w", err)
	}
	return nil
}

// Restart starts the server anew, on the same port and with the same mail, after ending it if
// it still runs. It returns when clients are greeted.
func (d *Dovecot) Restart(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return errors.New("restart dovecot: it is closed")
	}
	if err := d.kill(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	p, err := launch(d.binary, "-F", "-c", d.config)
	if err != nil {
		return fmt.Errorf("restart dovecot: %w", err)
	}
	d.master = p
	for {
		greeted, err := d.greeted(ctx)
		if greeted {
			return nil
		}
		select {
		case <-p.ended:
			d.master = nil
			return fmt.Errorf("restart dovecot: it ended: %w (see %s)", p.err, d.log)
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("restart dovecot: no greeting: %w (see %s)", err, d.log), d.kill())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// greeted reports whether the server answers a new connection.
func (d *Dovecot) greeted(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: d.ca.Pool(), MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", d.addr)
	if err != nil {
		return false, err
	}
	defer context.AfterFunc(ctx, func() { closeRaw(conn) })()
	client := imapclient.New(conn, nil)
	defer client.Close()
	if err := client.WaitGreeting(); err != nil {
		return false, err
	}
	return true, nil
}

// Close ends the server and removes its mail. The log stays.
func (d *Dovecot) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	var errs []error
	if d.master != nil {
		errs = append(errs, resumeGroup(d.master.pid), terminate(d.master.pid))
		timer := time.NewTimer(stopLimit)
		select {
		case <-d.master.ended:
		case <-timer.C:
		}
		timer.Stop()
		// Children that outlived their master, and a master that did not end.
		errs = append(errs, d.kill())
	}
	if d.run != "" {
		errs = append(errs, os.RemoveAll(d.run))
	}
	return errors.Join(errs...)
}
