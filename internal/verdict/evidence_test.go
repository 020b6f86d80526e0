package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
)

func gathered(f Facts) Evidence { return Gather("e1", f, Judge(f), Made{}) }

func TestMissingIsItemised(t *testing.T) {
	f := whole()
	f.Report.References = inspect.References{Total: 1500, Resolved: 100}
	for i := range 1000 {
		from := "your_instagram_activity/media/posts_1.json"
		if i >= 990 {
			from = "your_instagram_activity/messages/inbox/bob_1007/message_1.json"
		}
		f.Report.References.Missing = append(f.Report.References.Missing, inspect.MissingRef{Path: fmt.Sprintf("media/posts/201811/%d.jpg", i), From: from})
	}
	m := gathered(f).Missing
	if m.Total != 1400 || m.More != 400 || len(m.Lists) != 2 {
		t.Fatalf("%d, %d more, %d lists", m.Total, m.More, len(m.Lists))
	}
	if l := m.Lists[0]; l.Name != "Posts" || len(l.First()) != 20 || len(l.Rest()) != 970 || l.Files[0] != (File{"media/posts/201811/0.jpg", "November 2018"}) {
		t.Errorf("%s: %d and %d, %v", l.Name, len(l.First()), len(l.Rest()), l.Files[0])
	}
	if l := m.Lists[1]; l.Name != "The conversation “bob”" {
		t.Error(l.Name)
	}
	page := pageOf(t, f)
	for _, want := range []string{"What is missing", "name 1400 files", "November 2018</bdi>: <bdi><code>media/posts/201811/0.jpg", "media/posts/201811/999.jpg", "<summary>970 more", "And 400 more"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(pageOf(t, whole()), "What is missing") {
		t.Error("nothing is missing, and it is listed")
	}
}

func TestWhatAnEarlierExportHoldsIsListed(t *testing.T) {
	f := whole()
	f.Earlier = []Earlier{{ID: "e0", Lacking: &inspect.Lacking{Media: 1200, Talks: 1, Paths: []string{"media/posts/1.jpg", "messages/<b>_1/message_1.json"}}}}
	page := pageOf(t, f)
	for _, want := range []string{"<code>media/posts/1.jpg</code>", "messages/&lt;b&gt;_1/message_1.json", "And 1199 more", "kept as <bdi>e0</bdi>"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestNextFitsTheVerdict(t *testing.T) {
	fitting := map[string]struct {
		change func(*Facts)
		want   []string // in this order
		not    string
	}{
		"safe": {func(*Facts) {}, []string{"second copy", "Keep this page", "delete the account", "30 days"}, "confirm"},
		"disk not there": {
			func(f *Facts) { f.Copies = append(f.Copies, Copy{Place: "usb", Trouble: "not mounted"}) },
			[]string{"Connect the disk", "goes on trying"},
			"download the other files",
		},
		"disk not there, and questions": {
			func(f *Facts) { f.Copies, f.Announced = append(f.Copies, Copy{Place: "usb"}), 0 },
			[]string{"Connect the disk", "igwatchd confirm e1"},
			"download the other files",
		},
		"damaged": {
			func(f *Facts) { f.Copies[0].Damaged, f.Copies[0].Proven = true, false },
			[]string{"Do not delete", "igwatchd verify e1"},
			"Connect the disk",
		},
		"one damaged, one not there": {func(f *Facts) {
			f.Copies = []Copy{{Place: "archive", Damaged: true}, {Place: "usb"}}
		}, []string{"igwatchd verify e1"}, "download the other files of this export too"},
		"incomplete": {func(f *Facts) { f.Announced = 2 }, []string{"Keep the account", "download the other files"}, "verify"},
		"questions":  {func(f *Facts) { f.Announced = 0 }, []string{"Look at each question", "igwatchd confirm e1", "Keep the account"}, "verify"},
	}
	for name, tt := range fitting {
		f := whole()
		tt.change(&f)
		said := ""
		for _, s := range gathered(f).Next {
			said += s.Text + " " + s.Command + "\n"
		}
		rest := said
		for _, want := range tt.want {
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Errorf("%s: no %q in order in %s", name, want, said)
			}
			rest = after
		}
		if strings.Contains(said, tt.not) {
			t.Errorf("%s: %q is told in %s", name, tt.not, said)
		}
	}
}

// TestWhatIsNotKnownIsLeftOut: an archive that could not be read has no empty lines about it.
func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	f := Facts{Report: &inspect.Report{Generation: inspect.GenerationUnknown, Format: inspect.FormatUnknown}}
	for _, n := range gathered(f).Numbers {
		if text := strings.Join(n.Texts, ""); strings.Contains(text, "unknown") || strings.TrimSpace(text) == "to" || text == "" || text == "0" {
			t.Errorf("%s: %q", n.Name, text)
		}
	}
	if i := slices.IndexFunc(gathered(whole()).Numbers, func(l Line) bool { return slices.Contains(l.Texts, "2014-01-02 to 2026-11-20") }); i < 0 {
		t.Error("the time that is covered is not told")
	}
}

func TestSizesAreToldInBothWays(t *testing.T) {
	for n, want := range map[int64]string{100: "100 bytes", 26175222: "26.2 MB (26175222 bytes)", 3e9: "3.0 GB (3000000000 bytes)"} {
		if got := bytesText(n); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// TestNothingStoredIsNeverSafeToDelete: inspect stores nothing, so that its best word is no leave to delete.
func TestNothingStoredIsNeverSafeToDelete(t *testing.T) {
	for name, change := range map[string]func(*Facts){
		"good": func(*Facts) {}, "questions": func(f *Facts) { f.Announced = 0 }, "bad": func(f *Facts) { f.Announced = 2 }, "nobody's": func(f *Facts) { f.Account = "" },
	} {
		f := whole()
		change(&f)
		e := Gather("", f, Judge(f), Made{})
		if !strings.Contains(e.Sentence, "keep the account") && !strings.HasPrefix(e.Sentence, "Do not delete") || strings.Contains(e.Sentence, "account :") {
			t.Errorf("%s: %s", name, e.Sentence)
		}
		for _, s := range e.Next {
			if strings.Contains(s.Text, deleteAt) || strings.HasSuffix(s.Command, " ") {
				t.Errorf("%s: %v", name, s)
			}
		}
		if c := e.Claims[len(e.Claims)-1]; c.Answer != "No." {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestEachClaimHasItsProof(t *testing.T) {
	f := whole()
	f.Copies[0].At = time.Date(2026, 11, 27, 18, 4, 0, 0, time.UTC)
	f.Report.Evidence.SignedUp = "2013-12-30T10:00:00Z"
	f.Report.Evidence.Usernames = []inspect.UsernameSource{{Username: "jane.doe", Where: "a.zip"}, {Username: "jane.doe", Where: "personal_information.json"}}
	told := ""
	for _, c := range gathered(f).Claims {
		if !strings.HasPrefix(c.Answer, "Yes") || len(c.Proof) == 0 {
			t.Errorf("%+v", c)
		}
		told += strings.Join(c.Proof, " ")
	}
	for _, want := range []string{
		"“jane.doe” is named by: a.zip; personal_information.json.", "Instagram offered 1 file.", "9 entries in 1 zip", "CRC-32", "500 of the 500 files",
		"Every picture was decoded", "Of them, 400 are pictures of your own", "opened on 2013-12-30", "2014-01-02, the newest of 2026-11-20", "shows 412 posts",
		"Copy in the archive folder: read back on 2026-11-27 18:04 UTC",
	} {
		if !strings.Contains(told, want) {
			t.Errorf("no %q in %s", want, told)
		}
	}
}

// TestNoMoreIsClaimedThanWasChecked: a claim falls with its check, and with what was found.
func TestNoMoreIsClaimedThanWasChecked(t *testing.T) {
	answers := func(f Facts) string {
		var all []string
		for _, c := range gathered(f).Claims {
			all = append(all, c.Says+" "+c.Answer+" "+strings.Join(c.Proof, " "))
		}
		return strings.Join(all, "\n")
	}
	for name, tt := range map[string]struct {
		change    func(*Facts)
		want, not string
	}{
		"no report":    {func(f *Facts) { f.Report = nil }, "Its lists are whole Not checked.", "decoded"},
		"three checks": {func(f *Facts) { f.Report.Checks = f.Report.Checks[:3] }, "Its lists are whole Not checked.", "decoded"},
		"damage": {
			func(f *Facts) {
				f.Report.Problems = []inspect.Problem{{Code: "entry-damaged", Severity: inspect.Error}}
			},
			"whole No: what is wrong stands above.", "CRC-32",
		},
		"a list with a gap": {
			func(f *Facts) { f.Report.Problems = []inspect.Problem{{Code: "index-gap", Severity: inspect.Error}} },
			"lists are whole No: what is wrong stands above.", "no number is left out",
		},
		"recognised only": {
			func(f *Facts) {
				f.Report.Problems = []inspect.Problem{{Code: "media-not-checked", Severity: inspect.Info}}
			},
			"only recognised", "Every picture was decoded",
		},
		"copy damaged":    {func(f *Facts) { f.Copies[0] = Copy{Place: "archive", Damaged: true} }, "the archive folder: damaged", "not written"},
		"copy missing":    {func(f *Facts) { f.Copies[0] = Copy{Place: "/mnt/usb"} }, "Copy in /mnt/usb: not written and read back yet.", "damaged"},
		"parts not known": {func(f *Facts) { f.Announced = 0 }, "Every file of the export is here Not known yet", "offered"},
		"parts by answer": {func(f *Facts) { f.Announced, f.Answers["part-count"] = 0, true }, "is here Yes, by your answer as well.", "offered"},
		"can do without": {func(f *Facts) {
			f.Report.Problems = []inspect.Problem{{Code: "range-limited", Severity: inspect.Question}}
			f.Answers["range-limited"] = true
		}, "time Not all of it.", "time Yes"},
	} {
		f := whole()
		tt.change(&f)
		if told := answers(f); !strings.Contains(told, tt.want) || strings.Contains(told, tt.not) {
			t.Errorf("%s: not %q, or %q, in\n%s", name, tt.want, tt.not, told)
		}
	}
}
