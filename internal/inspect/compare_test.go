package inspect

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// compared compares a whole export with a later one that has changes.
func compared(t *testing.T, later contents) *Lacking {
	t.Helper()
	l, err := Compare(t.Context(), []Part{part(partName, zipOf(wholeExport()))}, []Part{part(partName2, zipOf(later))})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCompare(t *testing.T) {
	one, dm := "media/posts/201904/one.jpg", dmThread+"photos/dm.jpg"
	elsewhere := make(contents) // as in a layout of other years
	for name, b := range wholeExport() {
		elsewhere["x/"+strings.Replace(name, "bob_", "robert_", 1)] = b
	}
	strange := make(contents)
	for name := range wholeExport() {
		if expectsMedia(name) {
			strange["media/posts/202001/other-"+strings.ReplaceAll(name, "/", "-")] = []byte(name)
		}
	}
	for name, c := range map[string]struct {
		later        contents
		media, talks int
		first        string
		strange      bool
	}{
		"the same":                 {wholeExport(), 0, 0, "", false},
		"more":                     {with(contents{"media/posts/202601/new.jpg": jpegOf(11)}), 0, 0, "", false},
		"one lacks":                {with(contents{one: nil}), 1, 0, one, false},
		"it lies elsewhere":        {with(contents{one: nil, "media/archived_posts/201904/one.webp": jpegOf(20)}), 0, 0, "", false},
		"it has another name":      {with(contents{one: nil, "media/posts/201904/uno.jpg": jpegOf(1)}), 0, 0, "", false},
		"it is another picture":    {with(contents{one: jpegOf(30)}), 0, 0, "", false},
		"a name that begins so":    {with(contents{one: nil, "media/posts/201904/one_2.jpg": jpegOf(31)}), 1, 0, one, false},
		"an empty one holds none":  {with(contents{one: {}}), 1, 0, one, false},
		"a conversation lacks":     {with(contents{dmThread + "message_1.json": nil, dmThread + "message_2.json": nil}), 0, 1, dmThread + "message_1.json", false},
		"with its picture":         {with(contents{dmThread + "message_1.json": nil, dmThread + "message_2.json": nil, dm: nil}), 1, 1, dmThread + "message_1.json", false},
		"everything lies wrapped":  {elsewhere, 0, 0, "", false},
		"nothing to be recognised": {strange, 10, 1, dmThread + "message_1.json", true},
	} {
		t.Run(name, func(t *testing.T) {
			l := compared(t, c.later)
			if l.Media != c.media || l.Talks != c.talks || l.Strange != c.strange || !c.strange && len(l.Paths) != c.media+c.talks {
				t.Errorf("got %+v", l)
			}
			if c.first != "" && l.Paths[0] != c.first && !slices.Contains(l.Paths, c.first) {
				t.Errorf("%s is not in %v", c.first, l.Paths)
			}
		})
	}
}

func TestCompareSmaller(t *testing.T) {
	one := "media/posts/201904/one.jpg"
	was := len(wholeExport()[one])
	for size, smaller := range map[int]int{was / 100 * 79: 1, was - 1: 0, was: 0, was + 1: 0} {
		if l := compared(t, with(contents{one: make([]byte, size)})); l.Smaller != smaller || l.Media != 0 {
			t.Errorf("%d of %d bytes: %+v", size, was, l)
		}
	}
}

// TestCompareCannot: what cannot be read is an error, never "nothing is lacking".
func TestCompareCannot(t *testing.T) {
	good := zipOf(wholeExport())
	for name, bad := range map[string]Part{
		"cut":       part(partName, good[:len(good)-1]),
		"a page":    part(partName, []byte("<html>")),
		"a bad one": {Name: partName, Size: int64(len(good)), R: failing{}},
	} {
		for _, parts := range [][2]Part{{bad, part(partName2, good)}, {part(partName2, good), bad}} {
			if l, err := Compare(t.Context(), parts[:1], parts[1:]); err == nil {
				t.Errorf("%s: %+v", name, l)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Compare(ctx, []Part{part(partName, good)}, []Part{part(partName2, good)}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestCompareListsSomeAndCountsAll(t *testing.T) {
	many, few := contents{}, contents{}
	for i := range maxLacking + 300 {
		many["media/posts/202001/"+strings.Repeat("x", i+1)+".mp4"] = bytes.Repeat([]byte{1}, i+1)
	}
	few["media/posts/202001/x.mp4"] = []byte{1}
	l, err := Compare(t.Context(), []Part{part(partName, zipOf(many))}, []Part{part(partName2, zipOf(few))})
	if err != nil || l.Media != maxLacking+299 || len(l.Paths) != maxLacking || l.Strange {
		t.Errorf("%d, %d listed, %v", l.Media, len(l.Paths), err)
	}
}
