package inspect

import (
	"errors"
	"fmt"
	"io"
)

// Limits on one JSON document. Its length is not bounded: memory does not depend on it.
const (
	maxDepth = 64      // containers in one another; Instagram's go to about twelve
	maxToken = 4 << 20 // bytes of one string or number
)

var (
	errTooDeep  = fmt.Errorf("more than %d levels deep", maxDepth)
	errTooLong  = fmt.Errorf("a text longer than %d bytes", maxToken)
	errTrailing = errors.New("there is more after the end")
)

// element stands in a path for any element of an array.
const element = "[]"

// visitor is told what a JSON document holds, in its order. Paths are the keys from the top,
// with element for array elements; they are valid during the call only, as are tokens.
type visitor interface {
	// value is called for each string, number, boolean and null.
	value(path []string, v token)
	// leave is called at the end of each object and array.
	leave(path []string, array bool)
}

// walkJSON reads one JSON document (RFC 8259) to its end and tells v about it. It fails on
// anything that is not exactly one well-formed document within the limits. encoding/json makes
// a string of every value, at a fifth of the speed; here only the values that are
// looked at become strings.
func walkJSON(r io.Reader, v visitor) error {
	s := newJSONScanner(r)
	var (
		path   []string // per open container: the key or element that is being read
		object []bool   // per open container: an object, not an array
	)
	s.skipMark()
	for {
		c, err := s.space()
		if err != nil {
			return err
		}
		switch c {
		case '{', '[':
			if len(path) == maxDepth {
				return errTooDeep
			}
			s.pos++
			path, object = append(path, element), append(object, c == '{')
			next, err := s.space()
			if err != nil {
				return err
			}
			if next != c+2 { // the closing brackets stand two behind the opening ones in ASCII
				if c == '{' {
					if path[len(path)-1], err = s.key(); err != nil {
						return err
					}
				}
				continue
			}
		default:
			t, err := s.scalar(c)
			if err != nil {
				return err
			}
			v.value(path, t)
			s.start = -1
		}
		// A value has ended, or an empty container is about to.
		ended := c != '{' && c != '['
		for {
			if ended && len(path) == 0 {
				return s.nothing()
			}
			next, err := s.space()
			if err != nil {
				return err
			}
			s.pos++
			top := len(path) - 1
			if next == ',' && ended {
				if object[top] {
					if path[top], err = s.key(); err != nil {
						return err
					}
				}
				break
			}
			if next != ']' && next != '}' || object[top] != (next == '}') {
				return s.unexpected(next)
			}
			path, object = path[:top], object[:top]
			v.leave(path, next == ']')
			ended = true
		}
	}
}
