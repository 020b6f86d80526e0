package shape

import (
	"io"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

// list takes the shape of a JSON document.
type list struct {
	*tree
}

// readList adds a JSON document to a tree.
func (t *tree) readList(r io.Reader) error {
	return inspect.WalkJSON(r, &list{tree: t})
}

// place returns the place of a path, or nil.
func (l *list) place(path []string) *node {
	n := l.tree.at(&l.root, "top")
	for i, key := range path {
		if n == nil {
			return nil
		}
		n = l.tree.at(n, maskKey(key, path[:i]))
	}
	return n
}

// Value implements [inspect.Visitor].
func (l *list) Value(path []string, kind byte, text string) {
	n := l.met(path)
	if n == nil {
		return
	}
	key := ""
	if len(path) > 0 {
		key = path[len(path)-1]
	}
	form, year := valueForm(key, kind, text)
	n.saw(form)
	if year != 0 {
		n.years.add(year)
	}
}

// Leave implements [inspect.Visitor].
func (l *list) Leave(path []string, array bool) {
	if n := l.met(path); n != nil {
		n.ended(array)
	}
}

// met notes that something stands at a path.
func (l *list) met(path []string) *node {
	n := l.place(path)
	if n != nil && len(path) > 0 {
		if up := l.place(path[:len(path)-1]); up != nil {
			up.inside++
		}
	}
	return n
}

// maskKey shows a key that is made of known words. In Instagram's text each byte can be a character of its own;
// such keys are translations or names, and are not shown.
func maskKey(key string, above []string) string {
	switch {
	case key == "[]":
		return key
	case len(above) > 0 && above[len(above)-1] == "string_map_data" && !labels[key]:
		return "LABEL"
	case labels[key], shown(key):
		return key
	}
	return "KEY"
}

// shown reports whether a key consists of known words and no others.
func shown(key string) bool {
	if key == "" || len(key) > 80 {
		return false
	}
	return maskWord(key) == key
}
