// Package album shows what is in an export: posts, stories, messages, with their pictures, in the
// order in which they happened. It reads the zips as they were received and changes nothing.
//
// It is for looking, not for judging: whatever it cannot read it leaves out and counts, and whether
// an archive is whole is decided elsewhere. Layouts: facts of docs/testworld.md, generations v1 to
// v3b in JSON.
package album

import (
	"cmp"
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// Part is one zip of an export.
type Part struct {
	Name string
	Size int64 // in bytes
	R    io.ReaderAt
}

// The kinds of entries.
const (
	Post     = "post"
	Story    = "story"
	Reel     = "reel"
	Archived = "archived" // a post that its owner had hidden
	Deleted  = "deleted"  // recently deleted, not yet gone
	Profile  = "profile"  // a profile picture
	Other    = "other"
)

// Entry is one thing that was put on Instagram: a post with all its pictures, a story, a reel.
type Entry struct {
	Kind    string
	Time    time.Time // UTC; zero: the archive does not say
	Caption string    // as it was written
	Media   []Media
}

// Media is one picture, video or sound.
type Media struct {
	URI     string    // as the archive's lists call it
	Time    time.Time // UTC; zero: not known
	Caption string
	Place   *Place // where the camera was, if it said so
	file    *member
}

// Place is a position in degrees (WGS 84).
type Place struct{ Latitude, Longitude float64 }

// Thread is one conversation.
type Thread struct {
	ID           string // the folder's name in the archive
	Title        string
	Participants []string
	Files        []string // message_1.json and so on, the newest first
	members      []*member
}

// Album is an export, ready to be looked at. It may be used by many goroutines.
type Album struct {
	Entries []Entry // by time, the oldest first; those without a time at the end
	Threads []Thread
	Unread  []string // lists that could not be read, by name
	Missing int      // media that a list names and no part holds
	files   *archive

	detailed []Entry // of lists of everything ever posted, which other lists name too
}

// Bounds of what is read. Exports are the person's own, but zips are written by anyone.
const (
	maxList    = 1 << 30 // bytes of one list, unpacked
	maxEntries = 2_000_000
	maxThreads = 200_000
)

// Open reads the lists of all parts together. Parts must stay readable as long as the album is
// used. The error says that no part is a zip; anything less is in Unread and Missing.
func Open(ctx context.Context, parts []Part) (*Album, error) {
	files, err := openArchive(parts)
	if err != nil {
		return nil, err
	}
	a := &Album{files: files}
	for _, m := range files.members {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if kind, ok := listKind(m.name); ok {
			if err := a.readList(ctx, m, kind); err != nil {
				a.Unread = append(a.Unread, m.name)
			}
		}
	}
	a.addDetailed(a.detailed)
	a.detailed = nil
	a.Threads = findThreads(files)
	slices.SortStableFunc(a.Entries, func(x, y Entry) int {
		switch {
		case x.Time.IsZero() != y.Time.IsZero():
			if x.Time.IsZero() {
				return 1
			}
			return -1
		default:
			return x.Time.Compare(y.Time)
		}
	})
	slices.SortStableFunc(a.Threads, func(x, y Thread) int { return cmp.Compare(strings.ToLower(x.Title), strings.ToLower(y.Title)) })
	return a, nil
}

// Newest is the time of the newest entry, or zero.
func (a *Album) Newest() (newest time.Time) {
	for _, e := range a.Entries {
		if e.Time.After(newest) {
			newest = e.Time
		}
	}
	return newest
}

// add takes an entry with those of its media that are there.
func (a *Album) add(e Entry) {
	if len(a.Entries) >= maxEntries {
		return
	}
	here := e.Media[:0]
	for _, m := range e.Media {
		if m.file = a.files.find(m.URI); m.file == nil {
			a.Missing++
			continue
		}
		here = append(here, m)
	}
	e.Media = here
	if len(e.Media) > 0 || e.Caption != "" {
		a.Entries = append(a.Entries, e)
	}
}
