package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/album"
)

const (
	pageThreads  = 40
	pageMessages = 100
)

// place is a page of a conversation: of which of its files, the newest is 0, and which page of that,
// the newest is 1.
type place struct{ file, page int }

// threadsView lists the conversations, once the person has asked for that.
type threadsView struct {
	galleryTop
	Sentence     string
	Show         string // where the list is, if it is not shown; ""
	Closed       bool   // the list opens with a click: there is no server to ask
	Threads      []threadLink
	Newer, Older string
	Page, Pages  int
}

type threadLink struct{ Title, With, Last, Machine, To string }

func (s *Server) galleryThreads(w http.ResponseWriter, r *http.Request, l *library) error {
	page := 0
	if r.URL.Query().Has("show") {
		var err error
		if page, err = strconv.Atoi(r.URL.Query().Get("show")); err != nil || page < 1 {
			return errNoPage
		}
	}
	v := l.threadsView(r.Context(), served{r.PathValue("id")}, page, pageThreads)
	s.show(w, "gallery-threads.html", http.StatusOK, v.Title, v)
	return nil
}

// threadsView with page 0 says only that there are conversations.
func (l *library) threadsView(ctx context.Context, to addresses, page, size int) threadsView {
	v := threadsView{galleryTop: l.top(to, "Messages", "messages", ""), Page: 1, Pages: 1}
	v.Sentence = fmt.Sprintf("%d conversations.", len(l.Threads))
	if len(l.Threads) == 1 {
		v.Sentence = "One conversation."
	}
	if page == 0 {
		v.Show = to.threads(1)
		return v
	}
	v.Pages = max(1, (len(l.Threads)+size-1)/size)
	v.Page = min(page, v.Pages)
	if v.Page > 1 {
		v.Newer = to.threads(v.Page - 1)
	}
	if v.Page < v.Pages {
		v.Older = to.threads(v.Page + 1)
	}
	for n := (v.Page - 1) * size; n < min(v.Page*size, len(l.Threads)); n++ {
		h := l.head(ctx, n)
		t := threadLink{Title: h.thread.Title, With: strings.Join(h.thread.Participants, ", "), Machine: machine(h.last), To: to.thread(n, place{0, 1})}
		if !h.last.IsZero() {
			t.Last = day(h.last)
		}
		v.Threads = append(v.Threads, t)
	}
	return v
}

// threadView is a page of a conversation, the oldest message first.
type threadView struct {
	galleryTop
	With         string
	Days         []dayView
	Newer, Older string
	Back         link
	Problem      string
}

type dayView struct {
	Name, Machine string
	Messages      []messageView
}

type messageView struct {
	Sender, Clock, Machine, Text, Link, Reactions string
	Mine                                          bool
	Media                                         []mediumView
}

func (s *Server) galleryThread(w http.ResponseWriter, r *http.Request, l *library) error {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 0 || n >= len(l.Threads) {
		return errNoPage
	}
	at := place{0, 1}
	for name, to := range map[string]*int{"file": &at.file, "page": &at.page} {
		if v := r.URL.Query().Get(name); v != "" {
			if *to, err = strconv.Atoi(v); err != nil || *to < 0 {
				return errNoPage
			}
		}
	}
	files := len(l.Threads[n].Files)
	if at.file >= files || at.page < 1 {
		return errNoPage
	}
	to := served{r.PathValue("id")}
	t, messages, err := l.Read(r.Context(), l.Threads[n], at.file)
	v := l.threadView(to, t)
	if err != nil {
		v.Problem = "This part of the conversation cannot be read."
		s.log.Warn("messages could not be read", "thread", t.ID, "error", err)
	}
	pages := max(1, (len(messages)+pageMessages-1)/pageMessages)
	at.page = min(at.page, pages)
	end := len(messages) - (at.page-1)*pageMessages
	v.add(to, t, messages[max(0, end-pageMessages):end])
	switch {
	case at.page < pages:
		v.Older = to.thread(n, place{at.file, at.page + 1})
	case at.file+1 < files:
		v.Older = to.thread(n, place{at.file + 1, 1})
	}
	switch {
	case at.page > 1:
		v.Newer = to.thread(n, place{at.file, at.page - 1})
	case at.file > 0: // its last page, whichever that is
		v.Newer = to.thread(n, place{at.file - 1, 1 << 20})
	}
	s.show(w, "gallery-thread.html", http.StatusOK, v.Title, v)
	return nil
}

func (l *library) threadView(to addresses, t album.Thread) threadView {
	return threadView{
		galleryTop: l.top(to, t.Title, "messages", ""), With: strings.Join(t.Participants, ", "),
		Back: link{Text: "All conversations", To: to.threads(1)},
	}
}

// add appends messages, by days.
func (v *threadView) add(to addresses, t album.Thread, messages []album.Message) {
	for _, m := range messages {
		name := day(m.Time)
		if len(v.Days) == 0 || v.Days[len(v.Days)-1].Name != name {
			d := dayView{Name: name}
			if !m.Time.IsZero() {
				d.Machine = m.Time.Format("2006-01-02")
			}
			v.Days = append(v.Days, d)
		}
		mv := messageView{
			Sender: m.Sender, Clock: clock(m.Time), Machine: machine(m.Time), Text: m.Text, Link: m.Link, Reactions: strings.Join(m.Reactions, " "),
			// With two people the conversation is named after the other one.
			Mine: len(t.Participants) == 2 && m.Sender != t.Title,
		}
		for _, medium := range m.Media {
			mv.Media = append(mv.Media, mediumOf(to, medium, "from "+m.Sender+" of "+day(m.Time)))
		}
		for i := range mv.Media {
			if mv.Media[i].Show == "picture" {
				mv.Media[i].Thumb = to.thumb(m.Media[i].File())
			}
		}
		d := &v.Days[len(v.Days)-1]
		d.Messages = append(d.Messages, mv)
	}
}

// sounding tells whether a file of messages is a recorded voice: its container is that of videos.
func sounding(f album.File) bool {
	return strings.Contains(f.Name, "/audio/") || strings.HasSuffix(strings.ToLower(f.Name), ".m4a")
}
