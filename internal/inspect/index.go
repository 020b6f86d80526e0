package inspect

import (
	"path"
	"strings"
)

// class is what a list, in JSON or as a page, lists, as far as it matters here.
type class uint8

const (
	classOther class = iota
	classPosts
	classStories
	classReels
	classProfilePhotos
	classArchived
	classIGTV
	classOtherContent
	classDeleted
	classPersonal // who the account is
	classMessages // one thread of direct messages
	classSignup   // when the account was made
	classInsights // statistics, with thumbnails
	classRequests // earlier requests of exports, with their options
	classMedia1   // v1: all own files, in one list per part
	classProfile1 // v1: who the account is
	classThreads1 // v1: all direct messages
	classes
)

// own reports whether the class lists content of the account itself.
func (c class) own() bool { return c >= classPosts && c <= classDeleted }

// decisive reports whether a verdict hangs on the lists of the class: on what they name, or on whose they say it is.
func (c class) decisive() bool {
	switch c {
	case classOtherContent, classDeleted:
		return false
	case classPersonal, classMessages, classMedia1, classProfile1, classThreads1:
		return true
	}
	return c.own()
}

// item reports whether the class lists what somebody made on a day, which dates the account.
func (c class) item() bool {
	return c == classPosts || c == classStories || c == classReels || c == classArchived || c == classIGTV
}

// ownLists are the lists of own content, by their names in content/ or media/.
var ownLists = map[string]class{
	"posts": classPosts, "stories": classStories, "reels": classReels, "profile_photos": classProfilePhotos,
	"archived_posts": classArchived, "igtv_videos": classIGTV, "other_content": classOtherContent,
	"recently_deleted_content": classDeleted,
}

// ownFolders are the folders with own files, by the list that belongs to each: those in media/,
// and those that v1 has in the root.
var ownFolders = map[string]class{
	"posts": classPosts, "stories": classStories, "reels": classReels, "profile": classProfilePhotos,
	"archived_posts": classArchived, "igtv": classIGTV, "other": classOtherContent,
	"recently_deleted": classDeleted,
	"photos":           classPosts, "videos": classPosts,
}

// ownKeys are the keys of v1's media.json.
var ownKeys = map[string]class{
	"photos": classPosts, "videos": classPosts, "stories": classStories, "profile": classProfilePhotos,
	"igtv": classIGTV, "direct": classMessages,
}

// isPage reports whether a file is a page of an export in HTML.
func isPage(rel string) bool { return strings.HasSuffix(rel, ".html") && !isSent(rel) }

// isList reports whether a file lists things.
func isList(rel string) bool {
	return (strings.HasSuffix(rel, ".json") || strings.HasSuffix(rel, ".html")) && !isSent(rel)
}

// isSent reports whether a file lies in a folder of a conversation, where the files are that people sent each
// other: pictures, and others of whatever kind.
func isSent(rel string) bool {
	key := canonical(rel)
	return strings.HasPrefix(key, "messages/") && strings.Count(key, "/") > 3
}

// isDocument reports whether a file is one of those that people send each other beside pictures, videos and sound.
func isDocument(rel string) bool { return isSent(rel) && path.Base(path.Dir(rel)) == "files" }

// classify says what a list lists, by its name below the root.
func classify(rel string) class {
	switch rel {
	case "media.json":
		return classMedia1
	case "profile.json":
		return classProfile1
	case "messages.json":
		return classThreads1
	}
	if !isList(rel) {
		return classOther
	}
	key := canonical(rel)
	dir, base := path.Split(key)
	name := strings.TrimSuffix(base, path.Ext(base))
	switch dir {
	case "content/", "media/":
		if stem, _, ok := splitNumber(key); ok {
			name = path.Base(stem)
		}
		return ownLists[name]
	case "personal_information/personal_information/", "personal_information/", "account_information/":
		if name == "personal_information" {
			return classPersonal
		}
	}
	switch {
	case strings.HasSuffix(name, "signup_details"), strings.HasSuffix(name, "signup_information"):
		return classSignup
	case name == "your_information_download_requests":
		return classRequests
	case strings.HasPrefix(key, "messages/") && strings.HasPrefix(base, "message_"):
		return classMessages
	case strings.Contains(dir, "past_instagram_insights/"):
		return classInsights
	}
	return classOther
}

// thread returns the folder of a message thread that a file belongs to, or "".
func thread(rel string) string {
	parts := strings.SplitN(canonical(rel), "/", 4)
	if len(parts) < 4 || parts[0] != "messages" {
		return ""
	}
	return strings.Join(parts[:3], "/")
}

// folder returns where a picture or film lies that no list names: the folder in media/, or one in the root.
func folder(rel string) string {
	top, rest, _ := strings.Cut(canonical(rel), "/")
	if inside, _, deeper := strings.Cut(rest, "/"); top == "media" && deeper {
		return top + "/" + inside
	}
	return top
}

// media returns the folder of own files that a file belongs to, directly in media/ or, in v1,
// in the root, or "".
func media(rel string) string {
	key := canonical(rel)
	top, rest, ok := strings.Cut(key, "/")
	if !ok || isList(rel) {
		return ""
	}
	if top == "media" {
		folder, _, ok := strings.Cut(rest, "/")
		if !ok {
			return ""
		}
		return folder
	}
	if _, known := ownKeys[top]; known {
		return top
	}
	return ""
}
