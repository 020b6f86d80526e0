package daemon

import (
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
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
