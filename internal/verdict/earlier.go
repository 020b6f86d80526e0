package verdict

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// EarlierCodes are the codes of the questions about earlier exports.
var EarlierCodes = []string{
	"less-than-before", "earlier-files", "earlier-larger", "earlier-not-compared",
	"earlier-messages", "earlier-lists", "earlier-pictures", "earlier-order", "earlier-same", "earlier-account",
}

var keepBoth = words.Of("If not, ask Instagram for a new export (All time, High quality, JSON, every category). Both exports are kept: keep them both.")

// Earlier is what another export of the same account held.
type Earlier struct {
	ID      string
	Made    string   // the day, RFC 3339 date
	Account string   // whose it is; "": nothing in it says so
	Parts   []string // the SHA-256 of each of its files
	Damaged bool     // it is not whole itself
	PerYear map[string]int
	Counts  inspect.Counts
	// Sections are the folders that its request brought.
	Sections []string
	Lacking  *inspect.Lacking // what it holds and this one does not; nil: not compared yet
}

// NewEarlier is an earlier export by its report; made is the day on which it was made.
func NewEarlier(id, made string, r *inspect.Report, lacking *inspect.Lacking) Earlier {
	old := Earlier{
		ID: id, Made: made, Account: r.Username, PerYear: r.PerYear, Counts: r.Counts, Sections: r.Evidence.Sections, Lacking: lacking,
		Damaged: slices.ContainsFunc(r.Problems, func(p inspect.Problem) bool {
			return p.Severity == inspect.Error && (p.Code == "entry-damaged" || p.Code == "index-unreadable" || strings.HasPrefix(p.Code, "part-"))
		}),
	}
	for _, p := range r.Parts {
		old.Parts = append(old.Parts, p.SHA256)
	}
	slices.Sort(old.Parts)
	return old
}

// lessThanBefore compares with earlier exports. What is missing may have been
// deleted by its owner, or not asked for this time.
func lessThanBefore(f Facts) (all []Reason) {
	if f.Report == nil {
		return nil
	}
	now := NewEarlier("", f.Report.GeneratedAt, f.Report, nil)
	for _, old := range f.Earlier {
		if len(old.Parts) > 0 && slices.Equal(old.Parts, now.Parts) {
			all = append(all, asks("earlier-same", "The earlier export (kept as %s) is this very one, file by file, so that nothing could be compared. Is everything here that you expect?", old.ID)...)
			continue
		}
		all = append(all, strange(old, now)...)
		all = append(all, fewer(old, f.Report)...)
		all = append(all, lacking(old)...)
	}
	return all
}

// strange tells what speaks against taking one export for an earlier one of the same account.
func strange(old, now Earlier) (all []Reason) {
	if old.Account == "" && len(old.Parts) > 0 {
		all = asks("earlier-account", "Nothing in the earlier export (kept as %s) says whose it is. Is it one of the same account?", old.ID)
	}
	if old.Account != "" && now.Account != "" && !strings.EqualFold(old.Account, now.Account) {
		all = asks("earlier-account", "The earlier export (made on %s, kept as %s) is the archive of %s, this one of %s. Is this the same account, under a new name?", old.Made, old.ID, old.Account, now.Account)
	}
	if old.Made != "" && now.Made != "" && old.Made > now.Made {
		all = append(all, asks("earlier-order", "The export that this one was compared with (kept as %s) is younger: it was made on %s, this one on %s. What was posted in between is not in this one. Is it right to judge the older one?",
			old.ID, old.Made, now.Made)...)
	}
	return all
}

// fewer holds the numbers of each year against those of an earlier export.
func fewer(old Earlier, r *inspect.Report) []Reason {
	var lacks words.List
	for _, year := range slices.Sorted(maps.Keys(old.PerYear)) {
		if before, now := old.PerYear[year], r.PerYear[year]; now < before {
			lacks = append(lacks, words.Of("%s: %d, before %d", year, now, before))
		}
	}
	if dated := len(lacks) > 0; !dated { // else that is told already
		for _, n := range []struct {
			what        words.Phrase
			now, before int
		}{
			{words.Of("posts"), r.Counts.Posts, old.Counts.Posts},
			{words.Of("stories"), r.Counts.Stories, old.Counts.Stories},
			{words.Of("reels"), r.Counts.Reels, old.Counts.Reels},
		} {
			if n.now < n.before {
				lacks = append(lacks, words.Of("%s: %d, before %d", n.what, n.now, n.before))
			}
		}
	}
	if now := r.Counts.Messages; now < old.Counts.Messages {
		lacks = append(lacks, words.Of("messages: %d, before %d", now, old.Counts.Messages))
	}
	for _, section := range old.Sections {
		if !slices.Contains(r.Evidence.Sections, section) {
			lacks = append(lacks, words.Of("nothing in the section %s", section))
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	return asks("less-than-before", "An earlier export of this account (made on %s, kept as %s) holds more than this one (%s). "+
		"Did you delete the rest yourself in between, or leave it out on purpose? %s", old.Made, old.ID, most(lacks), keepBoth)
}

// most cuts a list to what can be read in one sentence.
func most(list words.List) words.List {
	const most = 15
	if more := len(list) - most; more > 0 {
		return append(list[:most:most], words.Of("%d more", more))
	}
	return list
}

// lacking passes on what an earlier export holds file by file, and this one does not.
func lacking(old Earlier) (all []Reason) {
	l := old.Lacking
	switch {
	case l == nil:
		return asks("earlier-not-compared", "An earlier export of this account (made on %s, kept as %s) has not been compared with this one yet. Is everything here that you expect? %s",
			old.Made, old.ID, keepBoth)
	case l.Trouble != "":
		return asks("earlier-not-compared", "An earlier export of this account (made on %s, kept as %s) could not be compared with this one: %s. Is everything here that you expect? %s",
			old.Made, old.ID, words.Text(l.Trouble), keepBoth)
	}
	var what words.List
	switch {
	case l.Strange:
		all = asks("earlier-not-compared", "None of the %[1]d pictures, videos and sounds of an earlier export of this account (made on %[2]s, kept as %[3]s) could be found here by its name, "+
			"as between exports of different years. Is everything here that you expect? %[4]s", l.Media, old.Made, old.ID, keepBoth)
	case l.Media > 0:
		what = append(what, words.Of("%d pictures, videos or sounds", l.Media))
	}
	if l.Smaller > 0 {
		all = append(all, asks("earlier-larger", "%d pictures, videos or sounds are much smaller here than in an earlier export of this account (made on %s, kept as %s). "+
			"Is their quality enough for you? %s", l.Smaller, old.Made, old.ID, keepBoth)...)
	}
	if l.Other > 0 {
		all = append(all, asks("earlier-pictures", "%d pictures or videos show something else here than under the same name in an earlier export of this account (made on %s, kept as %s). "+
			"The evidence page lists them. Are they the right ones? %s", l.Other, old.Made, old.ID, keepBoth)...)
	}
	if l.Talks > 0 {
		what = append(what, words.Of("%d conversations", l.Talks))
	}
	if len(what) > 0 {
		all = append(all, asks("earlier-files", "An earlier export of this account (made on %s, kept as %s) holds what this one does not: %s. The evidence page lists each. "+
			"Did you delete this yourself in between? %s", old.Made, old.ID, what, keepBoth)...)
	}
	return slices.Concat(all, shorter(old), notCompared(old))
}

// shorter tells of conversations and lists that hold less than before.
func shorter(old Earlier) (all []Reason) {
	l := old.Lacking
	if l.FewerTalks > 0 && len(l.Fewer) > 0 {
		all = asks("earlier-messages", "%[1]d conversations hold fewer messages or texts than in an earlier export of this account (made on %[2]s, kept as %[3]s). The largest loss is %[4]s. "+
			"The evidence page lists them. Is it right that you, or those you wrote with, deleted these? %[5]s", l.FewerTalks, old.Made, old.ID, less(talkName(l.Fewer[0].Name), l.Fewer[0]), keepBoth)
	}
	var lists words.List
	for _, s := range l.Lists {
		lists = append(lists, less(listTitle(s.Name), s))
	}
	if len(lists) > 0 {
		all = append(all, asks("earlier-lists", "In an earlier export of this account (made on %s, kept as %s), there was much more in these lists: %s. "+
			"Did you delete the rest yourself in between, or leave it out on purpose? %s", old.Made, old.ID, most(lists), keepBoth)...)
	}
	return all
}

// less says how much less a conversation or a list holds.
func less(name string, s inspect.Shrunk) words.Phrase {
	switch {
	case s.Now < s.Before && s.Before-s.Now >= s.TextsBefore-s.TextsNow:
		return words.Of("%s: %d, before %d", name, s.Now, s.Before)
	case s.TextsNow < s.TextsBefore:
		return words.Of("texts in %s: %d, before %d", name, s.TextsNow, s.TextsBefore)
	}
	return words.Of("texts in %s: much shorter than before", name)
}

// talkName is how people call a conversation, by its folder; "" stands for one without a name.
func talkName(folder string) string {
	if name := conversation(folder + "/message_1.json"); name != "" {
		return name
	}
	return "a conversation"
}

// listTitle is how people call a list, by its last folder and its name: saved/saved_posts.
func listTitle(key string) string {
	return words.Visible(strings.ReplaceAll(path.Base(key), "_", " "))
}

// whyNot says why parts of two exports could not be compared.
var whyNot = map[string]words.Phrase{
	inspect.ByYears:  words.Of("one of them was made before 2021, when lists and conversations had other names"),
	inspect.ByFormat: words.Of("one of them consists of web pages (HTML), so that texts, and how long lists are, cannot be compared"),
	inspect.ByDamage: words.Of("lists in it cannot be read"),
	inspect.ByTalks:  words.Of("not one of its conversations could be found here by its number, as between exports of different years"),
	inspect.ByNumber: words.Of("there are too many conversations to compare each"),
}

// notCompared tells what could not be compared.
func notCompared(old Earlier) []Reason {
	l := old.Lacking
	var why words.List
	if old.Damaged {
		why = append(why, words.Of("it is damaged itself"))
	}
	if l.Version < inspect.CompareVersion {
		why = append(why, words.Of("so far the names of its files were compared, but neither messages nor lists nor pictures"))
	}
	for _, code := range l.NotCompared {
		if said, known := whyNot[code]; known {
			why = append(why, said)
		} else {
			why = append(why, words.Text(code))
		}
	}
	if l.Unseen > 0 {
		why = append(why, words.Of("%d pictures of the same name differ, and could not be looked at", l.Unseen))
	}
	if len(why) == 0 {
		return nil
	}
	return asks("earlier-not-compared", "Not everything in an earlier export of this account (made on %s, kept as %s) could be compared with this one: %s. Is everything here that you expect? %s",
		old.Made, old.ID, why, keepBoth)
}
