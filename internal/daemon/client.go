package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/inspect"
)

// ErrNotRunning says that no daemon uses this state_dir.
var ErrNotRunning = errors.New("igwatchd is not running")

// Client talks to a running daemon.
type Client struct{ http http.Client }

// NewClient talks to the daemon that uses stateDir, if one does.
func NewClient(stateDir string) *Client {
	path := filepath.Join(stateDir, socketName)
	return &Client{http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", path)
		},
	}}}
}

// Status asks what the daemon is doing. ErrNotRunning: there is none.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var s Status
	return s, c.do(ctx, http.MethodGet, "/status", nil, -1, &s)
}

// Import gives the daemon a file and returns the export that it belongs to.
func (c *Client) Import(ctx context.Context, o Offer, body io.Reader) (export string, err error) {
	q := url.Values{"name": {o.Name}, "size": {strconv.FormatInt(o.Size, 10)}, "account": {o.Account}, "date": {o.Date}}
	return export, c.do(ctx, http.MethodPost, "/import?"+q.Encode(), body, o.Size, &export)
}

// Confirm tells what a person said about an export, as Daemon.Confirm does.
func (c *Client) Confirm(ctx context.Context, id string, answers Answers) error {
	return c.post(ctx, "/confirm", confirmation{id, answers}, nil)
}

// Omissions returns what Instagram itself left out of an export; nil is nothing.
func (c *Client) Omissions(ctx context.Context, id string) (o *inspect.Omissions, err error) {
	return o, c.do(ctx, http.MethodGet, "/omissions?"+url.Values{"export": {id}}.Encode(), nil, -1, &o)
}

// Give hands the daemon the address of an archive, as Daemon.Give does.
func (c *Client) Give(ctx context.Context, account, id, address string) (export string, err error) {
	return export, c.post(ctx, "/give", gift{account, id, address}, &export)
}

// Expect starts the clock of an account's export.
func (c *Client) Expect(ctx context.Context, account string) (Request, error) {
	var r Request
	return r, c.do(ctx, http.MethodPost, "/expect?"+url.Values{"account": {account}}.Encode(), nil, 0, &r)
}

// Open returns an address of the page that lets one browser in.
func (c *Client) Open(ctx context.Context, path string) (address string, err error) {
	return address, c.do(ctx, http.MethodPost, "/open?"+url.Values{"to": {path}}.Encode(), nil, 0, &address)
}

// post sends what as JSON.
func (c *Client) post(ctx context.Context, path string, what, into any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, path, bytes.NewReader(body), int64(len(body)), into)
}

// do sends a request and reads the answer into into, unless that is nil.
func (c *Client) do(ctx context.Context, method, path string, body io.Reader, size int64, into any) error {
	resp, err := c.send(ctx, method, path, body, size)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// send sends a request. An answer that says no is an error.
func (c *Client) send(ctx context.Context, method, path string, body io.Reader, size int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://igwatchd"+path, body)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		req.ContentLength = size
	}
	resp, err := c.http.Do(req)
	switch {
	case err == nil:
	case gone(err):
		return nil, ErrNotRunning
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.Permanent(errors.New("talk to igwatchd: permission denied"), "use the user that it runs as: sudo -u igwatchd igwatchd …, or sudo igwatchd …")
	default:
		return nil, fmt.Errorf("talk to igwatchd: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close() //nolint:errcheck // read whole
	var f failure
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&f); err != nil {
		return nil, fmt.Errorf("talk to igwatchd: answered %s", resp.Status)
	}
	return nil, f.asError()
}

// asError is the error that the daemon met.
func (f failure) asError() error {
	err := errors.New(f.Error)
	switch f.Kind {
	case fault.PermanentKind:
		return fault.Permanent(err, f.Hint)
	case fault.TemporaryKind:
		return fault.Temporary(err, f.Hint)
	}
	return fault.WithHint(err, f.Hint)
}

// OpenOffer opens the file at path and finds out whose archive it is.
func OpenOffer(ctx context.Context, path string) (*os.File, Offer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Offer{}, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fault.Permanent(fmt.Errorf("%s is no file", path), "name the zip files themselves")
	}
	var o Offer
	if err == nil {
		o, err = identify(ctx, filepath.Base(path), f, info.Size())
	}
	if err != nil {
		_ = f.Close()
		return nil, Offer{}, err
	}
	o.Route = "import"
	return f, o, nil
}
