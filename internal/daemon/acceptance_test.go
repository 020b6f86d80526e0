package daemon

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/journal"
)

// TestAccept: what was typed counts for the very list that was shown, and else nothing is recorded.
func TestAccept(t *testing.T) {
	j, err := journal.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	d := &Daemon{cfg: &config.Config{}, journal: j}
	f := sound()
	omit(&f)
	f.Report.Range.Known = true
	report, err := json.Marshal(f.Report)
	if err != nil {
		t.Fatal(err)
	}
	e := journal.Export{ID: "e1", Account: "jane.doe", Cause: "c", State: "done", Report: report, AnnouncedAt: time.Now(), Created: time.Now()}
	if err := j.Update(t.Context(), func(tx *journal.Tx) error {
		_, err := tx.AddExport(e)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	part := func(tx *journal.Tx) error {
		p := f.Report.Parts[0]
		return tx.PutPart("e1", journal.Part{Name: p.Name, Size: p.Size, SHA256: p.SHA256})
	}
	try := func(a Accept) error {
		return j.Update(t.Context(), func(tx *journal.Tx) error { return d.accept(tx, e, a) })
	}
	right := Accept{Digest: "d", Total: 47}
	if err := try(right); err == nil || !strings.Contains(err.Error(), "more is wrong") { // its part is not there
		t.Error(err)
	}
	if err := j.Update(t.Context(), part); err != nil {
		t.Fatal(err)
	}
	if err := try(right); err == nil || !strings.Contains(err.Error(), "how many files") {
		t.Error(err)
	}
	if err := j.Update(t.Context(), func(tx *journal.Tx) error { return tx.Answer("e1", "part-count", time.Now()) }); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []Accept{{"d", 46}, {"d", 0}, {"x", 47}, {"", 47}} {
		if err := try(wrong); err == nil || !strings.Contains(err.Error(), "nothing was accepted") {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	accepted := func() (a *journal.Acceptance) {
		if err := j.View(t.Context(), func(tx *journal.Tx) (err error) {
			a, err = tx.Acceptance("e1")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := accepted(); a != nil {
		t.Errorf("what was refused is recorded: %+v", a)
	}
	if err := try(right); err != nil || accepted() == nil {
		t.Errorf("%v", err)
	}
	// A further file makes it void.
	if err := j.Update(t.Context(), func(tx *journal.Tx) error {
		return addPart(tx, "e1", journal.Part{Name: "b.zip", SHA256: "s"}, time.Now())
	}); err != nil {
		t.Fatal(err)
	}
	if a := accepted(); a != nil {
		t.Errorf("%+v", a)
	}
	if o, err := d.Omissions(t.Context(), "e1"); err != nil || o != nil {
		t.Errorf("%+v %v", o, err)
	}
	if _, err := d.Omissions(t.Context(), "e2"); err == nil {
		t.Error("of an export that is not there")
	}
}
