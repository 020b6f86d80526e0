package daemon

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// TestWhatLiesInTheDropFolder: each archive with what becomes of it; other people's zips are counted alone.
func TestWhatLiesInTheDropFolder(t *testing.T) {
	dir := t.TempDir()
	put := func(user string, seed int64) (name string) {
		e := testworld.DemoExport(user)
		e.Seed = seed
		paths, err := e.Write(dir)
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Base(paths[0])
	}
	taken, fresh, foreign, cut := put("jane.doe", 1), put("jane.doe", 2), put("joe", 3), put("jane.doe", 4)
	if err := testworld.Truncate(filepath.Join(dir, cut), 5000); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := zip.NewWriter(&b).Close(); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{"holiday.zip": b.Bytes(), "instagram-jane.doe-x.zip.crdownload": []byte("PK")} {
		if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j, err := journal.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	info, err := os.Stat(filepath.Join(dir, taken))
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Update(t.Context(), func(tx *journal.Tx) error {
		if _, err := tx.AddExport(journal.Export{ID: "x", Account: "jane.doe", Cause: "x", Created: time.Now()}); err != nil {
			return err
		}
		return tx.PutPart("x", journal.Part{Name: taken, Size: info.Size(), Origin: []byte("{}")})
	}); err != nil {
		t.Fatal(err)
	}
	d := &Daemon{cfg: &config.Config{Accounts: []config.Account{{Username: "jane.doe"}}, Fetch: config.Fetch{DropDirs: []string{dir}}}, journal: j, log: quiet}
	list, others, err := d.Lies(t.Context())
	if err != nil || others != 1 {
		t.Errorf("%d others, %v", others, err)
	}
	got := map[string]string{}
	for _, l := range list {
		got[l.Name] = l.State + " " + l.Export
	}
	want := map[string]string{
		taken: "taken x", fresh: "being-taken ", foreign: "left ", cut: "broken ", "instagram-jane.doe-x.zip": "coming ",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	d.cfg.Fetch.DropDirs = append(d.cfg.Fetch.DropDirs, filepath.Join(dir, "away"))
	if list, _, err := d.Lies(t.Context()); err == nil || len(list) != len(want) {
		t.Errorf("a folder that is away: %d files, %v", len(list), err)
	}
}
