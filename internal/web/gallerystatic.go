package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/igwatchd/igwatchd/internal/album"
)

// Folder is where a gallery of files is written. Names have slashes.
type Folder interface {
	Place(f album.File) string // where a file of the archive lies; "": nowhere
	Has(name string) bool
	Put(ctx context.Context, name string, body []byte) error // unless it is there as it should be
}

// staticMessages is how many messages are on one page of a file.
const staticMessages = 500

// WriteGallery writes the gallery of an album as files that any browser opens, today and in many
// years: without a server, script or network. The first page is index.html, everything else lies in
// the folder gallery; pictures and videos are linked to where they lie.
func WriteGallery(ctx context.Context, a *album.Album, owner string, to Folder) error {
	pages, err := galleryPages("gallery-static.html", func(name string) string { return name })
	if err != nil {
		return err
	}
	g := &fileGallery{lib: newLibrary(a, owner), to: to, pages: pages, ctx: ctx, names: map[int]string{}, refused: map[string]bool{}}
	g.nameAll()
	return errors.Join(g.write(), g.failed)
}

// fileGallery are the addresses in a folder of files, and what writes them.
type fileGallery struct {
	lib     *library
	to      Folder
	pages   map[string]*template.Template
	ctx     context.Context //nolint:containedctx // it lives as long as one call of WriteGallery
	names   map[int]string  // pages of entries
	talks   []string        // pages of conversations, without number and ending
	refused map[string]bool // small pictures that cannot be made
	page    string          // the one that is being made: addresses are relative to it
	failed  error           // the first small picture that could not be written
}

// nameAll gives every entry and conversation a name that depends on itself and its likes alone, so
// that a second run, or one with further parts, finds most names as they were.
func (g *fileGallery) nameAll() {
	taken := map[string]bool{}
	free := func(stem string) string {
		name := stem
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s-%d", stem, n)
		}
		taken[name] = true
		return name
	}
	for n, e := range g.lib.Entries {
		stem := "without-date"
		if !e.Time.IsZero() {
			stem = e.Time.Format("2006-01-02-150405")
		}
		g.names[n] = free(g.folder(e.Kind)+yearFile(e)+"/"+stem) + ".html"
	}
	for _, t := range g.lib.Threads {
		g.talks = append(g.talks, free("gallery/messages/"+plainName(t.ID)))
	}
}

func (g *fileGallery) folder(kind string) string { return "gallery/" + kind + "/" }

func yearFile(e album.Entry) string {
	if e.Time.IsZero() {
		return "without-date"
	}
	return strconv.Itoa(e.Time.Year())
}

// plainName keeps of a stranger's name what every file system and address takes as it is.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, s)
	return "t-" + s[:min(len(s), 80)]
}

func (g *fileGallery) write() error {
	for _, name := range []string{"style.css", "gallery.css", "icon.svg", "gallery-picture.svg", "gallery-video.svg"} {
		body, err := files.ReadFile("static/" + name)
		if err == nil {
			err = g.to.Put(g.ctx, "gallery/"+name, body)
		}
		if err != nil {
			return err
		}
	}
	if len(g.lib.lines) == 0 {
		v, _ := g.at("index.html").lib.yearsView(g, album.Post)
		return g.put("gallery.html", v.Title, v)
	}
	for _, t := range g.lib.lines {
		v, _ := g.at(g.yearsPage(t.Kind)).lib.yearsView(g, t.Kind)
		if err := g.put("gallery.html", v.Title, v); err != nil {
			return err
		}
		for _, y := range t.Years {
			f := filter{kind: t.Kind, year: y.Year}
			v := g.at(g.listPage(f)).lib.listView(g, f)
			if err := g.put("gallery-list.html", v.Title, v); err != nil {
				return err
			}
		}
		for _, n := range t.Entries {
			v := g.at(g.names[n]).lib.entryView(g, filter{kind: t.Kind, year: anyYear}, n)
			if err := g.put("gallery-entry.html", v.Title, v); err != nil {
				return err
			}
		}
	}
	return g.writeThreads()
}

func (g *fileGallery) writeThreads() error {
	if len(g.lib.Threads) == 0 {
		return nil
	}
	v := g.at("gallery/messages/index.html").lib.threadsView(g.ctx, g, 1, len(g.lib.Threads))
	v.Closed = true
	if err := g.put("gallery-threads.html", v.Title, v); err != nil {
		return err
	}
	for n := range g.lib.Threads {
		if err := g.writeThread(n); err != nil {
			return err
		}
	}
	return nil
}

// writeThread writes a conversation, the oldest messages on the first page.
func (g *fileGallery) writeThread(n int) error {
	t := g.lib.head(g.ctx, n).thread
	var waiting []album.Message
	page := 1
	flush := func(count int, last bool) error {
		v := g.at(g.threadPage(n, page)).lib.threadView(g, t)
		v.add(g, t, waiting[:count])
		waiting = waiting[count:]
		if page > 1 {
			v.Older = g.relative(g.threadPage(n, page-1))
		}
		if !last {
			v.Newer = g.relative(g.threadPage(n, page+1))
		}
		page++
		return g.put("gallery-thread.html", v.Title, v)
	}
	for file := len(t.Files) - 1; file >= 0; file-- {
		_, messages, err := g.lib.Read(g.ctx, g.lib.Threads[n], file)
		if err != nil && g.ctx.Err() != nil {
			return err
		}
		waiting = append(waiting, messages...) // what cannot be read was counted when the tree was written
		for len(waiting) > staticMessages {
			if err := flush(staticMessages, false); err != nil {
				return err
			}
		}
	}
	return flush(len(waiting), true)
}

// at says which page is made now.
func (g *fileGallery) at(page string) *fileGallery {
	g.page = page
	return g
}

// put writes the page that is made now.
func (g *fileGallery) put(name, title string, body any) error {
	if err := errors.Join(g.ctx.Err(), g.failed); err != nil {
		return err
	}
	var b bytes.Buffer
	err := g.pages[name].Execute(&b, struct {
		Title, Root string
		Body        any
	}{title, strings.Repeat("../", strings.Count(g.page, "/")), body})
	if err != nil {
		return fmt.Errorf("make a page: %w", err)
	}
	return g.to.Put(g.ctx, g.page, b.Bytes())
}

// relative returns the address of a file, seen from the page that is made now.
func (g *fileGallery) relative(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Repeat("../", strings.Count(g.page, "/")) + strings.Join(parts, "/")
}

func (g *fileGallery) yearsPage(kind string) string {
	if kind == g.lib.first() {
		return "index.html"
	}
	return g.folder(kind) + "index.html"
}

func (g *fileGallery) listPage(f filter) string {
	if f.year == 0 {
		return g.folder(f.kind) + "without-date.html"
	}
	return g.folder(f.kind) + strconv.Itoa(f.year) + ".html"
}

func (g *fileGallery) threadPage(n, page int) string {
	return fmt.Sprintf("%s.%d.html", g.talks[n], page)
}

func (g *fileGallery) years(kind string) string { return g.relative(g.yearsPage(kind)) }

func (g *fileGallery) list(f filter) string {
	if f.year == anyYear {
		return g.years(f.kind)
	}
	to := g.relative(g.listPage(f))
	if f.month > 0 {
		to += fmt.Sprintf("#m%d-%02d", f.year, f.month)
	}
	return to
}

func (g *fileGallery) entry(_ filter, n int) string { return g.relative(g.names[n]) }
func (g *fileGallery) search() string               { return "" }
func (g *fileGallery) about() string                { return "" }
func (g *fileGallery) thread(n int, _ place) string { return g.relative(g.threadPage(n, 1)) }
func (g *fileGallery) media(f album.File) string    { return g.relative(g.to.Place(f)) }

// threads are all on one page.
func (g *fileGallery) threads(int) string { return g.relative("gallery/messages/index.html") }

// thumb makes the small picture if it is not there.
func (g *fileGallery) thumb(f album.File) string {
	name := path.Join("gallery", "thumbnails", thumbKey(f)+".jpg")
	if !g.refused[name] && !g.to.Has(name) && g.failed == nil {
		body, err := thumbnail(g.ctx, f)
		if err == nil {
			g.failed = g.to.Put(g.ctx, name, body)
		}
		g.refused[name] = err != nil
	}
	switch {
	case !g.refused[name]:
		return g.relative(name)
	case filming(f):
		return g.relative("gallery/gallery-video.svg")
	}
	return g.relative("gallery/gallery-picture.svg")
}
