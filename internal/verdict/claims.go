package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
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
		c.claim("It is the archive of "+orNotKnown(Visible(f.Account)), c.whose(), []string{inspect.CheckIdentity},
			"identity-", "wrong-account", "personal-information-", "parts-mixed"),
		c.claim("Every file of the export is here", c.parts(f), nil,
			"not-received", "part-count", "part-full", "part-duplicate", "parts-", "section-missing"),
		c.claim("Each of these files is whole", c.zips(), []string{inspect.CheckStructure, inspect.CheckEntries},
			"part-", "parts-differ", "entry-", "root-mixed", "same-path-"),
		c.claim("Its lists are whole", c.lists(), []string{inspect.CheckIndexes}, "index-", "layout-", "format-mixed", "messages-missing"),
		c.claim("Everything that its lists name is here", c.named(), []string{inspect.CheckReferences},
			"media-missing", "media-remote", "reference", "index-"),
		c.claim("Its pictures and videos can be opened", c.media(), []string{inspect.CheckMediaKind, inspect.CheckMediaDecoded},
			"media-damaged", "media-empty", "media-kind", "media-not-checked", "entry-damaged"),
		c.claim("It covers all of the account's time", c.time(f), []string{inspect.CheckIndexes},
			"range-", "posts-", "gap-years", "less-than-before", "generated-", "earlier-not-compared", "earlier-files"),
	}
	if id == "" {
		return append(list, Claim{"It is stored", "No.", []string{"The archive was only looked at."}})
	}
	return append(list, c.claim("It is stored, and each copy can be read", copies(f), nil, "not-stored", "copy-"))
}

type claimer struct {
	v Verdict
	r *inspect.Report
}

// claim answers by the checks that it needs, and by the codes of findings that speak against it, or their beginnings.
// Part-count and part-full are about how many parts there are, and not about what is in one.
func (c claimer) claim(says string, proof, checks []string, against ...string) Claim {
	speaks := func(r Reason) bool {
		about := func(code string) bool { return strings.HasPrefix(r.Code, code) }
		number := r.Code == "part-count" || r.Code == "part-full"
		return slices.ContainsFunc(against, about) && (!number || slices.Contains(against, r.Code))
	}
	has := func(severity string) bool { return slices.ContainsFunc(c.v.Open(severity), speaks) }
	answered := func(proof bool) bool {
		return slices.ContainsFunc(c.v.Reasons, func(r Reason) bool { return r.Answered && speaks(r) && proofs[r.Code] == proof })
	}
	unchecked := slices.ContainsFunc(checks, func(check string) bool { return !slices.Contains(c.r.Checks, check) })
	answer := "Yes."
	switch {
	case has(inspect.Error):
		answer = "No: what is wrong stands above."
	case unchecked:
		answer = "Not checked."
		proof = nil // half a proof is none
	case has(inspect.Question):
		answer = "Not known yet: it is among the questions above."
	case answered(false):
		answer = "Not all of it. You answered that you can do without the rest."
	case answered(true):
		answer = "Yes, by your answer as well."
	}
	return Claim{says, answer, proof}
}

// whose names the places that say whose archive it is.
func (c claimer) whose() (proof []string) {
	where := map[string][]string{}
	var names []string
	for _, s := range c.r.Evidence.Usernames {
		if where[s.Username] == nil {
			names = append(names, s.Username)
		}
		where[s.Username] = append(where[s.Username], Visible(s.Where))
	}
	const most = 6
	for _, name := range names {
		list := where[name]
		if more := len(list) - most; more > 0 {
			list = append(list[:most:most], count(more, "more place", "more places"))
		}
		proof = append(proof, fmt.Sprintf("“%s” is named by: %s.", Visible(name), strings.Join(list, "; ")))
	}
	return proof
}

func (c claimer) parts(f Facts) []string {
	proof := []string{count(len(f.Parts), "file is here.", "files are here.")}
	o := f.Offered
	switch {
	case o != nil:
		said := fmt.Sprintf("Instagram's download page, read on %s: %s", stamp(o.Seen), count(o.Files, "file", "files"))
		if !o.Requested.IsZero() {
			said += ", requested on " + o.Requested.Format("2006-01-02")
		}
		if o.Range != "" {
			said += ", range “" + Visible(o.Range) + "”"
		}
		if o.Format != "" {
			said += ", " + Visible(o.Format)
		}
		if o.Quality != "" {
			said += ", " + Visible(o.Quality) + " quality"
		}
		proof = append(proof, said+".")
	case f.Announced > 0:
		proof = append(proof, "Instagram offered "+count(f.Announced, "file.", "files."))
	}
	if f.Answers["part-count"] || f.Answers["part-full"] {
		proof = append(proof, "You answered that Instagram's page offers just as many.")
	}
	if f.Coming > 0 {
		proof = append(proof, count(f.Coming, "further file is", "further files are")+" on the way.")
	}
	return proof
}

func (c claimer) zips() []string {
	entries := 0
	for _, p := range c.r.Parts {
		entries += p.Entries
	}
	if c.r.Parts == nil || c.found("entry-") || c.found("part-") {
		return nil
	}
	return []string{fmt.Sprintf("%s in %s: every byte was read, and the length and checksum (CRC-32) of each are those that the zip tells. No byte of the zips is without an owner.",
		count(entries, "entry", "entries"), count(len(c.r.Parts), "zip", "zips"))}
}

func (c claimer) lists() []string {
	if c.found("index-") {
		return nil
	}
	return []string{"Every list was read to its end. Where lists are numbered, no number is left out."}
}

func (c claimer) named() []string {
	ref, ev := c.r.References, c.r.Evidence
	proof := []string{fmt.Sprintf("%d of the %s that its lists name.", ref.Resolved, count(ref.Total, "file", "files"))}
	if ev.EmptyReferences > 0 {
		proof = append(proof, count(ev.EmptyReferences, "entry of its lists names no file.", "entries of its lists name no file."))
	}
	if ev.RemoteReferences > 0 {
		proof = append(proof, count(ev.RemoteReferences, "entry of its lists names an address in the web instead of a file.", "entries of its lists name an address in the web instead of a file."))
	}
	if ev.Orphans > 0 {
		proof = append(proof, count(ev.Orphans, "further file is here that no list names.", "further files are here that no list names."))
	}
	return proof
}

// media claims no more than was done: some kinds are only recognised.
func (c claimer) media() (proof []string) {
	n := c.r.Counts.Media
	switch {
	case n == 0:
		return []string{"There are no pictures, videos or sounds in it."}
	case c.found("media-not-checked"):
		proof = append(proof, "Some could not be decoded here and were only recognised by how they begin, as said above. All others were: pictures to the last pixel, videos from box to box up to their end.")
	case !c.found("media-damaged") && !c.found("entry-damaged") && !c.found("media-kind") && !c.found("media-empty"):
		proof = append(proof, "Every picture was decoded to the last pixel. Every video was followed from box to box up to its end; its images were not decoded.")
	}
	if ev := c.r.Evidence; ev.Pictures > 0 {
		proof = append(proof, fmt.Sprintf("Of %s, %d are pictures of your own; the largest is %d pixels long.",
			count(n, "picture, video or sound", "pictures, videos and sounds"), ev.Pictures, ev.LongestSide))
	}
	return proof
}

// found tells whether there is a finding of that code, or one that begins so, however severe. That of how many parts there are is none.
func (c claimer) found(code string) bool {
	return slices.ContainsFunc(c.v.Reasons, func(r Reason) bool {
		return strings.HasPrefix(r.Code, code) && r.Code != "part-count" && r.Code != "part-full" && r.Code != "entry-header-differs"
	})
}

func (c claimer) time(f Facts) (proof []string) {
	r, ev := c.r, c.r.Evidence
	if ev.SignedUp != "" {
		proof = append(proof, "The account was opened on "+day(ev.SignedUp)+".")
	}
	if r.Range.From != "" {
		proof = append(proof, fmt.Sprintf("The oldest post, story or reel is of %s, the newest of %s.", r.Range.From, r.Range.To))
	}
	if ev.NewestActivity != "" && day(ev.NewestActivity) != r.Range.To {
		proof = append(proof, "The newest message is of "+day(ev.NewestActivity)+".")
	}
	if ev.RequestedFrom != "" || ev.RequestedTo != "" {
		proof = append(proof, fmt.Sprintf("The archive says that it was asked for the dates from %s to %s.", orNotKnown(day(ev.RequestedFrom)), orNotKnown(day(ev.RequestedTo))))
	}
	if f.Posts > 0 {
		proof = append(proof, fmt.Sprintf("Your profile shows %s, the archive holds %s and %s.",
			count(f.Posts, "post", "posts"), count(r.Counts.Posts, "post", "posts"), count(r.Counts.Reels, "reel", "reels")))
	}
	if ev.Undated > 0 {
		proof = append(proof, count(ev.Undated, "thing of yours has no date that can be believed.", "things of yours have no date that can be believed."))
	}
	switch {
	case r.Range.Known && ev.RequestedFrom != "":
		proof = append(proof, "So all of the account's time was asked for.")
	case r.Range.Known:
		proof = append(proof, "The oldest is of the time when the account was opened, the newest of the time when the export was made, and none of the shorter ranges that Instagram offers would give this: so it is believed to be all.")
	case f.Posts > 0 && countsPosts(r) && r.Counts.Posts >= f.Posts:
		proof = append(proof, "The number of posts is that of the profile: so it is believed to be all.")
	default:
		proof = append(proof, "Nothing in the archive says for certain that this is all.")
	}
	return proof
}

func copies(f Facts) (proof []string) {
	for _, c := range f.Copies {
		at := ""
		if !c.At.IsZero() {
			at = " on " + stamp(c.At)
		}
		switch place := placeName(c.Place); {
		case c.Damaged:
			proof = append(proof, fmt.Sprintf("Copy in %s: damaged. It was read%s, and is not what was stored there.", place, at))
		case c.Proven:
			proof = append(proof, fmt.Sprintf("Copy in %s: read back%s, every byte, and its SHA-256 is right.", place, at))
		case c.Trouble != "":
			proof = append(proof, fmt.Sprintf("Copy in %s: not written and read back yet: %s.", place, Visible(c.Trouble)))
		default:
			proof = append(proof, fmt.Sprintf("Copy in %s: not written and read back yet.", place))
		}
	}
	return proof
}

// placeName is how people call a place. The first is always called archive.
func placeName(place string) string {
	if place == "archive" {
		return "the archive folder"
	}
	return Visible(place)
}
