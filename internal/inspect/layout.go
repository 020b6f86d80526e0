package inspect

import (
	"path"
	"strings"

	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// findRoots returns the folders in which the export of one part lies, and whether all of the part's files agree on them.
func findRoots(t *table) (roots exportroot.Roots, ok bool) {
	return exportroot.Find(func(yield func(string) bool) {
		for e := range t.entries() {
			if !yield(e.name) {
				return
			}
		}
	})
}

// isActivity reports whether a folder is that of a v3 export under which most lists lie. In some exports the media
// of messages lie under a second such folder while the lists name them under the first, and
// older lists leave the folder out. So it is left out on both sides when names are compared.
func isActivity(folder string) bool {
	what, yours := strings.CutPrefix(folder, "your_")
	return yours && strings.Contains(what, "activity") && !strings.ContainsFunc(what, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' })
}

// canonical returns the name of a file in the export's root, without the activity folder.
func canonical(rel string) string {
	if folder, rest, inside := strings.Cut(rel, "/"); inside && isActivity(folder) {
		return rest
	}
	return rel
}

// layout is what the file names of all parts together say about the export.
type layout struct {
	generation, format string
	postsIn            map[string]bool // folders in which the lists of posts lie
	onlyMedia          bool            // no index at all
	nested             int             // zips inside
	beside             string          // a zip in the root, or ""
}

// old says whether zips were called NAME_YYYYMMDD.zip in the years of the layout.
func (l layout) old() bool {
	return l.generation == GenerationV1 || l.generation == GenerationV2a || l.generation == GenerationV2b
}

// covered says whether this package can judge the layout to the end.
func (l layout) covered() bool {
	switch l.generation {
	case GenerationV1:
		return l.format == FormatJSON
	case GenerationV2a, GenerationV2b, GenerationV3a, GenerationV3b:
		return l.format != FormatUnknown
	}
	return false
}

// categories are folders that only Instagram's exports have. An export of a single category holds one of them and no
// other; Facebook's exports have their neighbours.
var categories = map[string]string{
	"ads_information/ads_and_topics": GenerationV3b, "ads_information/advertising": GenerationV3b,
	"ads_information/instagram_ads_and_businesses": GenerationV3b, "apps_and_websites_off_of_instagram/apps_and_websites": GenerationV3b,
	"connections/contacts": GenerationV3b, "connections/followers_and_following": GenerationV3b,
	"logged_information/link_history": GenerationV3b, "logged_information/past_instagram_insights": GenerationV3b,
	"logged_information/policy_updates_and_permissions": GenerationV3b, "logged_information/recent_searches": GenerationV3b,
	"personal_information/autofill_information": GenerationV3b, "personal_information/device_information": GenerationV3b,
	"personal_information/information_about_you": GenerationV3b, "personal_information/loyalty_accounts": GenerationV3b,
	"personal_information/personal_information": GenerationV3b,
	"preferences/media_settings":                GenerationV3b, "preferences/settings": GenerationV3b, "preferences/your_topics": GenerationV3b,
	"security_and_login_information/login_and_profile_creation": GenerationV3b,

	"followers_and_following": GenerationV2b, "likes": GenerationV2b, "login_and_account_creation": GenerationV2b,
	"saved": GenerationV2b, "story_sticker_interactions": GenerationV2b,
}

// category returns the first two folders of a name, or the only one.
func category(rel string) string {
	top, rest, _ := strings.Cut(path.Dir(rel), "/")
	if rest == "" {
		return top
	}
	below, _, _ := strings.Cut(rest, "/")
	return top + "/" + below
}

// findLayout looks at every file's name below its part's root.
func findLayout(u *union) layout {
	seen := make(map[string]bool)
	l := layout{postsIn: make(map[string]bool), onlyMedia: true}
	var jsons, htmls, listed, shown int // all of a kind, and those that are known lists
	for e := range u.all() {
		rel := e.rel
		if strings.HasSuffix(strings.ToLower(rel), ".zip") {
			l.nested++
			if !strings.Contains(rel, "/") {
				l.beside = rel
			}
		}
		dir, base := path.Split(rel)
		top, _, _ := strings.Cut(rel, "/")
		seen[top] = true
		switch ext := path.Ext(base); {
		case ext == ".json":
			jsons++
			l.onlyMedia = false
			if classify(rel) != classOther {
				listed++
			}
		case ext == ".html" && base != "start_here.html" && base != "index.html":
			htmls++
			l.onlyMedia = false
			if classify(rel) != classOther {
				shown++
			}
		}
		switch {
		case strings.HasPrefix(base, "posts_"), strings.HasPrefix(base, "posts."):
			switch dir {
			case "your_instagram_activity/media/", "your_instagram_activity/content/":
				l.postsIn[dir] = true
				seen["v3:"+path.Base(dir)] = true
			case "content/":
				l.postsIn[dir] = true
				seen["v2:content"] = true
			}
		case strings.HasPrefix(rel, "your_instagram_activity/content/"):
			seen["v3:content"] = true
		case dir == "personal_information/":
			seen["v2b:personal"] = true
		}
		seen[categories[category(rel)]] = true
	}
	switch { // people send each other files of all kinds
	case listed > 0 && shown > 0:
		l.format = FormatMixed
	case listed > 0:
		l.format = FormatJSON
	case shown > 0:
		l.format = FormatHTML
	case jsons > 0 && htmls > 0:
		l.format = FormatMixed
	case jsons > 0:
		l.format = FormatJSON
	case htmls > 0:
		l.format = FormatHTML
	default:
		l.format = FormatUnknown
	}
	switch {
	case seen["v3:content"] && !seen["v3:media"]:
		l.generation = GenerationV3a
	case seen["your_instagram_activity"] || seen[GenerationV3b]:
		l.generation = GenerationV3b
	case seen["account_information"]:
		l.generation = GenerationV2a
	case seen["v2b:personal"] || seen["content"]:
		l.generation = GenerationV2b
	case seen["media.json"] || seen["profile.json"]:
		l.generation = GenerationV1
	case seen[GenerationV2b]:
		l.generation = GenerationV2b
	default:
		l.generation = GenerationUnknown
	}
	return l
}

// explainLayout says why a layout cannot be judged.
func explainLayout(l layout, p *problems) {
	if l.covered() {
		if l.format == FormatMixed {
			p.add(Error, "format-mixed", "", "The archive holds its lists in JSON as well as web pages (HTML). Instagram delivers one or the other, so that two exports are mixed here. "+
				"Give only the parts of one export.")
		}
		if l.format == FormatHTML {
			p.add(Question, "format-html", "", "This export was requested as web pages (HTML). Everything in it was checked, but pages tell times "+
				"to the minute only, and few programs can read them. If that matters to you, request the export again and choose JSON. Are pages enough for you?")
		}
		if l.beside != "" {
			p.add(Question, "part-nested", l.beside, "There is a zip within the zip, and nobody has looked into it. Open it: is it right that it is no part of the export?")
		}
		if len(l.postsIn) > 1 {
			p.add(Error, "layout-mixed", "", "The lists of posts lie in two places that belong to different years of Instagram's layout. "+
				"The parts probably come from different exports. Give only the parts of one export.")
		}
		return
	}
	switch {
	case l.generation == GenerationUnknown && l.nested > 0:
		p.add(Error, "part-nested", "", "The archive holds %d zip files instead of an export. Unpack it once and give the zips inside.", l.nested)
	case l.onlyMedia:
		p.add(Error, "layout-unknown", "", "There are no lists (JSON files) in this archive, so nothing says what should be in it. "+
			"If the export has several parts, give all of them together; if this is all of it, request everything anew.")
	case l.generation == GenerationUnknown:
		p.add(Error, "layout-unknown", "", "igwatchd does not know this folder layout, so it cannot tell whether everything is here. "+
			"Do not delete the account because of this archive. If you requested only some kinds of your data, request everything. To have the layout added, report what this prints, as nothing personal is in it: igwatchd inspect --shape FILE.zip")
	default:
		p.add(Error, "layout-not-covered", "", "igwatchd has never seen this layout (%s) in this format (%s), so it cannot tell whether everything is here. Request a new export, in JSON. "+
			"If that is the same, report what this prints, as nothing personal is in it: igwatchd inspect --shape FILE.zip", l.generation, l.format)
	}
}
