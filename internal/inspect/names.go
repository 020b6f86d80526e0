package inspect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// cp437 is the upper half of the character set that zips without the UTF-8 flag use.
var cp437 = []rune("ÇüéâäàåçêëèïîìíÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0")

// decodeName turns a stored name into text. Many programs write UTF-8 and forget the flag, so
// valid UTF-8 is taken as that; anything else is code page 437 (APPNOTE appendix D).
func decodeName(b []byte, flagged bool) string {
	if flagged || utf8.Valid(b) {
		return exportroot.Plain(string(b))
	}
	var s strings.Builder
	for _, c := range b {
		if c < 0x80 {
			s.WriteByte(c)
		} else {
			s.WriteRune(cp437[c-0x80])
		}
	}
	return exportroot.Plain(s.String())
}

// unsafeName says why a name must not be written to a disk as it stands, or "".
func unsafeName(name string) string {
	if !utf8.ValidString(name) {
		return "is not valid text"
	}
	if strings.HasPrefix(name, "/") || len(name) > 1 && name[1] == ':' {
		return "is an absolute path"
	}
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return "has control characters in it"
	}
	if name == "./" { // the folder that the zip was made in
		return ""
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return "points outside of its folder"
		}
	}
	return ""
}

// sameName is the form in which two names are alike that some disk cannot tell apart: without case, without the
// difference between composed and decomposed letters, without dots and spaces at the end.
func sameName(name string) string {
	name = strings.TrimRight(strings.TrimSuffix(name, "/"), ". ")
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(name))
		}
	}
	return strings.ToLower(name)
}
