package imapwatch

import (
	"time"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// inbox is the folder that every mailbox has (RFC 3501, section 5.1).
const inbox = "INBOX"

// The states of a folder.
const (
	StateConnecting = "connecting"  // not read at present
	StateWatching   = "watching"    // the server tells of new mail at once
	StatePolling    = "polling"     // new mail is looked for every minute
	StateAuthFailed = "auth-failed" // the server refused the login three times; tried again each hour
	StateStopped    = "stopped"     // not watched: Run has ended, or there is no such folder
)

// FolderStatus is how it stands with one folder.
type FolderStatus struct {
	Folder string
	State  string
	// Since is when the folder came into State.
	Since time.Time
	// LastContact is when the server last sent anything on the folder's connection.
	LastContact time.Time
	// Err says in plain words what is wrong, or is empty. It may be set in any state: a folder
	// can be watched while one of its messages cannot be read.
	Err string
	// Fault is what Err was made of, with its hint; nil if nothing is wrong.
	Fault error
}

// Status returns INBOX first and then every other folder in the order of discovery.
func (w *Watcher) Status() []FolderStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]FolderStatus, 0, len(w.status))
	for _, s := range w.status {
		one := *s
		if c := w.live[lineOf(s.Folder)]; c != nil && s.State != StateStopped {
			one.LastContact = later(one.LastContact, c.lastHeard())
		}
		out = append(out, one)
	}
	return out
}

// lineOf names the connection that a folder is watched on.
func lineOf(folder string) string {
	if folder == inbox {
		return inbox
	}
	return "others"
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// set notes a folder's state and what is wrong, and tells of it if either is new.
func (w *Watcher) set(folder, state string, err error) {
	text := ""
	if err != nil {
		text = err.Error()
		if hint := fault.HintOf(err); hint != "" {
			text += " (" + hint + ")"
		}
	}
	w.mu.Lock()
	s := w.find(folder)
	changed := s.State != state || s.Err != text
	if s.State != state {
		s.Since = time.Now()
	}
	s.State, s.Err, s.Fault = state, text, err
	w.mu.Unlock()
	if folder == inbox && (state == StateWatching || state == StatePolling) {
		ring(w.inboxUp)
	}
	w.tell(changed)
}

// find returns the folder's status, a new one if there is none. w.mu is held.
func (w *Watcher) find(folder string) *FolderStatus {
	for _, s := range w.status {
		if s.Folder == folder {
			return s
		}
	}
	s := &FolderStatus{Folder: folder, State: StateConnecting, Since: time.Now()}
	w.status = append(w.status, s)
	return s
}

// setLine notes the same for every folder of a connection.
func (w *Watcher) setLine(line, state string, err error) {
	for _, s := range w.Status() {
		if lineOf(s.Folder) == line && s.State != StateStopped {
			w.set(s.Folder, state, err)
		}
	}
}

// forget removes folders that are no longer on the server.
func (w *Watcher) forget(gone func(folder string) bool) {
	w.mu.Lock()
	kept := w.status[:0]
	for _, s := range w.status {
		if s.Folder == inbox || !gone(s.Folder) {
			kept = append(kept, s)
		}
	}
	changed := len(kept) != len(w.status)
	w.status = kept
	w.mu.Unlock()
	w.tell(changed)
}

// attach makes c the connection whose last contact counts, or takes it away when c is nil.
func (w *Watcher) attach(line string, c *conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.live[line]; old != nil {
		for _, s := range w.status {
			if lineOf(s.Folder) == line {
				s.LastContact = later(s.LastContact, old.lastHeard())
			}
		}
	}
	w.live[line] = c
}

func (w *Watcher) stopped() {
	for _, s := range w.Status() {
		w.set(s.Folder, StateStopped, nil)
	}
}

func (w *Watcher) tell(changed bool) {
	if changed && w.o.Changed != nil {
		w.o.Changed()
	}
}
