package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// pageMark is what an element of a page is for. Exports in HTML hold the same lists as pages, and their classes are the
// same in all languages.
type pageMark uint8

const (
	markBlock pageMark = 1 << iota // one post, story, message …
	markTitle                      // its caption, or who sent it
	markTime                       // when it was made
)

// marksOf tells them by the classes of an element. The second of each is that of the pages of early 2021.
func marksOf(classes []byte) (marks pageMark) {
	for len(classes) > 0 {
		var class []byte
		class, classes, _ = bytes.Cut(classes, []byte(" "))
		switch string(class) {
		case "_a6-g", "_2lej":
			marks |= markBlock
		case "_a6-h", "_2lek":
			marks |= markTitle
		case "_a6-o", "_2lem":
			marks |= markTime
		}
	}
	return marks
}

var errBlock = errors.New("a post or message in the page does not end")

var errPageCut = errors.New("the page ends before its end tag")

// page reads one page of an export in HTML, token by token: memory does not depend on its length.
type page struct {
	*list
	base  string // folder, below the root, that links are relative to
	depth int    // of frames
	ended bool   // the page's end tag was seen
	dates pageDates

	block struct {
		depth       int // of the block's element, 0 outside of blocks
		files, time int
		when        int64
		heading     bool // its caption is being read
		caption     string
		unsure      string // its time, if what it says is not sure yet
	}
	unsure    []unsureBlock
	timeDepth int  // of the element that holds a time, 0 outside
	film      bool // inside of a video, where a picture stands for those who cannot see it
	aside     *header
	asideAt   int
	text      strings.Builder // of the time or header being read
	last      string          // the text before this one
}

// frames are the elements that blocks, times and headers are. Only they are counted: an end of theirs
// can never be left out, as it can for others (HTML standard, 13.1.2).
var frames = map[atom.Atom]bool{
	atom.Div: true, atom.Section: true, atom.Header: true, atom.Footer: true, atom.Main: true,
	atom.Aside: true, atom.Article: true, atom.Nav: true,
}

// unsureBlock is a block whose time may be one of two, until more of the page is read.
type unsureBlock struct {
	item item
	time string
}

// maxUnsure bounds them: those behind it stay undated.
const maxUnsure = 20_000

// readPage walks a page and notes what it names and says.
func (l *list) readPage(r io.Reader) error {
	p := &page{list: l, base: path.Dir(l.rel), dates: newPageDates()}
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	for {
		switch z.Next() {
		case html.ErrorToken:
			switch err := z.Err(); {
			case !errors.Is(err, io.EOF):
				return err
			case !p.ended:
				return errPageCut
			case p.block.depth > 0: // then all others were taken for parts of this one
				return errBlock
			}
			if l.class == classRequests {
				l.endRequest()
			}
			p.settleTimes()
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			if frames[a] {
				if p.depth++; p.depth > 10_000 {
					return fmt.Errorf("more than %d levels deep", 10_000)
				}
			}
			p.begin(a, attributes(z, more))
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(atom.Lookup(name))
		case html.TextToken:
			p.said(string(z.Text()))
		}
	}
}

// attribute are the attributes that matter here.
type attribute struct {
	marks                     pageMark
	src, href, datetime, role string
}

func attributes(z *html.Tokenizer, more bool) (a attribute) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "class":
			a.marks = marksOf(value)
		case "src":
			a.src = string(value) + "\x00" // there, even if it is empty
		case "href":
			a.href = string(value)
		case "datetime":
			a.datetime = string(value)
		case "role":
			a.role = string(value)
		}
	}
	return a
}

func (p *page) begin(element atom.Atom, a attribute) {
	switch element {
	case atom.Base:
		if a.href != "" {
			p.base = path.Join(path.Dir(p.rel), a.href)
		}
	case atom.Img, atom.Video, atom.Audio, atom.Source:
		src, ok := strings.CutSuffix(a.src, "\x00")
		switch {
		case ok:
			p.block.files++
			p.link(element, src)
		case element == atom.Img && p.block.depth > 0 && !p.film: // a picture that is none
			p.reference("photos", "")
		}
		p.film = p.film || element == atom.Video
	case atom.A:
		if p.leadsToFile(a.href) {
			p.link(element, a.href)
		}
	case atom.Aside:
		if a.role == "contentinfo" && p.aside == nil {
			p.aside, p.asideAt = &header{from: p.rel}, p.depth
			p.text.Reset()
		}
	case atom.H2, atom.Div: // the one since 2023, the other before
		p.block.heading = p.block.depth > 0 && a.marks&markTitle != 0
	case atom.Time:
		if p.aside != nil {
			p.aside.add(strings.TrimSpace(p.text.String()), a.datetime)
		}
	}
	if !frames[element] {
		return
	}
	if p.block.depth == 0 && a.marks&markBlock != 0 {
		p.block.depth, p.block.files, p.block.when, p.item = p.depth, 0, 0, item{}
		p.block.caption, p.block.unsure = "", ""
		p.filled = true
	}
	if p.timeDepth == 0 && a.marks&markTime != 0 {
		p.timeDepth = p.depth
		p.text.Reset()
	}
}

func (p *page) end(element atom.Atom) {
	switch element {
	case atom.Html:
		p.ended = true
	case atom.H2, atom.Div:
		p.block.heading = false
	case atom.Video:
		p.film = false
	}
	if !frames[element] || p.depth == 0 {
		return
	}
	if p.timeDepth == p.depth {
		if t, unsure := p.dates.read(p.text.String()); unsure && p.block.unsure == "" {
			p.block.unsure = p.text.String()
		} else if p.block.when == 0 {
			p.block.when = t
		}
		p.timeDepth = 0
	}
	if p.aside != nil && p.asideAt == p.depth {
		if p.aside.times > 0 {
			p.tally.header(*p.aside)
		}
		p.aside, p.asideAt = nil, 0
	}
	if p.block.depth == p.depth {
		p.endBlock()
	}
	p.depth--
}

func (p *page) endBlock() {
	p.block.depth = 0
	unsure := p.block.when == 0 && p.block.unsure != "" && len(p.unsure) < maxUnsure
	switch {
	case p.class == classMessages:
		p.messages++
		p.spoke(p.block.when)
	case p.class.own():
		if p.block.files == 0 && p.class != classDeleted { // of what was deleted, many exports list items without anything
			p.lacks(referenceEmpty, Question)
		}
		p.captionOmissions(p.block.caption)
		p.item.outer, p.item.told = p.block.when, true
		if unsure {
			p.dateOmissions(0)
		} else {
			p.count(p.item)
		}
	case p.class == classRequests:
		p.endRequest()
		return
	}
	if unsure {
		p.unsure = append(p.unsure, unsureBlock{p.item, p.block.unsure})
	}
}

// settleTimes reads the times that were not sure, now that the whole page has been read.
func (p *page) settleTimes() {
	for _, b := range p.unsure {
		when, _ := p.dates.read(b.time)
		if p.class == classMessages {
			p.spoke(when)
		} else if b.item.outer = when; p.class.own() {
			p.count(b.item)
		}
	}
}

// said takes a piece of text.
func (p *page) said(s string) {
	if p.timeDepth > 0 || p.aside != nil {
		if p.text.Len() < maxLabel {
			p.text.WriteString(s)
		}
	}
	s = strings.TrimSpace(s)
	if p.block.heading && p.block.caption == "" {
		p.block.caption = s
	}
	if s == "" || len(s) > maxLabel {
		return
	}
	switch p.class {
	case classPersonal:
		p.label(p.last, s)
	case classSignup:
		if t, _ := p.dates.read(s); believable(t) {
			p.signedUp = earlier(p.signedUp, t)
		}
	case classRequests:
		p.ask.option(s)
		t, _ := p.dates.read(s)
		p.ask.time(t)
	}
	p.last = s
}

// maxLabel bounds the texts that are looked at, in bytes.
const maxLabel = 4096
