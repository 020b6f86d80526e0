package testworld

import (
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"
)

// entry1 is one picture or film in media.json of 2018 to 2021.
type entry1 struct {
	Caption string `json:"caption"`
	TakenAt string `json:"taken_at"`
	Path    string `json:"path"`
}

// rework1 turns the lists of today into those of 2018 to 2021: one media.json in each part,
// with the media of that part only; all else in the first.
func (p *plan) rework1(posts []item, stories []medium, reels []item, photos []medium, threads []thread) {
	parts := make(map[string]int)
	for _, f := range p.files {
		parts[f.name] = f.part
	}
	lists := make([]map[string][]entry1, p.Parts)
	for i := range lists {
		lists[i] = map[string][]entry1{}
	}
	put := func(m medium, when int64, caption string) {
		if when == 0 {
			when, caption = m.Created, m.Title
		}
		list := lists[parts[m.URI]]
		kind, _, _ := strings.Cut(m.URI, "/")
		list[kind] = append(list[kind], entry1{plain(caption), time.Unix(when, 0).UTC().Format("2006-01-02T15:04:05-07:00"), m.URI})
	}
	for _, i := range append(append([]item{}, posts...), reels...) {
		for _, m := range i.Media {
			put(m, i.Created, i.Title)
		}
	}
	for _, m := range append(append([]medium{}, stories...), photos...) {
		put(m, 0, "")
	}
	talks := []object{}
	for _, t := range threads {
		var talk []object
		for _, m := range t.Messages {
			at := time.UnixMilli(m.Millis).UTC()
			talk = append(talk, object{"sender": plain(m.Sender), "created_at": at.Format("2006-01-02T15:04:05.999999-07:00"), "text": plain(m.Content)})
			for _, a := range m.Photos {
				put(medium{URI: a.URI, Created: a.Created}, 0, "")
			}
		}
		talks = append(talks, object{"participants": []string{p.Username, plain(t.Title)}, "conversation": talk})
	}
	for part, list := range lists {
		p.plainList("media.json", part, list)
	}
	p.plainList("messages.json", 0, talks)
	p.plainList("profile.json", 0, object{"username": p.Username, "name": "Jane Doë", "date_joined": p.JoinedAt.UTC().Format("2006-01-02T15:04:05"), "private_account": false})
	p.plainList("connections.json", 0, object{"followers": object{"bob": p.FirstPost.UTC().Format(time.RFC3339)}})
	for _, name := range []string{"likes.json", "comments.json", "saved.json"} {
		p.plainList(name, 0, []string{noDataText})
	}
}

// plainList writes a list as it was before 2021, with text as it is.
func (p *plan) plainList(name string, part int, value any) {
	body, err := json.Marshal(value)
	if err != nil && p.bad == nil {
		p.bad = fmt.Errorf("%s: %w", path.Base(name), err)
	}
	p.add(name, part, body)
}
