package daemon

import (
	"errors"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/exportmail"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
	"github.com/igwatchd/igwatchd/internal/fetch/browser"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/notify"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/verdict"
	"github.com/igwatchd/igwatchd/internal/words"
)

var update = flag.Bool("update", false, "write the golden files anew")

// speaking returns how news are written in a language, in a bubble whose clock and zone are known.
func speaking(t *testing.T, code string, f func(t *testing.T, n news)) {
	t.Helper()
	local := time.Local
	time.Local = time.FixedZone("CET", 60*60)
	defer func() { time.Local = local }()
	synctest.Test(t, func(t *testing.T) { f(t, newsIn(code)) })
}

// sound are facts of which every one is in order.
func sound() verdict.Facts {
	const sum = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"
	r := &inspect.Report{
		Username: "jane.doe", Generation: inspect.GenerationV3b, Format: inspect.FormatJSON, Checks: inspect.AllChecks,
		Range:  inspect.Range{From: "2015-03-01", To: "2026-11-20", Known: true},
		Counts: inspect.Counts{Posts: 412, Reels: 3, Media: 1500}, PerYear: map[string]int{"2019": 5},
		Parts: []inspect.PartReport{{Name: "a.zip", Size: 5, SHA256: sum}},
	}
	return verdict.Facts{
		Account: "jane.doe", Posts: 412, Announced: 1, Report: r, Parts: []verdict.Part{{Name: "a.zip", Size: 5, SHA256: sum}},
		Copies: []verdict.Copy{{Place: "archive", Proven: true}}, Answers: map[string]bool{"quality-unknown": true},
	}
}

// omit makes Instagram leave 47 stories out.
func omit(f *verdict.Facts) {
	f.Report.Omissions = &inspect.Omissions{Total: 47, Digest: "d"}
	said := words.Of("This list names %d pictures or videos by an address in the web instead of a file. They are not in the archive and will be gone with the account. Request a new export.%s", 47, words.Text(""))
	f.Report.Problems = []inspect.Problem{{
		Code: "media-remote", Severity: inspect.Error, Path: "your_instagram_activity/media/stories.html", Text: said.String(), Phrase: said, Delivered: true, Items: 47,
	}}
}

// everything returns one piece of news of each sort, and of each form of it that reads otherwise.
func everything(t *testing.T, n news) map[string]notify.Event {
	t.Helper()
	now := time.Now()
	e := journal.Export{ID: "20261123-abcdef01", Account: "jane.doe", AnnouncedAt: now.Add(-24 * time.Hour), Deadline: now.Add(75 * time.Hour), State: "waiting-for-you", Path: "/var/lib/igwatchd/archive/jane.doe"}
	failing := e
	failing.Detail = "ask www.instagram.com: connection refused"
	why := fault.Permanent(errors.New("www.instagram.com wants a log-in and sent a page, not the archive"), "open the download page in a browser, log in, and press Download")
	full := fault.Temporary(errors.New("write /var/lib/igwatchd/archive: no space left on device"), "the disk is full: make room on it; igwatchd goes on by itself")
	passing := fault.Temporary(errors.New("ask www.instagram.com: connection refused"), "igwatchd goes on by itself where it was")
	harm := []vault.Damage{{Name: "data/a.zip", What: "changed"}, {Name: "bagit.txt", What: "missing"}}
	reading := Reading{Export: e.ID, Account: e.Account, Place: "/mnt/usb", from: archivePlace, found: harm}
	whole := copyState{e.ID, archivePlace, journal.Copy{Place: archivePlace, State: copyProven, At: now}}
	late := copyState{e.ID, "/mnt/usb", journal.Copy{Place: "/mnt/usb", State: copyProven, At: now.Add(-90 * 24 * time.Hour)}}
	broken := copyState{e.ID, "/mnt/b", journal.Copy{Place: "/mnt/b", State: copyDamaged, At: now}}
	never := copyState{e.ID, "/mnt/c", journal.Copy{}}
	judged := func(change func(*verdict.Facts)) notify.Event {
		f := sound()
		change(&f)
		v := verdict.Judge(f)
		e := e
		e.State, e.Verdict = "done", v.Verdict
		return n.decided(e, v, now)
	}
	begun := now.AddDate(0, 0, -7)
	refused := func(err error) notify.Event {
		d := &Daemon{cfg: &config.Config{Accounts: []config.Account{{Username: "jane.doe"}}}}
		path := "/home/jane/Downloads/instagram-jane.doe-2026-11-30-abcdefgh.zip"
		return n.refused(path, dropped{Size: 5, ModTime: 1, Refused: d.refuse(path, Offer{}, err)})
	}
	return map[string]notify.Event{
		"announced":         n.announced(e),
		"waiting":           n.waiting(e, why, nil),
		"waiting-drop-dirs": n.waiting(journal.Export{ID: e.ID, Account: e.Account}, nil, []string{"/home/jane/Downloads", "/mnt/in"}),
		"linkDead":          n.linkDead(e, why, nil),
		"givenUseless":      n.givenUseless(e, "2", why),
		"refused-foreign":   refused(fault.Permanent(&notOurs{"instagram-john.roe-2026-11-30-abcdefgh.zip", "john.roe"}, "")),
		"refused-cut":       refused(fetch.ErrNoEnd),
		"refused-page":      refused(fetch.ErrNoZip),
		"refused-forbidden": refused(fs.ErrPermission),
		"refused-full":      refused(syscall.ENOSPC),
		"refused-useless":   refused(errors.New("instagram-jane.doe.zip: this zip is not an export of Instagram")),
		"stuck":             n.stuck(e, stepFetch, full),
		"stuck-passing":     n.stuck(e, stepFetch, passing),
		"stuck-no-hint":     n.stuck(e, stepFetch, errors.New("unexpected EOF")),
		"decided-safe":      judged(func(*verdict.Facts) {}),
		"decided-question":  judged(func(f *verdict.Facts) { f.Answers = nil }),
		"decided-questions": judged(func(f *verdict.Facts) { f.Answers, f.Announced = nil, 0 }),
		"decided-omissions": judged(func(f *verdict.Facts) { omit(f) }),
		"decided-accepted": judged(func(f *verdict.Facts) {
			omit(f)
			f.Accepted = &verdict.Acceptance{Digest: f.Report.Omissions.Digest, Total: 47, At: now}
		}),
		"decided-copy-waits": judged(func(f *verdict.Facts) {
			f.Copies = append(f.Copies, verdict.Copy{Place: "/mnt/usb", Trouble: "/mnt/usb: the disk for copies is not there"})
		}),
		"decided-copy-broken": judged(func(f *verdict.Facts) { f.Copies[0].Damaged = true }),
		"decided-not-safe": judged(func(f *verdict.Facts) {
			f.Report.Username, f.Posts, f.Coming, f.Answers = "john.roe", 500, 2, nil
			f.Report.Problems = problems()
		}),
		"suspicious": n.suspicious("jane.doe", "m1", exportmail.Judgement{Decision: exportmail.Suspicious, Reasons: []exportmail.Reason{
			{Severity: exportmail.SeverityInfo, Phrase: words.Of("The From address is at %s.", "mail.instagram.com")},
			{Severity: exportmail.SeverityError, Phrase: words.Of("The mail has no DKIM signature.")},
			{Severity: exportmail.SeverityError, Phrase: words.Of("It is made like an export mail, and it is not proven that Instagram sent it. Do not open its links.")},
		}}),
		"suspicious-signed": n.suspicious("jane.doe", "m2", exportmail.Judgement{Decision: exportmail.Suspicious, Authentic: true, Reasons: []exportmail.Reason{
			{Severity: exportmail.SeverityError, Phrase: words.Of("The words of a link show another host than the one it leads to.")},
		}}),
		"unchecked":            n.unchecked("jane.doe", "m3", errors.New("judge mail: look up the DKIM key of mail.instagram.com: no answer for now")),
		"unreadable":           n.unreadable("jane.doe", "jane@example.org", "INBOX", 7, 12345, errors.New("the mail server does not send it")),
		"deadlineNear":         n.deadlineNear(failing, "24h"),
		"linkEnded":            n.linkEnded(e),
		"brokenJournal":        n.brokenJournal("jane.doe", "/var/lib/igwatchd", syscall.ENOSPC),
		"channelDown":          n.channelDown("jane.doe", "push 1", errors.New("connection refused")),
		"channelDown-hint":     n.channelDown("jane.doe", "webhook", full),
		"noMailYet":            n.noMailYet("jane.doe", "jane@example.org", now.Add(-48*time.Hour)),
		"stillWatching":        n.stillWatching("jane.doe", now.Add(-9*24*time.Hour), nil, now),
		"stillWatching-export": n.stillWatching("jane.doe", time.Time{}, []journal.Export{failing}, now),
		"stillWatching-busy":   n.stillWatching("jane.doe", time.Time{}, []journal.Export{{State: "fetching", AnnouncedAt: now}}, now),
		"inboxDown":            n.inboxDown("jane.doe", "jane@example.org", "INBOX", fault.Permanent(errors.New("the mail server refuses the login for jane@example.org"), "check that account.inbox.user is the mailbox of the person who signed in; then sign in again: igwatchd setup --oauth2"), now),
		"inboxDown-folder":     n.inboxDown("jane.doe", "jane@example.org", "Junk", nil, now),
		"drill":                n.drill("jane.doe", "nonce"),
		"inboxBack":            n.inboxBack("jane.doe", "jane@example.org", now),
		"damaged":              n.damaged(e, archivePlace, harm),
		"repaired":             n.repaired(e, reading),
		"mended":               n.mended(e),
		"copyWaiting":          n.copyWaiting(e, "/mnt/usb", full, 1),
		"copyWaiting-no-hint":  n.copyWaiting(e, "/mnt/usb", errors.New("unexpected EOF"), 1),
		"copyAway":             n.copyAway(e, "/mnt/usb", now.AddDate(0, -2, 0), fault.WithHint(errors.New("/mnt/usb: no such file or directory"), "see which copy is whole with: igwatchd verify"), 1),
		"copyAway-no-hint":     n.copyAway(e, "/mnt/usb", now.AddDate(0, -2, 0), errors.New("unexpected EOF"), 1),
		"unprotected":          n.unprotected(e, fault.Configuration(errors.New("par2: not found"), "install it: apt install par2")),
		"deleting":             n.deleting("jane.doe", now, true),
		"deleting-unsafe":      n.deleting("jane.doe", now, false),
		"deletionDay":          n.deletionDay("jane.doe", begun, now.Add(time.Minute), []copyState{whole, {e.ID, "/mnt/usb", journal.Copy{State: copyProven, At: now}}}),
		"deletionDay-harm":     n.deletionDay("jane.doe", begun, now.Add(time.Minute), []copyState{whole, late, broken, never}),
		"deletionBegun":        n.deletionBegun("jane.doe", "m9", "jane.doe, 2027", now, true),
		"deletionBegun-unsafe": n.deletionBegun("jane.doe", "m9", "jane.doe, 2027", now, false),
		"deletionMail":         n.deletionMail("jane.doe", "m9", "jane.doe, 2027", now),
		"deletionDone":         n.deletionDone("jane.doe", begun, []copyState{whole}),
		"walled-login":         n.walled(e, Wall{Kind: browser.WallLogin, Text: "Instagram asks to log in: igwatchd's session has ended"}, "m", nil),
		"walled-none":          n.walled(e, Wall{Kind: browser.WallNone, Text: "the page shows no available downloads", Picture: true}, "m", []string{"/home/jane/Downloads"}),
		"walled-expired":       n.walled(e, Wall{Kind: browser.WallExpired, Text: "the download has expired on Instagram's page"}, "m", nil),
		"walled-offline":       n.walled(e, Wall{Kind: browser.WallOffline, Text: "Instagram's page was not reached: net::ERR_CONNECTION_REFUSED"}, "m", nil),
		"walled-browser":       n.walled(e, Wall{Kind: wallBrowser, Text: "start Chromium: no program chromium was found", Hint: "try Chromium by hand as the user that igwatchd runs as"}, "m", nil),
		"walled-deleting":      n.walled(e, Wall{Kind: wallDeleting}, "m", nil),
		"deletionDone-nothing": n.deletionDone("jane.doe", begun, nil),
	}
}

// problems are some that an inspection reports, as the journal keeps them.
func problems() (list []inspect.Problem) {
	for _, p := range []words.Phrase{
		words.Of("%d files that this list names are in no part of the archive; the first is %s. Either a part is missing, or Instagram left them out: give all parts, or request a new export.%s", 1234, "media/posts/1.jpg", ""),
		words.Of("The end of the zip is missing: the download was cut off.%s", words.Of(" Download this part again.")),
		words.Text("A sentence of which no language knows."),
	} {
		list = append(list, inspect.Problem{Code: "c", Severity: inspect.Error, Path: "a.zip", Text: p.String(), Phrase: p})
	}
	return list
}

// shown is a piece of news as a person reads it.
func shown(e notify.Event) string {
	text := e.Title + "\n\n" + e.Text
	if e.URL != "" {
		text += "\n" + e.URL + "\n"
	}
	return text
}

// TestNewsReadWell holds every piece of news against the text that was reviewed.
func TestNewsReadWell(t *testing.T) {
	for _, code := range words.Codes() {
		t.Run(code, func(t *testing.T) {
			dir := filepath.Join("testdata", "news", code)
			names := map[string]bool{}
			speaking(t, code, func(t *testing.T, n news) {
				for name, e := range everything(t, n) {
					names[name+".txt"] = true
					path := filepath.Join(dir, name+".txt")
					if *update {
						if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(path, []byte(shown(e)), 0o644)); err != nil {
							t.Fatal(err)
						}
					}
					want, err := os.ReadFile(path)
					if got := shown(e); err != nil || got != string(want) {
						t.Errorf("%s (%v) is\n%s\nReview it, then: go test ./internal/daemon -run TestNewsReadWell -update", path, err, got)
					}
				}
			})
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				if !names[f.Name()] {
					t.Errorf("%s is of no news any more", f.Name())
				}
			}
		})
	}
}

// TestEveryPieceOfNewsIsReviewed: none is made anywhere that everything does not know.
func TestEveryPieceOfNewsIsReviewed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	speaking(t, "en", func(t *testing.T, n news) { names = slices.Collect(maps.Keys(everything(t, n))) })
	found := 0
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || strings.HasSuffix(name, "_test.go") || fn.Type.Results == nil || fn.Name.Name == "event" || fn.Name.Name == "refusedEvent" {
				continue
			}
			made, ok := fn.Type.Results.List[0].Type.(*ast.SelectorExpr)
			if !ok || made.Sel.Name != "Event" {
				continue
			}
			found++
			if !slices.ContainsFunc(names, func(s string) bool { s, _, _ = strings.Cut(s, "-"); return s == fn.Name.Name }) {
				t.Errorf("%s of %s is not among the news that are looked at", fn.Name.Name, name)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d", found)
	}
}

var (
	lastWords = map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`^(What to do[:,]|You need to do nothing)`),
		"de": regexp.MustCompile(`^(Was zu tun ist[:,]|Du musst (noch |heute |sonst |im Augenblick )?nichts tun)`),
	}
	asTheyAre   = regexp.MustCompile(`(?m)^Technische Angabe: .*$|\(technische Angabe: [^)]*\)|^.*of which no language knows.*$|igwatchd [a-z]+|https?://\S+|/[\w./]+`)
	englishWord = regexp.MustCompile(`\b(?i:the|and|is|are|not|you|your|with|has|have|this|that|yet|of|to|for|file|files|open|it|from|by|be|which|what|left|mail server|download the)\b`)
)

// TestEveryPieceOfNewsSaysWhatToDo: that, or that there is nothing, is its end.
func TestEveryPieceOfNewsSaysWhatToDo(t *testing.T) {
	for _, code := range words.Codes() {
		if lastWords[code] == nil {
			t.Errorf("how does a piece of news end in %s?", code)
			continue
		}
		speaking(t, code, func(t *testing.T, n news) {
			for name, e := range everything(t, n) {
				paragraphs := strings.Split(strings.TrimSpace(e.Text), "\n\n")
				if last := paragraphs[len(paragraphs)-1]; !lastWords[code].MatchString(last) {
					t.Errorf("%s, %s ends with %q", code, name, last)
				}
				if strings.Contains(shown(e), "%!") || e.Title == "" || strings.Contains(e.Title, "\n") {
					t.Errorf("%s, %s: %s", code, name, shown(e))
				}
			}
		})
	}
}

func TestGermanNewsHoldNoEnglish(t *testing.T) {
	speaking(t, "de", func(t *testing.T, n news) {
		for name, e := range everything(t, n) {
			if found := englishWord.FindAllString(asTheyAre.ReplaceAllString(shown(e), ""), -1); found != nil {
				t.Errorf("%s: %q in\n%s", name, found, shown(e))
			}
		}
	})
}

// TestTheSameNewsInEveryLanguage: they have one id, so that nothing is told twice, and lead to one place.
func TestTheSameNewsInEveryLanguage(t *testing.T) {
	var all []map[string]notify.Event
	for _, code := range words.Codes() {
		speaking(t, code, func(t *testing.T, n news) { all = append(all, everything(t, n)) })
	}
	for name, want := range all[0] {
		for _, other := range all[1:] {
			got := other[name]
			if got.Text == want.Text || got.Title == want.Title {
				t.Errorf("%s reads the same in two languages: %s", name, shown(got))
			}
			got.Title, got.Text = want.Title, want.Text
			if got != want {
				t.Errorf("%s: %+v and %+v", name, got, want)
			}
		}
	}
}

// TestTheRemovalPageStandsInSafeAlone, whatever is known, in every language.
func TestTheRemovalPageStandsInSafeAlone(t *testing.T) {
	safe := 0
	for _, code := range words.Codes() {
		speaking(t, code, func(t *testing.T, n news) {
			for range 3000 {
				f := sound()
				for _, change := range changes {
					if rand.IntN(2*len(changes)) == 0 {
						change(&f)
					}
				}
				v := verdict.Judge(f)
				x := n.decided(journal.Export{ID: "e", Account: "jane.doe", Verdict: v.Verdict}, v, time.Now())
				if leads := strings.Contains(shown(x), removalPage); leads != (v.Verdict == verdict.Safe) || x.Event != v.Verdict {
					t.Fatalf("%s: %s", v.Verdict, shown(x))
				}
				if v.Verdict == verdict.Safe {
					safe++
				}
			}
			for name, e := range everything(t, n) {
				if strings.Contains(shown(e), "accounts/remove") != (name == "decided-safe" || name == "decided-accepted") {
					t.Errorf("%s: %s", name, shown(e))
				}
			}
		})
	}
	if safe == 0 {
		t.Error("nothing was safe: the test shows nothing")
	}
}

var changes = []func(*verdict.Facts){
	func(f *verdict.Facts) { f.Report.Username = "" },
	func(f *verdict.Facts) { f.Report.Checks = f.Report.Checks[:3] },
	func(f *verdict.Facts) { f.Report.Problems = problems() },
	func(f *verdict.Facts) { f.Report.Format = inspect.FormatHTML },
	func(f *verdict.Facts) { f.Report.Range.Known = false },
	func(f *verdict.Facts) { f.Parts = nil },
	func(f *verdict.Facts) { f.Coming = 1 },
	func(f *verdict.Facts) { f.Announced = 3 },
	func(f *verdict.Facts) { f.Answers = nil },
	func(f *verdict.Facts) { f.Copies = append(f.Copies, verdict.Copy{Place: "b"}) },
	func(f *verdict.Facts) { f.Copies[0].Damaged = true },
	func(f *verdict.Facts) { f.Copies = nil },
	func(f *verdict.Facts) { f.Report = nil },
}
