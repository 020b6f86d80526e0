package verdict

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// Made says when, by what, and about which folder the evidence was put together.
type Made struct {
	At      time.Time
	Program string // with its version
	Folder  string // where the archive lies
}

// Evidence is a verdict with all that it rests on, in words: the page shows it, and the terminal prints it.
type Evidence struct {
	ID, Account, Verdict string
	Sentence             string
	Made                 []string
	Groups               []Group
	Numbers              []Line
	Chart                *Chart
	Gaps                 string // what is to be said about the years without anything
	Missing              Missing
	Omitted              Omitted
	Lacking              []Listing // what earlier exports hold and this one does not
	Claims               []Claim
	Parts                []Line
	Next                 []Step
	Never                []string // what no export ever holds
}

// Group is the reasons of one kind.
type Group struct {
	Head    string
	Reasons []Reason
}

// Line is a name and what is to be said about it.
type Line struct {
	Name  string
	Texts []string
}

// Gather puts the evidence for a verdict into words. id is how the export is called; "" says that it is
// not stored but was inspected where it lies. Nothing of a stranger's text in it reaches a terminal as a command, or
// turns around the sentence that it stands in.
func Gather(id string, f Facts, v Verdict, made Made) Evidence {
	e := Evidence{
		ID: id, Account: f.Account, Verdict: v.Verdict, Sentence: v.Sentence(f.Account), Made: made.lines(id),
		Claims: claims(f, v, id), Parts: parts(f), Lacking: newLacking(f.Earlier), Next: next(f, v, id), Never: never,
	}
	if id == "" {
		e.Sentence = sentenceAlone(f, v)
	}
	e.Sentence = words.Visible(e.Sentence)
	for _, g := range []struct{ head, severity string }{
		{"What is wrong", inspect.Error},
		{"What only you can answer", inspect.Question},
		{"Worth knowing", inspect.Info},
	} {
		if reasons := v.Open(g.severity); len(reasons) > 0 {
			for i, r := range reasons {
				reasons[i].Text = words.Visible(r.Text)
			}
			e.Groups = append(e.Groups, Group{g.head, reasons})
		}
	}
	if f.Report == nil {
		return e
	}
	e.Numbers, e.Missing = numbers(f.Report), newMissing(f.Report)
	e.Omitted = NewOmitted(f.Report.Omissions, v.acceptance(f))
	e.Chart = newChart(f.Report.PerYear)
	if e.Chart != nil && e.Chart.Gaps != "" {
		e.Gaps = "Nothing in the archive is of " + e.Chart.Gaps + "."
		if slices.ContainsFunc(v.Open(inspect.Question), func(r Reason) bool { return r.Code == "gap-years" }) {
			e.Gaps += " See the question above."
		}
	}
	return e
}

// sentenceAlone says the verdict about an archive that is not stored: it is never that the account can go.
func sentenceAlone(f Facts, v Verdict) string {
	switch {
	case v.Verdict == Safe:
		return fmt.Sprintf("All of the archive of %s was read, and nothing speaks against it. It is not stored yet: keep the account.", f.Account)
	case v.Verdict == Questions:
		return fmt.Sprintf("All of the archive of %s was read. %s that only you can answer. It is not stored yet: keep the account.",
			f.Account, count(len(v.Open(inspect.Question)), "question is left", "questions are left"))
	case f.Account == "":
		return "Do not delete any account because of this archive: it is not complete, or could not be checked."
	}
	return v.Sentence(f.Account)
}

func (m Made) lines(id string) (list []string) {
	said := "Judged"
	if !m.At.IsZero() {
		said += " on " + stamp(m.At)
	}
	if m.Program != "" {
		said += " by " + words.Visible(m.Program)
	}
	if said != "Judged" {
		list = append(list, said+".")
	}
	if id != "" {
		list = append(list, "Export "+words.Visible(id)+".")
	}
	if m.Folder != "" {
		list = append(list, "The archive lies in "+words.Visible(m.Folder)+".")
	}
	return list
}

// layoutsInWords are the years in which Instagram made exports so.
var layoutsInWords = map[string]string{
	inspect.GenerationV1: "2018 to 2021", inspect.GenerationV2a: "2021 and 2022", inspect.GenerationV2b: "2022 and 2023",
	inspect.GenerationV3a: "2023 to 2025", inspect.GenerationV3b: "2025 and later",
}

// numbers is what is in the archive. What is not known is left out, but for whose it is.
func numbers(r *inspect.Report) (list []Line) {
	add := func(name, text string) {
		if text != "" {
			list = append(list, Line{name, []string{text}})
		}
	}
	add("Account", orNotKnown(words.Visible(r.Username)))
	var kind []string
	if r.GeneratedAt != "" {
		kind = append(kind, "on "+words.Visible(r.GeneratedAt))
	}
	if r.Format == inspect.FormatJSON || r.Format == inspect.FormatHTML {
		kind = append(kind, "as "+strings.ToUpper(r.Format))
	}
	if years := layoutsInWords[r.Generation]; years != "" {
		kind = append(kind, fmt.Sprintf("in the layout of %s (%s)", years, r.Generation))
	}
	add("Made by Instagram", strings.Join(kind, ", "))
	if r.Range.From != "" {
		add("From oldest to newest", r.Range.From+" to "+r.Range.To)
	}
	all := slices.Contains(r.Checks, inspect.CheckEntries) && slices.Contains(r.Checks, inspect.CheckIndexes)
	for _, n := range []struct {
		name string
		n    int
	}{
		{"Posts", r.Counts.Posts},
		{"Stories", r.Counts.Stories},
		{"Reels", r.Counts.Reels},
		{"Messages", r.Counts.Messages},
		{"Pictures, videos and sounds", r.Counts.Media},
	} {
		switch {
		case all:
			add(n.name, fmt.Sprint(n.n))
		case n.n == 0:
			add(n.name, "not known")
		default:
			add(n.name, fmt.Sprintf("%d, as far as it could be read", n.n))
		}
	}
	if r.References.Total > 0 {
		add("Files that its lists name", fmt.Sprintf("%d of %d are here", r.References.Resolved, r.References.Total))
	}
	return list
}

// parts are the archive's files with what tells each from all others.
func parts(f Facts) (list []Line) {
	for _, p := range f.Parts {
		size := bytesText(p.Size)
		if f.Report != nil {
			i := slices.IndexFunc(f.Report.Parts, func(r inspect.PartReport) bool { return r.Name == p.Name })
			if i >= 0 {
				size += ", " + count(f.Report.Parts[i].Entries, "entry", "entries")
			}
		}
		list = append(list, Line{words.Visible(p.Name), []string{size, "SHA-256 " + words.Visible(p.SHA256)}})
	}
	return list
}

func orNotKnown(s string) string {
	if s == "" {
		return "not known"
	}
	return s
}

// day cuts the day out of an RFC 3339 time.
func day(rfc3339 string) string { return rfc3339[:min(len(rfc3339), len(time.DateOnly))] }

// stamp writes a time so that it means the same in every place.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "a day that is not known"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// bytesText shows a size as people say it, and to the byte.
func bytesText(n int64) string {
	if n < 1000 {
		return words.Size(n)
	}
	return fmt.Sprintf("%s (%d bytes)", words.Size(n), n)
}
