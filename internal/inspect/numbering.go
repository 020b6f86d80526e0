package inspect

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// numbered are the names of lists that Instagram splits into files counted from 1.
// The lists of own content belong to them, as far as they are split.
var numbered = map[string]bool{"message": true, "followers": true}

// checkNumbering finds gaps in numbered lists, folder by folder.
func (u *union) checkNumbering(p *problems) {
	type series struct{ stem, ext string }
	numbers := make(map[series][]int)
	for e := range u.all() {
		stem, number, ok := splitNumber(canonical(e.rel))
		base := path.Base(stem)
		if ok && (numbered[base] || ownLists[base] != classOther) {
			// content/ and media/ are two names of one place.
			if rest, was := strings.CutPrefix(stem, "content/"); was {
				stem = "media/" + rest
			}
			key := series{stem, path.Ext(e.rel)}
			numbers[key] = append(numbers[key], number)
		}
	}
	keys := slices.SortedFunc(maps.Keys(numbers), func(a, b series) int { return strings.Compare(a.stem+a.ext, b.stem+b.ext) })
	for _, key := range keys {
		got := numbers[key]
		slices.Sort(got)
		got = slices.Compact(got)
		if last := got[len(got)-1]; last != len(got) || got[0] != 1 {
			missing := 1
			for missing <= len(got) && got[missing-1] == missing {
				missing++
			}
			p.add(Error, "index-gap", key.stem+"_"+strconv.Itoa(missing)+key.ext,
				"The list goes up to number %d but number %d is missing, with everything in it. "+
					"A part of the export is probably missing: give all parts together, or request a new export.", last, missing)
		}
	}
}

// splitNumber cuts "a/posts_12.json" into "a/posts" and 12.
func splitNumber(name string) (stem string, number int, ok bool) {
	if !isList(name) {
		return "", 0, false
	}
	rest := strings.TrimSuffix(name, path.Ext(name))
	at := strings.LastIndexByte(rest, '_')
	if at < 0 {
		return "", 0, false
	}
	digits := rest[at+1:]
	number, err := strconv.Atoi(digits)
	if err != nil || number < 0 || number > maxEntries || digits[0] == '+' {
		return "", 0, false
	}
	return rest[:at], number, true
}
