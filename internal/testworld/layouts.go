package testworld

import (
	"path"
	"strings"
)

// The generations of Instagram's folder layout that an Export can have.
const (
	LayoutV1  = "v1"  // 2018 to early 2021: media.json
	LayoutV2a = "v2a" // 2021 to mid 2022: content/, account_information/
	LayoutV2b = "v2b" // mid 2022 to late 2023: content/, personal_information/
	LayoutV3a = "v3a" // late 2023 to early 2025: your_instagram_activity/content/
	LayoutV3b = "v3b" // since early 2025: your_instagram_activity/media/
)

// moved are the folders that were somewhere else before, newest layout first in each line.
var moved = map[string][][2]string{
	LayoutV3a: {{listDir, "your_instagram_activity/content/"}},
	LayoutV2b: {
		{listDir, "content/"},
		{"your_instagram_activity/", ""},
		{personal, "personal_information/personal_information.json"},
		{signup, "login_and_account_creation/instagram_signup_information.json"},
		{followDir, "followers_and_following/"},
	},
	LayoutV2a: {
		{listDir, "content/"},
		{"your_instagram_activity/", ""},
		{personal, "account_information/personal_information.json"},
		{signup, "login_and_account_creation/instagram_signup_information.json"},
		{followDir, "followers_and_following/"},
	},
	LayoutV1: {
		{"media/posts/", "photos/"},
		{"media/reels/", "videos/"},
		{"media/stories/", "stories/"},
		{"media/profile/", "profile/"},
		{"media/direct/", "direct/"},
		{"media/other/", "other/"},
	},
}

// place returns where a file of the newest layout lies in the export's own.
func (e Export) place(name string) string {
	for _, m := range moved[e.Layout] {
		if rest, ok := strings.CutPrefix(name, m[0]); ok {
			name = m[1] + rest
			break
		}
	}
	if e.Layout == LayoutV1 && path.Ext(name) == ".mp4" {
		name = strings.Replace(name, "photos/", "videos/", 1)
	}
	if e.HTML && path.Ext(name) == ".json" {
		name = strings.TrimSuffix(name, ".json") + ".html"
	}
	return name
}
