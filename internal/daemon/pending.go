package daemon

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// pending is news that a channel has not taken yet.
type pending struct {
	step   journal.Step
	news   notify.Event
	untrue bool // by now
}

// pendingFor returns what the channel of a tell step has not taken yet of the same export, or of the same account where
// the news are of none, oldest first and up to that step itself. It is empty if the step was done meanwhile.
func pendingFor(tx *journal.Tx, s journal.Step) ([]pending, error) {
	_, channel := splitTell(s.Arg)
	steps, err := tx.StepsOf(s.Export)
	if err != nil {
		return nil, err
	}
	var queue []pending
	for _, x := range steps {
		id, name := splitTell(x.Arg)
		if x.Kind != stepTell || name != channel || x.ID > s.ID {
			continue
		}
		p := pending{step: x}
		body, found, err := tx.Event(id)
		if err != nil {
			return nil, err
		}
		if !found {
			p.untrue = true
		} else if err := json.Unmarshal(body, &p.news); err != nil {
			return nil, fmt.Errorf("read news: %w", err)
		}
		queue = append(queue, p)
	}
	slices.SortFunc(queue, func(a, b pending) int { return cmp.Compare(a.step.ID, b.step.ID) })
	if len(queue) == 0 || queue[len(queue)-1].step.ID != s.ID {
		return nil, nil
	}
	account := queue[len(queue)-1].news.Account
	queue = slices.DeleteFunc(queue, func(p pending) bool { return p.news.Account != account && p.step.ID != s.ID })
	for i := range queue {
		if queue[i].untrue {
			continue
		}
		if queue[i].untrue, err = overtaken(tx, queue[i].news); err != nil {
			return nil, err
		}
	}
	return queue, nil
}

// overtaken reports whether later events have made news untrue, or of no use.
func overtaken(tx *journal.Tx, n notify.Event) (bool, error) {
	switch n.Event {
	case verdict.Safe, verdict.Questions, verdict.NotSafe, "deadline-near", "waiting-for-you":
		e, found, err := tx.Export(n.Export)
		if err != nil || !found {
			return true, err
		}
		switch n.Event {
		case "deadline-near":
			return time.Until(e.Deadline) <= 0 || arrived(e), nil
		case "waiting-for-you":
			a, err := announcementOf(e)
			return arrived(e) && a.Wall == nil && len(a.dead()) == 0, err
		}
		return e.Verdict != n.Event, nil
	case "file-refused":
		files, err := refusedFiles(tx)
		for path, f := range files {
			if refusedEvent(path, f).ID == n.ID {
				return false, err
			}
		}
		return true, err
	case "no-mail-yet":
		_, open, err := tx.Request(n.Account)
		return !open, err
	case "inbox-down":
		_, open, err := tx.Outage(n.Account)
		return !open, err
	}
	return false, nil
}

// arrived reports whether an export's files are here, or will never be.
func arrived(e journal.Export) bool {
	return e.State == "inspecting" || e.State == "storing" || e.State == "done" || e.State == "failed"
}
