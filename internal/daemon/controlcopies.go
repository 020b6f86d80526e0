package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// removal tells that an account's deletion was asked for, or called off.
type removal struct {
	Account   string    `json:"account"`
	At        time.Time `json:"at"`
	Cancelled bool      `json:"cancelled"`
}

func (d *Daemon) serveDeletion(w http.ResponseWriter, r *http.Request) {
	var x removal
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&x); err != nil {
		reply(w, nil, fault.Permanent(fmt.Errorf("deleted: %w", err), ""))
		return
	}
	if x.Cancelled {
		reply(w, time.Time{}, d.Keeping(r.Context(), x.Account))
		return
	}
	c, err := d.Deleting(r.Context(), x.Account, x.At)
	reply(w, c, err)
}

// Deleting tells the daemon what Daemon.Deleting records.
func (c *Client) Deleting(ctx context.Context, account string, at time.Time) (x Countdown, err error) {
	return x, c.post(ctx, "/deletion", removal{Account: account, At: at}, &x)
}

// Keeping tells the daemon what Daemon.Keeping records.
func (c *Client) Keeping(ctx context.Context, account string) error {
	return c.post(ctx, "/deletion", removal{Account: account, Cancelled: true}, nil)
}
