package inspect

import (
	"path"
	"strconv"
	"strings"
)

// numbered are the names of lists that Instagram splits into files counted from 1.
// The lists of own content belong to them, as far as they are split.
var numbered = map[string]bool{"message": true, "followers": true}

// checkNumbering finds gaps in numbered lists: the one before must be there too.
func (u *union) checkNumbering(p *problems) {
	for e := range u.all() {
		key := canonical(e.rel)
		stem, number, ok := splitNumber(key)
		base := path.Base(stem)
		if !ok || number < 2 || !numbered[base] && ownLists[base] == classOther {
			continue
		}
		before := stem + "_" + strconv.Itoa(number-1) + path.Ext(key)
		if len(u.names.find(before)) == 0 && len(u.names.find(synonym(before))) == 0 {
			p.add(Error, "index-gap", before, "This list goes up to number %d but number %d is missing, with everything in it. "+
				"A part of the export is probably missing: give all parts together, or request a new export.", number, number-1)
		}
	}
}

// synonym returns the other name of a list: content/ and media/ are two names of one place.
func synonym(name string) string {
	if rest, was := strings.CutPrefix(name, "content/"); was {
		return "media/" + rest
	}
	if rest, was := strings.CutPrefix(name, "media/"); was {
		return "content/" + rest
	}
	return name
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
