package shape

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Bounds of what is printed, whatever an archive holds.
const (
	maxNodes  = 400 // of the tree of one kind of file
	maxForms  = 6   // of what was seen at one place
	maxGroups = 600 // kinds of files
	maxWidth  = 300 // characters of a line
	maxLines  = 4000
)

// node is one place in a kind of file: a key, the elements of a list, an element of a page.
type node struct {
	name   string
	kids   []*node
	byName map[string]*node
	times  int            // how often something stood here
	forms  map[string]int // what it was, beside objects and lists
	years  span           // of the times that stood here

	objects, lists, empty int
	inside, left          int // how often something stood directly below: in all, and when one here ended
}

// tree is what all files of a kind have in common.
type tree struct {
	root    node
	nodes   int
	dropped int // places that were not kept
}

// at returns the place below n with a name, or nil when there are too many places.
func (t *tree) at(n *node, name string) *node {
	if k := n.byName[name]; k != nil {
		return k
	}
	if t.nodes == maxNodes {
		t.dropped++
		return nil
	}
	t.nodes++
	k := &node{name: name}
	if n.byName == nil {
		n.byName = make(map[string]*node)
	}
	n.byName[name] = k
	n.kids = append(n.kids, k)
	return k
}

// saw notes what stood at a place.
func (n *node) saw(form string) {
	if n.forms == nil {
		n.forms = make(map[string]int)
	}
	if _, known := n.forms[form]; !known && len(n.forms) >= maxForms {
		form = "other"
	}
	n.forms[form]++
}

// ended notes that an object or a list at a place came to its end.
func (n *node) ended(list bool) {
	if list {
		n.lists++
	} else {
		n.objects++
	}
	if n.inside == n.left {
		n.empty++
	}
	n.left = n.inside
}

// what describes everything that stood at a place.
func (n *node) what() string {
	var all []string
	if n.objects > 0 {
		all = append(all, times("object", n.objects))
	}
	if n.lists > 0 {
		all = append(all, times("list", n.lists))
	}
	if n.empty > 0 {
		all = append(all, times("empty", n.empty))
	}
	forms := slices.SortedFunc(maps.Keys(n.forms), func(a, b string) int {
		return cmp.Or(cmp.Compare(n.forms[b], n.forms[a]), cmp.Compare(a, b))
	})
	for _, f := range forms {
		all = append(all, times(f, n.forms[f]))
	}
	if s := n.years.String(); s != "" {
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func times(what string, n int) string {
	if n == 1 {
		return what
	}
	return fmt.Sprintf("%s ×%d", what, n)
}

// printer writes places. What it wrote once, it does not write again: pages have much in common.
type printer struct {
	w     io.Writer
	seen  map[string]bool
	lines int // that were written
}

// line writes a line, until there are too many.
func (p *printer) line(s string) {
	switch p.lines++; {
	case p.lines < maxLines:
		_, _ = io.WriteString(p.w, s+"\n") // a writer that keeps its first error
	case p.lines == maxLines:
		_, _ = io.WriteString(p.w, "… and more lines than fit here\n")
	}
}

// repeated is how many places together are worth a reference.
const repeated = 3

// counts are left out when two places are compared.
var counts = regexp.MustCompile(` ×\d+`)

// node writes a place and all below it. Chains of elements that hold nothing but one another are one line.
func (p *printer) node(n *node, indent int) {
	name, last := n.name, n
	for last.what() == "" && len(last.kids) == 1 && last.kids[0].times == last.times {
		last = last.kids[0]
		name += " > " + last.name
	}
	line := strings.Repeat("  ", indent) + name
	if last.times > 1 {
		line += fmt.Sprintf(" ×%d", last.times)
	}
	if what := last.what(); what != "" {
		line += ": " + what
	}
	if r := []rune(line); len(r) > maxWidth {
		line = string(r[:maxWidth]) + "…"
	}
	below := p.known(last)
	if below {
		line += " … and below it the same as above"
	}
	p.line(line)
	if below {
		return
	}
	for _, k := range last.kids {
		p.node(k, indent+1)
	}
}

// known reports whether what is below a place has been written already.
func (p *printer) known(n *node) bool {
	if p.seen == nil {
		return false
	}
	var b strings.Builder
	all := printer{w: &b}
	for _, k := range n.kids {
		all.node(k, 0)
	}
	s := counts.ReplaceAllString(b.String(), "")
	if strings.Count(s, "\n") < repeated {
		return false
	}
	was := p.seen[s]
	p.seen[s] = true
	return was
}

func (p *printer) tree(t *tree) {
	for _, k := range t.root.kids {
		p.node(k, 1)
	}
	if t.dropped > 0 {
		p.line("  … and more places than fit here")
	}
}

// span is from which year to which.
type span struct{ from, to int }

func (s *span) add(year int) {
	if s.from == 0 || year < s.from {
		s.from = year
	}
	s.to = max(s.to, year)
}

func (s span) String() string {
	switch s.from {
	case 0:
		return ""
	case s.to:
		return fmt.Sprint(s.from)
	}
	return fmt.Sprintf("%d–%d", s.from, s.to)
}
