package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// line is one line of an answer that takes its time: something to tell, or the end.
type line[T any] struct {
	Told    *T       `json:"told,omitempty"`
	Failure *failure `json:"failure,omitempty"`
	Done    bool     `json:"done,omitempty"`
}

// answerLines answers line by line, as long as do takes. It ends when the asker goes away.
func answerLines[T any](w http.ResponseWriter, r *http.Request, do func(ctx context.Context, tell func(T)) error) {
	out := json.NewEncoder(w)
	flush := http.NewResponseController(w).Flush
	err := do(r.Context(), func(one T) {
		_ = out.Encode(line[T]{Told: &one}) // the other side went away: the context ends
		_ = flush()
	})
	end := line[T]{Done: true}
	if err != nil {
		end = line[T]{Failure: &failure{err.Error(), fault.HintOf(err), fault.KindOf(err)}}
	}
	_ = out.Encode(end)
}

// readLines asks for such an answer and hands its lines on.
func readLines[T any](ctx context.Context, c *Client, path string, q url.Values, tell func(T)) error {
	resp, err := c.send(ctx, http.MethodPost, path+"?"+q.Encode(), nil, 0)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // read as far as it goes
	in := json.NewDecoder(resp.Body)
	for {
		var one line[T]
		switch err := in.Decode(&one); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return fault.Temporary(errors.New("igwatchd stopped in the middle"), "try again")
		case err != nil:
			return fmt.Errorf("talk to igwatchd: %w", err)
		case one.Failure != nil:
			return one.Failure.asError()
		case one.Told != nil:
			tell(*one.Told)
		case one.Done:
			return nil
		}
	}
}

func (d *Daemon) serveVerify(w http.ResponseWriter, r *http.Request) {
	answerLines(w, r, func(ctx context.Context, tell func(Reading)) error {
		return d.Verify(ctx, r.URL.Query().Get("id"), tell)
	})
}

// Verify has the daemon read every copy again, as Daemon.Verify does.
func (c *Client) Verify(ctx context.Context, id string, tell func(Reading)) error {
	return readLines(ctx, c, "/verify", url.Values{"id": {id}}, tell)
}

func (d *Daemon) serveDrill(w http.ResponseWriter, r *http.Request) {
	answerLines(w, r, func(ctx context.Context, tell func(DrillStep)) error {
		return d.Drill(ctx, r.URL.Query().Get("account"), tell)
	})
}

// Drill has the daemon do what Daemon.Drill does.
func (c *Client) Drill(ctx context.Context, account string, tell func(DrillStep)) error {
	return readLines(ctx, c, "/drill", url.Values{"account": {account}}, tell)
}
