package inspect

import (
	"slices"
	"strings"
)

// reference looks up one file that the list names in a field.
func (l *list) reference(field, uri string) {
	l.uris++
	if isSubtitles(uri) { // a page shows them as a link, and some lists among the media
		field = "subtitles"
	}
	why, severity := refOther, Question
	switch l.class {
	case classPersonal:
		if why, severity = refOwn, Error; uri == "" { // an account without a picture
			why, severity = refOther, Info
		}
	case classOtherContent, classDeleted: // own, but no post, story, reel or profile photo
		why = refOwn
	case classMessages, classThreads1:
		why = refMessage
	case classInsights:
		severity = Info // thumbnails of what the archive holds in full elsewhere
	default:
		if l.class.own() {
			why, severity = refOwn, Error
		}
	}
	switch {
	case field != "subtitles":
	case uri == "" || strings.Contains(uri, "://"):
		why, severity = refOther, Info // many videos have none
	default: // Instagram made them from the sound, which is in the video
		why, severity = refOther, Question
	}
	l.item.archived = l.item.archived || media(uri) == "archived_posts"
	switch {
	case l.class == classArchived:
		why |= refArchived
	case l.class == classPosts && (l.item.detailed || l.everything):
		why |= refDetailed
	case l.class == classPosts:
		why |= refPost
	}
	l.named(field, uri, why, severity)
}

// named looks up a file, whose lack has the severity.
func (l *list) named(field, uri string, why refs, severity Severity) {
	switch {
	case uri == "", strings.Contains(uri, "://"):
		// Comments and shared stickers often name no file, or one in the web, that is not the
		// account's. Where the file is the very content, it is missing from the archive.
		if why&refOwn == 0 && (why&refMessage == 0 || !holdsFiles(field)) {
			severity = Info
		}
		l.unfound(uri, severity)
	default:
		ids := l.union.find(uri)
		if len(ids) == 0 {
			l.unfound(uri, severity)
			return
		}
		if field == "subtitles" {
			why |= refSubtitle
		} else if l.item.first == 0 {
			l.item.first = ids[0] + 1
		}
		l.tally.resolved(l.union, ids, why)
	}
}

// unfound notes a reference that leads to no file, at once or when all of its item is known.
func (l *list) unfound(uri string, severity Severity) {
	if l.item.detailed && severity == Error && len(l.item.lacks) < maxLacks {
		l.item.lacks = append(l.item.lacks, uri)
		return
	}
	l.tell(uri, severity)
}

func (l *list) tell(uri string, severity Severity) {
	switch {
	case uri == "":
		l.lacks(referenceEmpty, severity)
	case strings.Contains(uri, "://"):
		l.lacks(mediaRemote, severity)
	default:
		l.tally.miss(uri, missing{l.rel, severity})
	}
}

// holder returns the key of the object or list in which a uri stands.
func holder(path []string) string {
	for _, key := range slices.Backward(path[:len(path)-1]) {
		if key != element {
			return key
		}
	}
	return ""
}
