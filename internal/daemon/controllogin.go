package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// login asks whether a log-in may be made, or says that it was.
type login struct {
	Account string `json:"account"`
	Done    bool   `json:"done"`
}

func (d *Daemon) serveLogin(w http.ResponseWriter, r *http.Request) {
	var l login
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&l); err != nil {
		reply(w, nil, fault.Permanent(fmt.Errorf("login: %w", err), ""))
		return
	}
	if l.Done {
		ids, err := d.LoggedIn(r.Context(), l.Account)
		reply(w, ids, err)
		return
	}
	name, err := d.MayLogIn(r.Context(), l.Account)
	reply(w, name, err)
}

// MayLogIn asks the daemon, as Daemon.MayLogIn does.
func (c *Client) MayLogIn(ctx context.Context, account string) (name string, err error) {
	return name, c.post(ctx, "/login", login{Account: account}, &name)
}

// LoggedIn tells the daemon, as Daemon.LoggedIn does.
func (c *Client) LoggedIn(ctx context.Context, account string) (ids []string, err error) {
	return ids, c.post(ctx, "/login", login{Account: account, Done: true}, &ids)
}
