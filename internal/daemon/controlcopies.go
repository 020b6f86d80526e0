package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// verified is one line of the answer to a verification: a reading, or its end.
type verified struct {
	Reading *Reading `json:"reading,omitempty"`
	Failure *failure `json:"failure,omitempty"`
	Done    bool     `json:"done,omitempty"`
}

// serveVerify answers line by line, as long as it takes to read every copy. It
// ends when the asker goes away.
func (d *Daemon) serveVerify(w http.ResponseWriter, r *http.Request) {
	out := json.NewEncoder(w)
	flush := http.NewResponseController(w).Flush
	err := d.Verify(r.Context(), r.URL.Query().Get("id"), func(one Reading) {
		_ = out.Encode(verified{Reading: &one}) // the other side went away: the context ends
		_ = flush()
	})
	end := verified{Done: true}
	if err != nil {
		end = verified{Failure: &failure{err.Error(), fault.HintOf(err), fault.KindOf(err)}}
	}
	_ = out.Encode(end)
}

// Verify has the daemon read every copy again, as Daemon.Verify does.
func (c *Client) Verify(ctx context.Context, id string, tell func(Reading)) error {
	resp, err := c.send(ctx, http.MethodPost, "/verify?"+url.Values{"id": {id}}.Encode(), nil, 0)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read as far as it goes
	in := json.NewDecoder(resp.Body)
	for {
		var line verified
		switch err := in.Decode(&line); {
		case errors.Is(err, io.EOF):
			return fault.Temporary(errors.New("verify: igwatchd stopped in the middle"), "try again")
		case err != nil:
			return fmt.Errorf("talk to igwatchd: %w", err)
		case line.Failure != nil:
			return line.Failure.asError()
		case line.Reading != nil:
			tell(*line.Reading)
		case line.Done:
			return nil
		}
	}
}

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
	until, err := d.Deleting(r.Context(), x.Account, x.At)
	reply(w, until, err)
}

// Deleting tells the daemon what Daemon.Deleting records.
func (c *Client) Deleting(ctx context.Context, account string, at time.Time) (until time.Time, err error) {
	return until, c.post(ctx, "/deletion", removal{Account: account, At: at}, &until)
}

// Keeping tells the daemon what Daemon.Keeping records.
func (c *Client) Keeping(ctx context.Context, account string) error {
	return c.post(ctx, "/deletion", removal{Account: account, Cancelled: true}, nil)
}
