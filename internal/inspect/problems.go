package inspect

import (
	"cmp"
	"slices"

	"github.com/igwatchd/igwatchd/internal/words"
)

// maxPerCode bounds how many problems of one code and severity are listed one by one.
const maxPerCode = 100

// problems gathers findings. It is used by one goroutine only.
type problems struct {
	list  []Problem
	count map[[2]string]*unlistedProblems

	omissions []Omission // of entries; those of lists are in the tally
	omitted   int        // all of them
}

// unlistedProblems are those of one code and severity that are one too many.
type unlistedProblems struct {
	all, omitted int
	otherwise    bool // not all of them were delivered so
}

func (p *problems) add(severity Severity, code, path, format string, args ...any) {
	p.record(0, severity, code, path, format, args)
}

// deliveredProblems adds what the zip's own checksums prove: Instagram delivered it so.
type deliveredProblems struct {
	*problems
	n    int
	item *Omission
}

// delivered is for a finding about n things that a list speaks of and that its list has noted as omissions.
func (p *problems) delivered(n int) deliveredProblems { return deliveredProblems{p, n, nil} }

// deliveredEntry is for a finding about a file that is packed as Instagram had it.
func (p *problems) deliveredEntry(e *entry) deliveredProblems {
	kind := ownFolders[media(e.rel)]
	if isList(e.rel) {
		kind = classify(e.rel)
	}
	item := omit("", kind, e.rel)
	item.Made = month(e.rel)
	return deliveredProblems{p, 1, &item}
}

func (d deliveredProblems) add(severity Severity, code, path, format string, args ...any) {
	if severity != Error { // a question has its answer
		d.problems.add(severity, code, path, format, args...)
		return
	}
	if d.item != nil {
		d.item.Code = code
		if d.omitted++; len(d.omissions) < maxOmissions {
			d.omissions = append(d.omissions, *d.item)
		}
	}
	d.record(d.n, severity, code, path, format, args)
}

// record notes a finding, about so many omissions.
func (p *problems) record(omitted int, severity Severity, code, path, format string, args []any) {
	if p.count == nil {
		p.count = make(map[[2]string]*unlistedProblems)
	}
	key := [2]string{code, severity}
	c := p.count[key]
	if c == nil {
		c = &unlistedProblems{all: -maxPerCode}
		p.count[key] = c
	}
	if c.all++; c.all > 0 {
		c.omitted += omitted
		c.otherwise = c.otherwise || omitted == 0
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok { // names, which strangers chose
			args[i] = words.Shown(s)
		}
	}
	x := problem(code, severity, path, words.Of(format, args...))
	x.Delivered, x.Items = omitted > 0, omitted
	p.list = append(p.list, x)
}

// rootMixed is about a part that holds more than one export.
func (p *problems) rootMixed(part string) {
	p.add(Error, "root-mixed", part, "The files in this zip do not lie in one common folder as in an export: it holds more than one export, or was packed by hand. "+
		"Use the zips as Instagram delivered them.")
}

func problem(code string, severity Severity, path string, said words.Phrase) Problem {
	return Problem{Code: code, Severity: severity, Path: path, Text: said.String(), Phrase: said}
}

// sorted returns the findings, worst first, with a closing line for every list cut short.
func (p *problems) sorted() []Problem {
	out := slices.Clone(p.list)
	for key, c := range p.count {
		if c.all <= 0 {
			continue
		}
		more := problem(key[0], key[1], "", words.Of("There are %d more findings of this kind that are not listed here.", c.all))
		if !c.otherwise {
			more.Delivered, more.Items = true, c.omitted
		}
		out = append(out, more)
	}
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(rank(a.Severity), rank(b.Severity)),
			cmp.Compare(a.Code, b.Code),
			// A closing line has no path and comes last of its kind.
			cmp.Compare(pathRank(a), pathRank(b)),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Text, b.Text),
		)
	})
	if out == nil {
		out = []Problem{}
	}
	return out
}

func pathRank(p Problem) int {
	if p.Path == "" {
		return 1
	}
	return 0
}

// errors counts the errors so far, listed or not.
func (p *problems) errors() (n int) {
	for key, c := range p.count {
		if key[1] == Error {
			n += c.all + maxPerCode
		}
	}
	return n
}

// rank orders severities, worst first.
func rank(s Severity) int { return slices.Index([]Severity{Error, Question, Info}, s) }
