package daemon

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// Status is what `igwatchd status --json` prints.
type Status struct {
	Running bool     `json:"running"`
	Version string   `json:"version,omitempty"`
	Inboxes []Inbox  `json:"inboxes"`
	Exports []Export `json:"exports"`
	// Requests are what a mail is waited for.
	Requests []Request `json:"requests,omitempty"`
	// Refused are archives in the drop folders that could not be taken.
	Refused []Refused `json:"refused,omitempty"`
}

// Request is an export that was asked for and is not announced yet.
type Request struct {
	Account string `json:"account"`
	Since   string `json:"since"`
}

// Inbox is one watched folder.
type Inbox struct {
	Account     string `json:"account"`
	Address     string `json:"address"`
	Folder      string `json:"folder"`
	State       string `json:"state"`
	Since       string `json:"since"`
	LastContact string `json:"last_contact"`
	Error       string `json:"error,omitempty"`
}

// Export is one export's place on its way.
type Export struct {
	ID          string           `json:"id"`
	Account     string           `json:"account"`
	AnnouncedAt string           `json:"announced_at"`
	Deadline    string           `json:"deadline"`
	State       string           `json:"state"`
	Detail      string           `json:"detail,omitempty"`
	Progress    *Progress        `json:"progress,omitempty"`
	Verdict     string           `json:"verdict"`
	Reasons     []verdict.Reason `json:"reasons"`
	Parts       []Part           `json:"parts"`
	Copies      []Copy           `json:"copies,omitempty"`
	Path        string           `json:"path"`
	Wall        *Wall            `json:"wall,omitempty"` // what stopped the browser
}

// Progress of a transfer, in bytes; a total of 0 is not known.
type Progress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
	Speed int64 `json:"speed"` // bytes a second of late; 0: not known yet
}

// Copy is a place where the archive is kept.
type Copy struct {
	Place  string `json:"place"`
	State  string `json:"state"`            // proven | damaged | copying | waiting | missing
	At     string `json:"at,omitempty"`     // when every byte of it was read last
	Detail string `json:"detail,omitempty"` // what it waits for
}

// Part is one received archive file.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ReadStatus is what the journal alone tells, while no daemon runs.
func ReadStatus(ctx context.Context, cfg *config.Config, j *journal.Journal) (Status, error) {
	s := Status{Inboxes: []Inbox{}, Exports: []Export{}}
	for _, a := range cfg.Accounts {
		s.Inboxes = append(s.Inboxes, Inbox{Account: a.Username, Address: a.Inbox.Address, Folder: "INBOX", State: "stopped"})
	}
	if j == nil {
		return s, nil
	}
	err := s.read(ctx, cfg, j)
	return s, err
}

// read adds what the journal knows.
func (s *Status) read(ctx context.Context, cfg *config.Config, j *journal.Journal) error {
	s.Exports = []Export{}
	return j.View(ctx, func(tx *journal.Tx) (err error) {
		if s.Refused, err = readRefused(tx); err != nil {
			return err
		}
		open, err := tx.Requests()
		if err != nil {
			return err
		}
		for _, account := range slices.Sorted(maps.Keys(open)) {
			s.Requests = append(s.Requests, Request{account, stamp(open[account])})
		}
		exports, err := tx.Exports()
		if err != nil {
			return err
		}
		for _, e := range exports {
			x := Export{
				ID: e.ID, Account: e.Account, AnnouncedAt: stamp(e.AnnouncedAt), Deadline: stamp(e.Deadline),
				State: e.State, Detail: e.Detail, Verdict: e.Verdict, Path: e.Path,
				Reasons: []verdict.Reason{}, Parts: []Part{},
			}
			if err := json.Unmarshal(e.Reasons, &x.Reasons); err != nil {
				return err
			}
			parts, err := tx.Parts(e.ID)
			if err != nil {
				return err
			}
			for _, p := range parts {
				x.Parts = append(x.Parts, Part{p.Name, p.Size, p.SHA256})
			}
			a, err := announcementOf(e)
			if err != nil {
				return err
			}
			if e.State == "waiting-for-you" || e.State == "done" && e.Verdict != verdict.Safe {
				x.Wall = a.Wall
			}
			if x.Copies, err = readCopies(tx, cfg, e); err != nil {
				return err
			}
			s.Exports = append(s.Exports, x)
		}
		return nil
	})
}

// readCopies tells of every place that must hold a copy of an export, once it is stored.
func readCopies(tx *journal.Tx, cfg *config.Config, e journal.Export) (list []Copy, err error) {
	if e.Path == "" {
		return nil, nil
	}
	copies, err := tx.Copies(e.ID)
	if err != nil {
		return nil, err
	}
	steps, err := tx.StepsOf(e.ID)
	if err != nil {
		return nil, err
	}
	places := []string{archivePlace}
	for _, r := range cfg.Replicas {
		places = append(places, r.Name())
	}
	for _, place := range places {
		c := Copy{Place: place, State: "missing"}
		for _, s := range steps {
			switch {
			case s.Kind == stepStore && place == archivePlace, s.Kind == stepCopy && s.Arg == place && s.Tries == 0:
				c.State = "copying"
			case s.Kind == stepCopy && s.Arg == place:
				c.State, c.Detail = "waiting", s.Error
			}
		}
		for _, have := range copies {
			if have.Place == place {
				c = Copy{Place: place, State: have.State, At: stamp(have.At)}
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// Status is where everything stands now.
func (d *Daemon) Status(ctx context.Context) (Status, error) { return d.status(ctx) }

// status adds what only the running daemon knows.
func (d *Daemon) status(ctx context.Context) (Status, error) {
	s := Status{Running: true, Version: d.version, Inboxes: []Inbox{}}
	for _, m := range d.mailboxes {
		for _, f := range m.status() {
			s.Inboxes = append(s.Inboxes, Inbox{
				Account: m.account.Username, Address: m.account.Inbox.Address, Folder: f.Folder, State: f.State,
				Since: stamp(f.Since), LastContact: stamp(f.LastContact), Error: f.Err,
			})
		}
	}
	if err := s.read(ctx, d.cfg, d.journal); err != nil {
		return s, err
	}
	for i := range s.Exports {
		s.Exports[i].Progress = d.transfers.of(s.Exports[i].ID)
	}
	return s, nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Open returns the reasons of one severity.
func (e Export) Open(severity inspect.Severity) []verdict.Reason {
	return verdict.Verdict{Reasons: e.Reasons}.Open(severity)
}

// Settled tells whether an export waits for nothing that igwatchd could do itself.
func (e Export) Settled() bool {
	return e.State == "done" || e.State == "failed" || e.State == "waiting-for-you"
}

// stateWords are the states of an export in words.
var stateWords = map[string]string{
	"announced": "the mail has come; the archive will be fetched", "fetching": "the archive is being downloaded",
	"waiting-for-you": "waiting for you", "inspecting": "the archive is being checked",
	"storing": "the archive is being stored and read back", "done": "done", "failed": "failed",
}

// sentence says a state in words.
func sentence(state, detail string) string {
	text := stateWords[state]
	if detail != "" {
		text += ": " + detail
	}
	return text
}

// Sentence says the export's state in words.
func (e Export) Sentence() string { return sentence(e.State, e.Detail) }
