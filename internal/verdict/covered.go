package verdict

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// shown is how many posts of the archive the profile counts at most: posts, reels and IGTV videos, each once.
func shown(r *inspect.Report) int {
	return r.Counts.Posts + r.Counts.Reels + r.Evidence.IGTV - r.Evidence.ReelsInPosts
}

// allYears: an export may have been requested for the last year only, and its
// bytes do not say so.
func allYears(f Facts) []Reason {
	r := f.Report
	if !legible(f) {
		return nil
	}
	if f.Posts > shown(r) {
		return fails("posts-missing", "The profile shows %s, the archive holds %s and %s. %s",
			posts(f.Posts), posts(r.Counts.Posts), words.Of("%d reels", r.Counts.Reels), requestAgain)
	}
	if r.Range.Known || allPosts(f) || found(f, inspect.Question, "range-one-year", "range-limited") {
		return nil
	}
	switch n := shown(r) + r.Counts.Stories + r.Evidence.Archived; {
	case n == 0 && found(f, inspect.Question, "posts-empty", "section-missing"): // which asks just that
		return nil
	case n == 0 && r.Range.From == "":
		return asks("range-unknown", "The archive holds no posts, stories or reels of yours. Is that right?")
	case r.Evidence.Undated > 0:
		return asks("range-unknown", "The archive holds %[2]s, but the dates of %[1]d posts, stories or reels cannot be read here. "+
			"Is it right that your profile reaches no further back than the archive, and did you choose \"All time\" as the date range?", r.Evidence.Undated, posts(r.Counts.Posts))
	}
	return asks("range-unknown", "The oldest thing in the archive is of %s, the newest of %s; it holds %s. "+
		"Is it right that your profile reaches no further back, and did you choose \"All time\" as the date range?", r.Range.From, r.Range.To, posts(r.Counts.Posts))
}

// allPosts tells whether as many posts are here as the profile shows, which proves that none is missing. Drafts and
// archived posts must not stand in for what the profile shows. A number far below what is here is a slip of the pen, or
// another account's, and proves nothing.
func allPosts(f Facts) bool {
	if f.Posts <= 0 || f.Report == nil || !countsPosts(f.Report) {
		return false
	}
	here := f.Report.Counts.Posts
	return here-f.Report.Evidence.PostsUnsure >= f.Posts && here <= f.Posts+f.Posts/2+10
}

// gapYears: a year without anything between years with something may be one that Instagram left out.
func gapYears(f Facts) []Reason {
	if !legible(f) || allPosts(f) {
		return nil
	}
	var gaps []string
	years := slices.Sorted(maps.Keys(f.Report.PerYear))
	for i, year := range years[min(1, len(years)):] {
		from, err1 := strconv.Atoi(years[i])
		to, err2 := strconv.Atoi(year)
		for y := from + 1; err1 == nil && err2 == nil && y < to; y++ {
			gaps = append(gaps, strconv.Itoa(y))
		}
	}
	if len(gaps) == 0 {
		return nil
	}
	return asks("gap-years", "Nothing in the archive is of %s, but there is something of the years before and after. If you posted in that time, ask Instagram for a new export "+
		"(All time, every category). Is it right that you posted nothing then?", strings.Join(gaps, ", "))
}

// An export is of now if it was made at most so long before it was announced or handed over.
const stale = 14 * 24 * time.Hour

// ofNow: what was posted after the export was made is not in it.
func ofNow(f Facts) []Reason {
	if !legible(f) || f.Received.IsZero() {
		return nil
	}
	made, err := time.Parse(time.DateOnly, f.Report.GeneratedAt)
	switch {
	case err != nil:
		return asks("old-export", "Nothing in the archive says when it was made. What was posted since then is not in it. Is everything in it that you posted?")
	case f.Received.Sub(made) > stale:
		return asks("old-export", "This export was made on %s, %s before it came here. What was posted since then is not in it. Is it right that you have posted nothing since, or can you do without it? "+
			"If not, ask Instagram for a new export.", f.Report.GeneratedAt, words.Left(f.Received.Sub(made)))
	}
	return nil
}

func posts(n int) words.Phrase { return words.Of("%d posts", n) }
