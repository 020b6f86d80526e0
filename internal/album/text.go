package album

import "unicode/utf8"

// readable repairs what exports since 2021 do to text: each byte of its UTF-8 form stands there as a
// character of its own. What is no such text stays as it is. The archive itself is never changed.
func readable(s string) string {
	plain := true
	raw := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return s
		}
		plain = plain && r < 0x80
		raw = append(raw, byte(r))
	}
	if plain || !utf8.Valid(raw) {
		return s
	}
	return string(raw)
}
