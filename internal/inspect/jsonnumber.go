package inspect

import (
	"encoding/json"
	"errors"
	"io"
)

// num reads a number. It ends with the first byte that cannot belong to one.
func (s *jsonScanner) num() (token, error) {
	s.start = s.pos
	for {
		for s.pos < s.end {
			c := s.buf[s.pos]
			if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c|0x20 != 'e' {
				return s.number()
			}
			s.pos++
		}
		if err := s.more(); errors.Is(err, io.ErrUnexpectedEOF) {
			return s.number()
		} else if err != nil {
			return token{}, err
		}
	}
}

func (s *jsonScanner) number() (token, error) {
	raw := s.buf[s.start:s.pos]
	for _, c := range raw {
		if c < '0' || c > '9' {
			if !json.Valid(raw) {
				return token{}, s.unexpected(c)
			}
			return token{'0', raw}, nil
		}
	}
	if raw[0] == '0' && len(raw) > 1 {
		return token{}, s.unexpected(raw[0])
	}
	return token{'0', raw}, nil
}

func (s *jsonScanner) word(w string) (token, error) {
	s.start = s.pos
	for i := range len(w) {
		c, err := s.take()
		if err != nil {
			return token{}, err
		}
		if c != w[i] {
			return token{}, s.unexpected(c)
		}
	}
	return token{w[0], s.buf[s.start:s.pos]}, nil
}
