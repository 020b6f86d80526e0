package inspect

import (
	"context"
	"io"
	"time"
)

// Visitor is told what a JSON document holds, in its order. A path is the keys from the top, with "[]" for
// elements of arrays; it is valid during the call only.
type Visitor interface {
	// Value is called for each string, number, boolean and null. kind is '"' for a string, '0' for a number,
	// else the value's first letter; text is a string's value, or a number as it stands.
	Value(path []string, kind byte, text string)
	// Leave is called at the end of each object and array, empty ones too.
	Leave(path []string, array bool)
}

// WalkJSON reads one JSON document within the limits of this package: memory does not depend on its length.
func WalkJSON(r io.Reader, v Visitor) error { return walkJSON(r, exported{v}) }

type exported struct{ v Visitor }

func (e exported) value(path []string, t token) {
	s, ok := t.text()
	if !ok {
		s = string(t.raw)
	}
	e.v.Value(path, t.kind, s)
}

func (e exported) leave(path []string, array bool) { e.v.Leave(path, array) }

// Entry is a file or a folder of a zip, as the zip's table of contents has it.
type Entry struct {
	Name    string
	Header  int64 // where its local header begins
	Packed  int64 // bytes
	Size    int64 // bytes, unpacked
	Method  uint16
	Flags   uint16
	Special bool      // a link or a device
	Time    time.Time // as its maker's clock showed it
}

// Entries reads the table of contents of a zip once, in its order. It fails when the table is damaged, or is not
// where the end of the file says.
func Entries(ctx context.Context, p Part, each func(Entry)) error {
	src := &source{ctx: ctx, part: p}
	end, err := readEnding(src, p.Size)
	if err != nil {
		return err
	}
	_, err = readTable(src, end, func(e *entry) {
		each(Entry{e.name, e.header, e.packed, e.size, e.method, e.flags, e.special, e.time()})
	})
	return err
}
