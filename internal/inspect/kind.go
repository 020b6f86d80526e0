package inspect

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"
)

// kind is what a file is by its first bytes. Names say less: pictures called .webp are often
// JPEG, and voice messages called .aac or .mp4 are MP4 without a video.
type kind uint8

const (
	kindUnknown kind = iota
	kindJPEG
	kindPNG
	kindGIF
	kindWebP
	kindHEIF // HEIC and AVIF too
	kindMP4  // video or sound: MP4, M4A, QuickTime
	kindWebM
	kindMP3
	kindAAC
	kindOgg
	kindWAV
	kindAMR
	kindText
	kindHollow // a list that holds nothing
)

// sniffLength is how many bytes sniff wants to see.
const sniffLength = 512

// picture reports whether the kind is decoded here as a whole.
func (k kind) picture() bool { return k >= kindJPEG && k <= kindHEIF }

// family is "picture", "film" (video or sound), or "".
func (k kind) family() string {
	switch {
	case k.picture():
		return "picture"
	case k >= kindMP4 && k <= kindAMR:
		return "film"
	}
	return ""
}

// kindsByExtension are the kinds that names promise.
var kindsByExtension = map[string]kind{
	".jpg": kindJPEG, ".jpeg": kindJPEG, ".png": kindPNG, ".gif": kindGIF, ".webp": kindWebP,
	".heic": kindHEIF, ".heif": kindHEIF, ".avif": kindHEIF,
	".mp4": kindMP4, ".m4v": kindMP4, ".mov": kindMP4, ".m4a": kindMP4, ".aac": kindAAC, ".mp3": kindMP3,
	".ogg": kindOgg, ".opus": kindOgg, ".wav": kindWAV, ".webm": kindWebM, ".amr": kindAMR,
}

// expectsMedia reports whether a file, by its name and place, is a picture, a video or sound.
func expectsMedia(rel string) bool {
	if kindsByExtension[strings.ToLower(path.Ext(rel))] != kindUnknown {
		return true
	}
	base := path.Base(rel)
	return media(rel) != "" && base != "no-data.txt" && !isList(base)
}

// sniff tells the kind by the signatures that the formats' specifications fix.
func sniff(b []byte) kind {
	has := func(at int, s string) bool { return len(b) >= at+len(s) && string(b[at:at+len(s)]) == s }
	switch {
	case has(0, "\xff\xd8\xff"):
		return kindJPEG
	case has(0, "\x89PNG\r\n\x1a\n"):
		return kindPNG
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return kindGIF
	case has(0, "RIFF") && has(8, "WEBP"):
		return kindWebP
	case has(0, "RIFF") && has(8, "WAVE"):
		return kindWAV
	case has(4, "ftyp"):
		for _, brand := range []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"} {
			if has(8, brand) {
				return kindHEIF
			}
		}
		return kindMP4
	case has(4, "styp"), has(4, "moov"), has(4, "mdat"), has(4, "wide"), has(4, "free"), has(4, "skip"):
		return kindMP4
	case has(0, "\x1a\x45\xdf\xa3"):
		return kindWebM
	case has(0, "OggS"):
		return kindOgg
	case has(0, "#!AMR"):
		return kindAMR
	case has(0, "ID3"), len(b) >= 2 && b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&6 == 2: // layer III
		return kindMP3
	case len(b) >= 2 && b[0] == 0xff && b[1]&0xf6 == 0xf0: // ADTS
		return kindAAC
	case isText(b):
		return kindText
	}
	return kindUnknown
}

// isText reports whether b is the beginning of a text, such as the subtitles of a video: in UTF-8, or in UTF-16
// with the mark that says so.
func isText(b []byte) bool {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return true
	}
	if bytes.ContainsFunc(b, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\r' && r != '\t' }) {
		return false
	}
	// A character may be cut in two at the end.
	for cut := 0; cut < utf8.UTFMax && cut < len(b); cut++ {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}
