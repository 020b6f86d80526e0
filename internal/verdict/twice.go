package verdict

import (
	"slices"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// lasting are the codes of errors about what is not in an archive and may never be in any: Instagram has lost it, or
// does not give it out.
var lasting = []string{"media-missing", "index-missing", "index-gap", "messages-missing"}

// absence is an error of one of these codes, to be found in another export.
type absence struct{ code, path, text string }

// absences are what an export lacks by its report, and the files among that by name.
func absences(r *inspect.Report) (all map[absence]bool, files map[string]bool) {
	all, files = map[absence]bool{}, map[string]bool{}
	for _, p := range r.Problems {
		if p.Severity == inspect.Error && slices.Contains(lasting, p.Code) {
			all[absence{p.Code, p.Path, p.Text}] = true
		}
	}
	for _, m := range r.References.Missing {
		files[m.Path] = true
	}
	return all, files
}

// lacksToo reports whether an earlier export lacks the same: where files are missing, each of them.
func (old Earlier) lacksToo(p inspect.Problem, r *inspect.Report) bool {
	if old.Made == "" || r.GeneratedAt == "" || old.Made == r.GeneratedAt {
		return false
	}
	if p.Code != "media-missing" || p.Path == "" {
		return old.absent[absence{p.Code, p.Path, p.Text}] && p.Code != "media-missing"
	}
	if r.References.Total-r.References.Resolved != len(r.References.Missing) { // not all are known by name
		return false
	}
	for _, m := range r.References.Missing {
		if m.From == p.Path && !old.missing[m.Path] {
			return false
		}
	}
	return true
}

// twice makes a question of what this export lacks, if an earlier one lacked the same and every file of this one is
// here: no other file holds it, and a further export would hardly either.
func twice(f Facts, p inspect.Problem, said words.Phrase) (r Reason, ok bool) {
	if p.Severity != inspect.Error || !slices.Contains(lasting, p.Code) || !everyPartHere(f) {
		return Reason{}, false
	}
	for _, old := range f.Earlier {
		if old.lacksToo(p, f.Report) {
			return asks("lacking-twice", "%s An earlier export of this account (made on %s, kept as %s) lacks the same, so that a further one would hardly have it. "+
				"Can you do without it, or have you saved it?", said, old.Made, old.ID)[0], true
		}
	}
	return Reason{}, false
}

// everyPartHere reports whether it is known that Instagram offers no more files than are here.
func everyPartHere(f Facts) bool {
	for _, r := range slices.Concat(allPartsHere(f), lastPartIsSmaller(f), nothingComing(f)) {
		if r.Severity != inspect.Question || !f.Answers[r.Code] {
			return false
		}
	}
	const cut = "part-cut-at-2gib"
	return len(f.Parts) > 0 && legible(f) && (f.Answers[cut] || !found(f, inspect.Question, cut))
}
