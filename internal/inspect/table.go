package inspect

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// table is the directory of one part, small enough for two million entries: it keeps where
// each record lies and what was found out about the entry, ten bytes in all, and reads
// the records themselves again from the part whenever they are needed.
type table struct {
	src     *source
	dir     int64 // where the directory begins
	roots   exportroot.Roots
	part    int
	ordered bool
	at      []uint32 // offsets of the records in the directory, in the order of the bodies
	marks   []mark   // in the same order
}

// mark is what was found out about one entry.
type mark struct {
	state      state
	kind       kind
	refs       refs // which indexes name it; guarded by tally.mu
	unreadable bool // the structure forbids reading it
	twin       bool // another part holds the same file with the same content
	extra      uint16
}

// readTable reads the central directory once, and shows every record of it. Its records must
// fill it exactly.
func readTable(src *source, end ending, show func(*entry)) (*table, error) {
	if end.entries > uint64(end.size)/lenCentral {
		return nil, fmt.Errorf("it is too short for its %d entries", end.entries)
	}
	t := &table{src: src, dir: end.offset, at: make([]uint32, 0, end.entries)}
	br := bufio.NewReaderSize(io.NewSectionReader(src, end.offset, end.size), 1<<16)
	var (
		buf          []byte
		offset, last int64
		ordered      = true
	)
	for i := range end.entries {
		e, n, rest, err := readRecord(br, buf)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("it ends after %d of %d entries: %w", i, end.entries, err)
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		buf = rest
		t.at = append(t.at, uint32(offset))
		offset += int64(n)
		ordered, last = ordered && e.header >= last, e.header
		e.i = int(i)
		show(&e)
	}
	if _, err := br.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("it goes on after its %d entries", end.entries)
	}
	t.marks, t.ordered = make([]mark, len(t.at)), ordered
	return t, nil
}

// sort puts the entries into the order of their bodies, in which zips are nearly always written.
func (t *table) sort() error {
	if t.ordered {
		return nil
	}
	type place struct {
		header int64
		at     uint32
	}
	places := make([]place, 0, len(t.at))
	for e := range t.entries() {
		places = append(places, place{e.header, t.at[e.i]})
	}
	if len(places) < len(t.at) {
		return errors.New("it cannot be read again")
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.header, b.header), cmp.Compare(a.at, b.at)) })
	for i, p := range places {
		t.at[i] = p.at
	}
	return nil
}

// folders are the names of the folders around the export, from outside.
func (t *table) folders() (names []string) {
	for _, root := range t.roots {
		for folder := range strings.SplitSeq(strings.TrimSuffix(root, "/"), "/") {
			if !slices.Contains(names, folder) {
				names = append(names, folder)
			}
		}
	}
	return names
}

// entries yields all entries in the order of their bodies; each is valid for one turn. It ends
// early only if the part cannot be read, which its source remembers.
func (t *table) entries() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		c := cursor{table: t}
		for i := range t.at {
			e, err := c.entry(i)
			if err != nil || !yield(e) {
				return
			}
		}
	}
}

// cursor reads the records of a table, in order with few reads.
type cursor struct {
	*table
	br  *bufio.Reader
	pos int64 // of br, in the directory
	buf []byte
}

func (c *cursor) entry(i int) (*entry, error) {
	at := int64(c.at[i])
	if c.br == nil || at != c.pos {
		section := io.NewSectionReader(c.src, c.dir+at, c.src.part.Size-c.dir-at)
		if c.br == nil {
			c.br = bufio.NewReaderSize(section, 1<<15)
		} else {
			c.br.Reset(section)
		}
	}
	e, n, buf, err := readRecord(c.br, c.buf)
	if err != nil {
		// The record was read well before: the bytes have changed since.
		return nil, c.src.fail(fmt.Errorf("read the directory of %s again: %w", c.src.part.Name, err))
	}
	c.buf, c.pos = buf, at+int64(n)
	e.part, e.i, e.mark = c.part, i, &c.marks[i]
	e.rel, e.root = c.roots.Below(e.name)
	e.body = e.header + lenLocal + int64(len(e.rawName())) + int64(e.mark.extra)
	return &e, nil
}

// damaged reports whether an entry could not be read to its end, or is not what was packed.
func (t *table) damaged() bool {
	return slices.ContainsFunc(t.marks, func(m mark) bool { return m.unreadable || m.state == stateUnread || m.state == stateDamaged })
}
