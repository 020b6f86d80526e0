package inspect

import (
	"path"
	"strings"
)

// class is what a JSON file lists, as far as it matters here.
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
)

// own reports whether the class lists content of the account itself.
func (c class) own() bool { return c >= classPosts && c <= classDeleted }

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

// ownFolders are the folders in media/ with own files, by the list that belongs to each.
var ownFolders = map[string]class{
	"posts": classPosts, "stories": classStories, "reels": classReels, "profile": classProfilePhotos,
	"archived_posts": classArchived, "igtv": classIGTV, "other": classOtherContent,
	"recently_deleted": classDeleted,
}

// classify says what a JSON file lists, by its name below the root.
func classify(rel string) class {
	key := canonical(rel)
	dir, base := path.Split(key)
	name := strings.TrimSuffix(base, ".json")
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
	case name == "signup_details" || name == "instagram_signup_details":
		return classSignup
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

// media returns the folder directly in media/ that a file belongs to, or "".
func media(rel string) string {
	parts := strings.SplitN(canonical(rel), "/", 3)
	if len(parts) < 3 || parts[0] != "media" {
		return ""
	}
	return parts[1]
}
