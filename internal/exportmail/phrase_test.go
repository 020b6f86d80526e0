package exportmail

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/words"
)

// TestReasonsInAnyLanguage: whatever speaks against a mail can be told in each language.
func TestReasonsInAnyLanguage(t *testing.T) {
	files, err := os.ReadDir("testdata/mail")
	if err != nil {
		t.Fatal(err)
	}
	german, _ := words.In("de")
	seen := map[string]bool{}
	for _, f := range files {
		raw := readMail(t, strings.TrimSuffix(f.Name(), ".eml"))
		for _, raw := range [][]byte{raw, sign(t, raw, signature{})} {
			j, err := Judge(t.Context(), raw, time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), testRules, world())
			if err != nil {
				continue // nothing is decided yet
			}
			for _, r := range j.Reasons {
				if r.Text == "" || r.Phrase.String() != r.Text {
					t.Errorf("%s: %+v", f.Name(), r)
				}
				if r.Severity != SeverityInfo && german.Tell(r.Phrase) == r.Text {
					t.Errorf("%s: no German for %q", f.Name(), r.Text)
				}
				seen[r.Code] = true
			}
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d codes were seen", len(seen))
	}
}
