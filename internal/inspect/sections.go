package inspect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// sections is which lists an export holds, and what no list names.
type sections struct {
	lists    map[class]bool
	hollow   map[class]*summary  // lists that hold nothing
	noPosts  bool                // a note says that there are none
	brought  map[string]bool     // folders that the request brought
	unlisted map[string]*summary // files that no list names, by their folder
	inPart   map[int]*summary    // the same, of the account's own, by their part
	media1   map[int]bool        // v1: which parts have their list
	have     map[string]bool     // of wanted
}

// judgeSections looks for whole lists and folders that are not there.
func (in *inspection) judgeSections(r *Report) {
	s := &sections{
		lists: make(map[class]bool), hollow: make(map[class]*summary), brought: make(map[string]bool), unlisted: make(map[string]*summary),
		inPart: make(map[int]*summary), media1: make(map[int]bool), have: make(map[string]bool),
	}
	talks := newThreads()
	var orphans summary
	for e := range in.union.all() {
		s.see(e)
		talks.see(e)
		if !e.isMedia() || e.mark.refs != 0 || e.mark.twin {
			continue
		}
		orphans.add(e.rel)
		if thread(e.rel) == "" {
			count(s.unlisted, folder(e.rel), e.rel)
		}
		if ownFolders[media(e.rel)].own() {
			count(s.inPart, e.part, e.rel)
		}
	}
	delete(s.brought, "")
	if s.lists[classMedia1] {
		for _, c := range ownKeys {
			s.lists[c] = true
		}
	}
	r.Evidence.Sections = append(r.Evidence.Sections, slices.Sorted(maps.Keys(s.brought))...)
	r.Evidence.Orphans = orphans.n
	r.Evidence.OtherLists = s.lists[classStories] || s.lists[classReels] || s.lists[classArchived] || s.lists[classIGTV]
	if orphans.n > 0 {
		in.add(Info, "media-orphan", orphans.first, "%d files in the archive are named by no list. They are kept.", orphans.n)
	}
	for _, name := range slices.Sorted(maps.Keys(s.unlisted)) {
		in.judgeUnlisted(s, name)
	}
	for _, i := range slices.Sorted(maps.Keys(s.inPart)) {
		// v1 has a list of its own in each part.
		if in.layout.generation == GenerationV1 && s.lists[classMedia1] && !s.media1[i] {
			in.add(Error, "index-missing", in.sources[i].part.Name, "This part holds %s, but not the list of this part (media.json), so nobody knows whether there should be more. "+
				"Request a new export.", words.Of("%d files", s.inPart[i].n))
		}
	}
	if name := in.tally.stranger; name != "" {
		in.add(Question, "section-unknown", "media.json", "This list has a section %q that is not known here. What it names is in the archive, but is not counted as posts or stories. "+
			"Look at your profile: is everything there?", name)
	}
	in.judgeHollow(s)
	in.judgePosts(s)
	in.judgeThreads(talks, r)
	in.judgeAbsent(s, talks)
	if !s.lists[classStories] {
		in.add(Info, "stories-absent", "", "There are no stories in this archive. That is right if none were kept.")
	}
}

// see notes what one entry brings.
func (s *sections) see(e *entry) {
	note := noteOf(e)
	s.brought[section(e.rel)] = true
	s.noPosts = s.noPosts || slices.Contains([]string{"your_instagram_activity/media/", "your_instagram_activity/content/", "content/"}, note)
	if !isList(e.rel) && note == "" {
		return
	}
	if isList(e.rel) {
		c := classify(e.rel)
		s.lists[c] = true
		s.media1[e.part] = s.media1[e.part] || c == classMedia1
		if e.mark.kind == kindHollow {
			count(s.hollow, c, e.rel)
		}
	}
	if !e.mark.twin && e.mark.kind != kindHollow {
		s.bring(e.rel)
	}
}

// judgeUnlisted looks at the files of one folder that no list names.
func (in *inspection) judgeUnlisted(s *sections, name string) {
	files := s.unlisted[name]
	switch c := ownFolders[media(files.first)]; {
	case in.unlisted && (s.lists[c] || !c.own()): // a list that cannot be read may name them
	case s.lists[c] && c == classDeleted:
	case c.own() && c.decisive() && s.lists[c] && in.tally.items[c] == 0:
		in.add(Error, "index-missing", name, "The archive holds %s here, but the list for this folder is empty. "+
			"Instagram left something out: request a new export; if that is the same, one in the other format (JSON or web pages).", words.Of("%d files", files.n))
	case !c.own() || s.lists[c]:
		in.add(Question, "media-unlisted", name, "The archive holds %s here that no list names. Perhaps something is left over, perhaps a list is missing, and more with it. "+
			"All lists together name %s, %s and %s. Is it right that your profile shows no more than that?", words.Of("%d files", files.n),
			words.Of("%d posts", in.tally.items[classPosts]), words.Of("%d stories", in.tally.items[classStories]), words.Of("%d reels", in.tally.items[classReels]))
	case c == classOtherContent || c == classDeleted:
		in.add(Question, "index-missing", name, "The archive holds %s here, but not the list for this folder. Captions and dates may be missing. Can you do without these?", words.Of("%d files", files.n))
	default:
		in.add(Error, "index-missing", name, "The archive holds %s here, but not the list for this folder, so nobody knows whether there should be more. "+
			"A part is probably missing: give all parts together, or request a new export.", words.Of("%d files", files.n))
	}
}

// judgeHollow asks about lists that are there and hold nothing: Instagram leaves such lists out.
func (in *inspection) judgeHollow(s *sections) {
	for c := classOther + 1; c < classes; c++ {
		files := s.hollow[c]
		switch {
		case files == nil, !c.own(), c == classDeleted:
		case in.tally.items[c] == 0 && (c == classPosts || s.unlistedOf(c)): // that is told already
		default:
			in.add(Question, "index-empty", files.first, "This list is in the archive but has nothing in it. Instagram leaves out lists that would "+
				"be empty, so something may have gone wrong. All lists together name %s, %s and %s. Is it "+
				"right that your profile shows no more than that?",
				words.Of("%d posts", in.tally.items[classPosts]), words.Of("%d stories", in.tally.items[classStories]), words.Of("%d reels", in.tally.items[classReels]))
		}
	}
}

// unlistedOf reports whether there are files in the folders of a list that it does not name.
func (s *sections) unlistedOf(c class) bool {
	for _, files := range s.unlisted {
		if ownFolders[media(files.first)] == c {
			return true
		}
	}
	return false
}

func (in *inspection) judgePosts(s *sections) {
	noFiles, listed := !s.unlistedOf(classPosts), s.lists[classPosts]
	switch {
	case !noFiles, listed && (in.tally.items[classPosts] > 0 || in.unlisted): // what is wrong is told already
	case listed, s.noPosts:
		in.add(Question, "posts-empty", "", "According to the archive there are no posts. If your profile shows any, request the export again with posts. Is it right that it shows none?")
	default:
		in.add(Question, "section-missing", "", "This archive has no list of posts, and no note that there are none. If your profile "+
			"shows posts, they were not requested or a part is missing: give all parts together, or "+
			"request everything (\"All available information\"). Is it right that your profile shows "+
			"no posts?")
	}
}

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
