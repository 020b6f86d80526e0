package inspect

import (
	"context"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
)

// maxLacking bounds how many files of an earlier export are listed one by one.
const maxLacking = 1000

// strangeMedia is how many files at least must all be gone before another way of naming them explains it.
const strangeMedia = 10

// muchSmaller is below which share of its former size, in percent, a file counts as smaller: Instagram makes
// the same picture anew in slightly other sizes.
const muchSmaller = 80

// Lacking is what an earlier export of the same account holds and a later one does not. A later
// export is no superset of an earlier one: it is without what was deleted in between and what was not
// asked for, and Instagram leaves things out (facts on the archive, section 3).
type Lacking struct {
	Of    string   `json:"of"`    // how the earlier export is called
	Media int      `json:"media"` // pictures, videos and sounds
	Talks int      `json:"talks"` // conversations
	Paths []string `json:"paths"` // of all these in the earlier export, at most 1000
	// Smaller is how many pictures, videos and sounds are in both, but smaller in the later one.
	Smaller int `json:"smaller"`
	// Strange says that not one picture, video or sound was recognised, as between layouts of different
	// years in which files are named otherwise: the two cannot be compared file by file.
	Strange bool `json:"strange,omitempty"`
	// Trouble says why the two could not be compared; "" if they were.
	Trouble string `json:"trouble,omitempty"`
}

// Compare looks for every picture, video, sound and conversation of an earlier export in a later
// one. It reads the directories of the zips alone. A file counts as held if the later export has one of the
// same name, wherever it lies and whatever its extension, or one of the same length and CRC-32: the names hold
// the number of the medium, and stay, while folders change with the layout. An error says that
// the two could not be compared.
func Compare(ctx context.Context, earlier, later []Part) (*Lacking, error) {
	now, err := readTables(ctx, later)
	if err != nil {
		return nil, fmt.Errorf("the later one cannot be read: %w", err)
	}
	before, err := readTables(ctx, earlier)
	if err != nil {
		return nil, fmt.Errorf("the earlier one cannot be read: %w", err)
	}
	held, _ := numberUnion(now, newLookup(0))
	for e := range held.recognisable() {
		held.names.add(e.likeness(), held.number(e))
		held.names.add(e.bytes(), held.number(e))
	}
	held.names.sort()
	l := &Lacking{Paths: []string{}}
	media := 0
	for e := range (&union{tables: before}).recognisable() {
		talk := e.isTalk()
		if !talk {
			media++
		}
		l.look(e, talk, held)
	}
	if l.Strange = media >= strangeMedia && l.Media == media; l.Strange { // then only the conversations say something
		l.Paths = slices.DeleteFunc(l.Paths, func(rel string) bool { return classify(rel) != classMessages })
	}
	for _, t := range append(before, now...) {
		if err := t.src.err(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// look notes what becomes of one entry of the earlier export.
func (l *Lacking) look(e *entry, talk bool, held *union) {
	if !talk && len(held.names.find(e.bytes())) > 0 {
		return
	}
	if ids := held.names.find(e.likeness()); len(ids) > 0 {
		if !talk && !held.hasAsLarge(ids, e.size*muchSmaller/100) {
			l.Smaller++
		}
		return
	}
	if talk {
		l.Talks++
	} else {
		l.Media++
	}
	if len(l.Paths) < maxLacking {
		l.Paths = append(l.Paths, e.rel)
	}
}

// hasAsLarge reports whether one of these entries is at least so large.
func (u *union) hasAsLarge(ids []uint32, size int64) bool {
	for _, id := range ids {
		if e, err := u.entry(id); err == nil && e.size >= size { // errors are kept by the source
			return true
		}
	}
	return false
}

// readTables reads the directories of the parts of one export.
func readTables(ctx context.Context, parts []Part) ([]*table, error) {
	var all []*table
	for i, p := range parts {
		src := &source{ctx: ctx, part: p}
		end, err := readEnding(src, p.Size)
		if err != nil {
			return nil, fmt.Errorf("read the directory of %s: %w", p.Name, err)
		}
		t, err := readTable(src, end, func(*entry) {})
		if err != nil {
			return nil, fmt.Errorf("read the directory of %s: %w", p.Name, err)
		}
		t.part = i
		t.root, _ = findRoot(t)
		all = append(all, t)
	}
	return all, nil
}

// recognisable yields the entries that can be looked for in another export: media with content, and the
// first list of each conversation.
func (u *union) recognisable() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for e := range u.all() {
			sent := thread(e.rel) != "" && !isList(e.rel) && path.Base(e.rel) != "no-data.txt" // also without an extension
			if (e.isTalk() || e.isMedia() || sent) && e.size > 0 && !yield(e) {
				return
			}
		}
	}
}

// isTalk reports whether e is the first list of a conversation.
func (e *entry) isTalk() bool {
	return classify(e.rel) == classMessages && strings.HasPrefix(path.Base(e.rel), "message_1.")
}

// likeness is by what an entry is recognised in another export. The folder of a conversation ends in its
// number; what stands before it is what the other one is called now.
func (e *entry) likeness() string {
	if e.isTalk() {
		folder := path.Base(thread(e.rel))
		return "talk:" + folder[strings.LastIndexByte(folder, '_')+1:]
	}
	base := path.Base(e.rel)
	return "name:" + strings.TrimSuffix(base, path.Ext(base))
}

// bytes stands for the content of an entry.
func (e *entry) bytes() string { return fmt.Sprintf("bytes:%d:%08x", e.size, e.crc) }
