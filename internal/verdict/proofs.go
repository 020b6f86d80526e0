package verdict

import (
	"fmt"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// whose names the places that say whose archive it is.
func (c claimer) whose() (proof []string) {
	where := map[string][]string{}
	var names []string
	for _, s := range c.r.Evidence.Usernames {
		if where[s.Username] == nil {
			names = append(names, s.Username)
		}
		where[s.Username] = append(where[s.Username], words.Visible(s.Where))
	}
	const most = 6
	for _, name := range names {
		list := where[name]
		if more := len(list) - most; more > 0 {
			list = append(list[:most:most], count(more, "more place", "more places"))
		}
		proof = append(proof, fmt.Sprintf("“%s” is named by: %s.", words.Visible(name), strings.Join(list, "; ")))
	}
	return proof
}

func offered(f Facts) []string {
	proof := []string{count(len(f.Parts), "file is here.", "files are here.")}
	o := f.Offered
	switch {
	case o != nil:
		said := fmt.Sprintf("Instagram's download page, read on %s: %s", stamp(o.Seen), count(o.Files, "file", "files"))
		if !o.Requested.IsZero() {
			said += ", requested on " + o.Requested.Format("2006-01-02")
		}
		if o.Range != "" {
			said += ", range “" + words.Visible(o.Range) + "”"
		}
		if o.Format != "" {
			said += ", " + words.Visible(o.Format)
		}
		if o.Quality != "" {
			said += ", " + words.Visible(o.Quality) + " quality"
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

func (c claimer) zips() string {
	entries := 0
	for _, p := range c.r.Parts {
		entries += p.Entries
	}
	return fmt.Sprintf("%s in %s: every byte was read, and the length and checksum (CRC-32) of each are those that the zip tells. No byte of the zips is without an owner.",
		count(entries, "entry", "entries"), count(len(c.r.Parts), "zip", "zips"))
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

// decoded claims no more than was done: some kinds are only recognised.
func (c claimer) decoded() string {
	some := slices.ContainsFunc(c.v.Reasons, func(r Reason) bool { return r.Code == "media-not-checked" })
	switch {
	case c.r.Counts.Media == 0:
		return ""
	case some:
		return "Some could not be decoded here, and were only recognised by how they begin, as said above. All others were: pictures to the last pixel, videos from box to box up to their end, with every piece of media that their indexes list."
	}
	return "Every picture was decoded to the last pixel. Every video was followed from box to box up to its end, and every piece of media that its index lists is in it; its images were not decoded."
}

func (c claimer) media() []string {
	n, ev := c.r.Counts.Media, c.r.Evidence
	switch {
	case n == 0:
		return []string{"There are no pictures, videos or sounds in it."}
	case ev.Pictures == 0:
		return []string{"It holds " + count(n, "picture, video or sound.", "pictures, videos and sounds.")}
	}
	return []string{fmt.Sprintf("It holds %s. Of them, %d are pictures of your own.", count(n, "picture, video or sound", "pictures, videos and sounds"), ev.Pictures)}
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
	if c.believed(f) == "" {
		proof = append(proof, "Nothing in the archive says for certain that this is all.")
	}
	return proof
}

// believed says why the time is taken for all of the account's; "" if nothing but the person can know.
func (c claimer) believed(f Facts) string {
	switch r := c.r; {
	case r.Range.Known && r.Evidence.RequestedFrom != "":
		return "So all of the account's time was asked for."
	case r.Range.Known:
		return "The oldest is of the time when the account was opened, the newest of the time when the export was made, and none of the shorter ranges that Instagram offers would give this: so it is believed to be all."
	case allPosts(f):
		return "The number of posts is that of the profile: so it is believed to be all."
	}
	return ""
}

// asked tells what there is of the request, which no archive states.
func (c claimer) asked() (proof []string) {
	ev := c.r.Evidence
	if len(ev.Sections) > 0 {
		proof = append(proof, "The archive holds: "+words.Visible(strings.ReplaceAll(strings.Join(ev.Sections, ", "), "_", " "))+".")
	}
	if ev.Pictures > 0 {
		proof = append(proof, fmt.Sprintf("Its largest picture is %d pixels long.", ev.LongestSide))
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
			proof = append(proof, fmt.Sprintf("Copy in %s: not written and read back yet: %s.", place, words.Visible(c.Trouble)))
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
	return words.Visible(place)
}
