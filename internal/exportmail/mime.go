package exportmail

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"

	"github.com/emersion/go-message/charset"
)

// Bounds. A genuine export mail is one or two parts of less than 100 KB.
const (
	maxMessage = 25 << 20 // bytes
	maxParts   = 200
	maxDepth   = 20
	maxText    = 2 << 20 // bytes of decoded text that are looked at, over all parts
	maxLinks   = 1000
)

// content is what a reader of the mail sees.
type content struct {
	text  strings.Builder // visible words of all parts
	links []rawLink
	seen  map[rawLink]bool

	parts   int
	read    int  // bytes of decoded text
	cut     bool // a bound was reached: there is more than was looked at
	damaged bool // some part could not be decoded to its end
}

// readContent walks through the parts. It reads as far as it can: damage is noted, not fatal.
func readContent(h header, body []byte) *content {
	c := &content{seen: map[rawLink]bool{}}
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
	switch {
	case strings.HasPrefix(media, "multipart/") && params["boundary"] != "":
		c.multipart(body, params["boundary"], depth)
	case media == "message/rfc822":
		inner, rest, err := readHeader(c.decode(h, body))
		if err != nil {
			c.damaged = true
		}
		c.words(inner.decoded("Subject"))
		c.part(inner, rest, depth+1)
	case media == "text/html":
		c.html(c.decodeText(h, params["charset"], body))
	case strings.HasPrefix(media, "text/"):
		c.plain(c.decodeText(h, params["charset"], body))
	case strings.HasPrefix(media, "multipart/"), err != nil:
		c.unclear(h, params["charset"], body)
	}
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
	delimiter := []byte("--" + boundary)
	var part []byte
	inside, closed := false, false
	end := func() {
		if inside {
			// A part without header fields begins with an empty line; readHeader sees it.
			h, rest, err := readHeader(part)
			if err != nil {
				c.damaged = true
			}
			c.part(h, rest, depth+1)
		}
	}
	start := 0
	for at := 0; at < len(body) && !closed && c.parts <= maxParts; {
		line, _, found := bytes.Cut(body[at:], []byte("\n"))
		next := at + len(line)
		if found {
			next++
		}
		if after, ok := bytes.CutPrefix(line, delimiter); ok {
			after = bytes.TrimRight(after, " \t\r")
			closed = string(after) == "--"
			if closed || len(after) == 0 {
				part = body[start:at]
				end()
				inside, start = true, next
			}
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

// decode undoes the transfer encoding. What stands behind damage is lost and noted.
func (c *content) decode(h header, body []byte) []byte {
	var r io.Reader
	switch strings.ToLower(h.get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		r = quotedprintable.NewReader(bytes.NewReader(body))
	case "base64":
		body = bytes.Join(bytes.Fields(body), nil)
		r = base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body))
	case "", "7bit", "8bit", "binary":
		return body
	default:
		c.damaged = true
		return body
	}
	out, err := io.ReadAll(io.LimitReader(r, maxMessage))
	if err != nil {
		c.damaged = true
	}
	return out
}

// decodeText returns a text part as UTF-8, bounded by what is left of maxText.
func (c *content) decodeText(h header, set string, body []byte) string {
	left := maxText - c.read
	text := c.decode(h, body[:min(len(body), 4*maxText)])
	if set != "" && !strings.EqualFold(set, "utf-8") && !strings.EqualFold(set, "us-ascii") {
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
	return strings.ToValidUTF8(string(text), "�")
}

// words adds visible text. Parts of it that are not one word are set apart by the caller.
func (c *content) words(text string) {
	c.text.WriteString(text)
	c.text.WriteByte('\n')
}
