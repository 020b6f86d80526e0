package daemon

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
)

// How loud a channel is: a mail waits until it is read, a push does not.
const (
	loudInbox = iota + 1
	loudOther // a webhook, a command
	loudPush
)

// fitting are the channels that news can go through: an inbox is its own account's, and cannot tell of its own trouble.
// News of no account are everybody's.
func (d *Daemon) fitting(e notify.Event) (list []channel) {
	for _, c := range d.channels {
		if own := c.account != ""; own && (e.Account != "" && c.account != e.Account || e.Event == "inbox-down") {
			continue
		}
		list = append(list, c)
	}
	return list
}

// louder is how loud a reminder may get: the first one takes the quietest channels there are, each later one louder
// ones too, and the last one all of them.
func louder(channels []channel, mark string) (loud int) {
	var steps []int
	for _, c := range channels {
		if !slices.Contains(steps, c.loud) {
			steps = append(steps, c.loud)
		}
	}
	slices.Sort(steps)
	for i, r := range reminders {
		if r.mark == mark && i < len(steps) && i < len(reminders)-1 {
			return steps[i]
		}
	}
	return loudPush
}

// plan makes a piece of news due on channels.
func (d *Daemon) plan(tx *journal.Tx, e notify.Event, channels []channel) error {
	for _, c := range channels {
		if err := tx.Plan(journal.Step{Export: e.Export, Kind: stepTell, Arg: e.ID + " " + c.Name(), Due: time.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// forsaken is how often in a row a channel may refuse a piece of news, about a quarter of an hour, before the person
// hears by the others that it does not work.
const forsaken = 12

// relay is told that a channel does not take a piece of news. If the news were not meant for all channels, the others
// carry them now.
func (d *Daemon) relay(tx *journal.Tx, s journal.Step, why error) error {
	if s.Tries+1 != patience && s.Tries+1 != forsaken {
		return nil
	}
	id, name := splitTell(s.Arg)
	body, found, err := tx.Event(id)
	if err != nil || !found {
		return err
	}
	var e notify.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("read news: %w", err)
	}
	if s.Tries+1 == forsaken {
		return d.channelDown(tx, e, name, why)
	}
	if e.Loud == 0 {
		return nil
	}
	return d.plan(tx, e, slices.DeleteFunc(d.fitting(e), func(c channel) bool { return c.loud <= e.Loud }))
}

// channelDown says through the other channels that one does not work. That one needs not be told.
func (d *Daemon) channelDown(tx *journal.Tx, e notify.Event, name string, why error) error {
	n := d.news.channelDown(e.Account, name, why)
	others := slices.DeleteFunc(d.fitting(n), func(c channel) bool { return c.Name() == name })
	if e.Event == n.Event || len(others) == 0 { // nobody is left to tell; the log and `igwatchd status` do
		return nil
	}
	added, err := d.write(tx, &n)
	if err != nil || !added {
		return err
	}
	return d.plan(tx, n, others)
}
