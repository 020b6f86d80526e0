package album

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestATimelineIsNewestFirstAndCounted(t *testing.T) {
	at := func(y, m int) time.Time { return time.Date(y, time.Month(m), 5, 0, 0, 0, 0, time.UTC) }
	a := &Album{Entries: []Entry{
		{Kind: Post, Time: at(2019, 6)},
		{Kind: Story, Time: at(2019, 7)},
		{Kind: Post, Time: at(2019, 8)},
		{Kind: Post, Time: at(2021, 1)},
		{Kind: Post},
		{Kind: Post},
	}}
	tl := a.Timeline(Post)
	if !slices.Equal(tl.Entries, []int{3, 2, 0, 4, 5}) {
		t.Errorf("%v", tl.Entries)
	}
	if got := fmt.Sprint(tl.Years); got != "[{2021 1 [1 0 0 0 0 0 0 0 0 0 0 0] 0} {2019 2 [0 0 0 0 0 1 0 1 0 0 0 0] 1} {0 2 [0 0 0 0 0 0 0 0 0 0 0 0] 3}]" {
		t.Error(got)
	}
	for _, c := range []struct {
		year, month int
		want        []int
	}{{2019, 0, []int{2, 0}}, {2019, 6, []int{0}}, {2019, 7, nil}, {0, 0, []int{4, 5}}, {0, 3, []int{4, 5}}, {2020, 0, nil}} {
		if got := tl.Of(a, c.year, c.month); !slices.Equal(got, c.want) {
			t.Errorf("%d-%d: %v", c.year, c.month, got)
		}
	}
	if empty := a.Timeline(Reel); len(empty.Years) > 0 || len(empty.Entries) > 0 {
		t.Errorf("%+v", empty)
	}
}

func TestSearchMindsNeitherCaseNorAccents(t *testing.T) {
	a := &Album{Entries: []Entry{
		{Caption: "Café in KØBENHAVN"},
		{Caption: "sunny"},
		{Caption: "Straße, Łódź"},
		{},
		{Media: []Media{{Caption: "second picture: cafe\u0301"}}},
		{Caption: "Ⅷ ﬁn こんにちは 😊"},
	}}
	s := a.NewSearch()
	for query, want := range map[string][]int{
		"cafe": {4, 0}, "CAFÉ": {4, 0}, "kobenhavn café": {0}, "strasse": {2}, "STRASSE lodz": {2}, "fin": {5}, "こんにちは": {5}, "😊": {5},
		"": nil, "  ": nil, "nothing": nil, "cafe sunny": nil, "\u0301": nil,
	} {
		if got := s.Find(query); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
}

func TestFilesAreFoundByTheirPlace(t *testing.T) {
	a := open(t, zipOf(t, map[string]string{"media/b.jpg": "\xff\xd8\xff", "media/a.jpg": "\xff\xd8\xff"}))
	for f := range a.Files() {
		if again, ok := a.At(f.Index); !ok || again.Name != f.Name {
			t.Errorf("%d: %+v, want %s", f.Index, again, f.Name)
		}
	}
	for _, n := range []int{-1, 2, 1 << 40} {
		if _, ok := a.At(n); ok {
			t.Errorf("%d is there", n)
		}
	}
}

func TestAnEmptyFileIsOfNoKind(t *testing.T) {
	a := open(t, zipOf(t, map[string]string{"media/a.jpg": "", "media/b.json": ""}))
	for f := range a.Files() {
		if kind, err := f.Kind(); kind != "application/octet-stream" || err != nil {
			t.Errorf("%s: %s, %v", f.Name, kind, err)
		}
	}
}
