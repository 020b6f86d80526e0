package exportmail

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// rawLink is an address as the mail has it and the words that carry it.
type rawLink struct{ url, text string }

// maxAnchor is how much of the words that carry a link is kept, in bytes.
const maxAnchor = 512

// addText adds words that carry the link, while there is room.
func (l *rawLink) addText(s string) { l.text += s[:min(len(s), max(0, maxAnchor-len(l.text)))] }

// add notes a link. Addresses that are no pages, and such within the mail, are left out.
func (c *content) add(url, text string) {
	c.effort.read(len(url) + len(text))
	url = strings.TrimSpace(url)
	lower := strings.ToLower(url)
	for _, p := range []string{"#", "mailto:", "tel:", "sms:", "cid:"} {
		if strings.HasPrefix(lower, p) {
			return
		}
	}
	if url == "" {
		return
	}
	l := rawLink{url, strings.Join(strings.Fields(text), " ")}
	if c.seen[l] {
		return
	}
	if len(c.links) >= maxLinks {
		c.cut = true
		return
	}
	c.seen[l] = true
	c.links = append(c.links, l)
}

// addressInText matches an address written out in text.
var addressInText = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"“”«»]+`)

// plain reads a text/plain part.
func (c *content) plain(text string) {
	c.words(text)
	c.written(text)
}

// written notes the addresses written out in text: mail programs make links of them.
func (c *content) written(text string) {
	for len(text) > 0 {
		at := addressInText.FindStringIndex(text)
		if at == nil {
			c.effort.read(len(text))
			return
		}
		c.effort.read(at[1])
		c.add(trimSentence(c.effort, text[at[0]:at[1]]), "")
		text = text[at[1]:]
	}
}

// trimSentence cuts off what belongs to the sentence around an address.
func trimSentence(e *effort, url string) string {
	round := e.count(url, ")") - e.count(url, "(") // how many too many
	square := e.count(url, "]") - e.count(url, "[")
	for url != "" {
		e.read(1)
		switch last := url[len(url)-1]; {
		case last == ')' && round > 0:
			round--
		case last == ']' && square > 0:
			square--
		case !strings.ContainsRune(".,;:!?'*_", rune(last)):
			return url
		}
		url = url[:len(url)-1]
	}
	return url
}

// linkAttribute names the attribute by which a tag leads somewhere when it is used.
var linkAttribute = map[atom.Atom]string{
	atom.A: "href", atom.Area: "href", atom.Form: "action", atom.Button: "formaction",
}

// inline lists the tags that do not part words.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.B: true, atom.I: true, atom.U: true, atom.Em: true, atom.Strong: true, atom.Span: true,
	atom.Font: true, atom.Small: true, atom.Big: true, atom.Wbr: true, atom.Abbr: true, atom.Sub: true, atom.Sup: true,
}

// html reads a text/html part. Only tags that a person can follow are links; pictures and
// styles are not.
func (c *content) html(text string) {
	c.effort.read(len(text))
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(maxText)
	var (
		visible, loose strings.Builder // all words; those outside of links
		open           = -1            // the link that words belong to, in pending
		pending        []rawLink
		mute           atom.Atom // inside <style>, <script> or <title>
	)
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			c.words(visible.String())
			for _, l := range pending {
				c.add(l.url, l.text)
			}
			c.written(loose.String())
			return
		case html.TextToken:
			if mute != 0 {
				continue
			}
			t := string(z.Text())
			visible.WriteString(t)
			if open >= 0 {
				pending[open].addText(t)
			} else {
				loose.WriteString(t)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := atom.Lookup(name)
			if tag == atom.Style || tag == atom.Script || tag == atom.Title {
				mute = tag
			}
			if !inline[tag] {
				visible.WriteByte(' ')
				loose.WriteByte(' ')
			}
			attribute, isLink := linkAttribute[tag]
			if tag == atom.A {
				open = -1
			}
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				if isLink && string(key) == attribute {
					if len(pending) > maxLinks {
						c.cut = true
						break
					}
					pending = append(pending, rawLink{url: string(value)})
					if isLink = false; tag == atom.A { // the first of two hrefs counts
						open = len(pending) - 1
					}
				}
				if string(key) == "alt" { // shown in place of a picture
					visible.WriteByte(' ')
					visible.Write(value)
					visible.WriteByte(' ')
					if open >= 0 {
						pending[open].addText(string(value))
					}
				}
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == mute {
				mute = 0
			}
			if tag == atom.A {
				open = -1
				loose.WriteByte(' ')
			} else if !inline[tag] {
				visible.WriteByte(' ')
				loose.WriteByte(' ')
			}
		}
	}
}
