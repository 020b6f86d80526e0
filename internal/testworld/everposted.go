package testworld

import "slices"

// EverPosted says whether an export has posts.json (or posts.html): everything that was ever posted, with archived
// posts and drafts, in a form of its own. Exports of 2026 have it beside posts_1.json or instead of it.
type EverPosted int

// The ways in which exports have it.
const (
	Never EverPosted = iota
	Beside
	Instead
)

// line is one line of what such a list says about a post.
type line struct {
	Label string   `json:"label,omitempty"`
	Value *string  `json:"value,omitempty"`
	Media []medium `json:"media,omitempty"`
	Title *string  `json:"title,omitempty"`
	Dict  []line   `json:"dict,omitempty"`
}

// detailed is a post, or something else, as such lists have it.
type detailed struct {
	Timestamp int64    `json:"timestamp"`
	Media     []medium `json:"media"`
	Lines     []line   `json:"label_values"`
	FBID      string   `json:"fbid"`
}

func says(label, value string) line { return line{Label: label, Value: &value} }

// details describes a post line by line. The cover is one of the media of a carousel, and its last.
func (p *plan) details(i item, draft bool) detailed {
	cover, when, title := i.Media[0], i.Created, i.Title
	if when == 0 {
		when, title = cover.Created, cover.Title
	}
	d := detailed{Timestamp: when, Media: []medium{}, FBID: digits(p.rng, 17)}
	is := map[bool]string{true: "True", false: "False"}
	d.Lines = []line{
		says("Caption", title),
		{Label: "Media", Media: []medium{cover}},
		says("Draft", is[draft]),
		says("Published", is[!draft]),
	}
	if len(i.Media) > 1 {
		none := ""
		further := line{Title: &none}
		for _, m := range slices.Backward(i.Media) {
			further.Dict = append(further.Dict, line{Title: &none, Dict: []line{{Label: "Media", Media: []medium{m}}}})
		}
		d.Lines = append(d.Lines, further)
	}
	return d
}

// everPosted makes the list of everything ever posted. A page shows each item as all others do.
func (p *plan) everPosted(posts, archived, drafts []item) {
	switch {
	case p.EverPosted == Never || p.Layout == LayoutV1:
		return
	case p.HTML:
		p.list(listDir+"posts.json", slices.Concat(posts, archived))
		return
	}
	all := []detailed{}
	for _, i := range slices.Concat(posts, archived) {
		all = append(all, p.details(i, false))
	}
	for _, i := range drafts {
		all = append(all, p.details(i, true))
	}
	p.list(listDir+"posts.json", all)
}

// oddLists makes the lists that only some exports have.
func (p *plan) oddLists(archived []item) {
	if len(archived) > 0 {
		p.list(listDir+"archived_posts.json", object{"ig_archived_post_media": archived})
	}
	if p.RecentlyDeleted {
		p.list(listDir+"recently_deleted_content.json", object{"ig_recently_deleted_media": []item{{Media: []medium{}}}})
	}
	if p.OtherContent && !p.HTML {
		p.list(listDir+"other_content.json", []detailed{{
			Timestamp: p.FirstPost.Unix(), Media: []medium{}, FBID: digits(p.rng, 17),
			Lines: []line{says("Publish mode", "cutout_sticker")},
		}})
	}
}

// empty reports whether there is nothing of the account's own.
func (p *plan) empty() bool {
	return p.Posts+p.Carousels+p.Stories+p.Reels+p.ProfilePhotos+p.Archived+p.Drafts == 0 && p.Pad == 0
}
