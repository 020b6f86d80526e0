package inspect

import (
	"encoding/json"
	"strconv"
)

// token is a JSON string, number, boolean or null.
type token struct {
	kind byte   // '"' for a string, '0' for a number, else the first letter
	raw  []byte // as it stands, a string without its quotes
}

// text returns a string's value; ok is false if the token is none.
func (t token) text() (s string, ok bool) {
	if t.kind != '"' {
		return "", false
	}
	return unescape(t.raw), true
}

// number returns a number as an integer, fractions cut off, or 0.
func (t token) number() int64 {
	if t.kind != '0' {
		return 0
	}
	if i, err := strconv.ParseInt(string(t.raw), 10, 64); err == nil {
		return i
	}
	f, err := strconv.ParseFloat(string(t.raw), 64)
	if err != nil || f < -1e18 || f > 1e18 {
		return 0
	}
	return int64(f)
}

// unescape returns the value of a string that was found well-formed.
func unescape(raw []byte) string {
	for _, c := range raw {
		if c == '\\' || c >= 0x80 {
			var s string
			quoted := append(append([]byte{'"'}, raw...), '"')
			if err := json.Unmarshal(quoted, &s); err != nil {
				return string(raw)
			}
			return s
		}
	}
	return string(raw)
}
