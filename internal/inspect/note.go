package inspect

import (
	"bytes"
	"path"
)

// noData is the note that Instagram puts into the folder of a section that was requested and is empty. Its one
// sentence is in the account's language, so that it is told by its place and form.
const noData = "no-data.txt"

// maxNote bounds the length of such a note, in bytes.
const maxNote = 1 << 10

// isNote reports whether the content of a note is a sentence.
func isNote(b []byte) bool {
	b = bytes.TrimSpace(b)
	return len(b) > 0 && isText(b) && !bytes.ContainsAny(b[:1], "<{[")
}

// noteOf returns the folder for which an entry says that there is nothing to be in it, or "".
func noteOf(e *entry) string {
	if dir, base := path.Split(e.rel); base == noData && e.mark.kind == kindText {
		return dir
	}
	return ""
}
