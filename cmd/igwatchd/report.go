package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/igwatchd/igwatchd/internal/verdict"
)

const (
	columns   = 80
	barLength = 40 // of the year with the most in it
)

// printEvidence prints what the evidence page shows, but for the pictures.
func printEvidence(w io.Writer, e verdict.Evidence) {
	p := printer{w}
	p.text("", "", e.Sentence)
	p.text("", "", "Nothing was stored or changed: igwatchd inspect only looks.")
	for _, g := range e.Groups {
		p.head(g.Head)
		for _, r := range g.Reasons {
			p.text("  - ", "    ", r.Text+" ["+r.Code+"]")
		}
	}
	if len(e.Numbers) > 0 {
		p.head("What is in the archive")
	}
	for _, n := range e.Numbers {
		p.text(fmt.Sprintf("  %-29s", n.Name), strings.Repeat(" ", 31), strings.Join(n.Texts, ", "))
	}
	p.chart(e)
	p.missing(e.Missing)
	p.omitted(e.Omitted)
	p.lacking(e.Lacking)
	p.head("How it is known")
	for _, c := range e.Claims {
		p.text("  - ", "    ", c.Says+"? "+c.Answer)
		for _, proof := range c.Proof {
			p.text("    ", "    ", proof)
		}
	}
	for _, part := range e.Parts {
		p.text("  - ", "    ", part.Name)
		for _, text := range part.Texts {
			p.text("    ", "    ", text)
		}
	}
	p.head("What no export ever holds")
	for _, n := range e.Never {
		p.text("  - ", "    ", n)
	}
	p.head("What to do next")
	for i, n := range e.Next {
		p.text(fmt.Sprintf("  %d. ", i+1), "     ", n.Text)
		if n.Command != "" {
			p.line("     " + n.Command)
		}
	}
}

// printer writes lines that fit a terminal.
type printer struct{ w io.Writer }

func (p printer) line(s string) { _, _ = fmt.Fprintln(p.w, s) }

func (p printer) head(s string) { p.line("\n" + s) }

// text wraps a text behind first, its further lines behind indent. A word that is longer than a line stays whole: it is
// a file's name, to be copied.
func (p printer) text(first, indent, text string) {
	p.line(first + wrap(text, columns-len(indent), indent))
}

func (p printer) chart(e verdict.Evidence) {
	if e.Chart == nil {
		return
	}
	p.head("Posts, stories and reels per year")
	for _, y := range e.Chart.Years {
		bar := strings.Repeat("#", max(1, int(barLength*y.Share)))
		if y.Gap() {
			bar = "(nothing)"
		}
		p.line(fmt.Sprintf("  %d  %s %d", y.Year, bar, y.Count))
	}
	if e.Gaps != "" {
		p.text("  ", "  ", e.Gaps)
	}
}

func (p printer) missing(m verdict.Missing) {
	if m.Total == 0 {
		return
	}
	p.head("What is missing")
	p.text("  ", "  ", fmt.Sprintf("Of the files that the archive's own lists name, %d are not in it.", m.Total))
	for _, l := range m.Lists {
		p.text("  ", "  ", fmt.Sprintf("%s: %d missing, named by %s", l.Name, len(l.Files), l.From))
		p.files(l)
	}
	p.uncounted(m.More)
}

func (p printer) omitted(o verdict.Omitted) {
	if o.Total == 0 {
		return
	}
	p.head("What Instagram did not include")
	p.text("  ", "  ", fmt.Sprintf("Items of the account's own that are listed in the archive and came without a file, or damaged: %d. "+
		"The checksums of the zip prove that Instagram delivered it so.", o.Total))
	if o.Accepted != "" {
		p.text("  ", "  ", "You accepted this on "+o.Accepted+".")
	}
	for _, l := range o.Lists {
		p.text("  ", "  ", fmt.Sprintf("%s: %d", l.Name, len(l.Files)))
		p.files(l)
	}
	p.uncounted(o.More)
}

// allOmitted lists what Instagram did not include one by one: the person is about to accept it.
func (p printer) allOmitted(o verdict.Omitted) {
	p.text("", "", "Instagram did not include this in the archive, or delivered it damaged. The checksums of the zip prove that it was delivered so: another download may be the same.")
	for _, l := range o.Lists {
		p.text("  ", "  ", fmt.Sprintf("%s: %d", l.Name, len(l.Files)))
		for _, f := range l.Files {
			p.file(f)
		}
	}
	p.uncounted(o.More)
}

func (p printer) uncounted(more int) {
	if more > 0 {
		p.line(fmt.Sprintf("  and %d more, which are counted but not listed", more))
	}
}

func (p printer) lacking(all []verdict.Listing) {
	for _, l := range all {
		p.head(l.Name)
		made := ""
		if l.Made != "" {
			made = ", made on " + l.Made
		}
		p.text("  ", "  ", fmt.Sprintf("The earlier export is %s%s. %s", l.From, made, l.Says))
		p.files(l)
	}
}

func (p printer) file(f verdict.File) {
	if f.When != "" {
		p.text("    ", "      ", f.When+": "+f.Path)
	} else {
		p.line("    " + f.Path)
	}
}

func (p printer) files(l verdict.Listing) {
	for _, f := range l.First() {
		p.file(f)
	}
	if more := len(l.Rest()) + l.More; more > 0 {
		p.line(fmt.Sprintf("    and %d more (igwatchd inspect --json lists them, up to 1000)", more))
	}
}
