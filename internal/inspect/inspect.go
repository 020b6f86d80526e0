// Package inspect says what is in the zips of an Instagram export, whether each is whole, and
// whether everything that its indexes name is there.
//
// It works in four passes. The structure pass holds the directory of every zip against its
// bytes. The layout pass joins the parts and tells from the file names which generation of
// Instagram's layout they have. The reading pass reads every byte of every entry once, compares
// checksums, decodes pictures, follows the boxes of videos, and walks every JSON list, looking
// up each file that it names. The last pass turns what was found into problems.
//
// Nothing is guessed: what is not known to be whole is a problem, and a check that could not be
// carried out to its end is not in Report.Checks.
package inspect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// workers is how many entries are read at the same time.
const workers = 2

// Inspect examines the parts of one export together. Everything that is wrong with the archive
// is in the report; an error is about reading it: a failing disk, a part that is shorter than
// its Size, or the end of ctx.
//
// progress, if not nil, is called now and then with the bytes done and to do, from one goroutine at a time.
func Inspect(ctx context.Context, parts []Part, progress func(done, total int64)) (*Report, error) {
	defer lean.begin()()
	in := &inspection{tally: newTally(), meter: meter{report: progress}}
	for _, p := range parts {
		in.sources = append(in.sources, &source{ctx: ctx, part: p})
		in.meter.total += p.Size
	}
	if err := in.structure(); err != nil {
		return nil, err
	}
	in.join()
	if err := in.read(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return in.report(), nil
}

// inspection is the state of one call of Inspect.
type inspection struct {
	sources []*source
	meter   meter
	tally   *tally
	problems

	tables   []*table
	digests  []string
	broken   []bool // by part: the structure pass found errors
	whole    bool   // every structure pass came to its end
	unread   bool   // some entries were not read to the end
	unlisted bool   // some lists were not, beside those of messages
	unheard  bool   // some lists of messages were not
	identity identity
	layout   layout
	names    *lookup // used for the names of each part, then for those of the union
	union    *union
}

func (in *inspection) structure() error {
	in.whole = len(in.sources) > 0
	in.names = newLookup(0)
	for i, s := range in.sources {
		before := in.errors()
		t, complete := readStructure(s, in.names, &in.problems)
		in.broken = append(in.broken, !complete || in.errors() > before)
		if err := s.err(); err != nil {
			return err
		}
		t.part = i
		in.tables = append(in.tables, t)
		in.whole = in.whole && complete
	}
	if len(in.sources) == 0 {
		in.add(Error, "part-no-entries", "", "No part was given: there is nothing to inspect.")
	}
	return nil
}

// join makes one export of the parts.
func (in *inspection) join() {
	for i, t := range in.tables {
		name := in.sources[i].part.Name
		roots, ok := findRoots(t)
		if t.roots = roots; !ok {
			in.problems.rootMixed(name)
		}
		in.identity.fromName(name, name)
		for _, folder := range t.folders() {
			in.identity.fromName(folder, name+": "+folder)
		}
	}
	in.union = newUnion(in.tables, in.names, &in.problems)
	in.layout = findLayout(in.union)
	in.union.pages = in.layout.format == FormatHTML
	in.union.until = in.until()
}

// until is the end of the day on which the export was made, with room for zones and for parts that were made
// later: by the names of the parts, else by their youngest entry.
func (in *inspection) until() int64 {
	dates := slices.Clone(in.identity.dates)
	if in.layout.old() {
		for _, g := range in.identity.renamed {
			dates = append(dates, g.date)
		}
	}
	last := latestDay(dates)
	if last.IsZero() {
		last = in.packed()
	}
	if last.IsZero() {
		return 0
	}
	return last.Add(slack).Unix()
}

// latestDay returns the last of some days (RFC 3339 dates), or zero.
func latestDay(dates []string) (last time.Time) {
	for _, d := range dates {
		if t, err := time.Parse(time.DateOnly, d); err == nil && t.After(last) {
			last = t
		}
	}
	return last
}

// read reads every part once.
func (in *inspection) read() error {
	readers := make([]*reader, workers)
	for i := range readers {
		readers[i] = newReader(in.union, in.tally)
	}
	for i, s := range in.sources {
		f := &feed{src: s, tick: in.meter.tick}
		in.digests = append(in.digests, strings.ToLower(f.run(in.tables[i], readers)))
		if err := s.err(); err != nil {
			return err
		}
	}
	return nil
}

// report draws the conclusions.
func (in *inspection) report() *Report {
	r := &Report{
		Version:    Version,
		Generation: in.layout.generation, Format: in.layout.format,
		PerYear: make(map[string]int), References: References{Missing: []MissingRef{}},
		Parts: []PartReport{}, Checks: []string{},
		Evidence: Evidence{Usernames: []UsernameSource{}, Sections: []string{}},
	}
	for i, s := range in.sources {
		r.Parts = append(r.Parts, PartReport{s.part.Name, s.part.Size, in.digests[i], len(in.tables[i].at), in.broken[i] || in.tables[i].damaged()})
	}
	in.settlePosts()
	if slices.ContainsFunc(in.tables, func(t *table) bool { return len(t.at) > 0 }) { // else that is a finding already
		explainLayout(in.layout, &in.problems)
	}
	in.judgeEntries(r)
	in.judgeAlike(r)
	in.judgeIdentity(r)
	in.judgeParts()
	if in.layout.covered() {
		in.union.checkNumbering(&in.problems)
		in.judgeReferences(r)
		in.judgeSections(r)
		in.judgeRequests(r)
	}
	in.judgeTime(r)
	in.fillCounts(r)
	in.fillChecks(r)
	r.Omissions = newOmissions(r.Parts, slices.Concat(in.omissions, in.tally.omissions), in.omitted+in.tally.omitted)
	r.Problems = in.sorted()
	return r
}

func (in *inspection) fillCounts(r *Report) {
	t := in.tally
	for _, reel := range t.reels {
		if in.union.mark(reel.id).refs&(refPost|refDetailed) != 0 { // one item, in two lists
			r.Evidence.ReelsInPosts++
			if reel.year != 0 {
				t.perYear[reel.year]--
			}
		}
	}
	for y, n := range t.perYear {
		if n > 0 {
			r.PerYear[fmt.Sprint(y)] = n
		}
	}
	r.Counts.Posts, r.Counts.Stories, r.Counts.Reels, r.Counts.Messages = t.items[classPosts], t.items[classStories], t.items[classReels], t.messages
	ev := &r.Evidence
	ev.ProfilePhotos, ev.Archived, ev.IGTV = t.items[classProfilePhotos], t.items[classArchived], t.items[classIGTV]
	ev.WithoutProgram = t.unaided
	ev.Drafts, ev.PostsUnsure = t.drafts, t.unsure
	ev.Other, ev.RecentlyDeleted = t.items[classOtherContent], t.items[classDeleted]
}

// fillChecks names the checks that came to their end.
func (in *inspection) fillChecks(r *Report) {
	for _, c := range AllChecks {
		done := in.whole
		switch c {
		case CheckEntries, CheckMediaKind, CheckMediaDecoded:
			done = done && !in.unread
		case CheckIdentity, CheckIndexes:
			done = done && !in.unread && in.layout.covered()
		case CheckReferences:
			done = done && !in.unread && !in.unlisted && !in.unheard && in.layout.covered()
		}
		if done {
			r.Checks = append(r.Checks, c)
		}
	}
}
