package config

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with the file. Line and Column count from 1; they
// are 0 when the fault is that something is absent.
type Fault struct {
	File         string
	Line, Column int
	Key          string
	Text         string
}

func (f Fault) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	if f.Key == "" {
		return place + ": " + f.Text
	}
	return place + ": " + f.Key + ": " + f.Text
}

// Faults is everything wrong with a file, in the order of its lines.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// collector gathers faults and knows where each key stands.
type collector struct {
	file   string
	places map[string]place
	faults Faults
}

type place struct{ line, column int }

// add records a fault of the key at path ("account.0.inbox.port"). An absent
// key is placed at the nearest table around it that is there.
func (c *collector) add(path, format string, args ...any) {
	at := c.places[path]
	for p := path; at == (place{}) && strings.Contains(p, "."); {
		p = p[:strings.LastIndex(p, ".")]
		at = c.places[p]
	}
	c.faults = append(c.faults, Fault{
		File: c.file, Line: at.line, Column: at.column,
		Key: shown(path), Text: fmt.Sprintf(format, args...),
	})
}

// shown leaves the indices out: "account.0.inbox.port" reads "account.inbox.port".
func shown(path string) string {
	parts := strings.Split(path, ".")
	parts = slices.DeleteFunc(parts, func(p string) bool { return strings.Trim(p, "0123456789") == "" })
	return strings.Join(parts, ".")
}

func (c *collector) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(c.faults, func(a, b Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return c.faults
}
