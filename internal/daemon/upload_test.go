package daemon

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/igwatchd/igwatchd/config"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/journal"
	"github.com/igwatchd/igwatchd/internal/testworld"
)

// shelf is a daemon with a vault, whose steps nobody runs.
func shelf(t *testing.T) *Daemon {
	t.Helper()
	cfg := &config.Config{StateDir: t.TempDir(), ArchiveDir: t.TempDir(), Accounts: []config.Account{{Username: "jane.doe"}}}
	d, err := New(Options{Config: cfg, Journal: openJournal(t), Log: quiet, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func demoZip(t *testing.T) (name string, body []byte) {
	t.Helper()
	paths, err := testworld.DemoExport("jane.doe").Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	body, err = os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Base(paths[0]), body
}

func partsOf(t *testing.T, d *Daemon, export string) (parts []journal.Part) {
	t.Helper()
	err := d.journal.View(t.Context(), func(tx *journal.Tx) (err error) {
		parts, err = tx.Parts(export)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func TestAnUploadInPiecesGoesOnWhereItWas(t *testing.T) {
	d := shelf(t)
	name, body := demoZip(t)
	size := int64(len(body))
	third := size / 3
	if done, export, err := d.Upload(t.Context(), name, size, 0, bytes.NewReader(body[:third])); done != third || export != "" || err != nil {
		t.Fatal(done, export, err)
	}
	// The connection breaks in the middle of the second piece; what came is kept.
	broken := io.MultiReader(bytes.NewReader(body[third:third+1000]), iotest.ErrReader(errors.New("broken")))
	if _, _, err := d.Upload(t.Context(), name, size, third, broken); err == nil {
		t.Fatal("a broken piece was taken")
	}
	at, err := d.Uploaded(name, size)
	if err != nil || at != third+1000 {
		t.Fatal(at, err)
	}
	done, export, err := d.Upload(t.Context(), name, size, at, bytes.NewReader(body[at:]))
	if done != size || export == "" || err != nil {
		t.Fatal(done, export, err)
	}
	parts := partsOf(t, d, export)
	if len(parts) != 1 || parts[0].Size != size || parts[0].Route != "upload" || parts[0].Name != name {
		t.Errorf("%+v", parts)
	}
	if path, err := d.vault.Locate("jane.doe", export, name); err != nil {
		t.Error(err)
	} else if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the stored bytes differ: %v", err)
	}
	// The same file again belongs to the same export, and is not kept twice.
	if _, again, err := d.Upload(t.Context(), name, -1, 0, bytes.NewReader(body)); again != export || err != nil {
		t.Error(again, err)
	}
	if parts := partsOf(t, d, export); len(parts) != 1 {
		t.Errorf("%+v", parts)
	}
}

func TestAnUploadThatIsNoArchiveLeavesNothing(t *testing.T) {
	d := shelf(t)
	name, body := demoZip(t)
	for what, c := range map[string]struct {
		name string
		body []byte
	}{
		"a text":              {"notes.zip", []byte("no zip")},
		"somebody else's":     {strings.Replace(name, "jane.doe", "bob", 1), []byte("PK\x03\x04")},
		"half of it":          {name, body[:len(body)/2]},
		"a name that escapes": {"../../etc/passwd", []byte("x")},
		"no name":             {"", []byte("x")},
	} {
		_, export, err := d.Upload(t.Context(), c.name, -1, 0, bytes.NewReader(c.body))
		if what == "half of it" { // whose it is stands in its name; what it lacks is the inspection's matter
			if err == nil && export != "" {
				continue
			}
		}
		if err == nil || fault.KindOf(err) != fault.PermanentKind {
			t.Errorf("%s: %q, %v", what, export, err)
		}
	}
	left, err := filepath.Glob(filepath.Join(d.cfg.ArchiveDir, ".incoming", "upload-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	for _, size := range []int64{0, -2, maxUpload + 1} {
		if _, _, err := d.Upload(t.Context(), name, size, 0, bytes.NewReader(body)); err == nil {
			t.Errorf("size %d was taken", size)
		}
	}
}
