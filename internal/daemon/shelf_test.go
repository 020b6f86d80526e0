package daemon

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/journal"
)

func TestZipsAreThoseOfTheStoredExport(t *testing.T) {
	d := &Daemon{journal: openJournal(t)}
	err := d.journal.Update(t.Context(), func(tx *journal.Tx) error {
		for id, path := range map[string]string{"here": "/archive/jane", "empty": "/archive/zoe", "early": ""} {
			if _, err := tx.AddExport(journal.Export{ID: id, Cause: id, Path: path, Created: time.Now()}); err != nil {
				return err
			}
		}
		return errors.Join(tx.PutPart("here", journal.Part{Name: "a.zip"}), tx.PutPart("here", journal.Part{Name: "b.zip"}), tx.PutPart("early", journal.Part{Name: "c.zip"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	paths, err := d.Zips(t.Context(), "here")
	want := []string{filepath.FromSlash("/archive/jane/data/a.zip"), filepath.FromSlash("/archive/jane/data/b.zip")}
	if err != nil || !slices.Equal(paths, want) {
		t.Errorf("%v %v", paths, err)
	}
	for _, id := range []string{"early", "nothing", ""} {
		if paths, err := d.Zips(t.Context(), id); !errors.Is(err, fs.ErrNotExist) || paths != nil {
			t.Errorf("%q: %v %v", id, paths, err)
		}
	}
	if paths, err := d.Zips(t.Context(), "empty"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v %v", paths, err)
	}
}
