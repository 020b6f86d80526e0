package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
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
// with element for array elements; they are valid during the call only.
type visitor interface {
	// value is called for each string, json.Number, bool and nil.
	value(path []string, v json.Token)
	// leave is called at the end of each object and array.
	leave(path []string, array bool)
}

// walkJSON reads one JSON document to its end and tells v about it. It fails on anything that
// is not exactly one well-formed document within the limits.
func walkJSON(r io.Reader, v visitor) error {
	limit := &tokenLimit{r: r}
	dec := json.NewDecoder(limit)
	dec.UseNumber()
	var (
		path   []string // per open container: the key or element that is being read
		object []bool   // per open container: an object, not an array
		isKey  bool     // the next string is a key
	)
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		limit.used = dec.InputOffset()
		switch t := tok.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				if len(path) == maxDepth {
					return errTooDeep
				}
				path = append(path, element)
				object = append(object, t == '{')
				isKey = t == '{'
				continue
			}
			path, object = path[:len(path)-1], object[:len(object)-1]
			v.leave(path, t == ']')
		case string:
			if isKey {
				path[len(path)-1], isKey = t, false
				continue
			}
			v.value(path, t)
		default:
			v.value(path, t)
		}
		// A value has ended.
		if len(path) == 0 {
			break
		}
		isKey = object[len(object)-1]
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		if err != nil {
			return fmt.Errorf("%w: %w", errTrailing, err)
		}
		return errTrailing
	}
	return nil
}

// tokenLimit stops a decoder that has to read too far for one token.
type tokenLimit struct {
	r          io.Reader
	read, used int64 // bytes given out, and bytes whose tokens are done with
}

func (l *tokenLimit) Read(p []byte) (int, error) {
	if l.read-l.used > maxToken {
		return 0, errTooLong
	}
	n, err := l.r.Read(p[:min(len(p), 1<<16)]) // the buffer doubles: do not fill it in one go
	l.read += int64(n)
	return n, err
}

// number returns a JSON number as an integer, fractions cut off, or 0.
func number(v json.Token) int64 {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || f < -1e18 || f > 1e18 {
		return 0
	}
	return int64(f)
}
