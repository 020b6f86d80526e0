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
	count map[[2]string]int
}

func (p *problems) add(severity Severity, code, path, format string, args ...any) {
	if p.count == nil {
		p.count = make(map[[2]string]int)
	}
	key := [2]string{code, severity}
	p.count[key]++
	if p.count[key] > maxPerCode {
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok { // names, which strangers chose
			args[i] = words.Shown(s)
		}
	}
	p.list = append(p.list, problem(code, severity, path, words.Of(format, args...)))
}

func problem(code string, severity Severity, path string, said words.Phrase) Problem {
	return Problem{Code: code, Severity: severity, Path: path, Text: said.String(), Phrase: said}
}

// sorted returns the findings, worst first, with a closing line for every list cut short.
func (p *problems) sorted() []Problem {
	out := slices.Clone(p.list)
	for key, n := range p.count {
		if n > maxPerCode {
			out = append(out, problem(key[0], key[1], "", words.Of("There are %d more findings of this kind that are not listed here.", n-maxPerCode)))
		}
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

// rank orders severities, worst first.
func rank(s Severity) int { return slices.Index([]Severity{Error, Question, Info}, s) }
