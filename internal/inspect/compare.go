package inspect

import (
	"context"
	"fmt"
	"io"
	"iter"
	"math"
	"path"
	"slices"
	"strings"
)

// maxLacking bounds how many files of an earlier export are listed one by one.
const maxLacking = 1000

// strangeMedia is how many files at least must all be gone before another way of naming them explains it.
const strangeMedia = 10

// strangeTalks is how many conversations at least must all be gone, while there are others, before another way of
// naming them explains it.
const strangeTalks = 5

// muchSmaller is below which share of its former size, in percent, a file counts as smaller: Instagram makes
// the same picture anew in slightly other sizes.
const muchSmaller = 80

// CompareVersion is of what [Compare] looks at. It grows with that.
const CompareVersion = 1

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

	// Version is the CompareVersion of the program that compared. 0: only the files were, by their names.
	Version    int      `json:"version,omitempty"`
	Fewer      []Shrunk `json:"fewer,omitempty"`       // conversations with fewer messages or texts, at most 100
	FewerTalks int      `json:"fewer_talks,omitempty"` // all of them
	Lists      []Shrunk `json:"lists,omitempty"`       // lists that hold much less or fewer texts, at most 100
	// Other is how many pictures and videos of the same name show something else; OtherPaths are the first of
	// them, at most 100. Unseen differ, and could not be looked at.
	Other      int      `json:"other,omitempty"`
	OtherPaths []string `json:"other_paths,omitempty"`
	Unseen     int      `json:"unseen,omitempty"`

	NotCompared []string `json:"not_compared,omitempty"` // why parts of them could not be compared: ByYears …
}

// Compare looks for what an earlier export holds in a later one: every picture, video, sound and conversation,
// how many messages and texts each conversation has, and how many things each list has. A file counts as held if the
// later export has one of the same name, wherever it lies and whatever its extension, or one of the same
// length and CRC-32: the names hold the number of the medium, and stay, while folders change with the layout. Of two
// of one name that differ, a picture must show the same, and a video be as long. The directories of the zips, their lists
// and those pictures are read, and nothing else. An error says that the two could not be compared.
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
	l := &Lacking{Paths: []string{}, Version: CompareVersion}
	old := &union{tables: before}
	pairs := &pairing{ctx: ctx, held: held, old: old}
	media, talks := 0, 0
	for e := range old.recognisable() {
		talk := e.isTalk()
		if talk {
			talks++
		} else {
			media++
		}
		l.look(e, talk, pairs)
	}
	if talks >= strangeTalks && l.Talks == talks && held.hasTalks() { // then their folders end in other numbers
		l.Talks = 0
		l.Paths = slices.DeleteFunc(l.Paths, func(rel string) bool { return classify(rel) == classMessages })
		l.NotCompared = append(l.NotCompared, ByTalks)
	}
	if l.Strange = media >= strangeMedia && l.Media == media; l.Strange { // then only the conversations say something
		l.Paths = slices.DeleteFunc(l.Paths, func(rel string) bool { return classify(rel) != classMessages })
	}
	l.compareLists(old, held)
	for _, t := range append(before, now...) {
		if err := t.src.err(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// look notes what becomes of one entry of the earlier export.
func (l *Lacking) look(e *entry, talk bool, p *pairing) {
	if !talk && len(p.held.names.find(e.bytes())) > 0 {
		return
	}
	if ids := p.held.names.find(e.likeness()); len(ids) > 0 {
		if !talk {
			l.pair(e, p.compare(e, ids))
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

// pair notes how a file of the later export differs from one of the same name.
func (l *Lacking) pair(e *entry, o pairOutcome) {
	switch o {
	case pairSmaller:
		l.Smaller++
	case pairOther:
		if l.Other++; len(l.OtherPaths) < maxShrunk {
			l.OtherPaths = append(l.OtherPaths, e.rel)
		}
	case pairUnseen:
		l.Unseen++
	}
}

// pairOutcome is how a file compares to those of the same name in another export.
type pairOutcome uint8

const (
	pairSame pairOutcome = iota // as far as can be seen
	pairSmaller
	pairOther
	pairUnseen
)

// pairing compares files of one name that differ.
type pairing struct {
	ctx       context.Context
	held, old *union
	lister    lister
	n         int // how many were looked at
}

// compare compares an entry of the earlier export with those that the later one has of its name. The one that
// is most like it counts.
func (p *pairing) compare(e *entry, ids []uint32) pairOutcome {
	outcome := pairSmaller
	for _, id := range ids {
		now, err := p.held.entry(id)
		if err != nil { // kept by the source
			return pairUnseen
		}
		if now.size < e.size*muchSmaller/100 {
			continue
		}
		if o := p.content(e, now); o == pairSame {
			return o
		} else if outcome == pairSmaller {
			outcome = o
		}
	}
	return outcome
}

// content looks at two files of one name that have about the same length.
func (p *pairing) content(e, now *entry) pairOutcome {
	if kind := kindsByExtension[strings.ToLower(path.Ext(e.rel))]; kind == kindMP4 {
		return p.films(e, now)
	} else if kind != kindUnknown && !kind.picture() {
		return pairSame
	}
	if p.n++; p.n > maxPairs {
		return pairUnseen
	}
	a, errA := p.sketch(p.old, e)
	b, errB := p.sketch(p.held, now)
	switch {
	case errA != nil || errB != nil:
		return pairUnseen
	case max(b.width, b.height)*100 < max(a.width, a.height)*muchSmaller:
		return pairSmaller
	case !a.shows(b):
		return pairOther
	}
	return pairSame
}

func (p *pairing) sketch(u *union, e *entry) (*sketch, error) {
	if e.size > maxPicture {
		return nil, errLarge
	}
	r, err := p.lister.content(u.tables[e.part].src, e)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return sketchOf(p.ctx, b)
}

// films compares how long two films are.
func (p *pairing) films(e, now *entry) pairOutcome {
	var seconds [2]float64
	for i, x := range []struct {
		u *union
		e *entry
	}{{p.old, e}, {p.held, now}} {
		src := x.u.tables[x.e.part].src
		body, err := localBody(src, x.e)
		if err != nil || x.e.method != methodStore {
			return pairSame
		}
		seconds[i] = filmLength(io.NewSectionReader(src, body, x.e.packed), x.e.packed)
	}
	if seconds[0] > 0 && math.Abs(seconds[0]-seconds[1]) > max(1, seconds[0]/20) {
		return pairOther
	}
	return pairSame
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
		t.roots, _ = findRoots(t)
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

// hasTalks reports whether the export has conversations.
func (u *union) hasTalks() bool {
	for e := range u.all() {
		if e.isTalk() {
			return true
		}
	}
	return false
}

// isTalk reports whether e is the first list of a conversation.
func (e *entry) isTalk() bool {
	return classify(e.rel) == classMessages && strings.HasPrefix(path.Base(e.rel), "message_1.")
}

// likeness is by what an entry is recognised in another export. The folder of a conversation ends in its
// number; what stands before it is what the other one is called now.
func (e *entry) likeness() string {
	if e.isTalk() {
		return talkKey(e.rel)
	}
	base := path.Base(e.rel)
	return "name:" + strings.TrimSuffix(base, path.Ext(base))
}

// talkKey is by what a conversation is recognised, by one of its lists.
func talkKey(rel string) string {
	folder := path.Base(thread(rel))
	return "talk:" + folder[strings.LastIndexByte(folder, '_')+1:]
}

// bytes stands for the content of an entry.
func (e *entry) bytes() string { return fmt.Sprintf("bytes:%d:%08x", e.size, e.crc) }
