package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/words"
)

// refusal says why a file was not taken, and what to do.
type refusal struct {
	Account string       `json:"account"` // whom to tell; "": everybody
	Why     words.Phrase `json:"why"`
	Hint    words.Phrase `json:"hint"`
	Detail  string       `json:"detail,omitempty"` // what a machine said
}

// refuse puts into words why the file at path is not taken.
func (d *Daemon) refuse(path string, o Offer, err error) *refusal {
	r := &refusal{Account: d.concerned(path, o)}
	other, foreign := errors.AsType[*notOurs](err)
	switch {
	case foreign:
		r.Why = words.Of("It is the archive of %s, and igwatchd watches no account of that name.", other.account)
		r.Hint = words.Of("If it is yours, add an [[account]] for %s to the configuration and restart igwatchd: it then takes the file by itself. "+
			"If you were logged in to the wrong account, log in to the right one and request its export.", other.account)
	case errors.Is(err, fetch.ErrNoEnd):
		r.Why = words.Of("It is not whole: the download was cut, or the copying stopped.")
		r.Hint = words.Of("Download it again into the same folder. igwatchd takes the whole file by itself.")
	case errors.Is(err, fetch.ErrNoZip):
		r.Why = words.Of("It is no zip, though its name says so: probably a web page that was saved instead, because the link had ended or Instagram wanted you to log in.")
		r.Hint = words.Of("Log in at Instagram in a browser, and download it again into the same folder. igwatchd takes the whole file by itself.")
	case errors.Is(err, fs.ErrPermission):
		r.Why = words.Of("igwatchd is not allowed to read it.")
		r.Hint = words.Of("Make the file readable for igwatchd's user. igwatchd then takes it by itself.")
	case durable.Full(err):
		r.Why = words.Of("The disk of the archive folder has no room for it.")
		r.Hint = words.Of("Make room on that disk, and leave the file where it is. igwatchd then takes it by itself.")
	default:
		r.Why, r.Detail = words.Of("It cannot be used as an archive of Instagram's."), err.Error()
		r.Hint = words.Of("Download it again from Instagram's page, as a zip, and leave its name as it is.")
	}
	return r
}

// concerned is the account whose file it is: by its content or its name, or because there is no other.
func (d *Daemon) concerned(path string, o Offer) string {
	for _, name := range []string{o.Account, inspect.NameOf(filepath.Base(path))} {
		if _, ok := d.cfg.Account(name); ok && name != "" {
			return name
		}
	}
	if len(d.cfg.Accounts) == 1 {
		return d.cfg.Accounts[0].Username
	}
	return ""
}

// refusedEvent is the same for the same file, as long as its size and time stay the same.
func refusedEvent(path string, f dropped) notify.Event {
	return event("file-refused", journal.Export{Account: f.Refused.Account}, path, fmt.Sprint(f.Size), fmt.Sprint(f.ModTime))
}

func (n news) refused(path string, f dropped) notify.Event {
	x := refusedEvent(path, f)
	x.Title = n.Say("igwatchd: %s was not taken", filepath.Base(path))
	l := n.letter()
	l.say("The file lies in %s, and igwatchd has left it as it is.", filepath.Dir(path))
	l.say("%s", f.Refused.Why)
	l.cause(f.Refused.Detail)
	l.say("What to do: %s", f.Refused.Hint)
	x.Text = l.String()
	return x
}
