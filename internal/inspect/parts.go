package inspect

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// How far apart the parts of one export can be made. It is not known that Instagram needs more than a day for one; it
// is not known either that it never does.
const (
	partsApart   = 2 * day
	entriesApart = 12 * time.Hour
)

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
	in.judgeDays()
	users := make(map[string]bool)
	for _, s := range in.identity.sources {
		if !isList(s.Where) { // the name of a part or of a folder in it
			users[s.Username] = true
		}
	}
	if len(users) > 1 {
		in.add(Error, "parts-mixed", "", "The parts belong to different accounts (%s). Give only the parts of one export.",
			strings.Join(slices.Sorted(maps.Keys(users)), ", "))
	}
}

// judgeDays compares the days on which the parts were made: as their names say, and where a name says nothing, as
// the times of the files in them do.
func (in *inspection) judgeDays() {
	days := slices.Clone(in.identity.dates)
	var packed []time.Time
	for folder, t := range in.youngest() {
		if !in.tellsDay(folder) {
			packed = append(packed, t)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	if n := len(days); n > 1 && latestDay(days[n-1:]).Sub(latestDay(days[:1])) > partsApart {
		in.add(Error, "parts-mixed", "", "The parts were made on different days (%s), so they belong to different exports. Give only the parts of one export.", strings.Join(days, ", "))
		return
	}
	if len(days) < 2 && !packedApart(packed, latestDay(days)) {
		return
	}
	for _, t := range packed {
		days = append(days, rfcDate(t))
	}
	slices.Sort(days)
	in.add(Question, "parts-mixed", "", "The parts were made on different days (%s). Instagram may need more than a day for a large export, but they may also be parts of two. "+
		"Did they all come with one request?", strings.Join(slices.Compact(days), ", "))
}

// packedApart reports whether parts were packed at different times, or not on the day that the names of the other
// parts tell, which may be zero.
func packedApart(packed []time.Time, named time.Time) bool {
	if len(packed) == 0 {
		return false
	}
	first, last := slices.MinFunc(packed, time.Time.Compare), slices.MaxFunc(packed, time.Time.Compare)
	if named.IsZero() {
		return last.Sub(first) > entriesApart
	}
	return first.Before(named.Add(-entriesApart)) || last.After(named.Add(day+entriesApart))
}

// partFolder is one of the roots of a part, in which a part of an export lies.
type partFolder struct{ part, root int }

// tellsDay reports whether the name of a folder, of one around it, or of the zip, tells the day on which it was made.
func (in *inspection) tellsDay(f partFolder) bool {
	names := strings.Split(in.tables[f.part].roots[f.root], "/")
	return slices.ContainsFunc(append(names, in.sources[f.part].part.Name), func(name string) bool {
		_, date := named(name)
		return slices.Contains(in.identity.dates, date)
	})
}

// youngest returns the time of the youngest entry of each folder.
func (in *inspection) youngest() map[partFolder]time.Time {
	last := make(map[partFolder]time.Time)
	for e := range in.union.all() {
		f := partFolder{e.part, e.root}
		if t := e.time(); t.After(last[f]) && believable(t.Unix()) {
			last[f] = t
		}
	}
	return last
}

// packed is the time of the youngest entry of all, or zero.
func (in *inspection) packed() (last time.Time) {
	for _, t := range in.youngest() {
		if t.After(last) {
			last = t
		}
	}
	return last
}
