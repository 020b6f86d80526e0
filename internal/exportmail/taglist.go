package exportmail

import "strings"

// tag is one tag of a DKIM tag list.
type tag struct {
	value      string // without the white space around it
	start, end int    // of the value in the list, with the white space around it
}

// readTags reads a tag list (RFC 6376, section 3.2). A name that comes twice, an empty tag
// and anything but printable ASCII is an error; names that are not known are returned too.
func readTags(list string) (map[string]tag, error) {
	if !isFolded(list) {
		return nil, errSignature
	}
	tags := map[string]tag{}
	for at := 0; at < len(list); {
		end := len(list)
		if n := strings.IndexByte(list[at:], ';'); n >= 0 {
			end = at + n
		}
		name, value, ok := strings.Cut(list[at:end], "=")
		if !ok {
			if end == len(list) && strings.Trim(list[at:], " \t\r\n") == "" {
				break // after the last semicolon
			}
			return nil, errSignature
		}
		start := at + len(name) + 1
		name = strings.Trim(name, " \t\r\n")
		if _, twice := tags[name]; twice || !tagName(name) {
			return nil, errSignature
		}
		tags[name] = tag{strings.Trim(value, " \t\r\n"), start, end}
		at = end + 1
	}
	return tags, nil
}

func tagName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && c != '_' {
			return false
		}
	}
	return s != "" && (s[0] > '9' && s[0] != '_')
}

// isFolded tells whether s is printable ASCII and white space, with line ends only where a
// field is folded (RFC 5322, section 2.2.3).
func isFolded(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\t', ' ' <= c && c <= '~':
		case c == '\r' && i+2 < len(s) && s[i+1] == '\n' && (s[i+2] == ' ' || s[i+2] == '\t'):
			i += 2
		default:
			return false
		}
	}
	return true
}
