package inspect

import "unicode/utf8"

// repair undoes what Instagram's JSON does to text: every byte of its UTF-8 is written as a
// character of its own ("cafÃ©" for "café"), in keys too. Text that cannot have come about so is
// returned as it is. Repaired text is for showing; what is stored is never changed.
func repair(s string) string {
	b := make([]byte, 0, len(s))
	ascii := true
	for _, r := range s {
		if r > 0xff {
			return s
		}
		ascii = ascii && r < utf8.RuneSelf
		b = append(b, byte(r))
	}
	if ascii || !utf8.Valid(b) {
		return s
	}
	return string(b)
}
