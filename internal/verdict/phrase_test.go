package verdict

import (
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/words"
)

// TestReasonsInAnyLanguage: what is told elsewhere is what the English text says.
func TestReasonsInAnyLanguage(t *testing.T) {
	german, _ := words.In("de")
	damaged := words.Of("%d more files are in no part of the archive.%s", 3, "")
	f := whole()
	f.Answers = map[string]bool{"quality-unknown": true, "part-count": true}
	f.Coming, f.Copies = 2, append(f.Copies, Copy{Place: "archive", Damaged: true})
	f.Report.Problems = []inspect.Problem{
		{Code: "told", Severity: inspect.Error, Path: "a.zip", Text: damaged.String(), Phrase: damaged},
		{Code: "older", Severity: inspect.Error, Text: "Stored before phrases were."},
		{Code: "other", Severity: inspect.Error, Text: "The text is what counts.", Phrase: damaged},
	}
	v := Judge(f)
	told := map[string]string{}
	for _, r := range v.Reasons {
		if r.Text == "" || r.Phrase.String() != r.Text {
			t.Errorf("%+v", r)
		}
		told[r.Code] = german.Tell(r.Phrase)
	}
	for code, want := range map[string]string{
		"told":            "a.zip: 3 weitere Dateien sind in keinem Teil des Archivs.",
		"older":           "Stored before phrases were.",
		"other":           "The text is what counts.",
		"parts-coming":    "2 weitere Dateien werden noch heruntergeladen.",
		"copy-damaged":    "Die Kopie in dem Archivordner ist nicht mehr das, was dort gespeichert wurde.",
		"quality-unknown": "Du hast mit Ja geantwortet: Hast du beim Anfordern",
	} {
		if !strings.HasPrefix(told[code], want) || told[code] == "" {
			t.Errorf("%s: %q, want %q", code, told[code], want)
		}
	}
	for _, v := range []Verdict{v, {Verdict: Safe}, {Verdict: Questions}, Judge(Facts{}), {Verdict: NotSafe, Reasons: fails("copy-damaged", "x")}, {Verdict: NotSafe, Reasons: fails("copy-not-proven", "x")}} {
		if v.Sentence("jane") != v.Phrase("jane").String() || german.Tell(v.Phrase("jane")) == v.Sentence("jane") {
			t.Errorf("%s: %q", v.Verdict, v.Sentence("jane"))
		}
	}
}
