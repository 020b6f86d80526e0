package exportmail

import (
	"bytes"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message/charset"
)

// Bounds. A genuine export mail is one or two parts of less than 100 KB.
const (
	maxMessage = 25 << 20 // bytes
	maxParts   = 200
	maxDepth   = 20
	maxText    = 512 << 10      // bytes of decoded text that are looked at, over all parts
	maxWalked  = 2 * maxMessage // bytes in which boundaries are sought, over all depths
	maxLinks   = 1000

	maxBoundary = 70 // bytes (RFC 2046, section 5.1.1)
)

// content is what a reader of the mail sees.
type content struct {
	effort *effort

	text  strings.Builder // visible words of all parts
	links []rawLink
	seen  map[rawLink]bool

	parts   int
	walked  int  // bytes in which boundaries were sought
	read    int  // bytes of decoded text
	cut     bool // a bound was reached: there is more than was looked at
	damaged bool // some part could not be decoded to its end
}

// readContent walks through the parts. It reads as far as it can: damage is noted, not fatal.
func readContent(e *effort, h header, body []byte) *content {
	c := &content{effort: e, seen: map[rawLink]bool{}}
	c.part(h, body, 0)
	return c
}

func (c *content) part(h header, body []byte, depth int) {
	c.parts++
	if c.parts > maxParts || depth > maxDepth {
		c.cut = true
		return
	}
	contentType := h.get("Content-Type")
	if contentType == "" {
		contentType = "text/plain"
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		c.damaged = true
		media, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		media = strings.TrimSpace(media)
	}
	boundary := params["boundary"]
	if strings.HasPrefix(media, "multipart/") && boundary == "" {
		c.damaged = true
		c.effort.read(len(body))
		boundary = likelyBoundary(body)
	}
	switch {
	case strings.HasPrefix(media, "multipart/") && boundary != "":
		c.multipart(body, boundary, depth)
	case media == "message/rfc822":
		if !c.walk(body) {
			return
		}
		inner, rest, err := readHeader(c.decode(h, body))
		c.effort.read(inner.size())
		if err != nil {
			c.damaged = true
		}
		c.words(inner.decoded("Subject"))
		c.part(inner, rest, depth+1)
	case isHTML(media):
		c.html(c.decodeText(h, params["charset"], body))
	case strings.HasPrefix(media, "text/"):
		text := c.decodeText(h, params["charset"], body)
		if strings.EqualFold(params["format"], "flowed") {
			text = unflow(text, strings.EqualFold(params["delsp"], "yes"))
		}
		c.plain(text)
	case strings.HasPrefix(media, "multipart/"), err != nil:
		c.unclear(h, params["charset"], body)
	}
}

// isHTML tells whether mail programs show the type as a page. AMP is what some show instead.
func isHTML(media string) bool {
	return media == "text/html" || media == "text/x-amp-html" || media == "application/xhtml+xml"
}

// unflow joins the lines that a program broke to make them fit (RFC 3676, section 4.2). With
// del, the space at a break was added with it, as in an address that is longer than a line.
func unflow(text string, del bool) string {
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\r\n")
		if !strings.HasSuffix(bare, " ") || bare == "-- " {
			b.WriteString(line)
			continue
		}
		if del {
			bare = bare[:len(bare)-1]
		}
		b.WriteString(bare)
	}
	return b.String()
}

// likelyBoundary returns the boundary of a multipart body that names none, or "": the first of the lines
// near its beginning that a line of it closes.
func likelyBoundary(body []byte) string {
	dashed := func(line []byte) ([]byte, bool) {
		after, ok := bytes.CutPrefix(bytes.TrimRight(line, " \t\r\n"), []byte("--"))
		return after, ok && len(after) > 0 && len(after) <= maxBoundary+len("--")
	}
	order := map[string]int{} // of the lines that could be one
	for line := range bytes.Lines(body[:min(len(body), 16<<10)]) {
		if after, ok := dashed(line); ok {
			if _, again := order[string(after)]; !again && len(after) <= maxBoundary {
				order[string(after)] = len(order)
			}
		}
	}
	boundary, first := "", len(order)
	for line := range bytes.Lines(body) { // once: there can be thousands of such lines in megabytes
		after, ok := dashed(line)
		if name, closes := bytes.CutSuffix(after, []byte("--")); ok && closes {
			if at, known := order[string(name)]; known && at < first {
				boundary, first = string(name), at
			}
		}
	}
	return boundary
}

// unclear reads a part of which nobody knows how a mail program shows it: both ways.
func (c *content) unclear(h header, set string, body []byte) {
	c.damaged = true
	text := c.decodeText(h, set, body)
	c.html(text)
	c.plain(text)
}

// multipart cuts body at its boundary lines (RFC 2046, section 5.1.1).
func (c *content) multipart(body []byte, boundary string, depth int) {
	if !c.walk(body) {
		return
	}
	delimiter := []byte("--" + boundary)
	var part []byte
	inside, closed := false, false
	end := func() {
		if inside {
			// A part without header fields begins with an empty line; readHeader sees it.
			h, rest, err := readHeader(part)
			c.effort.read(h.size())
			if err != nil {
				c.damaged = true
			}
			c.part(h, rest, depth+1)
		}
	}
	start := 0
	for at := 0; !closed && c.parts <= maxParts; {
		found := bytes.Index(body[at:], delimiter)
		if found < 0 {
			c.effort.search(len(body) - at)
			break
		}
		c.effort.search(found)
		at += found
		if at > 0 && body[at-1] != '\n' {
			at += len(delimiter)
			continue
		}
		line, _, _ := bytes.Cut(body[at:], []byte("\n"))
		c.effort.read(len(line))
		next := min(at+len(line)+1, len(body))
		after := bytes.TrimRight(line[len(delimiter):], " \t\r")
		closed = string(after) == "--"
		if closed || len(after) == 0 {
			part = body[start:at]
			end()
			inside, start = true, next
		}
		at = next
	}
	switch {
	case !inside:
		c.unclear(header{}, "", body)
	case !closed:
		c.damaged = true
		part = body[start:]
		end()
	}
}

// walk tells whether body may still be walked through: parts within parts cost their size each time.
func (c *content) walk(body []byte) bool {
	c.walked += len(body)
	c.cut = c.cut || c.walked > maxWalked
	return c.walked <= maxWalked
}

// decode undoes the transfer encoding. Damage is stepped over, as mail programs do, and noted.
func (c *content) decode(h header, body []byte) []byte {
	name, _, _ := strings.Cut(strings.ToLower(h.get("Content-Transfer-Encoding")), ";")
	switch name = strings.TrimSpace(name); name {
	case "quoted-printable":
		c.effort.read(len(body))
		out, sound := unquote(body)
		c.damaged = c.damaged || !sound
		return out
	case "base64":
		c.effort.read(len(body))
		out, sound := unbase64(body)
		c.damaged = c.damaged || !sound
		return out
	case "", "7bit", "8bit", "binary":
	default:
		c.damaged = true
	}
	return body
}

// decodeText returns a text part as UTF-8, bounded by what is left of maxText.
func (c *content) decodeText(h header, set string, body []byte) string {
	left := maxText - c.read
	text := c.decode(h, body[:min(len(body), 4*maxText)])
	c.effort.search(len(text))
	if set != "" && !strings.EqualFold(set, "utf-8") && !strings.EqualFold(set, "us-ascii") {
		c.effort.read(len(text))
		if r, err := charset.Reader(set, bytes.NewReader(text)); err != nil {
			c.damaged = true
		} else {
			text, err = io.ReadAll(io.LimitReader(r, int64(left)+1))
			if err != nil {
				c.damaged = true
			}
		}
	}
	if len(text) > left || len(body) > 4*maxText {
		c.cut = true
		text = text[:min(len(text), left)]
	}
	c.read += len(text)
	c.effort.read(len(text))
	return strings.ToValidUTF8(string(text), "�")
}

// words adds visible text. Parts of it that are not one word are set apart by the caller.
func (c *content) words(text string) {
	c.text.WriteString(text)
	c.text.WriteByte('\n')
}
