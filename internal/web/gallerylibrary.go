package web

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
)

// library is an album with what its pages need besides, each prepared once.
type library struct {
	*album.Album
	owner  string
	lines  []album.Timeline // of the kinds that there are
	search func() *album.Search

	mu    sync.Mutex
	heads map[int]head // by thread
}

// head is what is known of a conversation without reading all of it.
type head struct {
	thread album.Thread
	last   time.Time // zero: not known
}

func newLibrary(a *album.Album, owner string) *library {
	l := &library{Album: a, owner: owner, search: sync.OnceValue(a.NewSearch), heads: map[int]head{}}
	for _, kind := range album.Kinds {
		if t := a.Timeline(kind); len(t.Entries) > 0 {
			l.lines = append(l.lines, t)
		}
	}
	return l
}

// first is the kind that a visitor sees first.
func (l *library) first() string {
	if len(l.lines) == 0 {
		return album.Post
	}
	return l.lines[0].Kind
}

// line returns the timeline of a kind; it is empty if there is nothing of that kind.
func (l *library) line(kind string) album.Timeline {
	i := slices.IndexFunc(l.lines, func(t album.Timeline) bool { return t.Kind == kind })
	if i < 0 {
		return album.Timeline{Kind: kind}
	}
	return l.lines[i]
}

// pick returns the entries that a filter lets through, the newest first.
func (l *library) pick(f filter) []int {
	switch {
	case f.query != "":
		return l.search().Find(f.query)
	case f.kind == "":
		return nil
	case f.year == anyYear:
		return l.line(f.kind).Entries
	default:
		return l.line(f.kind).Of(l.Album, f.year, f.month)
	}
}

// head reads the title of a conversation and the time of its last message, once.
func (l *library) head(ctx context.Context, n int) head {
	l.mu.Lock()
	h, ok := l.heads[n]
	l.mu.Unlock()
	if ok {
		return h
	}
	t, messages, err := l.Read(ctx, l.Threads[n], 0)
	h = head{thread: t}
	if err == nil && len(messages) > 0 {
		h.last = messages[len(messages)-1].Time
	}
	if ctx.Err() == nil {
		l.mu.Lock()
		l.heads[n] = h
		l.mu.Unlock()
	}
	return h
}

// day shows the date of something, in UTC: the archive does not say where its owner was.
func day(t time.Time) string {
	if t.IsZero() {
		return "Without a date"
	}
	return t.UTC().Format("2 January 2006")
}

func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("15:04")
}

func machine(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// cut shortens a text to one line of at most n letters, for descriptions.
func cut(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	letters := []rune(text)
	if len(letters) <= n {
		return text
	}
	return strings.TrimSpace(string(letters[:n-1])) + "…"
}
