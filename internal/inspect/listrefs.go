package inspect

import (
	"slices"
	"strings"
)

// reference looks up one file that the list names in a field.
func (l *list) reference(field, uri string) {
	l.uris++
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
	if field == "subtitles" && (uri == "" || strings.Contains(uri, "://")) {
		why, severity = refOther, Info // many videos have none
	}
	if l.class == classPosts {
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
		if why&refOwn == 0 && (why&refMessage == 0 || !messageFiles[field]) {
			severity = Info
		}
		if uri == "" {
			l.lacks(referenceEmpty, severity)
		} else {
			l.lacks(mediaRemote, severity)
		}
	default:
		ids := l.union.find(uri)
		if len(ids) == 0 {
			l.tally.miss(uri, missing{l.rel, severity})
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

// sentFile reports whether a path is that of a file that somebody sent.
func sentFile(path []string) bool {
	return len(path) == 4 && path[0] == "messages" && path[3] == element && messageFiles[path[2]]
}

// messageFiles are the fields of a message that hold what somebody sent.
var messageFiles = map[string]bool{"photos": true, "videos": true, "audio_files": true}

// holder returns the key of the object or list in which a uri stands.
func holder(path []string) string {
	for _, key := range slices.Backward(path[:len(path)-1]) {
		if key != element {
			return key
		}
	}
	return ""
}
