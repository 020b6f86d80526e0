package exportmail

import (
	"bytes"
	"fmt"
)

func (s *sharer) multipart(kind string, parts [][]byte, body []byte, depth int) {
	if len(parts) == 0 {
		s.unclear(header{}, "", body)
		return
	}
	boundary := s.boundary()
	s.line("Content-Type: multipart/%s; boundary=%q\n", kind, boundary)
	for _, p := range parts {
		if s.parts > maxParts {
			break
		}
		s.line("\n--%s", boundary)
		h, rest, _ := readHeader(p)
		s.part(h, rest, depth+1)
	}
	s.line("\n--%s--", boundary)
}

// splitParts cuts body at its boundary lines, as content.multipart does.
func splitParts(body []byte, boundary string) [][]byte {
	var parts [][]byte
	start := -1
	for at := 0; at < len(body) && len(parts) <= maxParts; {
		line, _, _ := bytes.Cut(body[at:], []byte("\n"))
		next := min(at+len(line)+1, len(body))
		if after, ok := bytes.CutPrefix(line, []byte("--"+boundary)); ok {
			after = bytes.TrimRight(after, " \t\r")
			closed := string(after) == "--"
			if closed || len(after) == 0 {
				if start >= 0 {
					parts = append(parts, body[start:at])
				}
				if start = next; closed {
					return parts
				}
			}
		}
		at = next
	}
	if start >= 0 {
		parts = append(parts, body[start:])
	}
	return parts
}

func (s *sharer) boundary() string { return s.name("=_igwatchd_", fmt.Sprint(len(s.names))) + "_=" }
