package inspect

import (
	"hash/maphash"
	"sort"
)

// lookup finds entries by their names. It keeps a 64-bit hash of each name and the entry's
// number, twelve bytes for each: a table of the names themselves would be ten times that. The
// hash is seeded anew each time, so that nobody can prepare two names with one hash; by chance
// two of a million names have one in one of forty million archives.
type lookup struct {
	seed   maphash.Seed
	hashes []uint64
	ids    []uint32
}

func newLookup(n int) *lookup {
	return &lookup{maphash.MakeSeed(), make([]uint64, 0, n), make([]uint32, 0, n)}
}

// reset empties the table and makes room for n names in the memory that it has, if that is enough.
func (l *lookup) reset(n int) {
	if cap(l.ids) < n {
		l.hashes, l.ids = make([]uint64, 0, n), make([]uint32, 0, n)
	}
	l.hashes, l.ids = l.hashes[:0], l.ids[:0]
}

func (l *lookup) add(name string, id int) {
	l.hashes = append(l.hashes, maphash.String(l.seed, name))
	l.ids = append(l.ids, uint32(id))
}

func (l *lookup) Len() int { return len(l.ids) }
func (l *lookup) Less(i, j int) bool {
	return l.hashes[i] < l.hashes[j] || l.hashes[i] == l.hashes[j] && l.ids[i] < l.ids[j]
}

func (l *lookup) Swap(i, j int) {
	l.hashes[i], l.hashes[j] = l.hashes[j], l.hashes[i]
	l.ids[i], l.ids[j] = l.ids[j], l.ids[i]
}

// sort has to be called after the last add and before the first find.
func (l *lookup) sort() { sort.Sort(l) }

// find returns the numbers of all entries of a name, in order.
func (l *lookup) find(name string) []uint32 {
	if len(l.ids) == 0 {
		return nil
	}
	h := maphash.String(l.seed, name)
	i := sort.Search(len(l.hashes), func(i int) bool { return l.hashes[i] >= h })
	return l.ids[i:l.run(i, h)]
}

// run returns where the entries with hash h that begin at i end.
func (l *lookup) run(i int, h uint64) int {
	for i < len(l.hashes) && l.hashes[i] == h {
		i++
	}
	return i
}

// runs calls each with the numbers of the entries of one name.
func (l *lookup) runs(each func(ids []uint32)) {
	for i := 0; i < len(l.ids); {
		stop := l.run(i, l.hashes[i])
		each(l.ids[i:stop])
		i = stop
	}
}
