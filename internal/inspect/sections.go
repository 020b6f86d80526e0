package inspect

import (
	"hash/crc32"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// judgeSections looks for whole lists and folders that are not there.
func (in *inspection) judgeSections(r *Report) {
	var (
		lists    = make(map[class]bool)
		sections = make(map[string]bool)
		threads  = make(map[string]bool) // with a list or without
		orphans  summary
		unlisted = make(map[string]*summary) // orphans by their folder in media/
		noPosts  bool
	)
	for e := range in.union.all() {
		c := classOther
		if isList(e.rel) {
			c = classify(e.rel)
			lists[c] = true
		}
		sections[section(e.rel)] = true
		if t := thread(e.rel); t != "" {
			threads[t] = threads[t] || c == classMessages
		}
		if dir, base := path.Split(e.rel); base == "no-data.txt" && e.crc == noDataCRC &&
			slices.Contains([]string{"your_instagram_activity/media/", "your_instagram_activity/content/", "content/"}, dir) {
			noPosts = true
		}
		if e.isMedia() && e.mark.refs == 0 && !e.mark.twin {
			orphans.add(e.rel)
			count(unlisted, media(e.rel), e.rel)
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
		in.add(Info, "media-orphan", orphans.first, "%d files in the archive are named by no list. Nothing is lost by that; they are kept.", orphans.n)
	}
	for folder, s := range unlisted {
		switch c := ownFolders[folder]; {
		case c == classOther || lists[c]:
		case c == classOtherContent || c == classDeleted:
			in.add(Question, "index-missing", "media/"+folder, "The archive holds %s here, but not the list that belongs to them. Captions and dates may be missing. Can you do without them?", words.Of("%d files", s.n))
		default:
			in.add(Error, "index-missing", "media/"+folder, "The archive holds %s here, but not the list that belongs to them, so nobody knows whether there should be more. "+
				"A part is probably missing: give all parts together, or request a new export.", words.Of("%d files", s.n))
		}
	}
	in.judgePosts(lists[classPosts], noPosts && unlisted["posts"] == nil)
	var without summary
	for t, listed := range threads {
		if listed {
			r.Evidence.Threads++
		} else {
			without.add(t)
		}
	}
	if without.n > 0 {
		in.add(Error, "messages-missing", without.first, "%d conversations have files but no text (message_1.json). A part is probably missing: give all parts together, or request a new export.", without.n)
	}
	if !sections["messages"] {
		in.add(Question, "messages-absent", "your_instagram_activity/messages", "There are no direct messages in this archive. If the account has any, they were not requested, and will be gone with it. "+
			"Has it none, or can you do without them?")
	}
	if !sections["connections"] {
		in.add(Question, "connections-absent", "connections", "The lists of followers and of those you follow are not in this archive. They were probably not requested, and will be gone with the account. Can you do without them?")
	}
	if !lists[classStories] {
		in.add(Info, "stories-absent", "your_instagram_activity/media/stories.json", "There are no stories in this archive. That is right if none were kept.")
	}
}

func (in *inspection) judgePosts(listed, declaredEmpty bool) {
	const where = "your_instagram_activity/media/posts_1.json"
	switch {
	case listed && in.tally.items[classPosts] > 0:
	case listed, declaredEmpty:
		in.add(Question, "posts-empty", where, "According to the archive there are no posts. If your profile shows any, request the export again with posts. Does it show none?")
	default:
		in.add(Error, "section-missing", where, "There is no list of posts in this archive, and no note that there are none. Posts were not requested, or a part is missing. "+
			"Request everything (\"All available information\") or give all parts together.")
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
