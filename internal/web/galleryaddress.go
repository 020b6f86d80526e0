package web

import (
	"fmt"
	"net/url"

	"github.com/igwatchd/igwatchd/internal/album"
)

// addresses tell where the parts of a gallery are: on this server, or in a folder of files.
type addresses interface {
	years(kind string) string
	list(f filter) string
	entry(f filter, n int) string
	search() string // where a form sends its words; "": nothing can search
	threads(page int) string
	thread(n int, at place) string
	media(f album.File) string
	thumb(f album.File) string
	about() string // the archive itself; "": nothing tells of it
}

// served are the addresses of one export's gallery on this server.
type served struct{ id string }

func (s served) base() string { return "/gallery/" + url.PathEscape(s.id) }

func (s served) years(kind string) string {
	return s.base() + "?" + url.Values{"kind": {kind}}.Encode()
}

func (s served) list(f filter) string { return s.base() + "/list?" + f.values().Encode() }

func (s served) entry(f filter, n int) string {
	f.page = 0
	return fmt.Sprintf("%s/entry/%d?%s", s.base(), n, f.values().Encode())
}

func (s served) search() string { return s.base() + "/list" }

func (s served) threads(page int) string {
	if page == 0 {
		return s.base() + "/messages"
	}
	return fmt.Sprintf("%s/messages?show=%d", s.base(), page)
}

func (s served) thread(n int, at place) string {
	return fmt.Sprintf("%s/messages/%d?file=%d&page=%d", s.base(), n, at.file, at.page)
}

func (s served) media(f album.File) string {
	return fmt.Sprintf("%s/media/%d/%s", s.base(), f.Index, mediaName(f))
}

func (s served) thumb(f album.File) string { return fmt.Sprintf("%s/thumb/%d", s.base(), f.Index) }

func (s served) about() string { return "/export/" + url.PathEscape(s.id) }
