package album

import (
	"encoding/json"
	"slices"
	"strings"
)

// line is one line of what lists since 2026, such as posts.json, say about a post: the cover under "media", further
// media in nested lines, the last one first. Labels are in the account's language.
type line struct {
	Label string          `json:"label"`
	Value json.RawMessage `json:"value"`
	Media []item          `json:"media"`
	Dict  []line          `json:"dict"`
}

// media are the pictures and videos of some lines.
func (it item) media() (all []item, draft bool) {
	var lines []line
	if json.Unmarshal(it.Lines, &lines) != nil {
		return nil, false
	}
	var nested []item
	for _, l := range lines {
		all = append(all, l.Media...)
		nested = append(nested, within(l.Dict)...)
		draft = draft || strings.EqualFold(l.Label, "draft") && strings.EqualFold(strings.Trim(string(l.Value), `"`), "true")
	}
	slices.Reverse(nested)
	for _, m := range nested {
		if !slices.ContainsFunc(all, func(have item) bool { return have.URI == m.URI }) {
			all = append(all, m)
		}
	}
	return all, draft
}

func within(lines []line) (all []item) {
	for _, l := range lines {
		all = append(append(all, l.Media...), within(l.Dict)...)
	}
	return all
}

// addDetailed takes the entries of lists of everything ever posted that no other list has: drafts, and all of them
// where there is no other list.
func (a *Album) addDetailed(entries []Entry) {
	shown := map[*member]bool{}
	for _, e := range a.Entries {
		for _, m := range e.Media {
			shown[m.file] = true
		}
	}
	for _, e := range entries {
		known := slices.ContainsFunc(e.Media, func(m Media) bool { return shown[a.files.find(m.URI)] })
		if known {
			continue
		}
		a.add(e)
		for _, m := range e.Media {
			shown[a.files.find(m.URI)] = true
		}
	}
}
