package words

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func in(t *testing.T, code string) Language {
	t.Helper()
	l, ok := In(code)
	if !ok {
		t.Fatalf("no language %q", code)
	}
	return l
}

func TestTell(t *testing.T) {
	de := in(t, "de")
	at := time.Date(2026, 3, 8, 9, 5, 0, 0, time.FixedZone("CEST", 2*60*60))
	local := time.Local
	time.Local = at.Location()
	defer func() { time.Local = local }()
	for _, c := range []struct {
		phrase     Phrase
		en, german string
	}{
		{Of("%d files", 1), "1 file", "1 Datei"},
		{Of("%d files", int64(12345)), "12,345 files", "12.345 Dateien"},
		{Of("%d files", uint32(2)), "2 files", "2 Dateien"},
		{
			Of("The archive of %[2]s is stored, and all of it was read. Before you delete the account, %[1]d questions are left that only you can answer.", 1, "jane"),
			"The archive of jane is stored, and all of it was read. Before you delete the account, one question is left that only you can answer.",
			"Das Archiv von jane ist gespeichert, und alles darin wurde gelesen. Bevor du das Konto löschst, bleibt eine Frage, die nur du beantworten kannst.",
		},
		{Left(30 * time.Second), "less than a minute", "weniger als eine Minute"},
		{Left(90 * time.Second), "one minute", "eine Minute"},
		{Left(119 * time.Minute), "119 minutes", "119 Minuten"},
		{Left(5 * time.Hour), "5 hours", "5 Stunden"},
		{Left(96 * time.Hour), "4 days", "4 Tage"},
		{Of("%s", Moment(at)), "Sunday 8 March, 09:05 CEST", "Sonntag, 8. März, 09:05 Uhr MESZ"},
		{Of("%s", Day(at)), "8 March 2026", "8. März 2026"},
		{Of("%s", List{Of("%d posts", 1), Of("%d reels", 2)}), "1 post; 2 reels", "1 Beitrag; 2 Reels"},
		{Text("100 % of nothing known"), "100 % of nothing known", "100 % of nothing known"},
		{Of("%s", "100 %d"), "100 %d", "100 %d"},
		{Of("%v", errors.New("done")), "done", "fertig"},
		{Of("%v and %t, nowhere translated", 1.5, true), "1.5 and %!t(string=true), nowhere translated", "1.5 and %!t(string=true), nowhere translated"},
		{Text("if this stays: install it: apt install par2"), "if this stays: install it: apt install par2", "Wenn das so bleibt: Installiere es:  apt install par2"},
		{Text("Instagram's page was not reached: a: b"), "Instagram's page was not reached: a: b", "die Seite von Instagram wurde nicht erreicht: a: b"},
		{Text("done: more"), "done: more", "done: more"},
		{Phrase{}, "", ""},
	} {
		if got := c.phrase.String(); got != c.en {
			t.Errorf("%q, want %q", got, c.en)
		}
		if got := de.Tell(c.phrase); got != c.german {
			t.Errorf("%q, want %q", got, c.german)
		}
	}
}

func TestNoLanguageIsEnglish(t *testing.T) {
	l, ok := In("tlh")
	if got := l.Say("%d hours", 1); ok || got != "one hour" {
		t.Errorf("%v %q", ok, got)
	}
	if !strings.HasPrefix(strings.Join(Codes(), " "), "de en") {
		t.Error(Codes())
	}
}

func TestPhrasesSurviveJSON(t *testing.T) {
	for _, p := range []Phrase{
		{}, Text("plain"), Of("%d of %s", 3, "x"), Of("%s", Of("%d files", 1)), Of("%s (%s)", List{Text("a"), Of("%d hours", -2)}, ""),
	} {
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var got Phrase
		if err := json.Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s: %+v, %v, want %+v", data, got, err, p)
		}
	}
	at := Of("%s", Day(time.Date(2026, 1, 2, 0, 0, 0, 0, time.Local)))
	if data, err := json.Marshal(at); err != nil || string(data) != `{"format":"%s","args":["2 January 2026"]}` {
		t.Errorf("%s, %v", data, err)
	}
	for _, broken := range []string{`{"format":3}`, `{"format":"%s","args":[1.5]}`, `{"format":"%s","args":[null]}`, `{"format":"%s","args":[[3]]}`, `[]`} {
		if err := json.Unmarshal([]byte(broken), new(Phrase)); err == nil {
			t.Errorf("%s is taken", broken)
		}
	}
}

// FuzzPhrase: whatever a stored phrase holds, telling it ends.
func FuzzPhrase(f *testing.F) {
	f.Add([]byte(`{"format":"%d files","args":[1]}`))
	f.Add([]byte(`{"format":"%s: %[9]d %*d","args":["a",{"format":"b"},[{"format":"%s"}]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p Phrase
		if json.Unmarshal(data, &p) == nil {
			for _, code := range Codes() {
				l, _ := In(code)
				l.Tell(p)
			}
		}
	})
}

func TestNoSentenceStandsTwice(t *testing.T) {
	n := len(germanVerdict) + len(germanInspect) + len(germanLists) + len(germanNews) + len(germanFaults)
	if n != len(german.texts) {
		t.Errorf("%d sentences in the files, %d in the table", n, len(german.texts))
	}
}
