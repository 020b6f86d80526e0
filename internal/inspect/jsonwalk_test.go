package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

// recorder writes down what a walk tells.
type recorder struct{ b strings.Builder }

func (r *recorder) value(path []string, v token) {
	s, ok := v.text()
	if !ok {
		s = string(v.raw)
	}
	fmt.Fprintf(&r.b, "%s=%s ", strings.Join(path, "/"), s)
}

func (r *recorder) leave(path []string, array bool) {
	fmt.Fprintf(&r.b, "<%s %v ", strings.Join(path, "/"), array)
}

func TestWalkJSON(t *testing.T) {
	for doc, want := range map[string]string{
		`[]`:                                `< true `,
		`{"a":{"b":[1,"x",null,true]}}`:     `a/b/[]=1 a/b/[]=x a/b/[]=null a/b/[]=true <a/b true <a false < false `,
		`[{"uri":"p"},{}]`:                  `[]/uri=p <[] false <[] false < true `,
		`{"a":"x","b":{"c":1},"d":"uri"}`:   `a=x b/c=1 <b false d=uri < false `,
		" 7 ":                               `=7 `,
		`{"Nome della citt\u00c3\u00a0":1}`: "Nome della cittÃ\u00a0=1 < false ",
	} {
		var r recorder
		if err := walkJSON(strings.NewReader(doc), &r); err != nil || r.b.String() != want {
			t.Errorf("%s: %v %q, want %q", doc, err, r.b.String(), want)
		}
	}
	for _, doc := range []string{
		"", "[", "{", `{"a"`, `{"a":`, `{"a":1,}`, `[1,]`, `[1 2]`, `{"a" 1}`, `{1:2}`, "[]]", "[] []", "[]x", `"x`, "nul", "\x00", "[\x00]",
		`["` + strings.Repeat("a", maxToken+1<<20) + `"]`,
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
	} {
		if err := walkJSON(strings.NewReader(doc), new(recorder)); err == nil {
			t.Errorf("%.40q was accepted", doc)
		}
	}
	deepest := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	if err := walkJSON(strings.NewReader(deepest), new(recorder)); err != nil {
		t.Error(err)
	}
	if err := walkJSON(strings.NewReader(`["`+strings.Repeat("a", maxToken*2)+`"]`), new(recorder)); !errors.Is(err, errTooLong) {
		t.Error(err)
	}
}

// endless is a thread of messages that goes on for n messages.
type endless struct {
	n    int
	rest []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.n < 0 {
			return 0, io.EOF
		}
		e.rest = []byte(`{"sender_name":"bob","timestamp_ms":1729774142791,"content":"` + strings.Repeat("x", 300) + `"},`)
		if e.n == 0 {
			e.rest = []byte(`{}]}`)
		}
		e.n--
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestLongThreadTakesNoMemory(t *testing.T) {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var peak uint64
	n := 0
	r := io.MultiReader(strings.NewReader(`{"messages":[`), &endless{n: 200_000})
	l := &list{class: classMessages, tally: newTally(), union: newUnion(nil, newLookup(0), nil)}
	err := walkJSON(r, watch{l, func() {
		if n++; n%50_000 == 0 {
			peak = max(peak, heap())
		}
	}})
	if err != nil || l.messages != 200_001 {
		t.Fatal(err, l.messages)
	}
	if peak > before+4<<20 {
		t.Errorf("heap grew from %d to %d bytes over 80 MB of messages", before, peak)
	}
}

type watch struct {
	*list
	each func()
}

func (w watch) leave(path []string, array bool) { w.list.leave(path, array); w.each() }

func TestRepair(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                       "plain",
		"caf\u00c3\u00a9":             "café",
		"\u00f0\u009f\u0098\u008a":    "😊",
		"Nome della citt\u00c3\u00a0": "Nome della città",
		"café":                        "café", // right already: é alone is no UTF-8
		"😊":                           "😊",
		"":                            "",
		"\u00c3":                      "\u00c3",
	} {
		if got := repair(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for name, b := range wholeExport() {
		if strings.HasSuffix(name, ".json") {
			f.Add(name, b)
		}
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		err := walkJSON(bytes.NewReader(b), new(recorder))
		if err == nil != json.Valid(b) && !errors.Is(err, errTooDeep) && !errors.Is(err, errTooLong) {
			t.Fatalf("%v, but valid is %v", err, json.Valid(b))
		}
		readList(bytes.NewReader(b), name, newUnion(nil, newLookup(0), nil), newTally())
	})
}
