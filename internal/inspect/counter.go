package inspect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// counter counts what one list holds. It implements visitor.
type counter struct {
	class  class
	census *census
	amount

	single bool     // the outermost brackets are one item
	beside amount   // on a page, what stands outside of its blocks
	names  []string // v1: who takes part in the conversation that is being read
	talk   amount   // and what it holds
}

// read reads a list to its end.
func (c *counter) read(z *lister, src *source, e *entry) error {
	r, err := z.content(src, e)
	if err != nil {
		return err
	}
	if isPage(e.rel) {
		err = c.page(r)
	} else {
		err = walkJSON(r, c)
	}
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r) // up to the checksum
	return err
}

// texts of lists stand below these keys, where they are no names of files and no addresses.
var textKeys = map[string]bool{"title": true, "value": true, "content": true, "text": true, "caption": true, "share_text": true}

func (c *counter) value(path []string, v token) {
	if len(path) == 0 {
		return
	}
	key := path[len(path)-1]
	switch {
	case c.class == classThreads1 && len(path) == 3 && path[1] == "participants":
		s, _ := v.text()
		c.names = append(c.names, s)
	case c.class == classThreads1 && len(path) == 4 && key == "text":
		count1(&c.talk, v)
	case c.class == classThreads1:
	case c.class == classMessages:
		if len(path) == 3 && path[0] == "messages" && key == "content" {
			count1(&c.amount, v)
		}
	case c.class.own():
		inside, listed := itemPath(path)
		c.single = c.single || key == "uri" && !listed
		inLine := len(inside) > 0 && inside[0] == "label_values" && key == "value"
		if len(inside) > 0 && key == "title" && (len(inside) == 1 || isMedium(inside[:len(inside)-1])) || inLine {
			count1(&c.amount, v)
		}
	default:
		c.element(path)
		if textKeys[key] {
			count1(&c.amount, v)
		}
	}
}

// count1 counts one text.
func count1(a *amount, v token) {
	if v.kind == '"' && len(v.raw) > 0 {
		a.texts++
		a.bytes += int64(len(v.raw))
	}
}

// element counts what stands directly in the outermost list, or in a list or an object directly below it.
func (c *counter) element(path []string) {
	if len(path) == 1 && path[0] == element || len(path) == 2 && path[0] != element {
		c.items++
	}
}

func (c *counter) leave(path []string, array bool) {
	switch {
	case c.class == classThreads1:
		switch {
		case len(path) == 3 && path[1] == "conversation" && !array:
			c.talk.items++
		case len(path) == 1 && !array:
			slices.Sort(c.names)
			c.census.talk("v1:"+strings.Join(c.names, "\x00"), c.talk)
			c.names, c.talk = nil, amount{}
		}
	case c.class == classMessages:
		if len(path) == 2 && path[0] == "messages" && !array {
			c.items++
		}
	case c.class.own():
		if inside, listed := itemPath(path); len(inside) == 0 && !array && (listed || c.single && len(path) == 0) {
			c.items++
		}
	default:
		c.element(path)
	}
}

// page counts the blocks of a page, and the pieces of text in them.
func (c *counter) page(r io.Reader) error {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	var depth, block, heading, timed int // of frames, and the depth of what is being read
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return err
			}
			if c.items == 0 { // a page of another form
				c.amount = c.beside
			}
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			if a == atom.H2 || frames[a] {
				if depth++; depth > 10_000 {
					return fmt.Errorf("more than %d levels deep", 10_000)
				}
				marks := attributes(z, more).marks
				switch {
				case block == 0 && marks&markBlock != 0:
					block = depth
					c.items++
				case block > 0 && heading == 0 && marks&markTitle != 0:
					heading = depth
				case block > 0 && timed == 0 && marks&markTime != 0:
					timed = depth
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); (a == atom.H2 || frames[a]) && depth > 0 {
				for _, at := range []*int{&block, &heading, &timed} {
					if *at == depth {
						*at = 0
					}
				}
				depth--
			}
		case html.TextToken:
			// In a message the heading is who sent it, elsewhere the caption.
			into := &c.amount
			if block == 0 {
				into = &c.beside
			}
			if own := c.class.own(); block == 0 || timed == 0 && (heading > 0) == own {
				if s := bytes.TrimSpace(z.Text()); len(s) > 0 {
					into.texts++
					into.bytes += int64(len(s))
				}
			}
		}
	}
}
