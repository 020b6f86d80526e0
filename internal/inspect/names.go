package inspect

import (
	"strings"
	"unicode/utf8"
)

// cp437 is the upper half of the character set that zips without the UTF-8 flag use.
var cp437 = []rune("ÇüéâäàåçêëèïîìíÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0")

// decodeName turns a stored name into text. Many programs write UTF-8 and forget the flag, so
// valid UTF-8 is taken as that; anything else is code page 437 (APPNOTE appendix D).
func decodeName(b []byte, flagged bool) string {
	if flagged || utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	for _, c := range b {
		if c < 0x80 {
			s.WriteByte(c)
		} else {
			s.WriteRune(cp437[c-0x80])
		}
	}
	return s.String()
}

// unsafeName says why a name must not be written to a disk as it stands, or "".
func unsafeName(name string) string {
	if !utf8.ValidString(name) {
		return "is not valid text"
	}
	if strings.Contains(name, `\`) {
		return "has a backslash in it"
	}
	if strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':' {
		return "is an absolute path"
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return "has control characters in it"
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return "points outside of its folder"
		}
	}
	return ""
}
