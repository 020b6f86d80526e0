package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// client follows no redirect: the address was chosen by the person, and a
// receiver elsewhere was not.
func client() *http.Client {
	return &http.Client{
		Timeout: webTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

type webhook struct {
	url    string
	client *http.Client
}

// Webhook posts each event as JSON to address.
func Webhook(address string) Channel { return &webhook{address, client()} }

func (w *webhook) Name() string { return "webhook" }

func (w *webhook) Send(ctx context.Context, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return fault.Configuration(errors.New("webhook: the address is not valid"), "look at notify.webhook")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", e.ID)
	return do(w.client, req, "webhook", "look whether the receiver named by notify.webhook is running")
}

// Heartbeat fetches address once, to say that all is well.
func Heartbeat(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fault.Configuration(errors.New("heartbeat: the address is not valid"), "look at notify.heartbeat_url")
	}
	return do(client(), req, "heartbeat", "look at notify.heartbeat_url")
}

// do sends req. The address may hold a token, so that errors name its host only.
func do(c *http.Client, req *http.Request, what, hint string) error {
	resp, err := c.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return fault.Temporary(fmt.Errorf("%s: reach %s: %w", what, req.URL.Host, err), hint)
	}
	defer resp.Body.Close() //nolint:errcheck // read only to reuse the connection
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fault.Temporary(fmt.Errorf("%s: %s answered %s", what, req.URL.Host, resp.Status), hint)
	}
	return nil
}
