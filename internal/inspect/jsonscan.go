package inspect

import (
	"errors"
	"fmt"
	"io"
)

// maxKeys bounds how many different keys are remembered. Instagram's lists have some dozen.
const maxKeys = 512

// maxKey bounds the length of a key that is remembered, in bytes.
const maxKey = 256

// jsonScanner reads the parts of a JSON document one by one.
type jsonScanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	start    int // where a token begins that must stay in buf, or -1
	done     int64
	err      error
	keys     map[string]string
}

func newJSONScanner(r io.Reader) *jsonScanner {
	return &jsonScanner{r: r, buf: make([]byte, 1<<15), start: -1, keys: make(map[string]string)}
}

// more gets further bytes behind end.
func (s *jsonScanner) more() error {
	if s.err != nil {
		return s.err
	}
	keep := s.pos
	if s.start >= 0 {
		keep = s.start
	}
	if s.end-keep > maxToken {
		return errTooLong
	}
	copy(s.buf, s.buf[keep:s.end])
	s.done += int64(keep)
	s.pos, s.end = s.pos-keep, s.end-keep
	if s.start >= 0 {
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		s.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// skipMark skips the byte order mark, which editors put before a text in UTF-8.
func (s *jsonScanner) skipMark() {
	const mark = "\ufeff"
	for s.end < len(mark) && s.more() == nil { // what fails here fails again
	}
	if s.end >= len(mark) && string(s.buf[:len(mark)]) == mark {
		s.pos = len(mark)
	}
}

// space skips white space and returns the byte behind it, which is not taken.
func (s *jsonScanner) space() (byte, error) {
	for {
		for ; s.pos < s.end; s.pos++ {
			if c := s.buf[s.pos]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				return c, nil
			}
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
}

// nothing makes sure that only white space is left.
func (s *jsonScanner) nothing() error {
	c, err := s.space()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: %q", errTrailing, c)
}

func (s *jsonScanner) unexpected(c byte) error {
	return fmt.Errorf("%q where it must not be, at byte %d", c, s.done+int64(s.pos))
}

// key reads a key and the colon behind it.
func (s *jsonScanner) key() (string, error) {
	c, err := s.space()
	if err != nil {
		return "", err
	}
	if c != '"' {
		return "", s.unexpected(c)
	}
	t, err := s.str()
	if err != nil {
		return "", err
	}
	key, known := s.keys[string(t.raw)]
	if !known {
		key = unescape(t.raw)
		if len(s.keys) < maxKeys && len(t.raw) <= maxKey {
			s.keys[string(t.raw)] = key
		}
	}
	s.start = -1
	if c, err = s.space(); err != nil {
		return "", err
	}
	if c != ':' {
		return "", s.unexpected(c)
	}
	s.pos++
	return key, nil
}

// scalar reads a value that begins with c. Its bytes stay until start is set back to -1.
func (s *jsonScanner) scalar(c byte) (token, error) {
	switch {
	case c == '"':
		return s.str()
	case c == '-', c >= '0' && c <= '9':
		return s.num()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	}
	return token{}, s.unexpected(c)
}

// plain are the bytes that stand for themselves in a string.
var plain = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= 0x20 && i != '"' && i != '\\'
	}
	return t
}()

func (s *jsonScanner) str() (token, error) {
	s.start = s.pos
	s.pos++
	for {
		i := s.pos
		for i < s.end && plain[s.buf[i]] {
			i++
		}
		s.pos = i
		if i == s.end {
			if err := s.more(); err != nil {
				return token{}, err
			}
			continue
		}
		s.pos++
		switch c := s.buf[i]; c {
		case '"':
			if s.pos-s.start > maxToken {
				return token{}, errTooLong
			}
			return token{'"', s.buf[s.start+1 : s.pos-1]}, nil
		case '\\':
			if err := s.escape(); err != nil {
				return token{}, err
			}
		default:
			return token{}, s.unexpected(c)
		}
	}
}

// escape checks what follows a backslash.
func (s *jsonScanner) escape() error {
	c, err := s.take()
	if err != nil {
		return err
	}
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			if c, err = s.take(); err != nil {
				return err
			}
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return s.unexpected(c)
			}
		}
		return nil
	}
	return s.unexpected(c)
}

func (s *jsonScanner) take() (byte, error) {
	if s.pos == s.end {
		if err := s.more(); err != nil {
			return 0, err
		}
	}
	s.pos++
	return s.buf[s.pos-1], nil
}
