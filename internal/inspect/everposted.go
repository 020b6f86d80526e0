package inspect

import (
	"cmp"
	"slices"
)

// detail is one item of a list that holds everything ever posted: posts.json, or posts.html.
type detail struct {
	when            int64
	first           uint32 // its first file, as its number in the union and one more
	draft, archived bool
	unsure          bool // nothing that can be read here says whether it was published
}

// settlePosts counts the posts that the lists of everything ever posted name. Beside the posts of the profile, which
// another list names too since 2021, they hold drafts, archived posts and reels.
func (in *inspection) settlePosts() {
	t := in.tally
	beside := t.items[classPosts] > 0
	slices.SortFunc(t.detailed, func(a, b detail) int { // of two with one file always the same counts
		return cmp.Or(cmp.Compare(a.kind(), b.kind()), cmp.Compare(a.when, b.when), cmp.Compare(a.first, b.first))
	})
	for _, d := range t.detailed {
		if d.first != 0 {
			m := in.union.mark(d.first - 1)
			if m.refs&(refPost|refCounted|refArchived) != 0 {
				continue // the other list counts it
			}
			m.refs |= refCounted
		}
		switch {
		case d.draft:
			t.drafts++
		case d.archived:
			t.items[classArchived]++
			t.date(classArchived, d.when, in.union.until)
		default:
			t.items[classPosts]++
			t.date(classPosts, d.when, in.union.until)
			if d.unsure || beside {
				t.unsure++
			}
		}
	}
}

// kind puts what counts for most first.
func (d detail) kind() int {
	switch {
	case d.draft:
		return 3
	case d.archived:
		return 2
	case d.unsure:
		return 1
	}
	return 0
}
