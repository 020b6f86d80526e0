package inspect

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/words"
)

// TestProblemsCanBeToldLater: a report that was stored and read again is told in any language.
func TestProblemsCanBeToldLater(t *testing.T) {
	part := Part{Name: "instagram-jane.doe-2026-11-23-abcdefgh.zip", Size: 5, R: strings.NewReader("hello")}
	r, err := Inspect(t.Context(), []Part{part, {Name: "empty.zip", R: bytes.NewReader(nil)}}, func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(stored, &again); err != nil || !reflect.DeepEqual(*r, again) {
		t.Fatalf("%v: %+v, stored as %s", err, again, stored)
	}
	german, _ := words.In("de")
	told := map[string]string{}
	for _, p := range again.Problems {
		if p.Text == "" || p.Text != p.Phrase.String() {
			t.Errorf("%+v", p)
		}
		told[p.Code] = german.Tell(p.Phrase)
	}
	for code, want := range map[string]string{
		"part-not-zip": "Diese Datei ist kein Zip-Archiv. Lade diesen Teil noch einmal herunter.",
		"part-empty":   "Die Datei ist leer: Es wurde nichts heruntergeladen. Lade diesen Teil noch einmal herunter.",
	} {
		if told[code] != want {
			t.Errorf("%s: %q", code, told[code])
		}
	}
}
