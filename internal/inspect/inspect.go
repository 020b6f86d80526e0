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
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	in := &inspection{tally: newTally(), meter: meter{report: progress}}
	for _, p := range parts {
		in.sources = append(in.sources, &source{ctx: ctx, part: p})
		in.meter.total += p.Size
		if p.SHA256 == "" {
			in.meter.total += p.Size
		}
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

	parts    [][]entry // per part, in the order of their bodies
	digests  []string
	whole    bool // every structure pass came to its end
	unread   bool // some entries were not read to the end
	unlisted bool // some lists were not
	identity identity
	layout   layout
	union    *union
}

func (in *inspection) structure() error {
	in.whole = len(in.sources) > 0
	for _, s := range in.sources {
		entries, complete := readStructure(s, &in.problems)
		if err := s.err(); err != nil {
			return err
		}
		in.parts = append(in.parts, entries)
		in.whole = in.whole && complete
	}
	if len(in.sources) == 0 {
		in.add(Error, "part-no-entries", "", "No part was given: there is nothing to inspect.")
	}
	return nil
}

// join makes one export of the parts.
func (in *inspection) join() {
	roots := make([]string, len(in.parts))
	for i, entries := range in.parts {
		name := in.sources[i].part.Name
		root, ok := findRoot(entries)
		if !ok {
			in.add(Error, "root-mixed", name, "The files in this zip do not lie in one common folder as in an export: it holds more than one export, or was packed by hand. "+
				"Use the zips as Instagram delivered them.")
		}
		roots[i] = root
		in.identity.fromName(name, name)
		for folder := range strings.SplitSeq(strings.TrimSuffix(root, "/"), "/") {
			in.identity.fromName(folder, name+": "+folder)
		}
	}
	in.union = newUnion(in.parts, roots, &in.problems)
	in.layout = findLayout(in.union.names)
}

// read reads every entry of every part, and sums the parts up on the way.
func (in *inspection) read() error {
	in.digests = make([]string, len(in.sources))
	for i, s := range in.sources {
		var wg sync.WaitGroup
		if in.digests[i] = strings.ToLower(s.part.SHA256); in.digests[i] == "" {
			wg.Go(func() {
				// An error stays with the source, where it is asked for below.
				in.digests[i], _ = s.sha256(in.meter.tick)
			})
		}
		var next atomic.Int64
		entries := in.parts[i]
		for range workers {
			wg.Go(func() {
				r := newReader(s, in.union, in.tally, in.meter.tick)
				for s.err() == nil {
					j := int(next.Add(1)) - 1
					if j >= len(entries) {
						return
					}
					if !entries[j].unreadable {
						r.read(&entries[j])
					}
				}
			})
		}
		wg.Wait()
		if err := s.err(); err != nil {
			return err
		}
	}
	in.meter.tick(in.meter.total - in.meter.done) // headers, which no entry counts
	return nil
}

// report draws the conclusions.
func (in *inspection) report() *Report {
	r := &Report{
		Generation: in.layout.generation, Format: in.layout.format,
		PerYear: make(map[string]int), References: References{Missing: []MissingRef{}},
		Parts: []PartReport{}, Checks: []string{},
		Evidence: Evidence{Usernames: []UsernameSource{}, Sections: []string{}},
	}
	for i, s := range in.sources {
		r.Parts = append(r.Parts, PartReport{s.part.Name, s.part.Size, in.digests[i], len(in.parts[i])})
	}
	explainLayout(in.layout, in.union.all, &in.problems)
	in.judgeParts()
	in.judgeEntries(r)
	in.judgeIdentity(r)
	if in.layout.covered() {
		in.union.checkNumbering(&in.problems)
		in.judgeReferences(r)
		in.judgeSections(r)
	}
	in.judgeTime(r)
	in.fillCounts(r)
	in.fillChecks(r)
	r.Problems = in.sorted()
	return r
}

// judgeParts checks that the parts belong to one export.
func (in *inspection) judgeParts() {
	seen := make(map[string]string)
	for i, s := range in.sources {
		if other, twice := seen[in.digests[i]]; twice {
			in.add(Error, "part-duplicate", s.part.Name, "This is the same file as %s, byte for byte. One of them may stand in for a part that is missing: "+
				"remove it, and download the other part.", other)
		}
		seen[in.digests[i]] = s.part.Name
	}
	days := slices.Clone(in.identity.dates)
	slices.Sort(days)
	if days = slices.Compact(days); len(days) > 1 {
		in.add(Error, "parts-mixed", "", "The parts were made on different days (%s), so they belong to different exports. Give only the parts of one export.", strings.Join(days, ", "))
	}
	users := make(map[string]bool)
	for _, s := range in.identity.sources {
		users[s.Username] = true
	}
	if len(users) > 1 {
		in.add(Error, "parts-mixed", "", "The parts belong to different accounts (%s). Give only the parts of one export.",
			strings.Join(slices.Sorted(maps.Keys(users)), ", "))
	}
}

func (in *inspection) judgeIdentity(r *Report) {
	in.identity.fromLabels(in.tally.labels)
	hasData := slices.ContainsFunc(in.union.all, func(e *entry) bool { return classify(e.rel) == classPersonal })
	r.Username = in.identity.judge(hasData, in.layout.covered(), &in.problems)
	r.Evidence.Usernames = append(r.Evidence.Usernames, in.identity.sources...)
}

func (in *inspection) judgeTime(r *Report) {
	t := in.tally
	s := span{
		oldest: unixOrZero(t.oldest), newest: unixOrZero(t.newest), active: unixOrZero(max(t.newest, t.newestMessage)),
		signedUp: unixOrZero(t.signedUp), generated: in.generated(),
	}
	r.GeneratedAt = rfcDate(s.generated)
	r.Range = Range{From: rfcDate(s.oldest), To: rfcDate(s.newest), Known: in.layout.covered() && s.whole()}
	ev := &r.Evidence
	ev.Oldest, ev.Newest, ev.NewestActivity, ev.SignedUp = rfcTime(s.oldest), rfcTime(s.newest), rfcTime(s.active), rfcTime(s.signedUp)
	ev.Undated = t.undated
	if in.layout.covered() && s.atMostAYear() {
		since := ""
		if !s.signedUp.IsZero() {
			since = " The account exists since " + rfcDate(s.signedUp) + "."
		}
		in.add(Question, "range-one-year", "", "Everything in the archive was posted between %s and %s, no more than a year.%s "+
			"Instagram's form offers \"last year\" as the range. Did you choose \"All time\"? If your profile shows older posts, request the export again.",
			rfcDate(s.oldest), rfcDate(s.newest), since)
	}
}

// generated returns the day on which the export was made: from the names of the parts, else
// from the newest entry.
func (in *inspection) generated() time.Time {
	var newest time.Time
	for _, d := range in.identity.dates {
		if t, err := time.Parse(time.DateOnly, d); err == nil && t.After(newest) {
			newest = t
		}
	}
	if !newest.IsZero() {
		return newest
	}
	for _, e := range in.union.all {
		if t := e.time(); t.After(newest) && believable(t.Unix()) {
			newest = t
		}
	}
	return newest
}

func (in *inspection) fillCounts(r *Report) {
	t := in.tally
	for y, n := range t.perYear {
		r.PerYear[fmt.Sprint(y)] = n
	}
	r.Counts.Posts, r.Counts.Stories, r.Counts.Reels, r.Counts.Messages = t.items[classPosts], t.items[classStories], t.items[classReels], t.messages
	ev := &r.Evidence
	ev.ProfilePhotos, ev.Archived, ev.IGTV = t.items[classProfilePhotos], t.items[classArchived], t.items[classIGTV]
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
			done = done && !in.unread && !in.unlisted && in.layout.covered()
		}
		if done {
			r.Checks = append(r.Checks, c)
		}
	}
}
