package inspect

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"maps"
	"path"
	"slices"
	"strings"
)

// severity says what damage to e means. Instagram gives the account's own files once; what
// others sent, or what no list names, a person may be ready to do without.
func (e *entry) severity() Severity {
	if e.refs&refOwn != 0 {
		return Error
	}
	return Question
}

// isMedia reports whether e counts as a picture, video or sound of the export.
func (e *entry) isMedia() bool {
	return (e.kind.family() != "" || expectsMedia(e.rel)) && !strings.HasPrefix(e.rel, "files/")
}

// summary is one finding about many files.
type summary struct {
	n     int
	first string
}

func (s *summary) add(path string) {
	if s.n == 0 || path < s.first {
		s.first = path
	}
	s.n++
}

// count adds path to the summary under key.
func count[K comparable](m map[K]*summary, key K, path string) {
	if m[key] == nil {
		m[key] = new(summary)
	}
	m[key].add(path)
}

// judgeEntries turns the outcomes of reading into problems.
func (in *inspection) judgeEntries(r *Report) {
	for _, entries := range in.parts {
		for i := range entries {
			in.unread = in.unread || entries[i].unreadable || entries[i].state == stateUnread || entries[i].state == stateDamaged
		}
	}
	var renamed, undecoded summary
	var sides []int
	for _, e := range in.union.all {
		if e.twin && e.state != stateDamaged {
			continue
		}
		in.unlisted = in.unlisted || path.Ext(e.rel) == ".json" && e.state != stateGood
		named := e.refs != 0
		switch {
		case e.state == stateDamaged:
			in.add(Error, "entry-damaged", e.rel, "This file is damaged in the zip %s: %s.%s", in.sources[e.part].part.Name, e.detail, again)
		case e.state == stateBroken && path.Ext(e.rel) == ".json":
			in.add(Error, "index-unreadable", e.rel, "This list cannot be read to its end (%s), so nobody knows what else it names. "+
				"The zip stores it like that: request a new export.", e.detail)
		case e.state == stateBroken:
			in.add(e.severity(), "media-damaged", e.rel, "This picture or video is not whole (%s). The zip stores it like that, so Instagram delivered it damaged. "+
				"Look at it in the app and save it by itself, or request a new export.", e.detail)
		case e.state == stateEmpty && (named || expectsMedia(e.rel)):
			in.add(e.severity(), "media-empty", e.rel, "This file has no content. Save the picture or video from the app by itself, or request a new export.")
		case e.state == stateUnchecked && e.kind.picture():
			in.add(Question, "media-not-checked", e.rel, "This picture could not be decoded to check it (%s). Open it and look whether it is whole.", e.detail)
		case e.state == stateUnchecked && e.kind.family() == "":
			subtitle := e.kind == kindText && e.refs&refSubtitle != 0
			if (named || expectsMedia(e.rel)) && !subtitle {
				in.add(e.severity(), "media-kind", e.rel, "This should be a picture, a video or sound, but its content is none that is known. Open it and look whether it is what it should be.")
			}
		case e.state == stateUnchecked:
			undecoded.add(e.rel)
		}
		if promised := kindsByExtension[strings.ToLower(path.Ext(e.rel))]; promised != kindUnknown && e.kind.family() != "" && promised != e.kind {
			renamed.add(e.rel)
		}
		if e.isMedia() && e.kind != kindText {
			r.Counts.Media++
		}
		if c := ownFolders[media(e.rel)]; e.pictured > 0 && (c.item() || c == classOtherContent) {
			sides = append(sides, e.pictured)
		}
	}
	if renamed.n > 0 {
		in.add(Info, "media-extension", renamed.first, "%d files are of another kind than their names say, for instance pictures called .webp that are JPEG. "+
			"That is usual in exports; the files themselves are fine.", renamed.n)
	}
	if undecoded.n > 0 {
		in.add(Info, "media-not-checked", undecoded.first, "%d files are of a kind (HEIC, or sound other than MP4) that is recognised here but not decoded. Their bytes are as Instagram packed them.", undecoded.n)
	}
	if slices.Sort(sides); len(sides) > 0 {
		ev := &r.Evidence
		ev.Pictures, ev.LongestSide, ev.MedianLonger = len(sides), sides[len(sides)-1], sides[len(sides)/2]
	}
}

// maxMissingListed bounds References.Missing.
const maxMissingListed = 1000

// judgeReferences holds what the lists name against what is there.
func (in *inspection) judgeReferences(r *Report) {
	t := in.tally
	for _, e := range in.union.files {
		if e.refs != 0 {
			r.References.Resolved++
		}
	}
	r.References.Total = r.References.Resolved + len(t.missing) + t.missingMore

	perList := make(map[gap]*summary)
	names := slices.SortedFunc(maps.Keys(t.missing), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(t.missing[a].severity), rank(t.missing[b].severity)), cmp.Compare(a, b))
	})
	for i, name := range names {
		m := t.missing[name]
		count(perList, gap(m), name)
		if i < maxMissingListed {
			r.References.Missing = append(r.References.Missing, MissingRef{Path: repair(name), From: m.from})
		}
	}

	for key, s := range perList {
		in.add(key.severity, "media-missing", key.from, "%s that this list names %s in no part of the archive; the first is %s. "+
			"Either a part is missing, or Instagram left them out: give all parts, or request a new export.", files(s.n), are(s.n), repair(s.first))
	}
	if t.missingMore > 0 {
		in.add(Error, "media-missing", "", "%s more are in no part of the archive.", files(t.missingMore))
	}
	for key, n := range t.noFile {
		r.Evidence.EmptyReferences += n
		if key.severity != Info {
			in.add(key.severity, "reference-empty", key.from, "This list has %d entries that should name a picture or video and name none. "+
				"Compare with your profile, save what is missing from the app, or request a new export.", n)
		}
	}
	for key, n := range t.remote {
		r.Evidence.RemoteReferences += n
		if key.severity != Info {
			in.add(key.severity, "media-remote", key.from, "This list names %d pictures or videos by an address in the web instead of a file. "+
				"They are not in the archive and will be gone with the account. Request a new export.", n)
		}
	}
}

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
	for _, e := range in.union.all {
		c := classOther
		if path.Ext(e.rel) == ".json" {
			c = classify(e.rel)
			lists[c] = true
		}
		sections[section(e.rel)] = true
		if t := thread(e.rel); t != "" {
			threads[t] = threads[t] || c == classMessages
		}
		if dir, base := path.Split(e.rel); base == "no-data.txt" && e.crc == noDataCRC &&
			(dir == "your_instagram_activity/media/" || dir == "your_instagram_activity/content/") {
			noPosts = true
		}
		if e.isMedia() && e.refs == 0 && !e.twin {
			orphans.add(e.rel)
			count(unlisted, media(e.rel), e.rel)
		}
	}
	delete(sections, "")
	r.Evidence.Sections = append(r.Evidence.Sections, slices.Sorted(maps.Keys(sections))...)
	r.Evidence.Orphans = orphans.n
	if orphans.n > 0 {
		in.add(Info, "media-orphan", orphans.first, "%s in the archive %s named by no list. Nothing is lost by that; they are kept.", files(orphans.n), are(orphans.n))
	}
	for folder, s := range unlisted {
		switch c := ownFolders[folder]; {
		case c == classOther || lists[c]:
		case c == classOtherContent || c == classDeleted:
			in.add(Question, "index-missing", "media/"+folder, "The archive holds %s here, but not the list that belongs to them. Captions and dates may be missing.", files(s.n))
		default:
			in.add(Error, "index-missing", "media/"+folder, "The archive holds %s here, but not the list that belongs to them, so nobody knows whether there should be more. "+
				"A part is probably missing: give all parts together, or request a new export.", files(s.n))
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
		in.add(Question, "messages-absent", "your_instagram_activity/messages", "There are no direct messages in this archive. That is right if the account has none. "+
			"If it has, they were not requested and will be gone with the account.")
	}
	if !sections["connections"] {
		in.add(Question, "connections-absent", "connections", "The lists of followers and of those you follow are not in this archive. They were probably not requested. Do you want to keep them?")
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
		in.add(Question, "posts-empty", where, "According to the archive there are no posts. If your profile shows any, do not delete the account: request the export again with posts.")
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
	if dir == "." {
		return ""
	}
	inside, was := strings.CutPrefix(dir, "your_instagram_activity/")
	if !was {
		inside = canonical(dir + "/")
	}
	top, _, _ := strings.Cut(inside, "/")
	return top
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
