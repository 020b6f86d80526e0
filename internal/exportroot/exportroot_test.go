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
		if root, ok := Find(slices.Values(strings.Fields(names))); root != want || !ok {
			t.Errorf("%s: %q %v, want %q", names, root, ok, want)
		}
	}
	for _, names := range []string{
		"a/your_instagram_activity/x.json b/your_instagram_activity/x.json",
		"your_instagram_activity/x.json b/media/posts/a.jpg",
		"a/media/posts/a.jpg a/b/media/posts/a.jpg",
		"a/media/posts/a.jpg media.json",
		"media.json a/media.json photos/x.jpg",
	} {
		if root, ok := Find(slices.Values(strings.Fields(names))); ok {
			t.Errorf("%s: %q", names, root)
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
		root, ok := Find(slices.Values(names))
		if root != "" && (!strings.HasSuffix(root, "/") || !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, root) })) {
			t.Errorf("%q: %q", names, root)
		}
		_, _ = Junk(s), ok
	})
}
