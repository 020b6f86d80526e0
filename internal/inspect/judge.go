package inspect

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// severity says what damage to e means. Instagram gives the account's own files once; what
// others sent, or what no list names, a person may be ready to do without.
func (e *entry) severity() Severity {
	if e.mark.refs&refOwn != 0 {
		return Error
	}
	return Question
}

// What ends a finding that may be a question: a yes to it must mean that the account can go.
func isRight(s Severity) words.Phrase { return ifAsked(s, " Is it what it should be?") }

func withoutIt(s Severity) words.Phrase {
	return ifAsked(s, " Can you do without it, or have you saved it?")
}

func withoutThem(s Severity, n int) words.Phrase {
	if n == 1 {
		return withoutIt(s)
	}
	return ifAsked(s, " Can you do without them, or have you saved them?")
}

func ifAsked(s Severity, question string) words.Phrase {
	if s != Question {
		return words.Text("")
	}
	return words.Text(question)
}

// isMedia reports whether e counts as a picture, video or sound of the export.
func (e *entry) isMedia() bool {
	return (e.mark.kind.family() != "" || expectsMedia(e.rel)) && !strings.HasPrefix(e.rel, "files/")
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

// judgeUncounted names a damaged entry that is nothing of Instagram's: a folder, or what an operating system added. Its
// damage shows that the zip is not as it was written.
func (in *inspection) judgeUncounted(t *table, i int) {
	c := cursor{table: t}
	if e, err := c.entry(i); err == nil && uncounted(e) { // an error is kept by the source
		in.damaged(e)
	}
}

func (in *inspection) damaged(e *entry) {
	in.add(Error, "entry-damaged", e.rel, "This file is damaged in the zip %s: %s.%s", in.sources[e.part].part.Name, words.Text(in.tally.detail(e)), again)
}

// judgeEntries turns the outcomes of reading into problems.
func (in *inspection) judgeEntries(r *Report) {
	for _, t := range in.tables {
		in.unread = in.unread || t.damaged()
		for i, m := range t.marks {
			if m.state == stateDamaged {
				in.judgeUncounted(t, i)
			}
		}
	}
	var renamed, sounds, undecoded summary
	for e := range in.union.all() {
		m := e.mark
		if m.twin && m.state != stateDamaged {
			continue
		}
		if c := classify(e.rel); isList(e.rel) && m.state != stateGood && c.decisive() {
			in.unlisted, in.unheard = in.unlisted || c != classMessages, in.unheard || c == classMessages
		}
		named := m.refs != 0
		switch {
		case m.state == stateDamaged:
			in.damaged(e)
		case m.state == stateBroken && isList(e.rel) && !classify(e.rel).decisive():
			in.add(Question, "index-unreadable", e.rel, "This list cannot be read completely (%s), and Instagram delivered it like that. It is "+
				"not one of those with your posts, stories, reels or messages. Can you do without it?", words.Text(in.tally.detail(e)))
		case m.state == stateBroken && isList(e.rel) && in.tally.detail(e) == errShape.Error():
			in.add(Error, "index-unreadable", e.rel, "igwatchd does not know the form of this list, so there may be more that it does not find. Request a new export. "+
				"If that is the same, report what this prints, as nothing personal is in it: igwatchd inspect --shape FILE.zip")
		case m.state == stateBroken && classify(e.rel) == classMessages:
			in.deliveredEntry(e).add(Error, "index-unreadable", e.rel, "This list of messages cannot be read to its end (%s), so nobody knows what else was said there. "+
				"The zip stores it like that, so Instagram delivered it damaged: request a new export.", words.Text(in.tally.detail(e)))
		case m.state == stateBroken && isList(e.rel):
			in.add(Error, "index-unreadable", e.rel, "This list cannot be read to its end (%s), so nobody knows what else it names. "+
				"The zip stores it like that: request a new export; if that is the same, one in the other format (JSON or web pages).", words.Text(in.tally.detail(e)))
		case m.state == stateBroken:
			in.deliveredEntry(e).add(e.severity(), "media-damaged", e.rel, "This picture or video is not whole (%s). The zip stores it like that, so Instagram delivered it damaged. "+
				"Look at it in the app and save it by itself, or request a new export.%s", words.Text(in.tally.detail(e)), withoutIt(e.severity()))
		case m.refs&(refOwn|refMessage) != 0 && (isList(e.rel) || path.Base(e.rel) == "no-data.txt"):
			in.deliveredEntry(e).add(e.severity(), "media-kind", e.rel, "A list names this as a picture or video, but it is a list or a note itself. Compare with your profile, and request a new export.%s", withoutIt(e.severity()))
		case m.state == stateEmpty && (named || expectsMedia(e.rel)):
			in.deliveredEntry(e).add(e.severity(), "media-empty", e.rel, "This file has no content. Save the picture or video from the app by itself, or request a new export.%s", withoutIt(e.severity()))
		case m.refs&refOwn != 0 && m.kind.family() == "picture" && kindsByExtension[strings.ToLower(path.Ext(e.rel))].family() == "film":
			in.add(Question, "media-kind", e.rel, "This should be a video, but it is a picture. Compare with your profile: is it what it should be?")
		case m.state == stateSound && m.refs&refOwn != 0:
			in.add(Question, "media-kind", e.rel, "This should be a video, but there is only sound in it. Play it: is it what it should be?")
		case m.state == stateUnchecked && m.kind.family() == "picture":
			in.add(Question, "media-not-checked", e.rel, "This picture could not be decoded to check it (%s). Open it and look: is it whole?", words.Text(in.tally.detail(e)))
		case m.state == stateUnchecked && m.kind.family() == "":
			subtitle := m.kind == kindText && (m.refs&refSubtitle != 0 || !named && isSubtitles(e.rel))
			if (named && !isDocument(e.rel) || expectsMedia(e.rel)) && !subtitle {
				in.deliveredEntry(e).add(e.severity(), "media-kind", e.rel, "This should be a picture, a video or sound, but its content is none that is known. Open it and look.%s", isRight(e.severity()))
			}
		case m.state == stateUnchecked && kindsByExtension[strings.ToLower(path.Ext(e.rel))].family() == "picture":
			in.deliveredEntry(e).add(e.severity(), "media-kind", e.rel, "This should be a picture, but its content is none that is known. Open it and look.%s", isRight(e.severity()))
		case m.state == stateUnchecked && m.kind == kindMP4:
			in.add(Question, "media-not-checked", e.rel, "This video or sound could not be checked to its end (%s). Play it: is it whole?", words.Text(in.tally.detail(e)))
		case m.state == stateUnchecked && m.refs&refOwn != 0: // a few first bytes are all that is known of it
			in.add(Question, "media-not-checked", e.rel, "This is sound or video of a kind that cannot be checked here. Play it: is it whole?")
		case m.state == stateUnchecked && named:
			sounds.add(e.rel)
		case m.state == stateUnchecked:
			undecoded.add(e.rel)
		}
		if promised := kindsByExtension[strings.ToLower(path.Ext(e.rel))]; promised != kindUnknown && m.kind.family() != "" && promised != m.kind {
			renamed.add(e.rel)
		}
		if e.isMedia() && m.kind != kindText {
			r.Counts.Media++
		}
	}
	if renamed.n > 0 {
		in.add(Info, "media-extension", renamed.first, "%d files are of another kind than their names say, for instance pictures called .webp that are JPEG. "+
			"That is usual in exports; the files themselves are fine.", renamed.n)
	}
	if sounds.n > 0 {
		in.add(Question, "media-not-checked", sounds.first, "%d sounds or videos in your messages are of a kind that cannot be checked here; the first is %s. Play them: are they whole, or can you do without them?", sounds.n, sounds.first)
	}
	if undecoded.n > 0 {
		in.add(Info, "media-not-checked", undecoded.first, "%d sounds or videos that no list names are of a kind that cannot be checked here. Their bytes are as Instagram packed them.", undecoded.n)
	}
	in.fillSides(&r.Evidence)
}

// compareGaps orders what is told one by one, so that of too many always the same are told.
func compareGaps(a, b gap) int {
	return cmp.Or(cmp.Compare(rank(a.severity), rank(b.severity)), cmp.Compare(a.from, b.from))
}

// maxMissingListed bounds References.Missing.
const maxMissingListed = 1000

// judgeReferences holds what the lists name against what is there.
func (in *inspection) judgeReferences(r *Report) {
	t := in.tally
	in.union.names.runs(func(ids []uint32) {
		if in.union.mark(ids[0]).refs != 0 {
			r.References.Resolved++
		}
	})
	r.References.Total = r.References.Resolved + len(t.missing)
	for _, n := range t.missingMore {
		r.References.Total += n
	}

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

	for _, key := range slices.SortedFunc(maps.Keys(perList), compareGaps) {
		s := perList[key]
		in.add(key.severity, "media-missing", key.from, "%d files that this list names are in no part of the archive; the first is %s. "+
			"Either a part is missing, or Instagram left them out: give all parts, or request a new export.%s", s.n, repair(s.first), withoutThem(key.severity, s.n))
	}
	for _, severity := range []Severity{Error, Question, Info} {
		n := t.missingMore[severity]
		if n == 0 {
			continue
		}
		in.add(severity, "media-missing", "", "%d more files are in no part of the archive.%s", n, withoutThem(severity, n))
	}
	lacks := slices.SortedFunc(maps.Keys(t.lacks), func(a, b lack) int { return cmp.Or(cmp.Compare(a.code, b.code), compareGaps(a.gap, b.gap)) })
	for _, key := range lacks {
		n := t.lacks[key]
		remote := key.code == mediaRemote
		if remote {
			r.Evidence.RemoteReferences += n
		} else {
			r.Evidence.EmptyReferences += n
		}
		switch {
		case key.severity == Info:
		case remote:
			in.delivered(n).add(key.severity, "media-remote", key.from, "This list names %d pictures or videos by an address in the web instead of a file. "+
				"They are not in the archive and will be gone with the account. Request a new export.%s", n, withoutThem(key.severity, n))
		default:
			in.delivered(n).add(key.severity, "reference-empty", key.from, "This list has %d entries that should name a picture or video and name none. "+
				"Compare with your profile, save what is missing from the app, or request a new export.%s", n, withoutThem(key.severity, n))
		}
	}
}
