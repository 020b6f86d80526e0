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
	{"findings", findings},
	{"checks-unfinished", everyCheckFinished},
	{"wrong-account", rightAccount},
	{"layout-not-covered", knownLayout},
	{"copies", everyCopyProven},
	{"parts-coming", nothingComing},
	{"part-count", allPartsHere},
	{"part-full", lastPartIsSmaller},
	{"range", allYears},
	{"gap-years", gapYears},
	{"old-export", ofNow},
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

// checkNames are the checks as they are called in a sentence.
var checkNames = map[string]words.Phrase{
	inspect.CheckStructure: words.Of("the zip itself"), inspect.CheckEntries: words.Of("every file in it"), inspect.CheckIdentity: words.Of("whose it is"),
	inspect.CheckIndexes: words.Of("its lists"), inspect.CheckReferences: words.Of("what its lists name"),
	inspect.CheckMediaKind: words.Of("of what kind its pictures and videos are"), inspect.CheckMediaDecoded: words.Of("whether they are whole"),
}

func everyCheckFinished(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	var missing words.List
	for _, c := range inspect.AllChecks {
		if !slices.Contains(f.Report.Checks, c) {
			missing = append(missing, checkNames[c])
		}
	}
	if missing == nil {
		return nil
	}
	all := fails("checks-unfinished", "Because of that, not everything could be checked: %s.", missing)
	all[0].follows = unreadableTalksOnly(f.Report)
	return all
}

// unreadableTalksOnly reports whether no check is unfinished but that of what lists name, and that only because Instagram
// delivered lists of messages that cannot be read.
func unreadableTalksOnly(r *inspect.Report) bool {
	for _, c := range inspect.AllChecks {
		if c != inspect.CheckReferences && !slices.Contains(r.Checks, c) {
			return false
		}
	}
	unreadable := func(p inspect.Problem) bool { return p.Severity == inspect.Error && p.Code == "index-unreadable" }
	return slices.ContainsFunc(r.Problems, unreadable) && !slices.ContainsFunc(r.Problems, func(p inspect.Problem) bool { return unreadable(p) && !p.Delivered })
}

// legible tells whether the zips could be opened and the export in them is of a kind that is known. If not, an
// error says so, and to ask for more would only confuse.
func legible(f Facts) bool {
	return f.Report != nil && slices.Contains(f.Report.Checks, inspect.CheckStructure) && slices.Contains(layouts, f.Report.Generation) && !found(f, inspect.Error, "layout-unknown")
}

// found tells whether the inspection has a finding of that severity with one of these codes.
func found(f Facts, severity string, codes ...string) bool {
	return f.Report != nil && slices.ContainsFunc(f.Report.Problems, func(p inspect.Problem) bool {
		return p.Severity == severity && slices.Contains(codes, p.Code)
	})
}

func rightAccount(f Facts) []Reason {
	if f.Report == nil {
		return nil
	}
	switch got := strings.ToLower(f.Report.Username); {
	case got == "" && found(f, inspect.Error, "identity-unknown", "identity-disagrees"): // said already
		return nil
	case got == "" && f.Account == "":
		return fails("wrong-account", "Nothing in the archive says whose it is.")
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
	if !slices.Contains(f.Report.Checks, inspect.CheckStructure) || found(f, inspect.Error, "layout-unknown", "layout-not-covered", "format-mixed", "part-nested") {
		return nil // said already: an unfinished check is an error too
	}
	return fails("layout-not-covered", "igwatchd cannot judge this kind of export (layout %s, format %s). %s",
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
		if p.Code == "section-missing" && f.NoPosts {
			out = append(out, asks("posts-empty", "This archive has no list of posts. You told igwatchd (posts = 0) that your profile shows "+
				"none. Is that right?")...)
			continue
		}
		said := p.Phrase
		if said.String() != p.Text { // of a report that has the text alone
			said = words.Text(p.Text)
		}
		if p.Path != "" && !strings.Contains(p.Text, p.Path) {
			said = words.Of("%s: %s", words.Shown(p.Path), said)
		}
		r := reason(p.Code, p.Severity, said)
		if p.Severity == inspect.Error && p.Delivered {
			r.items = p.Items
		}
		out = append(out, r)
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
	case !legible(f):
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
	if len(f.Parts) == 0 || !legible(f) || f.Announced == len(f.Parts) || slices.ContainsFunc(f.Parts, func(p Part) bool { return !fullPart(p.Size) }) {
		return nil
	}
	return asks("part-full", "Every file that is here is as large as Instagram makes one file. Most likely there is at least one more: open Instagram's "+
		"download page and download the others. Is every file that the page offers here?")
}

// quality: nothing in an export says at which quality it was requested.
func quality(f Facts) []Reason {
	if !legible(f) || f.Report.Counts.Media == 0 || found(f, inspect.Question, "quality-hint") { // which asks just that
		return nil
	}
	if e := f.Report.Evidence; e.Pictures > 0 {
		return asks("quality-unknown", "Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so; its largest picture is %d pixels long.", e.LongestSide)
	}
	return asks("quality-unknown", "Did you choose \"High\" as the media quality when you asked for the export? The archive does not say so.")
}
