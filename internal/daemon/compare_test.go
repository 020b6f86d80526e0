package daemon

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// TestComparisonsAndAnswers: an answer about an earlier export counts until something else is found.
func TestComparisonsAndAnswers(t *testing.T) {
	j, err := journal.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	answered := func() bool {
		var all map[string]bool
		if err := j.View(t.Context(), func(tx *journal.Tx) (err error) {
			all, err = tx.Answers("now")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all["earlier-files"]
	}
	record := func(l inspect.Lacking) {
		if err := j.Update(t.Context(), func(tx *journal.Tx) error {
			return recordComparisons(tx, "now", []*inspect.Lacking{&l})
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Update(t.Context(), func(tx *journal.Tx) error {
		_, err := tx.AddExport(journal.Export{ID: "now", Account: "jane.doe", Cause: "now", Route: "import", State: "done", AnnouncedAt: time.Now(), Created: time.Now()})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	record(inspect.Lacking{Of: "before", Media: 1})
	if err := j.Update(t.Context(), func(tx *journal.Tx) error { return tx.Answer("now", "earlier-files", time.Now()) }); err != nil {
		t.Fatal(err)
	}
	if record(inspect.Lacking{Of: "before", Media: 1}); !answered() {
		t.Error("the answer is gone, though nothing has changed")
	}
	if record(inspect.Lacking{Of: "before", Media: 2}); answered() {
		t.Error("an answer about one file counts for two")
	}
}

// TestOldComparisonsAreMadeAgain: an older program looked at less, and its comparison says nothing about the rest.
func TestOldComparisonsAreMadeAgain(t *testing.T) {
	j, err := journal.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	v, err := vault.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{cfg: &config.Config{}, journal: j, vault: v, log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	// A report as programs before wrote it, without what a comparison looks at today.
	report := func(day string) []byte {
		return []byte(`{"username":"jane.doe","generated_at":"` + day + `","parts":[{"name":"` + day + `.zip","sha256":"` + day + `"}],"counts":{"messages":3},"per_year":{}}`)
	}
	exports := []journal.Export{
		{ID: "before", Account: "jane.doe", Cause: "a", State: "done", Report: report("2025-01-01")},
		{ID: "now", Account: "jane.doe", Cause: "b", State: "done", Report: report("2026-01-01")},
	}
	record := func(l inspect.Lacking) {
		if err := j.Update(t.Context(), func(tx *journal.Tx) error { return recordComparisons(tx, "now", []*inspect.Lacking{&l}) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Update(t.Context(), func(tx *journal.Tx) (err error) {
		for _, e := range exports {
			_, more := tx.AddExport(e)
			err = errors.Join(err, more, tx.PutPart(e.ID, journal.Part{Name: e.ID + ".zip"}))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for version, again := range map[int]bool{0: true, inspect.CompareVersion: false} {
		record(inspect.Lacking{Of: "before", Version: version})
		compared, err := d.compare(t.Context(), exports[1], []journal.Part{{Name: "now.zip"}})
		if err != nil || (len(compared) == 1) != again {
			t.Errorf("version %d: %v, %v", version, compared, err)
		}
		for _, l := range compared { // their files are gone: that is said
			if l.Trouble == "" || l.Version != inspect.CompareVersion {
				t.Errorf("%+v", l)
			}
		}
		var asked []verdict.Reason
		if err := j.Update(t.Context(), func(tx *journal.Tx) error {
			facts, err := d.facts(tx, exports[1])
			asked = verdict.Judge(facts).Open(inspect.Question)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(asked, func(r verdict.Reason) bool { return r.Code == "earlier-not-compared" }) != again {
			t.Errorf("version %d: %+v", version, asked)
		}
	}
}
