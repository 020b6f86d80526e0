package exportmail

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// sharedTags are those of a copy, without their attributes. Another one becomes a <div>.
var sharedTags = []atom.Atom{
	atom.Html, atom.Head, atom.Body, atom.Table, atom.Tbody, atom.Thead, atom.Tr, atom.Td, atom.Th, atom.P, atom.Div, atom.Br, atom.Hr,
	atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Center, atom.Blockquote, atom.Pre, atom.Img,
	atom.Form, atom.Button, atom.Area, atom.Map,
}

// run is text that a person reads as one, and the links that begin and end within.
type run struct {
	text strings.Builder
	tags []struct {
		at  int
		tag string
	}
}

// html returns a page with its words, its links, and nothing else. Words that tags part are seen as
// a person sees them: whole.
func (s *sharer) html(page string) string {
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxText)
	var (
		out  strings.Builder
		now  run
		mute atom.Atom // as in content.html
	)
	flush := func(tag string) {
		s.writeRun(&out, &now)
		now = run{}
		out.WriteString(tag)
	}
	within := func(tag string) {
		now.tags = append(now.tags, struct {
			at  int
			tag string
		}{now.text.Len(), tag})
	}
	for links := 0; ; {
		switch z.Next() {
		case html.ErrorToken:
			flush("")
			return out.String()
		case html.TextToken:
			if mute == 0 {
				now.text.WriteString(visible(string(z.Text())))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := atom.Lookup(name)
			if tag == atom.Style || tag == atom.Script || tag == atom.Title {
				mute = tag
			}
			attributes := ""
			leads, isLink := linkAttribute[tag]
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				switch {
				case isLink && string(key) == leads:
					if links++; links <= maxLinks+1 {
						attributes += " " + leads + `="` + html.EscapeString(s.url(visible(string(value)))) + `"`
					}
					isLink = false
				case string(key) == "alt":
					attributes += ` alt="` + html.EscapeString(s.text(visible(string(value[:min(len(value), maxAnchor)])))) + `"`
				}
			}
			switch {
			case tag == atom.A:
				within("<a" + attributes + ">")
			case inline[tag]:
				if attributes != "" {
					within("<span" + attributes + ">")
				}
			case slices.Contains(sharedTags, tag):
				flush("<" + tag.String() + attributes + ">")
			case tag == mute && tag != 0:
				flush(" ")
			default:
				flush("<div" + attributes + ">")
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			switch {
			case mute != 0 && tag == mute:
				mute = 0
			case tag == atom.A:
				within("</a>")
			case inline[tag]:
			case slices.Contains(sharedTags, tag):
				flush("</" + tag.String() + ">")
			default:
				flush("</div>")
			}
		}
	}
}

// writeRun writes the text with what is to be replaced replaced; a tag within such a piece follows it.
func (s *sharer) writeRun(out *strings.Builder, r *run) {
	text, tags, at := r.text.String(), r.tags, 0
	until := func(end int) { // writes text up to end, and the tags in it
		for len(tags) > 0 && tags[0].at <= end {
			out.WriteString(html.EscapeString(text[at:max(at, tags[0].at)]))
			at = max(at, tags[0].at)
			out.WriteString(tags[0].tag)
			tags = tags[1:]
		}
		out.WriteString(html.EscapeString(text[at:end]))
		at = end
	}
	for _, p := range s.spans(text) {
		until(p.from)
		out.WriteString(html.EscapeString(p.with))
		at = p.to
	}
	until(len(text))
}

// markup matches a tag, a comment or a character written as HTML does.
var markup = regexp.MustCompile(`(?s)<!--.*?-->|<[!/]?([A-Za-z][A-Za-z0-9]*)[^<>]*>?|&(?:#?[A-Za-z0-9]{1,20});?`)

// unmarked takes HTML out of what is no HTML part: tags could part a name that somebody reads
// whole in the end. Addresses in them stay, at the end of their block.
func unmarked(text string) string {
	addresses := ""
	text = markup.ReplaceAllStringFunc(text, func(m string) string {
		tag := markup.FindStringSubmatch(m)[1]
		at := addressInText.FindString(m)
		switch {
		case m[0] == '&':
			return html.UnescapeString(m)
		case tag == "":
			return ""
		case at != "":
			addresses += " <" + at + "> "
		}
		if inline[atom.Lookup([]byte(strings.ToLower(tag)))] {
			return ""
		}
		block := addresses + "\n"
		addresses = ""
		return block
	})
	return visible(text + addresses)
}
