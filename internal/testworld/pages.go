package testworld

import (
	"fmt"
	"html"
	"path"
	"slices"
	"strings"
	"time"
)

// markup is what changed in pages over the years.
type markup struct{ block, title, heading, body, time, medium string }

var (
	laterMarkup = markup{"_a6-g", "_a6-h _a6-i", "h2", "_a6-p", "_a6-o", "_a6_o"}
	markup2022  = markup{"_a6-g", "_a6-h _a6-i", "div", "_a6-p", "_a6-o", "_a6_o"}
	earlyMarkup = markup{"_2lej", "_2lek _2lel", "div", "_2let", "_2lem", "_2yuc"}
)

func (p *plan) markup() markup {
	switch {
	case p.EarlyPages:
		return earlyMarkup
	case p.Layout == LayoutV2a, p.Layout == LayoutV2b:
		return markup2022
	}
	return laterMarkup
}

// page renders a list as exports in HTML have it: a block for each item.
func (p *plan) page(name string, value any) []byte {
	var b strings.Builder
	up := strings.Repeat("../", strings.Count(name, "/"))
	fmt.Fprintf(&b, `<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/><base href="%s"/><title>%s</title></head><body class="_5vb_ _2yq">`,
		up, html.EscapeString(path.Base(name)))
	b.WriteString(`<div class="_a705"><img src="` + p.logo() + `" class="_a6_p"/>` + p.pageHeader() + `</div><main class="_a706" role="main">`)
	switch v := value.(type) {
	case []item:
		for _, i := range v {
			b.WriteString(p.itemBlock(i))
		}
	case item:
		b.WriteString(p.itemBlock(v))
	case thread:
		for i, m := range v.Messages {
			content := plain(m.Content)
			if p.EarlyPages && i == len(v.Messages)-1 {
				content += " see you.then me@mail.example"
			}
			b.WriteString(p.block(plain(m.Sender), p.photos(m.Photos)+"<div>"+linked(content)+"</div>", m.Millis/1000))
		}
	case object:
		for _, key := range sortedKeys(v) {
			p.section(&b, v[key])
		}
	default:
		p.section(&b, v)
	}
	b.WriteString("</main></body></html>")
	return []byte(b.String())
}

func (p *plan) section(b *strings.Builder, value any) {
	switch v := value.(type) {
	case []medium:
		for _, m := range v {
			b.WriteString(p.itemBlock(item{Media: []medium{m}}))
		}
	case []item:
		for _, i := range v {
			b.WriteString(p.itemBlock(i))
		}
	case []object:
		for _, o := range v {
			b.WriteString(`<div class="pam _3-95 _2ph- ` + p.markup().block + ` uiBoxWhite noborder"><table>`)
			p.rows(b, o)
			b.WriteString("</table></div>")
		}
	}
}

// rows renders what pages show of an object: labels with their values.
func (p *plan) rows(b *strings.Builder, o object) {
	for _, key := range sortedKeys(o) {
		switch v := o[key].(type) {
		case object:
			if value, ok := v["value"].(string); ok {
				value = plain(value)
				if stamp, ok := v["timestamp"].(int64); ok {
					value = p.pageTime(stamp)
				}
				fmt.Fprintf(b, `<tr><td colspan="2" class="_2pin _a6_q">%s<div><div>%s</div></div></td></tr>`, text(plain(key)), text(value))
				continue
			}
			p.rows(b, v)
		case medium:
			fmt.Fprintf(b, `<tr><td class="_2pin _a6_q">%s%s</td></tr>`, text(plain(key)), p.photos([]attachment{{v.URI, v.Created}}))
		case []object:
			for _, inner := range v {
				p.rows(b, inner)
			}
		}
	}
}

func (p *plan) itemBlock(i item) string {
	var body strings.Builder
	when, title := i.Created, i.Title
	for _, m := range i.Media {
		if path.Ext(m.URI) == ".mp4" {
			still := "" // what browsers show that know no videos
			if p.Layout == LayoutV2a {
				still = "<img />"
			}
			fmt.Fprintf(&body, `<video src="%s" controls="1" class="%s _3-96"><a target="_blank" href="%[1]s"><div>Click for video:</div>%[3]s</a></video>`,
				text(m.URI), p.markup().medium, still)
			if subtitles := m.subtitles(); subtitles != "" {
				fmt.Fprintf(&body, `<table style="table-layout: fixed;"><tr><td colspan="2" class="_2pin _a6_q"><div class="_a6-q">Subtitles</div><div><div class="_a6-q">`+
					`<a target="_blank" href="%s">Subtitles for video</a></div></div></td></tr></table>`, text(subtitles))
			}
		} else {
			body.WriteString(p.photos([]attachment{{m.URI, m.Created}}))
		}
		if when == 0 {
			when, title = m.Created, m.Title
		}
	}
	return p.block(plain(title), body.String(), when)
}

// subtitles are the file of a film with what is said in it, or "".
func (m medium) subtitles() string {
	metadata, _ := m.Metadata.(object)
	film, _ := metadata["video_metadata"].(object)
	file, _ := film["subtitles"].(attachment)
	return file.URI
}

func (p *plan) block(title, body string, when int64) string {
	m := p.markup()
	return fmt.Sprintf(`<div class="pam _3-95 _2ph- %s uiBoxWhite noborder"><%s class="_3-95 _2pim %s">%s</%[2]s><div class="_3-95 %[5]s">%[6]s</div><div class="_3-94 %[7]s">%[8]s</div></div>`,
		m.block, m.heading, m.title, text(title), m.body, body, m.time, p.pageTime(when))
}

func (p *plan) photos(all []attachment) string {
	var b strings.Builder
	for _, a := range all {
		fmt.Fprintf(&b, `<a target="_blank" href="%s"><img src="%[1]s" class="%[2]s _3-96"/></a>`, text(a.URI), p.markup().medium)
	}
	return b.String()
}

// linked writes a message as pages do: a word with a dot in its midst becomes a link.
func linked(s string) string {
	b := text(s)
	for _, word := range strings.Fields(s) {
		if at := strings.IndexByte(word, '.'); at > 0 && at < len(word)-1 {
			b += fmt.Sprintf(`<div><a href="%s">%[1]s</a></div>`, text(word))
		}
	}
	return b
}

// logo is where the page's own picture lies: until 2021 in the web.
func (p *plan) logo() string {
	if p.EarlyPages {
		return "https://external.xx.fbcdn.net/safe_image.php?d=AQF&amp;url=https%3A%2F%2Fwww.instagram.com%2Flogo.png&amp;_nc_cb=1"
	}
	return "files/Instagram-Logo.png"
}

// pageHeader says who, when and which dates, as pages do since 2026.
func (p *plan) pageHeader() string {
	if p.RequestedFrom.IsZero() {
		return ""
	}
	stamp := func(t time.Time) string {
		return fmt.Sprintf(`<time datetime="%s">%s</time>`, t.UTC().Format("2006-01-02T15:04Z"), t.Format("January 2, 2006 at 3:04 PM"))
	}
	return `<aside role="contentinfo" class="_aoaa">Generated by ` + p.Username + ` on ` + stamp(p.Generated) + `<div>Contains data you requested from ` +
		stamp(p.RequestedFrom) + ` to ` + stamp(p.Generated) + `</div></aside>`
}

// startPage links to all other pages.
func (p *plan) startPage() {
	name := "start_here.html"
	if p.Layout == LayoutV2a || p.Layout == LayoutV2b {
		name = "index.html"
	}
	var b strings.Builder
	b.WriteString(`<html><head><base href=""/><title>Instagram</title></head><body><img src="` + p.logo() + `"/>` + p.pageHeader() + "<main>")
	for _, f := range p.files {
		if path.Ext(f.name) == ".html" {
			fmt.Fprintf(&b, `<a href="%s">%s</a>`, text(f.name), text(path.Base(f.name)))
		}
	}
	p.add(name, 0, []byte(b.String()+"</main></body></html>"))
	logo, err := picture(1, 16)
	if err != nil && p.bad == nil {
		p.bad = err
	}
	p.add("files/Instagram-Logo.png", 0, logo)
}

// plain undoes mojibake: pages are clean.
func plain(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		b = append(b, byte(r))
	}
	return string(b)
}

func text(s string) string { return html.EscapeString(s) }

func sortedKeys(o object) []string {
	keys := make([]string, 0, len(o))
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
