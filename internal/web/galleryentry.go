package web

import (
	"fmt"
	"slices"

	"github.com/igwatchd/igwatchd/internal/album"
)

// entryView is one entry with everything that belongs to it.
type entryView struct {
	galleryTop
	Kind, Date, Clock, Machine string
	Caption                    string
	Media                      []mediumView
	Where                      string
	Position                   string
	Newer, Older               string
	Back                       link
}

// mediumView is one picture, video or sound.
type mediumView struct {
	Show    string // picture | video | sound | file
	Src     string
	Thumb   string
	Alt     string
	Caption string
	Size    string
}

func (l *library) entryView(to addresses, f filter, n int) entryView {
	e := l.Entries[n]
	list := l.pick(f)
	at := slices.Index(list, n)
	if at < 0 { // the address does not say from which list: from that of its kind
		f = filter{kind: e.Kind, year: anyYear, page: 1}
		list = l.pick(f)
		at = slices.Index(list, n)
	}
	title := capital(kindWords[e.Kind].one) + " of " + day(e.Time)
	if e.Time.IsZero() {
		title = capital(kindWords[e.Kind].one) + " without a date"
	}
	v := entryView{
		galleryTop: l.top(to, title, e.Kind, f.query), Kind: capital(kindWords[e.Kind].one),
		Date: day(e.Time), Clock: clock(e.Time), Machine: machine(e.Time), Caption: e.Caption,
		Position: fmt.Sprintf("%d of %d", at+1, len(list)),
	}
	if f.page > 0 { // a server's lists have pages
		f.page = at/pageTiles + 1
	}
	v.Back = link{Text: backText(f), To: to.list(f)}
	if f.query == "" && f.year == anyYear {
		v.Back.To = to.years(f.kind)
	}
	if at > 0 {
		v.Newer = to.entry(f, list[at-1])
	}
	if at+1 < len(list) {
		v.Older = to.entry(f, list[at+1])
	}
	for i, m := range e.Media {
		alt := ""
		if len(e.Media) > 1 {
			alt = fmt.Sprintf("%d of %d, ", i+1, len(e.Media))
		}
		mv := mediumOf(to, m, alt+describe(album.Entry{Kind: e.Kind, Time: e.Time, Caption: e.Caption}))
		if m.Caption != e.Caption {
			mv.Caption = m.Caption
		}
		v.Media = append(v.Media, mv)
		if p := m.Place; p != nil && v.Where == "" {
			v.Where = fmt.Sprintf("%.4f, %.4f", p.Latitude, p.Longitude)
		}
	}
	return v
}

func backText(f filter) string {
	switch {
	case f.query != "":
		return "Back to the search"
	case f.year == anyYear:
		return "All " + kindWords[f.kind].many
	case f.month > 0:
		return months[f.month-1] + " " + yearName(f.year)
	default:
		return yearName(f.year)
	}
}

// mediumOf tells how a medium is shown. Where its bytes cannot be read it is a file.
func mediumOf(to addresses, m album.Media, about string) mediumView {
	f := m.File()
	v := mediumView{Show: "file", Src: to.media(f), Size: bytesText(f.Size)}
	kind, err := f.Kind()
	switch {
	case err != nil:
	case kind == "audio/mp4", kind == "video/mp4" && sounding(f):
		v.Show, v.Alt = "sound", "Sound"
	case kind == "video/mp4":
		v.Show, v.Alt = "video", "Video"
	case kind == "image/jpeg", kind == "image/png", kind == "image/gif", kind == "image/webp", kind == "image/avif":
		v.Show, v.Alt = "picture", "Picture"
	case kind == "image/heic": // which few browsers show: a small picture leads to it
		v.Show, v.Alt, v.Thumb = "picture", "Picture", to.thumb(f)
	}
	if v.Alt == "" {
		v.Alt = "File"
	}
	v.Alt += " " + about
	return v
}
