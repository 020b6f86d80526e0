package verdict

import (
	"slices"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// TestEarlierExports: whatever speaks against the comparison, or was found by it, is a question in words of its own.
func TestEarlierExports(t *testing.T) {
	german, _ := words.In("de")
	compared := func(l inspect.Lacking) *inspect.Lacking {
		l.Version = inspect.CompareVersion
		return &l
	}
	good := Earlier{ID: "e0", Made: "2025-01-01", Account: "jane.doe", Parts: []string{"x"}, Lacking: compared(inspect.Lacking{})}
	talk := inspect.Shrunk{Name: "messages/inbox/bob_123456789012345", Before: 100, Now: 5}
	for name, c := range map[string]struct {
		change func(old *Earlier)
		want   string // code: part of the text
	}{
		"nothing":             {func(*Earlier) {}, ""},
		"another name":        {func(old *Earlier) { old.Account = "jane.old" }, "earlier-account: is the archive of jane.old, this one of jane.doe"},
		"the same name":       {func(old *Earlier) { old.Account = "Jane.Doe" }, ""},
		"nobody's":            {func(old *Earlier) { old.Account = "" }, "earlier-account: says whose it is"},
		"younger":             {func(old *Earlier) { old.Made = "2026-12-01" }, "earlier-order: it was made on 2026-12-01, this one on 2026-11-21"},
		"of the day":          {func(old *Earlier) { old.Made = "2026-11-21" }, ""},
		"the same files":      {func(old *Earlier) { old.Parts, old.Lacking = []string{sum}, nil }, "earlier-same: this very one"},
		"damaged":             {func(old *Earlier) { old.Damaged = true }, "earlier-not-compared: it is damaged itself"},
		"of an older program": {func(old *Earlier) { old.Lacking.Version = 0 }, "earlier-not-compared: neither messages nor lists nor pictures"},
		"pages": {func(old *Earlier) {
			old.Lacking.NotCompared = []string{inspect.ByFormat, inspect.ByYears, inspect.ByDamage, inspect.ByNumber, "new"}
		}, "earlier-not-compared: web pages (HTML)"},
		"unseen":           {func(old *Earlier) { old.Lacking.Unseen = 3 }, "earlier-not-compared: 3 pictures of the same name differ"},
		"other pictures":   {func(old *Earlier) { old.Lacking.Other = 2 }, "earlier-pictures: 2 pictures or videos show something else"},
		"one conversation": {func(old *Earlier) { old.Lacking.FewerTalks, old.Lacking.Fewer = 1, []inspect.Shrunk{talk} }, "earlier-messages: conversation “bob”: 5, before 100"},
		"conversations":    {func(old *Earlier) { old.Lacking.FewerTalks, old.Lacking.Fewer = 7, []inspect.Shrunk{talk} }, "earlier-messages: 7 conversations hold fewer"},
		"texts": {func(old *Earlier) {
			old.Lacking.FewerTalks, old.Lacking.Fewer = 1, []inspect.Shrunk{{Name: "", Before: 9, Now: 9, TextsBefore: 9, TextsNow: 0}}
		}, "earlier-messages: texts in a conversation: 0, before 9"},
		"lists": {func(old *Earlier) {
			old.Lacking.Lists = []inspect.Shrunk{{Name: "saved/saved_posts", Before: 500, Now: 3}, {Name: "media/posts", Before: 9, Now: 9, TextsBefore: 9, TextsNow: 9}}
		}, "earlier-lists: saved posts: 3, before 500; texts in posts: much shorter than before"},
		"posts without dates": {func(old *Earlier) { old.Counts.Posts = 500 }, "less-than-before: posts: 412, before 500"},
	} {
		t.Run(name, func(t *testing.T) {
			f := whole()
			f.Report.GeneratedAt = "2026-11-21"
			old, lacking := good, *good.Lacking
			old.Lacking = &lacking
			c.change(&old)
			f.Earlier = []Earlier{old}
			open := Judge(f).Open(inspect.Question)
			if c.want == "" {
				if len(open) > 0 {
					t.Errorf("%+v", open)
				}
				return
			}
			code, text, _ := strings.Cut(c.want, ": ")
			if len(open) != 1 || open[0].Code != code || !strings.Contains(open[0].Text, text) || !strings.Contains(open[0].Text, "?") {
				t.Errorf("%+v", open)
			}
			if len(open) == 1 && german.Tell(open[0].Phrase) == open[0].Text {
				t.Error("not in German")
			}
			if !slices.Contains(EarlierCodes, code) {
				t.Errorf("an answer to %s would outlive another comparison", code)
			}
			f.Answers[code] = true
			if v := Judge(f); v.Verdict != Safe {
				t.Errorf("with its answer: %+v", v)
			}
		})
	}
}

func TestWhatHoldsLessIsListed(t *testing.T) {
	f := whole()
	f.Earlier = []Earlier{{ID: "e0", Made: "2025-01-01", Lacking: &inspect.Lacking{
		FewerTalks: 30, Fewer: []inspect.Shrunk{{Name: "messages/inbox/<b>_1", Before: 100, Now: 5}}, Lists: []inspect.Shrunk{{Name: "saved/saved_posts", Before: 500}},
		Other: 2, OtherPaths: []string{"media/posts/201811/1.jpg"},
	}}}
	page := pageOf(t, f)
	for _, want := range []string{
		"<h2>Conversations with less in them than in an earlier export</h2>", "conversation “&lt;b&gt;”: 5, before 100", "And 29 more", "saved posts: 0, before 500",
		"<h2>Pictures and videos that were others in an earlier export</h2>", "November 2018</bdi>: <bdi><code>media/posts/201811/1.jpg", "And 1 more", "was made on 2025-01-01 and is kept as <bdi>e0</bdi>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}
