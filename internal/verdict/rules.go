package verdict

import (
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// rule is one thing that must hold. Its check returns what speaks against
// "safe", or what is worth knowing; nothing when all is well.
type rule struct {
	code  string
	check func(Facts) []Reason
}

// rules is the whole of what a verdict looks at, in the order it is told.
var rules = []rule{
	{"not-received", received},
	{"not-inspected", inspected},
	{"parts-differ", samePartsInspected},
	{"checks-unfinished", everyCheckFinished},
	{"wrong-account", rightAccount},
	{"layout-not-covered", knownLayout},
	{"findings", findings},
	{"copies", everyCopyProven},
	{"parts-coming", nothingComing},
	{"part-count", allPartsHere},
	{"part-full", lastPartIsSmaller},
	{"range", allYears},
	{"less-than-before", lessThanBefore},
	{"quality-unknown", quality},
}

func fails(code, format string, args ...any) []Reason {
	return []Reason{reason(code, inspect.Error, words.Of(format, args...))}
}

func asks(code, format string, args ...any) []Reason {
	return []Reason{reason(code, inspect.Question, words.Of(format, args...))}
}

func reason(code, severity string, said words.Phrase) Reason {
	return Reason{Code: code, Severity: severity, Text: said.String(), Phrase: said}
}

var requestAgain = words.Of("Ask Instagram for a new export (All time, High quality, JSON, every category).")

func received(f Facts) []Reason {
	if len(f.Parts) > 0 {
		return nil
	}
	return fails("not-received", "No archive has been received.")
}

func inspected(f Facts) []Reason {
	if f.Report != nil {
		return nil
	}
	return fails("not-inspected", "The archive has not been inspected.")
}

// samePartsInspected makes sure that the report speaks of the very bytes that
// were received.
func samePartsInspected(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	same := func(p Part, r inspect.PartReport) bool {
		return p.Name == r.Name && p.Size == r.Size && p.SHA256 != "" && p.SHA256 == r.SHA256
	}
	ok := len(f.Parts) == len(f.Report.Parts)
	for _, p := range f.Parts {
		ok = ok && slices.ContainsFunc(f.Report.Parts, func(r inspect.PartReport) bool { return same(p, r) })
	}
	if ok {
		return nil
	}
	return fails("parts-differ", "The files that were inspected are not the files that were received.")
}

func everyCheckFinished(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	var missing []string
	for _, c := range inspect.AllChecks {
		if !slices.Contains(f.Report.Checks, c) {
			missing = append(missing, c)
		}
	}
	if missing == nil {
		return nil
	}
	return fails("checks-unfinished", "Not everything could be checked (%s), because of the faults named here.", strings.Join(missing, ", "))
}

func rightAccount(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	switch got := strings.ToLower(f.Report.Username); {
	case got == "":
		return fails("wrong-account", "Nothing in the archive says whose it is. It should be the archive of %s.", f.Account)
	case f.Account == "" || got != strings.ToLower(f.Account):
		return fails("wrong-account", "This is the archive of %s, not of %s. Make sure that you were logged in as %s when you asked for the export.",
			f.Report.Username, f.Account, f.Account)
	}
	return nil
}

// layouts are those that the inspection reads whole.
var layouts = []string{inspect.GenerationV1, inspect.GenerationV2a, inspect.GenerationV2b, inspect.GenerationV3a, inspect.GenerationV3b}

// knownLayout: nothing is guessed about what nobody has looked at before.
func knownLayout(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	format := f.Report.Format == inspect.FormatJSON || f.Report.Format == inspect.FormatHTML
	if slices.Contains(layouts, f.Report.Generation) && format {
		return nil
	}
	return fails("layout-not-covered", "The archive is stored, but igwatchd cannot judge this kind of export (layout %s, format %s). %s",
		f.Report.Generation, f.Report.Format, requestAgain)
}

// countsPosts tells whether the number of posts is a fact: lists before 2021 and web pages name the
// pictures of one post one by one.
func countsPosts(r *inspect.Report) bool {
	return r.Format == inspect.FormatJSON && r.Generation != inspect.GenerationV1
}

// findings passes on what the inspection found, with its own words.
func findings(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	var out []Reason
	for _, p := range f.Report.Problems {
		said := p.Phrase
		if said.String() != p.Text { // of a report that has the text alone
			said = words.Text(p.Text)
		}
		if p.Path != "" && !strings.Contains(p.Text, p.Path) {
			said = words.Of("%s: %s", p.Path, said)
		}
		out = append(out, reason(p.Code, p.Severity, said))
	}
	if n := f.Report.References.Total - f.Report.References.Resolved; n > 0 && len(f.Report.References.Missing) == 0 {
		out = append(out, fails("references-missing", "%d files that the archive speaks of are not in it.", n)...)
	}
	return out
}

func everyCopyProven(f Facts) []Reason {
	if len(f.Copies) == 0 {
		return fails("not-stored", "The archive has not been stored.")
	}
	var out []Reason
	for _, c := range f.Copies {
		switch {
		case c.Proven && !c.Damaged:
		case c.Damaged:
			out = append(out, fails("copy-damaged", "The copy in %s is not what was stored there.", words.Text(c.Place))...)
		case c.Trouble != "":
			out = append(out, fails("copy-not-proven", "The copy in %s has not been written and read back: %s.", words.Text(c.Place), words.Text(c.Trouble))...)
		default:
			out = append(out, fails("copy-not-proven", "The copy in %s has not been written and read back yet.", words.Text(c.Place))...)
		}
	}
	return out
}

// nothingComing: a verdict in the middle of a download would be about something else.
func nothingComing(f Facts) []Reason {
	if f.Coming > 0 {
		return fails("parts-coming", "%d more files are still being downloaded.", f.Coming)
	}
	return nil
}

// allPartsHere: nothing in a zip says how many there are.
func allPartsHere(f Facts) []Reason {
	switch n := len(f.Parts); {
	case n == 0:
		return nil
	case f.Announced > n:
		return fails("parts-missing", "Instagram offers %[2]d files, %[1]d of them are here. Download the others too.", n, f.Announced)
	case f.Announced == n:
		return nil
	default:
		return asks("part-count", "%d files are here. Open Instagram's download page: does it offer just as many for this export?", n)
	}
}

// fullPart tells whether a file is as large as Instagram makes one: just 2 GiB, or
// about 3 GB. Where the archive is larger, it goes on in the next file.
func fullPart(size int64) bool { return size == 2<<30 || size > 2.8e9 && size < 3.4e9 }

// lastPartIsSmaller: if every file is full, there is hardly none after them.
func lastPartIsSmaller(f Facts) []Reason {
	if len(f.Parts) == 0 || f.Announced == len(f.Parts) || slices.ContainsFunc(f.Parts, func(p Part) bool { return !fullPart(p.Size) }) {
		return nil
	}
	return asks("part-full", "Every file that is here is as large as Instagram makes one file. Most likely there is at least one more: open Instagram's "+
		"download page and download the others. Is every file that the page offers here?")
}

// allYears: an export may have been requested for the last year only, and its
// bytes do not say so.
func allYears(f Facts) []Reason {
	r := f.Report
	if r == nil {
		return nil
	}
	if f.Posts > r.Counts.Posts+r.Counts.Reels {
		return fails("posts-missing", "The profile shows %s, the archive holds %s and %s. %s",
			posts(f.Posts), posts(r.Counts.Posts), words.Of("%d reels", r.Counts.Reels), requestAgain)
	}
	if r.Range.Known || f.Posts > 0 && countsPosts(r) && r.Counts.Posts >= f.Posts {
		return nil
	}
	if r.Range.From == "" {
		return asks("range-unknown", "The archive holds no posts, stories or reels of yours. Is that right?")
	}
	return asks("range-unknown", "The oldest thing in the archive is of %s, the newest of %s; it holds %s. "+
		"Does your profile reach no further back, and did you choose \"All time\" as the date range?", r.Range.From, r.Range.To, posts(r.Counts.Posts))
}

func posts(n int) words.Phrase { return words.Of("%d posts", n) }

// quality: nothing in an export says at which quality it was requested.
func quality(f Facts) []Reason {
	if f.Report == nil || f.Report.Counts.Media == 0 {
		return nil
	}
	if e := f.Report.Evidence; e.Pictures > 0 {
		return asks("quality-unknown", "Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so; its largest picture is %d pixels long.", e.LongestSide)
	}
	return asks("quality-unknown", "Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so.")
}
