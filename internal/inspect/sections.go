package inspect

import (
	"hash/crc32"
	"hash/maphash"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// threadState is what is there of a conversation.
type threadState uint8

const (
	hasNamed threadState = iota + 1 // files that the list of another folder names
	hasFiles                        // files that nothing names
	hasList                         // what was said
)

// judgeSections looks for whole lists and folders that are not there.
func (in *inspection) judgeSections(r *Report) {
	var (
		lists    = make(map[class]bool)
		sections = make(map[string]bool)
		threads  = make(map[uint64]threadState) // by a hash of their folder
		seed     = maphash.MakeSeed()
		orphans  summary
		unlisted = make(map[string]*summary) // orphans by their folder in media/
		inPart   = make(map[int]*summary)    // the same by their part

		hasMedia1          = make(map[int]bool) // v1: which parts have their list
		noPosts, followers bool
	)
	for e := range in.union.all() {
		c := classOther
		if isList(e.rel) {
			c = classify(e.rel)
			lists[c] = true
		}
		sections[section(e.rel)] = true
		if t := thread(e.rel); t != "" {
			h := maphash.String(seed, t)
			switch {
			case c == classMessages:
				threads[h] = hasList
			case threads[h] == hasList:
			case e.mark.refs&refMessage == 0:
				threads[h] = hasFiles
			default: // named by the list of another folder
				threads[h] = max(threads[h], hasNamed)
			}
		}
		if dir, base := path.Split(e.rel); base == "no-data.txt" && e.crc == noDataCRC &&
			slices.Contains([]string{"your_instagram_activity/media/", "your_instagram_activity/content/", "content/"}, dir) {
			noPosts = true
		}
		hasMedia1[e.part] = hasMedia1[e.part] || c == classMedia1
		followers = followers || isFollowers(e.rel)
		if e.isMedia() && e.mark.refs == 0 && !e.mark.twin {
			orphans.add(e.rel)
			if c := ownFolders[media(e.rel)]; c.own() {
				count(unlisted, media(e.rel), e.rel)
				count(inPart, e.part, e.rel)
			}
		}
	}
	delete(sections, "")
	if lists[classMedia1] {
		for _, c := range ownKeys {
			lists[c] = true
		}
	}
	r.Evidence.Sections = append(r.Evidence.Sections, slices.Sorted(maps.Keys(sections))...)
	r.Evidence.Orphans = orphans.n
	if orphans.n > 0 {
		in.add(Info, "media-orphan", orphans.first, "%d files in the archive are named by no list. They are kept.", orphans.n)
	}
	for _, folder := range slices.Sorted(maps.Keys(unlisted)) {
		s := unlisted[folder]
		switch c := ownFolders[folder]; {
		case lists[c] && in.unlisted: // a list that cannot be read may name them
		case lists[c] && (c == classOtherContent || c == classDeleted):
		case lists[c] && in.tally.items[c] == 0:
			in.add(Error, "index-missing", "media/"+folder, "The archive holds %s here, but the list for this folder is empty. "+
				"Instagram left something out: request a new export.", words.Of("%d files", s.n))
		case lists[c]:
			in.add(Question, "media-unlisted", "media/"+folder, "The archive holds %s here that no list names. Perhaps something is left over, perhaps a list is missing, and more with it. "+
				"All lists together name %s, %s and %s. Is it right that your profile shows no more than that?", words.Of("%d files", s.n),
				words.Of("%d posts", in.tally.items[classPosts]), words.Of("%d stories", in.tally.items[classStories]), words.Of("%d reels", in.tally.items[classReels]))
		case c == classOtherContent || c == classDeleted:
			in.add(Question, "index-missing", "media/"+folder, "The archive holds %s here, but not the list for this folder. Captions and dates may be missing. Can you do without these?", words.Of("%d files", s.n))
		default:
			in.add(Error, "index-missing", "media/"+folder, "The archive holds %s here, but not the list for this folder, so nobody knows whether there should be more. "+
				"A part is probably missing: give all parts together, or request a new export.", words.Of("%d files", s.n))
		}
	}
	for _, i := range slices.Sorted(maps.Keys(inPart)) {
		s := inPart[i] // v1 has a list of its own in each part
		if in.layout.generation == GenerationV1 && lists[classMedia1] && !hasMedia1[i] {
			in.add(Error, "index-missing", in.sources[i].part.Name, "This part holds %s, but not the list of this part (media.json), so nobody knows whether there should be more. "+
				"Request a new export.", words.Of("%d files", s.n))
		}
	}
	if name := in.tally.stranger; name != "" {
		in.add(Question, "section-unknown", "media.json", "This list has a section %q that is not known here. What it names is in the archive, but is not counted as posts or stories. "+
			"Look at your profile: is everything there?", name)
	}
	r.Evidence.OtherLists = lists[classStories] || lists[classReels] || lists[classArchived] || lists[classIGTV]
	in.judgePosts(lists[classPosts], noPosts, unlisted["posts"] == nil)
	var without summary
	missing := false
	for _, state := range threads {
		if state == hasList {
			r.Evidence.Threads++
		}
		missing = missing || state == hasFiles
	}
	if missing {
		for e := range in.union.all() {
			t := thread(e.rel)
			if h := maphash.String(seed, t); t != "" && threads[h] == hasFiles {
				threads[h] = hasNamed
				without.add(t)
			}
		}
	}
	if without.n > 0 {
		in.add(Error, "messages-missing", without.first, "%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.", without.n)
	}
	if len(threads) == 0 && !lists[classThreads1] {
		in.add(Question, "messages-absent", "", "There are no direct messages in this archive. If the account has any, they were not requested, and will be gone with it. "+
			"Has it none, or can you do without them?")
	}
	if !followers {
		in.add(Question, "connections-absent", "", "The list of your followers is not in this archive. It was probably not requested, perhaps with others of its kind, and will be gone with the account. Can you do without it?")
	}
	if !lists[classStories] {
		in.add(Info, "stories-absent", "", "There are no stories in this archive. That is right if none were kept.")
	}
}

// isFollowers reports whether a list is that of the followers, which every account in use has.
func isFollowers(rel string) bool {
	return isList(rel) && strings.HasPrefix(path.Base(rel), "followers") || rel == "connections.json"
}

func (in *inspection) judgePosts(listed, declaredEmpty, noFiles bool) {
	switch {
	case listed && (in.tally.items[classPosts] > 0 || in.unlisted || !noFiles): // what is wrong is told already
	case listed, declaredEmpty && noFiles:
		in.add(Question, "posts-empty", "", "According to the archive there are no posts. If your profile shows any, request the export again with posts. Is it right that it shows none?")
	default:
		in.add(Error, "section-missing", "", "There is no list of posts in this archive, and no note that there are none. Posts were not requested, or a part is missing. "+
			"Request everything (\"All available information\") or give all parts together. If your profile shows no posts, write posts = 0 below its username in the configuration.")
	}
}

// noDataCRC is the CRC-32 of the note that Instagram puts into a section that was requested and
// is empty: "You have no data in this section", without a line end.
var noDataCRC = crc32.ChecksumIEEE([]byte("You have no data in this section"))

// section returns the folder that stands for a category of the request form.
func section(rel string) string {
	dir := path.Dir(rel)
	switch {
	case rel == "messages.json", rel == "connections.json": // v1
		return strings.TrimSuffix(rel, ".json")
	case dir == ".":
		return ""
	}
	inside, was := strings.CutPrefix(dir, "your_instagram_activity/")
	if !was {
		inside = canonical(dir + "/")
	}
	top, _, _ := strings.Cut(inside, "/")
	if top == "followers_and_following" { // v2
		return "connections"
	}
	return top
}
