package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
)

// tree builds a protocol's tree from lines: two blanks for each level, a role, and a name behind a colon.
func tree(text string) []*accessibility.Node {
	var all []*accessibility.Node
	var path []*accessibility.Node
	value := func(s string) *accessibility.Value {
		b, err := json.Marshal(s)
		if err != nil {
			panic(err) // a string always can be
		}
		return &accessibility.Value{Value: b}
	}
	for i, line := range strings.Split(strings.Trim(text, "\n"), "\n") {
		rest := strings.TrimLeft(line, " ")
		depth := min((len(line)-len(rest))/2, len(path))
		role, name, _ := strings.Cut(rest, ":")
		n := &accessibility.Node{NodeID: accessibility.NodeID(fmt.Sprint(i)), Role: value(role), Name: value(strings.TrimSpace(name))}
		if depth > 0 {
			path[depth-1].ChildIDs = append(path[depth-1].ChildIDs, n.NodeID)
		}
		path = append(path[:depth], n)
		all = append(all, n)
	}
	return all
}

func viewOf(text string) *view {
	nodes, _ := readTree(tree(text))
	return &view{nodes: nodes, host: "accountscenter.instagram.com", path: "/info_and_permissions/dyi/"}
}

const twoParts = `
RootWebArea
  navigation
    link: Download
      StaticText: Download
  generic
    generic
      StaticText: 01/02/1905-08/05/2026 specific information download
      StaticText: jane.doe
      StaticText: Instagram
      StaticText: Requested
      StaticText: 8 May 2026
      StaticText: JSON, High quality
      StaticText: Expires 12 May 2026
    generic
      StaticText: Part 2 of 2
      button: Download
        StaticText: Download
    generic
      StaticText: Part 1 of 2
      button: Download
        StaticText: Download
`

func TestWhatAPageOffers(t *testing.T) {
	mail := mayEighth.Add(30 * time.Hour)
	p := viewOf(strings.Replace(twoParts, "  navigation\n    link: Download\n      StaticText: Download\n", "", 1))
	got, err := p.choose(p.cards(), "Jane.Doe", mail)
	if err != nil {
		t.Fatal(err)
	}
	want := Offer{
		Account: "Jane.Doe", Requested: mayEighth, Range: "01/02/1905-08/05/2026", Format: "JSON", Quality: "high",
		Expires: mayEighth.AddDate(0, 0, 4), Parts: 2, Stated: true, Choice: got.offer.Choice, Raw: got.offer.Raw,
	}
	if got.offer != want {
		t.Errorf("offer = %+v, want %+v", got.offer, want)
	}
	if len(got.controls) != 2 || got.controls[0] < got.controls[1] || got.numbers[0] != 1 {
		t.Errorf("controls %v, numbers %v: part 1 is the lower button", got.controls, got.numbers)
	}
}

func TestPagesThatAreNotClear(t *testing.T) {
	mail := mayEighth.Add(30 * time.Hour)
	for name, test := range map[string]struct{ tree, want string }{
		"the same part twice": {strings.ReplaceAll(twoParts, "Part 2 of 2", "Part 1 of 2"), WallAmbiguous},
		"two dates in a card": {strings.Replace(twoParts, "StaticText: Part 2 of 2", "StaticText: Requested 1 May 2026", 1), WallAmbiguous},
		"nobody is named":     {strings.Replace(twoParts, "StaticText: jane.doe\n", "StaticText: complete set of all\n", 1), WallAccount},
		"another is named, ours besides": {
			strings.Replace(twoParts, "StaticText: jane.doe\n", "StaticText: jane.doe and others\n      StaticText: john.roe\n", 1),
			WallAccount,
		},
	} {
		p := viewOf(test.tree)
		_, err := p.choose(p.cards(), "jane.doe", mail)
		if wall, ok := errors.AsType[*Wall](err); !ok || wall.Kind != test.want {
			t.Errorf("%s: choose = %v, want %q", name, err, test.want)
		}
	}
}

func TestALonelyButtonOnThePageOfALink(t *testing.T) {
	p := viewOf("RootWebArea\n  StaticText: @jane.doe\n  button: Download Data\n    StaticText: Download Data")
	got, err := p.choose(p.cards(), "jane.doe", mayEighth)
	if err != nil || got.offer.Parts != 1 || got.offer.Stated {
		t.Errorf("choose = %+v, %v", got, err)
	}
}

// TestFilesThatAreOnlyCounted: where the page does not say how many there are, more may come later.
func TestFilesThatAreOnlyCounted(t *testing.T) {
	unlabelled := strings.NewReplacer("      StaticText: Part 2 of 2\n", "", "      StaticText: Part 1 of 2\n", "").Replace(twoParts)
	p := viewOf(strings.Replace(unlabelled, "  navigation\n    link: Download\n      StaticText: Download\n", "", 1))
	got, err := p.choose(p.cards(), "jane.doe", mayEighth.Add(30*time.Hour))
	if err != nil || got.offer.Parts != 2 || got.offer.Stated {
		t.Errorf("choose = %+v, %v", got, err)
	}
}

func TestATreeThatIsNoneEnds(t *testing.T) {
	circle := tree("RootWebArea\n  button: Download\n    StaticText: Download")
	circle[2].ChildIDs = append(circle[2].ChildIDs, circle[0].NodeID, circle[1].NodeID, circle[2].NodeID, "nobody")
	if nodes, cut := readTree(circle); len(nodes) != 3 || cut {
		t.Errorf("a circle: %d nodes, cut %v", len(nodes), cut)
	}
	var deep strings.Builder
	for i := range maxDepth + 10 {
		deep.WriteString(strings.Repeat("  ", i) + "generic\n")
	}
	if nodes, cut := readTree(tree(deep.String())); len(nodes) > maxDepth+1 || !cut {
		t.Errorf("a deep tree: %d nodes, cut %v", len(nodes), cut)
	}
	if nodes, cut := readTree(nil); len(nodes) != 0 || cut {
		t.Errorf("no tree: %d nodes, cut %v", len(nodes), cut)
	}
	if p := (&view{}); p.text(0) != "" || p.front() != 0 || len(p.cards()) != 0 {
		t.Error("an empty page offers something")
	}
}

func TestWallsBySight(t *testing.T) {
	for name, test := range map[string]struct {
		v    view
		want string
	}{
		"login by address":   {view{path: "/accounts/login/"}, WallLogin},
		"login by fields":    {view{fields: fields{Passwords: 1, Names: 1}}, WallLogin},
		"password":           {view{fields: fields{Passwords: 1}}, WallPassword},
		"a new password":     {view{fields: fields{Passwords: 2}}, WallCheckpoint},
		"code":               {view{fields: fields{Codes: 1, Passwords: 1}}, WallTwoFactor},
		"code by address":    {view{path: "/two_factor/x"}, WallTwoFactor},
		"too many requests":  {view{status: 429}, WallServer},
		"nothing":            {view{}, ""},
		"Portuguese consent": {*viewOf("RootWebArea\n  StaticText: Permitir todos os cookies?"), WallConsent},
		"Turkish, none":      {*viewOf("RootWebArea\n  StaticText: Kullanılabilir İndirme Yok."), WallNone},
		"offers come first":  {*viewOf(twoParts + "  StaticText: Suspicious? Forgot password?"), ""},
	} {
		if got := test.v.judge(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestDatesOfAllLanguages(t *testing.T) {
	for text, want := range map[string]time.Time{
		"requested 8 May 2026": mayEighth, "Requested: May 8, 2026": mayEighth, "Angefordert am 8. Mai 2026": mayEighth,
		"Solicitado: 8 de mayo de 2026": mayEighth, "Demandé le 8 mai 2026": mayEighth, "Richiesto 8 maggio 2026": mayEighth,
		"Solicitado em 8 de maio de 2026": mayEighth, "İstendi 8 Mayıs 2026": mayEighth, "Requested 31 June 2026": {},
		"Requested 08/05/2026": {}, "8 May 2026": {}, "Requested 1er août 2026": time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), "Demandé le 1er août 2026": time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC),
		"Requested 8 Jul 2026": time.Date(2026, 7, 8, 0, 0, 0, 0, time.UTC),
	} {
		if got := dateAfter(fold(text), func(w words) []string { return w.requested }); !got.Equal(want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestWhatIsTakenOutOfAPagesText(t *testing.T) {
	got := redact("jane@example.org has EAAGm0PX4ZCpsBAKZC9aQ1tVbT, see https://www.instagram.com/x?a=b, code 123456, of 01/02/1905-08/05/2026; Nutzungsbedingungen hunter2", 500, "hunter2")
	for _, secret := range []string{"jane@", "EAAG", "a=b", "123456", "hunter2"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is left in %q", secret, got)
		}
	}
	for _, plain := range []string{"01/02/1905-08/05/2026", "Nutzungsbedingungen"} {
		if !strings.Contains(got, plain) {
			t.Errorf("%q is gone from %q", plain, got)
		}
	}
}

// FuzzPage reads pages of strangers: nothing may panic or take long, and what is chosen must be pressed for one
// part each.
func FuzzPage(f *testing.F) {
	f.Add(twoParts, "jane.doe")
	f.Add("RootWebArea\n  dialog\n    button: İndir\n  StaticText: bölüm 1 / 2 istendi 8 mayıs 2026", "a")
	f.Fuzz(func(t *testing.T, text, account string) {
		if len(text) > 20_000 || account == "" {
			return
		}
		p := viewOf(text)
		p.judge()
		got, err := p.choose(p.cards(), account, mayEighth)
		if err != nil {
			return
		}
		if len(got.controls) != len(got.numbers) || len(got.controls) == 0 || got.offer.Parts < len(got.controls) {
			t.Errorf("%+v", got)
		}
		seen := map[int]bool{}
		for _, n := range got.numbers {
			if n < 1 || n > got.offer.Parts || seen[n] {
				t.Errorf("numbers %v of %d", got.numbers, got.offer.Parts)
			}
			seen[n] = true
		}
	})
}
