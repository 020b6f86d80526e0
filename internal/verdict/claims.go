package verdict

import (
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// Claim is one thing that must be so before an account can go, with what it is known from.
type Claim struct {
	Says   string
	Answer string   // whether it is so
	Proof  []string // one sentence each
}

// claims says how it is known. Whatever a check did not look at to its end is not claimed, and
// what a finding speaks against is not claimed either.
func claims(f Facts, v Verdict, id string) []Claim {
	c := claimer{v: v, r: f.Report}
	if c.r == nil {
		c.r = &inspect.Report{}
	}
	list := []Claim{
		c.claim("It is the archive of "+orNotKnown(words.Visible(f.Account)), "", c.whose(), []string{inspect.CheckIdentity},
			"identity-", "wrong-account", "personal-information-", "parts-mixed"),
		c.claim("Every file of the export is here", "", offered(f), nil,
			"not-received", "part-count", "part-full", "part-duplicate", "parts-", "section-missing"),
		c.claim("Each of these files is whole", c.zips(), nil, []string{inspect.CheckStructure, inspect.CheckEntries},
			"part-", "parts-differ", "entry-", "root-mixed", "same-path-"),
		c.claim("Its lists are whole", "Every list was read to its end. Where lists are numbered, no number is left out.", nil, []string{inspect.CheckIndexes},
			"index-", "layout-", "format-mixed", "messages-missing", "messages-incomplete", "media-unlisted"),
		c.claim("Everything that its lists name is here", "", c.named(), []string{inspect.CheckReferences},
			"media-missing", "media-remote", "reference", "index-"),
		c.claim("Its pictures and videos can be opened", c.decoded(), c.media(), []string{inspect.CheckMediaKind, inspect.CheckMediaDecoded},
			"media-damaged", "media-empty", "media-kind", "media-not-checked", "media-alike", "media-plain", "entry-damaged"),
		c.claim("It covers all of the account's time", c.believed(f), c.time(f), []string{inspect.CheckIndexes},
			"range-", "posts-", "gap-years", "less-than-before", "generated-", "earlier-not-compared", "earlier-files", "earlier-messages", "earlier-lists", "earlier-pictures", "earlier-order", "earlier-same", "earlier-account", "old-export"),
		c.request(),
	}
	if id == "" {
		return append(list, Claim{"It is stored", "No.", []string{"The archive was only looked at."}})
	}
	return append(list, c.claim("It is stored, and each copy can be read", "", copies(f), nil, "not-stored", "copy-"))
}

// request is the one claim that no archive can prove: it does not say what was asked for.
func (c claimer) request() Claim {
	r := c.claim("Every category was asked for, in high quality", "", c.asked(), []string{inspect.CheckIndexes},
		"section-missing", "sections-absent", "connections-absent", "messages-absent", "format-html", "quality-", "earlier-larger")
	if r.Answer == "Yes." {
		r.Answer = "Nothing speaks against it. The archive does not say what was asked for."
	}
	return r
}

type claimer struct {
	v Verdict
	r *inspect.Report
}

// claim answers by the checks that it needs, and by the codes of findings that speak against it, or their beginnings.
// What is said of the whole is said only where the answer is yes; facts are told whatever it is.
func (c claimer) claim(says, whole string, facts, checks []string, against ...string) Claim {
	speaks := func(r Reason) bool {
		about := func(code string) bool { return strings.HasPrefix(r.Code, code) }
		number := r.Code == "part-count" || r.Code == "part-full" // of parts, and nothing about what is in one
		return slices.ContainsFunc(against, about) && (!number || slices.Contains(against, r.Code))
	}
	has := func(severity string) bool { return slices.ContainsFunc(c.v.Open(severity), speaks) }
	answered := func(proof bool) bool {
		return slices.ContainsFunc(c.v.Reasons, func(r Reason) bool { return r.Answered && speaks(r) && proofs[r.Code] == proof })
	}
	accepted := slices.ContainsFunc(c.v.Reasons, func(r Reason) bool { return r.Accepted && speaks(r) })
	unchecked := slices.ContainsFunc(checks, func(check string) bool { return !slices.Contains(c.r.Checks, check) })
	switch {
	case has(inspect.Error):
		return Claim{says, "No: what is wrong stands above.", facts}
	case unchecked: // half a proof is none
		return Claim{says, "Not checked.", nil}
	case has(inspect.Question):
		return Claim{says, "Not known yet: it is among the questions above.", facts}
	case accepted:
		return Claim{says, "Not all of it. You accepted what Instagram did not include.", facts}
	case answered(false):
		return Claim{says, "Not all of it. You answered that you can do without the rest.", facts}
	}
	if whole != "" {
		facts = append(facts, whole)
	}
	if answered(true) {
		return Claim{says, "Yes, by your answer as well.", facts}
	}
	return Claim{says, "Yes.", facts}
}
