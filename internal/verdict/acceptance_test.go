package verdict

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

// omitting is an export that lacks 47 stories and two videos, as a public one of 2025 does, and is whole otherwise.
func omitting() Facts {
	f := whole()
	problem := func(code string, n int) inspect.Problem {
		return inspect.Problem{Code: code, Severity: inspect.Error, Path: "stories.html", Text: "x", Delivered: true, Items: n}
	}
	f.Report.Problems = append(f.Report.Problems, problem("media-remote", 47), problem("reference-empty", 2))
	f.Report.Omissions = &inspect.Omissions{Total: 49, Digest: strings.Repeat("d", 64), Items: []inspect.Omission{
		{Code: "media-remote", Kind: inspect.KindStory, From: "stories.html", Made: "2022-05-14", Caption: "Congrats <b>\u202e"},
		{Code: "reference-empty", Kind: inspect.KindIGTV, From: "igtv_videos.html"},
		{Code: "media-damaged", Kind: inspect.KindPost, From: "media/posts/202205/1.jpg", Made: "2022-05"},
	}}
	return f
}

func accepting(f Facts) Facts {
	f.Accepted = &Acceptance{Digest: f.Report.Omissions.Digest, Total: f.Report.Omissions.Total, At: time.Date(2026, 11, 30, 14, 6, 0, 0, time.UTC)}
	return f
}

func TestAcceptance(t *testing.T) {
	f := omitting()
	v := Judge(f)
	if v.Verdict != NotSafe || !v.OnlyAcceptable() || !strings.Contains(v.Sentence("jane.doe"), "did not include 49 items") {
		t.Errorf("%+v", v)
	}
	v = Judge(accepting(f))
	if v.Verdict != Safe || v.Sentence("jane.doe") != "The archive of jane.doe is stored, and complete but for 49 items that Instagram did not include and you accepted. Deleting the account can go ahead." {
		t.Errorf("%+v %s", v, v.Sentence("jane.doe"))
	}
	page := pageOf(t, accepting(f))
	for _, want := range []string{
		"<h2>What Instagram did not include</h2>", "You accepted this on 2026-11-30 14:06 UTC.", "<h3>Stories: 1</h3>",
		`14 May 2022: <bdi>only its address in the web: “Congrats &lt;b&gt;”</bdi>`, "no file", "May 2022: <bdi>damaged: media/posts/202205/1.jpg", "And 46 more",
		"Not all of it. You accepted what Instagram did not include.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(pageOf(t, f), "You accepted") {
		t.Error("it is said to be accepted")
	}
	f.Answers["messages-absent"] = true
	f.Report.Problems = append(f.Report.Problems, inspect.Problem{Code: "messages-absent", Severity: inspect.Question, Text: "?"})
	if v := Judge(accepting(f)); !strings.Contains(v.Sentence("jane.doe"), "and you accepted, and for what you said you can do without") {
		t.Error(v.Sentence("jane.doe"))
	}
}

// TestAcceptanceOfAnotherList: it counts for exactly the list that was shown, and for its number.
func TestAcceptanceOfAnotherList(t *testing.T) {
	for name, change := range map[string]func(f *Facts){
		"another number":        func(f *Facts) { f.Accepted.Total = 48 },
		"no number":             func(f *Facts) { f.Accepted.Total = 0 },
		"another list":          func(f *Facts) { f.Accepted.Digest = strings.Repeat("e", 64) },
		"no list":               func(f *Facts) { f.Accepted.Digest, f.Report.Omissions.Digest = "", "" },
		"no omissions":          func(f *Facts) { f.Report.Omissions = nil },
		"too few in the list":   func(f *Facts) { f.Report.Omissions.Total, f.Accepted.Total = 48, 48 },
		"too many in the list":  func(f *Facts) { f.Report.Omissions.Total, f.Accepted.Total = 50, 50 },
		"one more not in it":    func(f *Facts) { f.Report.Problems[len(f.Report.Problems)-1].Items = 3 },
		"an older report":       func(f *Facts) { f.Report.Problems[len(f.Report.Problems)-1].Items = 0 },
		"not delivered so":      func(f *Facts) { f.Report.Problems[len(f.Report.Problems)-1].Delivered = false },
		"a file is on its way":  func(f *Facts) { f.Coming = 1 },
		"a file is not here":    func(f *Facts) { f.Announced = 2 },
		"no number of files":    func(f *Facts) { f.Announced = 0 },
		"another's":             func(f *Facts) { f.Account = "bob" },
		"posts are missing":     func(f *Facts) { f.Posts = 9999 },
		"not stored":            func(f *Facts) { f.Copies[0].Proven = false },
		"other files inspected": func(f *Facts) { f.Parts[0].SHA256 = strings.Repeat("f", 64) },
	} {
		f := accepting(omitting())
		f.Copies, f.Parts = slices.Clone(f.Copies), slices.Clone(f.Parts)
		change(&f)
		if v := Judge(f); v.Verdict == Safe {
			t.Errorf("%s: safe", name)
		}
	}
}

// TestAcceptanceTurnsNothingElse: whatever is found, an acceptance makes of it no more than if Instagram had
// delivered what was accepted, and nothing at all if the number or the list is another one.
func TestAcceptanceTurnsNothingElse(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	codes := []string{
		"media-missing", "media-damaged", "media-empty", "media-kind", "media-remote", "reference-empty", "index-unreadable", "index-missing", "index-gap",
		"entry-damaged", "entry-duplicate", "part-truncated", "parts-mixed", "part-gap", "identity-disagrees", "section-missing", "layout-unknown", "range-limited",
		"messages-missing", "never-heard-of",
	}
	severities := []string{inspect.Error, inspect.Error, inspect.Question, inspect.Info, "fatal", ""}
	safe := 0
	for range 20_000 {
		f := whole()
		items := 0
		for range rng.IntN(4) {
			p := inspect.Problem{Code: codes[rng.IntN(len(codes))], Severity: severities[rng.IntN(len(severities))], Text: "Is it?"}
			if rng.IntN(4) > 0 {
				p.Delivered, p.Severity, p.Items = true, inspect.Error, rng.IntN(3)
				items += p.Items
			}
			f.Report.Problems = append(f.Report.Problems, p)
		}
		if items > 0 || rng.IntN(2) == 0 {
			f.Report.Omissions = &inspect.Omissions{Total: items + rng.IntN(8)/7, Digest: strings.Repeat("d", 64)}
		}
		for _, change := range []func(){
			func() { f.Announced = rng.IntN(3) }, func() { f.Coming = rng.IntN(2) }, func() { f.Report.Username = "else" }, func() { f.Copies[0].Proven = false },
			func() { f.Report.Checks = f.Report.Checks[1:] }, func() { f.Answers = map[string]bool{"part-count": true} }, func() { f.Parts[0].Size++ },
		} {
			if rng.IntN(12) == 0 {
				change()
			}
		}
		without := Judge(f)
		if f.Report.Omissions == nil {
			continue
		}
		got := Judge(accepting(f))
		if got.Verdict != without.Verdict {
			safe++
			mended := f
			report := *f.Report
			mended.Report = &report
			report.Problems = slices.DeleteFunc(slices.Clone(report.Problems), func(p inspect.Problem) bool { return p.Delivered && p.Items > 0 && p.Severity == inspect.Error })
			if as := Judge(mended); as.Verdict != got.Verdict || without.Verdict != NotSafe || OpenParts(got.Reasons) || len(f.Parts) != 1 {
				t.Fatalf("seed %d: %s and not %s: %+v", seed, got.Verdict, as.Verdict, f.Report.Problems)
			}
		}
		other := accepting(f)
		if rng.IntN(2) == 0 {
			other.Accepted.Total += 1 - 2*rng.IntN(2)
		} else {
			other.Accepted.Digest = strings.Repeat("0", 64)
		}
		if !reflect.DeepEqual(Judge(other), without) {
			t.Fatalf("seed %d: another number or list changes the verdict: %+v", seed, f.Report.Problems)
		}
	}
	if safe < 100 {
		t.Errorf("only %d acceptances counted", safe)
	}
}

// TestAnUnreadableConversationCanBeAccepted: and nothing else that leaves checks unfinished.
func TestAnUnreadableConversationCanBeAccepted(t *testing.T) {
	talk := func() Facts {
		f := whole()
		f.Report.Problems = []inspect.Problem{{Code: "index-unreadable", Severity: inspect.Error, Path: "your_instagram_activity/messages/inbox/bob_1/message_2.json", Text: "x", Delivered: true, Items: 1}}
		f.Report.Omissions = &inspect.Omissions{Total: 1, Digest: "d", Items: []inspect.Omission{{Code: "index-unreadable", Kind: inspect.KindConversation, From: "your_instagram_activity/messages/inbox/bob_1/message_2.json"}}}
		f.Report.Checks = slices.DeleteFunc(slices.Clone(inspect.AllChecks), func(c string) bool { return c == inspect.CheckReferences })
		return accepting(f)
	}
	f := talk()
	if v := Judge(f); v.Verdict != Safe {
		t.Errorf("%+v", v)
	}
	page := pageOf(t, f)
	for _, want := range []string{"but for one item", "conversation “bob”: <bdi>a list of its messages cannot be read: your_instagram_activity/messages/inbox/bob_1/message_2.json", "<h3>Conversations: 1</h3>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for name, change := range map[string]func(f *Facts){
		"another check": func(f *Facts) { f.Report.Checks = f.Report.Checks[1:] },
		"another list": func(f *Facts) {
			f.Report.Problems = append(f.Report.Problems, inspect.Problem{Code: "index-unreadable", Severity: inspect.Error, Text: "x"})
		},
		"no list is unreadable":  func(f *Facts) { f.Report.Problems[0].Code = "media-damaged" },
		"it was not accepted":    func(f *Facts) { f.Accepted = nil },
		"it was not accepted so": func(f *Facts) { f.Accepted.Total = 2 },
	} {
		f := talk()
		change(&f)
		if v := Judge(f); v.Verdict != NotSafe {
			t.Errorf("%s: %+v", name, v)
		}
	}
}
