package extract

import (
	"fmt"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/igwatchd/igwatchd/internal/album"
)

// kinds in the order in which files find their place.
var kinds = []string{album.Post, album.Reel, album.Story, album.Archived, album.Profile, album.Deleted, album.Other}

// folders of the kinds of entries.
var folders = map[string]string{
	album.Post: "posts", album.Story: "stories", album.Reel: "reels", album.Archived: "archived posts",
	album.Deleted: "recently deleted", album.Profile: "profile pictures", album.Other: "other",
}

func year(t time.Time) string {
	if t.IsZero() {
		return "without date"
	}
	return t.UTC().Format("2006")
}

// stem is a file's name without its ending: time, in UTC, and the place in a post of several.
func stem(e album.Entry, i int) string {
	name := "without date"
	if !e.Time.IsZero() {
		name = e.Time.UTC().Format("2006-01-02 15.04.05")
	}
	name += " " + e.Kind
	if len(e.Media) > 1 {
		name += fmt.Sprintf(" %d", i+1)
	}
	return name
}

// endings by kind of content; what is not here keeps its own.
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/heic": ".heic",
	"image/avif": ".avif", "video/mp4": ".mp4", "audio/mp4": ".m4a",
}

func ending(name, kind string) string {
	if e := endings[kind]; e != "" {
		// A video's container is also that of sounds in messages, which are named so.
		return e
	}
	return strings.ToLower(path.Ext(name))
}

// free returns a name that nothing else has in this run: the same in each run, for the same album.
func (x *extraction) free(stem, end string) string {
	for n := 1; ; n++ {
		name := stem + end
		if n > 1 {
			name = fmt.Sprintf("%s (%d)%s", stem, n, end)
		}
		if low := strings.ToLower(name); !x.taken[low] { // some disks do not tell a from A
			x.taken[low] = true
			return name
		}
	}
}

// maxName is what file systems allow for a name, less room for a number and an ending, in bytes.
const maxName = 180

// tame makes a title fit for a folder's name everywhere.
func tame(title string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, title)
	for len(s) > maxName {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	if s = strings.Trim(s, " ."); s == "" {
		return "_"
	}
	return s
}
