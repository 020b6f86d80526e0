package shape

import (
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxText bounds one piece of a page, in bytes.
const maxText = 4 << 20

// deep is how many open elements of a page are followed.
const deep = 200

// page takes the shape of a page.
type page struct {
	*tree
	open []element
}

type element struct {
	tag  string
	node *node // nil when there are too many places
}

// readPage adds a page to a tree.
func (t *tree) readPage(r io.Reader) error {
	p := &page{tree: t}
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxText)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			return nil
		case html.StartTagToken:
			p.begin(z, false)
		case html.SelfClosingTagToken:
			p.begin(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			p.end(string(name))
		case html.TextToken:
			p.said(string(z.Text()))
		case html.CommentToken:
			p.note("<!-- -->")
		case html.DoctypeToken:
			p.note("<!doctype>")
		}
	}
}

// here is the element that is open, or the root.
func (p *page) here() *node {
	if len(p.open) == 0 {
		return &p.root
	}
	return p.open[len(p.open)-1].node
}

func (p *page) note(name string) {
	if up := p.here(); up != nil {
		if n := p.tree.at(up, name); n != nil {
			n.times++
		}
	}
}

// void are the elements that have no end (HTML standard, 13.1.2).
var void = set("area base br col embed hr img input link meta source track wbr")

func (p *page) begin(z *html.Tokenizer, closed bool) {
	name, more := z.TagName()
	tag := string(name)
	label := "TAG"
	if atom.Lookup(name) != 0 {
		label = tag
	}
	var forms []string
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if string(key) == "class" {
			label += classesOf(string(value))
			continue
		}
		forms = append(forms, attributeForm(string(key), string(value)))
	}
	var n *node
	if up := p.here(); up != nil {
		if n = p.tree.at(up, label); n != nil {
			n.times++
			for _, f := range forms {
				n.saw(f)
			}
		}
	}
	if !closed && !void[tag] && len(p.open) < deep {
		p.open = append(p.open, element{tag, n})
	}
}

// end closes the innermost element of a name, and what was left open in it.
func (p *page) end(tag string) {
	for i, e := range slices.Backward(p.open) {
		if e.tag == tag {
			p.open = p.open[:i]
			return
		}
	}
}

func (p *page) said(s string) {
	n := p.here()
	if n == nil || strings.TrimSpace(s) == "" || len(p.open) > 0 && p.open[len(p.open)-1].tag == "style" {
		return
	}
	form, year := textForm(strings.TrimSpace(s))
	n.saw(form)
	if year != 0 {
		n.years.add(year)
	}
}

// attributes whose names are shown.
var attributes = set(`href src datetime role target controls lang dir id type rel content charset name alt title width height
	colspan rowspan style http-equiv property poster loop muted autoplay open hidden`)

// attributeForm says what an attribute is, and where it leads or which time it tells.
func attributeForm(key, value string) string {
	switch {
	case !attributes[key]:
		return "ATTRIBUTE"
	case key == "role" && value == "contentinfo":
		return key + "=" + value
	case key == "href", key == "src", key == "datetime":
		form, _ := textForm(strings.TrimSpace(value))
		return key + "=" + form
	}
	return key
}

// classesOf shows the classes of an element: known ones, and the short codes that pages have.
func classesOf(value string) string {
	var b strings.Builder
	for c := range strings.FieldsSeq(value) {
		switch {
		case classes[strings.ToLower(c)], isCode(c):
			b.WriteString("." + c)
		case !strings.HasSuffix(b.String(), ".CLASS"):
			b.WriteString(".CLASS")
		}
		if b.Len() > 100 {
			break
		}
	}
	return b.String()
}

// isCode reports whether a class is a code like _a6-g or _2lej: an underscore and up to four signs, or the
// older _3-95. Nothing of a person's fits into that.
func isCode(c string) bool {
	return len(c) >= 3 && len(c) <= 5 && c[0] == '_' && strings.Trim(c[1:], "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
