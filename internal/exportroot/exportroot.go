// Package exportroot finds the folder of a zip in which an Instagram export lies. Instagram wraps some exports in a
// folder, Google Drive adds one, and people who pack an export again add their own, with a note beside it.
package exportroot

import (
	"iter"
	"path"
	"slices"
	"strings"
)

// topLevel are the names that stand in the root of an export, in any generation.
var topLevel = map[string]bool{
	// v3
	"your_instagram_activity": true, "your_activity_across_facebook": true, "personal_information": true,
	"connections": true, "media": true, "logged_information": true, "security_and_login_information": true,
	"preferences": true, "ads_information": true, "apps_and_websites_off_of_instagram": true,
	"start_here.html": true, "files": true, "no-data.txt": true,
	// v2
	"content": true, "account_information": true, "messages": true, "index.html": true, "followers_and_following": true,
	"login_and_account_creation": true, "comments": true, "likes": true, "saved": true, "story_sticker_interactions": true,
	// v1
	"media.json": true, "profile.json": true, "photos": true, "videos": true, "stories": true, "direct": true, "profile": true,
	"messages.json": true, "connections.json": true, "comments.json": true, "likes.json": true, "igtv": true, "settings.json": true,
	"saved.json": true, "searches.json": true, "contacts.json": true, "uploaded_contacts.json": true, "account_history.json": true,
	"seen_content.json": true, "stories_activities.json": true, "autofill.json": true, "checkout.json": true, "devices.json": true,
	"events.json": true, "guides.json": true, "fundraisers.json": true, "shopping.json": true,
}

// IsTop reports whether a name stands in the root of exports.
func IsTop(name string) bool { return topLevel[name] }

// certain are those of them that nobody else gives to a folder.
var certain = map[string]bool{
	"your_instagram_activity": true, "your_activity_across_facebook": true, "personal_information": true, "connections": true,
	"logged_information": true, "security_and_login_information": true, "ads_information": true,
	"apps_and_websites_off_of_instagram": true, "start_here.html": true, "account_information": true,
	"followers_and_following": true, "login_and_account_creation": true, "story_sticker_interactions": true,
}

// inside are names that are certain together with the one below them: "media/posts", "photos/201906".
var inside = map[string]func(below string) bool{
	"media":    oneOf("posts", "stories", "reels", "profile", "archived_posts", "igtv", "other", "recently_deleted"),
	"messages": oneOf("inbox", "message_requests", "archived_threads", "broadcast"),
	"content": func(below string) bool {
		name := strings.TrimSuffix(below, path.Ext(below))
		return strings.HasPrefix(below, "posts_") || name == "stories" || name == "profile_photos"
	},
	"photos": isMonth, "videos": isMonth, "stories": isMonth, "direct": isMonth, "profile": isMonth, "igtv": isMonth,
}

func oneOf(names ...string) func(string) bool {
	return func(s string) bool {
		for _, n := range names {
			if s == n {
				return true
			}
		}
		return false
	}
}

// isMonth reports whether a folder is called like those of v1: "201906".
func isMonth(s string) bool {
	return len(s) == 6 && s[:2] == "20" && strings.Trim(s, "0123456789") == ""
}

// Plain writes a name in a zip as APPNOTE 4.4.17 wants it: older programs for Windows part folders by backslashes,
// others begin each name with the folder that they were started in.
func Plain(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	for len(name) > 2 && strings.HasPrefix(name, "./") {
		name = name[2:]
	}
	return name
}

// Junk reports whether a file was added by an operating system or a file server, when somebody packed a folder again.
func Junk(name string) bool {
	base := path.Base(name)
	switch base {
	case ".DS_Store", "Thumbs.db", "desktop.ini":
		return true
	}
	if strings.HasPrefix(base, "._") || name == "./" {
		return true
	}
	for folder := range strings.SplitSeq(name, "/") {
		switch folder {
		case "__MACOSX", "@eaDir", ".Trashes", ".Spotlight-V100", ".fseventsd":
			return true
		}
	}
	return false
}

// Roots are the folders in which an export lies, each "" or ending in a slash. There is one, but where Google Drive put
// the folders of several parts side by side into one zip.
type Roots []string

// Below returns the name that a file has in its root, and the number of the root. Files outside keep theirs.
func (r Roots) Below(name string) (rel string, root int) {
	for i, folder := range r {
		if rest, ok := strings.CutPrefix(name, folder); ok {
			return rest, i
		}
	}
	return name, 0
}

// maxRoots bounds the parts in one zip.
const maxRoots = 100

// Find returns where the export of one zip lies, whose names are given. It is not ok if the zip holds more than one
// export, or nothing tells where it lies. Files beside it do not matter as long as they could not be part of an
// export. Whether the parts in several roots are those of one export, their names do not tell alone.
func Find(names iter.Seq[string]) (roots Roots, ok bool) {
	for name := range names {
		if Junk(name) {
			continue
		}
		at, known := above(name)
		switch {
		case !known || slices.Contains(roots, at):
		case len(roots) == maxRoots:
			return roots[:1], false
		default:
			roots = append(roots, at)
		}
	}
	if len(roots) == 0 {
		root, ok := common(names)
		return Roots{root}, ok
	}
	for _, root := range roots {
		if len(roots) > 1 && (root == "" || parent(root) != parent(roots[0])) {
			return Roots{slices.MinFunc(roots, func(a, b string) int { return len(a) - len(b) })}, false
		}
	}
	return roots, !besides(names, roots)
}

// parent returns the folder that a root is in.
func parent(root string) string {
	return root[:strings.LastIndexByte(strings.TrimSuffix(root, "/"), '/')+1]
}

// Certain reports whether a file has a name that only one of an export has.
func Certain(name string) bool {
	_, ok := above(name)
	return ok
}

// above returns the folder above the first name in a path that is certain.
func above(name string) (folder string, ok bool) {
	for at := 0; at < len(name); {
		part, below, _ := strings.Cut(name[at:], "/")
		next, _, _ := strings.Cut(below, "/")
		if is := inside[part]; certain[part] || is != nil && is(next) {
			return name[:at], true
		}
		at += len(part) + 1
	}
	return "", false
}

// besides reports whether there are lists of the oldest exports outside of the roots, which have no folder of their own.
func besides(names iter.Seq[string], roots Roots) bool {
	for name := range names {
		base := path.Base(name)
		outside := !slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(name, root) })
		if outside && !Junk(name) && (base == "media.json" || base == "profile.json") {
			return true
		}
	}
	return false
}

// common finds the root of a zip in which no name is certain: it is the folder that all files are in, or one above it.
func common(names iter.Seq[string]) (root string, ok bool) {
	folder, first := "", true
	for name := range names {
		if Junk(name) {
			continue
		}
		dir := name[:strings.LastIndexByte(name, '/')+1]
		if first {
			folder, first = dir, false
		}
		for !strings.HasPrefix(dir, folder) && !(strings.HasSuffix(name, "/") && strings.HasPrefix(folder, name)) {
			folder = folder[:strings.LastIndexByte(folder[:len(folder)-1], '/')+1]
		}
	}
	for rest := folder; rest != ""; {
		top, below, _ := strings.Cut(rest, "/")
		if topLevel[top] {
			break
		}
		root += top + "/"
		rest = below
	}
	// A list of an export's root in an unknown folder: two exports lie side by side.
	for name := range names {
		top, below, _ := strings.Cut(strings.TrimPrefix(name, root), "/")
		if next, _, _ := strings.Cut(below, "/"); next == "media.json" && !topLevel[top] && !Junk(name) {
			return root, false
		}
	}
	return root, true
}
