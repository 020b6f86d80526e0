package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"
)

// checkShape compares the file's tree with rawConfig: unknown keys and wrong
// types. The TOML library reports the first wrong type only, and quotes Go's
// structs in it; a person needs all of them, in the words of the file.
func checkShape(c *collector, tree map[string]any) {
	checkTable(c, "", reflect.TypeFor[rawConfig](), tree)
}

func checkTable(c *collector, path string, t reflect.Type, table map[string]any) {
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		known[t.Field(i).Tag.Get("toml")] = t.Field(i).Type
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		at := join(path, key)
		want, ok := known[key]
		if !ok {
			c.add(at, "unknown key%s", didYouMean(key, slices.Sorted(maps.Keys(known))))
			continue
		}
		checkValue(c, at, want, table[key])
	}
}

func checkValue(c *collector, path string, t reflect.Type, v any) {
	ok := true
	switch t.Kind() {
	case reflect.String:
		_, ok = v.(string)
	case reflect.Int:
		_, ok = v.(int64)
	case reflect.Bool:
		_, ok = v.(bool)
	case reflect.Pointer: // a block that can be left out
		checkValue(c, path, t.Elem(), v)
	case reflect.Struct:
		var table map[string]any
		if table, ok = v.(map[string]any); ok {
			checkTable(c, path, t, table)
		}
	case reflect.Slice:
		var list []any
		if list, ok = v.([]any); ok {
			for i, item := range list {
				checkValue(c, join(path, strconv.Itoa(i)), t.Elem(), item)
			}
		}
	}
	if !ok {
		c.add(path, "must be %s, not %s", wanted(t), found(v))
	}
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text in quotes"
	case reflect.Int:
		return "a whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return `a list of texts, like ["a", "b"]`
		}
		return "a block written with double brackets, like [[account]]"
	default:
		return "a block"
	}
}

func found(v any) string {
	switch v := v.(type) {
	case string:
		return "a text"
	case int64:
		return "the number " + strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "a list"
	case map[string]any:
		return "a block"
	default:
		return fmt.Sprintf("%T", v)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// places walks the document and notes where each key and block stands.
func places(data []byte) map[string]place {
	found := map[string]place{}
	counts := map[string]int{}
	table := ""
	p := unstable.Parser{}
	p.Reset(data)
	note := func(path string, n *unstable.Node) {
		pos := p.Shape(p.Range(n.Data)).Start
		found[path] = place{pos.Line, pos.Column}
	}
	// A block's name may go through a list of blocks: [account.inbox] means the last [[account]].
	resolve := func(base string, keys unstable.Iterator) (string, *unstable.Node) {
		var first *unstable.Node
		path := base
		for keys.Next() {
			if n, ok := counts[path]; ok && path != "" {
				path = join(path, strconv.Itoa(n-1))
			}
			if first == nil {
				first = keys.Node()
			}
			path = join(path, string(keys.Node().Data))
		}
		return path, first
	}
	var values func(base string, n *unstable.Node)
	values = func(base string, n *unstable.Node) {
		path, at := resolve(base, n.Key())
		note(path, at)
		if n.Value().Kind == unstable.InlineTable {
			for it := n.Value().Children(); it.Next(); {
				values(path, it.Node())
			}
		}
	}
	for p.NextExpression() {
		switch n := p.Expression(); n.Kind {
		case unstable.Table:
			path, at := resolve("", n.Key())
			table = path
			note(path, at)
		case unstable.ArrayTable:
			path, at := resolve("", n.Key())
			counts[path]++
			table = join(path, strconv.Itoa(counts[path]-1))
			note(table, at)
		case unstable.KeyValue:
			values(table, n)
		}
	}
	return found
}

// didYouMean suggests the known key nearest to key, if one is near.
func didYouMean(key string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := editDistance(key, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// editDistance is the Levenshtein distance of two short words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
