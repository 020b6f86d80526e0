package verdict

import (
	"maps"
	"slices"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// EarlierCodes are the codes of the questions about earlier exports.
var EarlierCodes = []string{"less-than-before", "earlier-files", "earlier-larger", "earlier-not-compared"}

var keepBoth = words.Of("If not, ask Instagram for a new export (All time, High quality, JSON, every category). Both exports are kept: keep them both.")

// NewEarlier is an earlier export by its report; made is the day on which it was made.
func NewEarlier(id, made string, r *inspect.Report, lacking *inspect.Lacking) Earlier {
	return Earlier{ID: id, Made: made, PerYear: r.PerYear, Messages: r.Counts.Messages, Sections: r.Evidence.Sections, Lacking: lacking}
}

// lessThanBefore compares with earlier exports. What is missing may have been
// deleted by its owner, or not asked for this time.
func lessThanBefore(f Facts) (all []Reason) {
	if f.Report == nil {
		return nil
	}
	for _, old := range f.Earlier {
		all = append(all, fewer(old, f.Report)...)
		all = append(all, lacking(old)...)
	}
	return all
}

// fewer holds the numbers of each year against those of an earlier export.
func fewer(old Earlier, r *inspect.Report) []Reason {
	var lacks words.List
	for _, year := range slices.Sorted(maps.Keys(old.PerYear)) {
		if before, now := old.PerYear[year], r.PerYear[year]; now < before {
			lacks = append(lacks, words.Of("%s: %d, before %d", year, now, before))
		}
	}
	if now := r.Counts.Messages; now < old.Messages {
		lacks = append(lacks, words.Of("messages: %d, before %d", now, old.Messages))
	}
	for _, section := range old.Sections {
		if !slices.Contains(r.Evidence.Sections, section) {
			lacks = append(lacks, words.Of("nothing in the section %s", section))
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	const most = 15
	if more := len(lacks) - most; more > 0 {
		lacks = append(lacks[:most], words.Of("%d more", more))
	}
	return asks("less-than-before", "An earlier export of this account (made on %s, kept as %s) holds more than this one (%s). "+
		"Did you delete the rest yourself in between, or leave it out on purpose? %s", old.Made, old.ID, lacks, keepBoth)
}

// lacking passes on what an earlier export holds file by file, and this one does not.
func lacking(old Earlier) (all []Reason) {
	l := old.Lacking
	switch {
	case l == nil:
		return asks("earlier-not-compared", "An earlier export of this account (made on %s, kept as %s) has not been compared with this one yet. Is everything here that you expect? %s",
			old.Made, old.ID, keepBoth)
	case l.Trouble != "":
		return asks("earlier-not-compared", "An earlier export of this account (made on %s, kept as %s) could not be compared with this one: %s. Is everything here that you expect? %s",
			old.Made, old.ID, words.Text(l.Trouble), keepBoth)
	}
	var what words.List
	switch {
	case l.Strange:
		all = asks("earlier-not-compared", "None of the %[1]d pictures, videos and sounds of an earlier export of this account (made on %[2]s, kept as %[3]s) could be found here by its name, "+
			"as between exports of different years. Is everything here that you expect? %[4]s", l.Media, old.Made, old.ID, keepBoth)
	case l.Media > 0:
		what = append(what, words.Of("%d pictures, videos or sounds", l.Media))
	}
	if l.Smaller > 0 {
		all = append(all, asks("earlier-larger", "%d pictures, videos or sounds are much smaller here than in an earlier export of this account (made on %s, kept as %s). "+
			"Is their quality enough for you? %s", l.Smaller, old.Made, old.ID, keepBoth)...)
	}
	if l.Talks > 0 {
		what = append(what, words.Of("%d conversations", l.Talks))
	}
	if len(what) == 0 {
		return all
	}
	return append(all, asks("earlier-files", "An earlier export of this account (made on %s, kept as %s) holds what this one does not: %s. The evidence page lists each. "+
		"Did you delete this yourself in between? %s", old.Made, old.ID, what, keepBoth)...)
}
