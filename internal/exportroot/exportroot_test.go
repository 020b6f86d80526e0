package exportroot

import (
	"slices"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	// Folders around exports were seen in public data: one with the zip's name, and Google Drive's around that. The
	// rest is what people do.
	for names, want := range map[string]string{
		"your_instagram_activity/media/posts_1.json media/posts/202401/a.jpg":                                   "",
		"instagram-jane-2026-01-09-aaaaaaaa/media/posts/202401/a.jpg":                                           "instagram-jane-2026-01-09-aaaaaaaa/",
		"meta-2026-Jan-10/instagram-jane-2026-01-09-aaaaaaaa/your_instagram_activity/likes/liked_posts.json":    "meta-2026-Jan-10/instagram-jane-2026-01-09-aaaaaaaa/",
		"media/your_instagram_activity/media/posts_1.json media/media/posts/a.jpg":                              "media/",
		"photos/x/y/z/w/connections/followers_and_following/followers_1.json":                                   "photos/x/y/z/w/",
		"old/photos/201906/a.jpg old/media.json old/profile.json":                                               "old/",
		"photos/201906/a.jpg stories/201906/b.mp4":                                                              "",
		"old/media.json old/profile.json":                                                                       "old/",
		"media.json":                                                                                            "",
		"content/posts_1.html messages/inbox/bob_1/message_1.html":                                              "",
		"x/your_instagram_activity/messages/inbox/bob_1/files/start_here.html x/your_instagram_activity/a.json": "x/",
		"x/ x/media/ x/media/posts/ x/media/posts/a.jpg readme.txt .DS_Store __MACOSX/x/media/posts/._a.jpg":    "x/",
		"./ media/posts/a.jpg":        "",
		"holiday/a.jpg holiday/b.jpg": "holiday/",
		"":                            "",
	} {
		if roots, ok := Find(slices.Values(strings.Fields(names))); !slices.Equal(roots, Roots{want}) || !ok {
			t.Errorf("%s: %q %v, want %q", names, roots, ok, want)
		}
	}
	two := []string{"meta/instagram-jane-2026-01-09-aaaaaaaa/connections/x.json", "meta/instagram-jane-2026-01-09-bbbbbbbb/media/posts/a.jpg", "meta/note.txt"}
	roots, ok := Find(slices.Values(two))
	if want := (Roots{"meta/instagram-jane-2026-01-09-aaaaaaaa/", "meta/instagram-jane-2026-01-09-bbbbbbbb/"}); !slices.Equal(roots, want) || !ok {
		t.Errorf("%q %v", roots, ok)
	}
	for i, want := range []string{"connections/x.json", "media/posts/a.jpg", "meta/note.txt"} {
		if rel, root := roots.Below(two[i]); rel != want || root != i%2 {
			t.Errorf("%s: %s of %d", two[i], rel, root)
		}
	}
	for _, names := range []string{
		"a/x/your_instagram_activity/x.json b/your_instagram_activity/x.json",
		"your_instagram_activity/x.json b/media/posts/a.jpg",
		"a/media/posts/a.jpg a/b/media/posts/a.jpg",
		"a/media/posts/a.jpg media.json",
		"media.json a/media.json photos/x.jpg",
	} {
		if roots, ok := Find(slices.Values(strings.Fields(names))); ok || len(roots) != 1 {
			t.Errorf("%s: %q %v", names, roots, ok)
		}
	}
}

func TestPlain(t *testing.T) {
	for name, want := range map[string]string{
		`media\posts\a.jpg`: "media/posts/a.jpg", "./media/a.jpg": "media/a.jpg", "././a": "a", "./": "./", ".": ".", "../a": "../a", "a/./b": "a/./b", "": "",
	} {
		if got := Plain(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("x/media/posts/a.jpg\nreadme.txt")
	f.Fuzz(func(t *testing.T, s string) {
		names := strings.Split(s, "\n")
		roots, ok := Find(slices.Values(names))
		for _, root := range roots {
			if root != "" && (!strings.HasSuffix(root, "/") || !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, root) })) {
				t.Errorf("%q: %q", names, root)
			}
		}
		if len(roots) == 0 || !ok && len(roots) > 1 {
			t.Errorf("%q: %q %v", names, roots, ok)
		}
	})
}
