package daemon

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/inspect"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/testworld"
	"github.com/igwatchd/igwatchd/internal/vault"
	"github.com/igwatchd/igwatchd/internal/verdict"
)

// TestInspectedAgain: what an older igwatchd refused without a way out, because Instagram had left it out, is inspected
// again, and can be accepted then. Answers to what is asked in the same words stay.
func TestInspectedAgain(t *testing.T) {
	j, err := journal.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	v, err := vault.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{cfg: &config.Config{}, journal: j, vault: v, log: quiet, places: []place{{name: archivePlace}}}
	made := testworld.DemoExport("jane.doe")
	made.Spoil = []testworld.Spoiler{testworld.Remote("stories", "media/stories/")}
	zips, err := made.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(zips[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := v.Incoming("e1")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(zips[0])
	if err := os.WriteFile(filepath.Join(dir, name), body, 0o440); err != nil {
		t.Fatal(err)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	part := journal.Part{Name: name, Size: int64(len(body)), SHA256: sum}
	path, err := v.Seal(t.Context(), vault.Bag{Owner: "jane.doe", ID: "e1", Payload: []vault.Payload{{Name: name, Size: part.Size, SHA256: sum}}})
	if err != nil {
		t.Fatal(err)
	}
	// A report as programs before wrote it: without its version, and without what Instagram left out.
	old := []byte(`{"username":"jane.doe","generation":"v3b","format":"json","generated_at":"2026-01-01","per_year":{},"parts":[{"name":"` + name + `","sha256":"` + sum + `"}],
		"problems":[{"code":"media-remote","severity":"error","text":"x"}],
		"checks":["structure","entries","identity","indexes","references","media-kind","media-decoded"]}`)
	update := func(f func(tx *journal.Tx) error) {
		t.Helper()
		if err := j.Update(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	update(func(tx *journal.Tx) error {
		_, err := tx.AddExport(journal.Export{ID: "e1", Account: "jane.doe", Cause: "c", State: "done", Report: old, Path: path, AnnouncedAt: time.Now(), Created: time.Now()})
		return err
	})
	planned := func() (n int) {
		t.Helper()
		if err := d.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		update(func(tx *journal.Tx) error {
			steps, err := tx.StepsOf("e1")
			for _, s := range steps {
				if s.Kind == stepAgain {
					n++
					err = tx.Cancel("e1", stepAgain)
				}
			}
			return err
		})
		return n
	}
	if planned() > 0 {
		t.Error("an export whose copy is not proven is inspected again")
	}
	update(func(tx *journal.Tx) error {
		err := tx.PutPart("e1", part)
		if err == nil {
			err = tx.Answer("e1", "part-count", time.Now())
		}
		if err == nil {
			err = tx.PutCopy("e1", journal.Copy{Place: archivePlace, State: copyProven, At: time.Now()})
		}
		if err == nil {
			err = tx.SetDeletion("jane.doe", time.Now().AddDate(0, 0, -deletionTakes-1))
		}
		return err
	})
	if planned() > 0 {
		t.Error("an account that is deleted is inspected again")
	}
	update(func(tx *journal.Tx) error { return tx.EndDeletion("jane.doe") })
	if planned() != 1 {
		t.Fatal("not planned")
	}
	out, err := d.inspectAgain(t.Context(), journal.Step{Export: "e1", Kind: stepAgain})
	if err != nil {
		t.Fatal(err)
	}
	update(out.commit)
	if planned() > 0 {
		t.Error("planned again")
	}
	update(func(tx *journal.Tx) error {
		e, _, err := tx.Export("e1")
		if err != nil {
			return err
		}
		f, err := d.facts(tx, e)
		if err != nil {
			return err
		}
		if f.Report.Version != inspect.Version || f.Report.Omissions == nil || f.Report.Omissions.Total != made.Stories {
			t.Errorf("%d, %+v", f.Report.Version, f.Report.Omissions)
		}
		if judged := verdict.Judge(f); !verdict.Acceptable(judged.Reasons) {
			t.Errorf("cannot be accepted: %+v", judged.Reasons)
		}
		if !f.Answers["part-count"] {
			t.Errorf("answers: %v", f.Answers)
		}
		return nil
	})
}

// TestAskedOtherwise: an answer counts for what was asked, not for what has the same code.
func TestAskedOtherwise(t *testing.T) {
	facts := func(problems ...inspect.Problem) verdict.Facts {
		f := sound()
		f.Report = new(*f.Report)
		f.Report.Problems = problems
		f.Answers = map[string]bool{"media-kind": true, "media-unlisted": true}
		return f
	}
	one := inspect.Problem{Code: "media-kind", Severity: inspect.Question, Path: "a.jpg", Text: "x"}
	two := inspect.Problem{Code: "media-kind", Severity: inspect.Question, Path: "b.jpg", Text: "x"}
	other := inspect.Problem{Code: "media-unlisted", Severity: inspect.Question, Text: "y"}
	for name, c := range map[string]struct {
		before, now verdict.Facts
		want        []string
	}{
		"the same":      {facts(one, other), facts(one, other), nil},
		"another file":  {facts(one, other), facts(two, other), []string{"media-kind"}},
		"one more":      {facts(one), facts(one, two), []string{"media-kind"}},
		"another kind":  {facts(one), facts(one, other), []string{"media-unlisted"}},
		"nothing is so": {facts(one, other), facts(), nil},
	} {
		if got := askedOtherwise(c.before, c.now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}
