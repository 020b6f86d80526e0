package exportmail

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// canonicalField returns a header field as it is signed, without its line end (RFC 6376,
// sections 3.4.1 and 3.4.2).
func canonicalField(f field, relaxed bool) string {
	if !relaxed {
		return f.name + ":" + f.value
	}
	return strings.ToLower(f.name) + ":" + strings.Join(strings.FieldsFunc(f.value, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '\r' || r == '\n'
	}), " ")
}

// canonicalBody writes a body as it is signed: without the empty lines at its end, and with
// a line end behind every other (RFC 6376, sections 3.4.3 and 3.4.4). Line ends of Unix are
// taken for those of mail.
func canonicalBody(w io.Writer, body []byte, relaxed bool) error {
	out := bufio.NewWriter(w) // its first error is that of Flush
	empty, written := 0, false
	var buf []byte
	for line := range bytes.Lines(body) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if relaxed {
			buf = appendRelaxed(buf[:0], line)
			line = buf
		}
		if len(line) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			_, _ = out.WriteString("\r\n")
		}
		_, _ = out.Write(line)
		empty, written = 1, true // the end of this line, if more follows
	}
	if written || !relaxed {
		_, _ = out.WriteString("\r\n")
	}
	return out.Flush()
}

// appendRelaxed appends line with each run of spaces as one, and none at its end.
func appendRelaxed(to, line []byte) []byte {
	space := false
	for _, c := range line {
		if c == ' ' || c == '\t' {
			space = true
			continue
		}
		if space {
			to, space = append(to, ' '), false
		}
		to = append(to, c)
	}
	return to
}
