package vault

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
)

func openTest(t *testing.T) *Vault {
	t.Helper()
	v, err := Open(filepath.Join(t.TempDir(), "archive"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// receive puts a part where fetch would.
func receive(t *testing.T, v *Vault, id, name, content string) Payload {
	t.Helper()
	dir, err := v.Incoming(id)
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(content)
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o440); err != nil {
		t.Fatal(err)
	}
	return Payload{Name: name, Size: int64(len(data)), SHA256: digest(data)}
}

// receiveSeen is receive for a file that is read back while it comes, where that can be done.
func receiveSeen(t *testing.T, v *Vault, id, name, content string) Payload {
	t.Helper()
	dir, err := v.Incoming(id)
	if err != nil {
		t.Fatal(err)
	}
	part, err := durable.OpenPart(filepath.Join(dir, ".part"), 0)
	if err != nil {
		t.Fatal(err)
	}
	part.ReadBehind()
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := part.ReadBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := part.Commit(filepath.Join(dir, name), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	return Payload{Name: name, Size: int64(len(content)), SHA256: digest([]byte(content)), Seen: part.Seen()}
}

func bag(parts ...Payload) Bag {
	return Bag{
		Owner: "jane.doe", ID: "20261123-abc", Payload: parts,
		Contents: map[string][]byte{"export-mail.eml": []byte("From: x\r\n\r\n")},
		Tags:     map[string][]byte{"report.json": []byte("{}")},
		Date:     time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), Agent: "igwatchd test",
	}
}

func TestSealedBagIsReadableWithoutUs(t *testing.T) {
	v := openTest(t)
	b := bag(receive(t, v, "20261123-abc", "a (1).zip", "PK one"), receive(t, v, "20261123-abc", "b.zip", "PK two!"))
	path, err := v.Seal(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		cmd := exec.CommandContext(t.Context(), "sha256sum", "--strict", "-c", m)
		cmd.Dir = path
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", m, err, out)
		}
	}
	info, err := os.ReadFile(filepath.Join(path, "bag-info.txt"))
	if err != nil || !strings.Contains(string(info), "Payload-Oxum: 24.3\n") || !strings.Contains(string(info), "Bagging-Date: 2026-11-23\n") {
		t.Errorf("bag-info.txt: %v\n%s", err, info)
	}
	if text, _ := os.ReadFile(filepath.Join(path, "bagit.txt")); string(text) != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" {
		t.Errorf("bagit.txt: %q", text)
	}
	proof, err := ReadBack(t.Context(), path, b.Payload)
	if err != nil || len(proof.Damage) != 0 || proof.Files != 7 {
		t.Errorf("%+v, %v", proof, err)
	}
	if _, err := os.Stat(filepath.Join(v.dir, incoming, b.ID)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the incoming folder is still there")
	}
}

func TestSealGoesOnAfterACrashAndTakesFurtherParts(t *testing.T) {
	v := openTest(t)
	one := receive(t, v, "20261123-abc", "one.zip", "PK one")
	two := receive(t, v, "20261123-abc", "two.zip", "PK two")
	// The crash: one part was moved, nothing else was written.
	data := filepath.Join(v.dir, "jane.doe", "20261123-abc", "data")
	if err := os.MkdirAll(data, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(v.dir, incoming, "20261123-abc", "one.zip"), filepath.Join(data, "one.zip")); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadBack(t.Context(), filepath.Dir(data), nil); err == nil {
		t.Error("a bag in the making was called readable")
	}
	path, err := v.Seal(t.Context(), bag(one, two))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := v.Seal(t.Context(), bag(one, two)); err != nil || again != path {
		t.Errorf("sealed twice: %v", err)
	}
	three := receive(t, v, "20261123-abc", "three.zip", "PK three")
	if at, err := v.Locate("jane.doe", "20261123-abc", "three.zip"); err != nil || !strings.Contains(at, incoming) {
		t.Errorf("located at %s, %v", at, err)
	}
	if _, err := v.Seal(t.Context(), bag(one, two, three)); err != nil {
		t.Fatal(err)
	}
	if at, err := v.Locate("jane.doe", "20261123-abc", "three.zip"); err != nil || strings.Contains(at, incoming) {
		t.Errorf("located at %s, %v", at, err)
	}
	proof, err := ReadBack(t.Context(), path, []Payload{one, two, three})
	if err != nil || len(proof.Damage) != 0 {
		t.Errorf("%+v, %v", proof, err)
	}
}

func TestReadBackFindsEveryDamage(t *testing.T) {
	overwrite := func(name, content string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			_ = os.Remove(filepath.Join(path, name))
			if err := os.WriteFile(filepath.Join(path, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			if err := os.Remove(filepath.Join(path, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct {
		harm func(t *testing.T, path string)
		want Damage
	}{
		"flipped byte":   {overwrite("data/a.zip", "PK onf"), Damage{"data/a.zip", "changed"}},
		"cut":            {overwrite("data/a.zip", "PK"), Damage{"data/a.zip", "changed"}},
		"gone":           {remove("data/a.zip"), Damage{"data/a.zip", "missing"}},
		"mail changed":   {overwrite("data/export-mail.eml", "x"), Damage{"data/export-mail.eml", "changed"}},
		"tag changed":    {overwrite("report.json", `{"verdict":"safe"}`), Damage{"report.json", "changed"}},
		"something more": {overwrite("data/more.zip", "PK"), Damage{"data/more.zip", "unexpected"}},
		"no declaration": {remove("bagit.txt"), Damage{"bagit.txt", "missing"}},
		"a few bytes of it": {func(t *testing.T, path string) {
			t.Helper()
			name := filepath.Join(path, "data", "a.zip")
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			if err != nil && os.Chmod(name, 0o600) == nil {
				f, err = os.OpenFile(name, os.O_WRONLY, 0)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt([]byte("T"), 3); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}, Damage{"data/a.zip", "changed"}},
		"manifest rewritten": {func(t *testing.T, path string) {
			t.Helper() // the file and all manifests are changed together
			overwrite("data/a.zip", "PK onf")(t, path)
			lines := map[string]string{"data/a.zip": digest([]byte("PK onf")), "data/export-mail.eml": digest([]byte("From: x\r\n\r\n"))}
			overwrite("manifest-sha256.txt", string(manifest(lines)))(t, path)
		}, Damage{"data/a.zip", "changed"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { // also of a file that was read back while it came
			v := openTest(t)
			b := bag(receiveSeen(t, v, "20261123-abc", "a.zip", "PK one"))
			path, err := v.Seal(t.Context(), b)
			if err != nil {
				t.Fatal(err)
			}
			tt.harm(t, path)
			proof, err := ReadBack(t.Context(), path, b.Payload)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(proof.Damage, tt.want) {
				t.Errorf("got %+v, want %+v", proof.Damage, tt.want)
			}
		})
	}
}

func TestBagThatGrowsIsNoBagMeanwhile(t *testing.T) {
	v := openTest(t)
	one := receive(t, v, "20261123-abc", "a.zip", "PK one")
	path, err := v.Seal(t.Context(), bag(one))
	if err != nil {
		t.Fatal(err)
	}
	late := receive(t, v, "20261123-abc", "late.zip", "PK late")
	gone := Payload{Name: "not here.zip", Size: 3, SHA256: digest([]byte("PK?"))}
	if _, err := v.Seal(t.Context(), bag(one, late, gone)); err == nil {
		t.Fatal("sealed without a part")
	}
	if _, err := os.Stat(filepath.Join(path, "bagit.txt")); err == nil {
		t.Error("a bag with a file that its manifest does not name claims to be whole")
	}
	if _, err := v.Seal(t.Context(), bag(one, late)); err != nil {
		t.Fatal(err)
	}
	validate(t, path)
}

func TestNothingFiledIsReplaced(t *testing.T) {
	v := openTest(t)
	one := receive(t, v, "20261123-abc", "a.zip", "PK one")
	path, err := v.Seal(t.Context(), bag(one))
	if err != nil {
		t.Fatal(err)
	}
	other := receive(t, v, "20261123-abc", "a.zip", "PK other")
	if _, err := v.Seal(t.Context(), bag(other)); err == nil {
		t.Error("a filed part was replaced")
	}
	if got, _ := os.ReadFile(filepath.Join(path, "data", "a.zip")); string(got) != "PK one" {
		t.Errorf("content is %q", got)
	}
}

func TestADamagedPartIsFiledAnewAndKept(t *testing.T) {
	v := openTest(t)
	one := receive(t, v, "20261123-abc", "a.zip", "PK one")
	path, err := v.Seal(t.Context(), bag(one))
	if err != nil {
		t.Fatal(err)
	}
	filed := filepath.Join(path, "data", "a.zip")
	if err := errors.Join(os.Remove(filed), os.WriteFile(filed, []byte("PK bad"), 0o600)); err != nil {
		t.Fatal(err)
	}
	receive(t, v, "20261123-abc", "a.zip", "PK one")
	if _, err := v.Seal(t.Context(), bag(one)); err != nil {
		t.Fatal(err)
	}
	validate(t, path)
	kept, _ := filepath.Glob(filepath.Join(path, "a.zip.damaged-*"))
	if len(kept) != 1 {
		t.Errorf("kept: %v", kept)
	}
}

func TestNamesStayInTheirFolder(t *testing.T) {
	v := openTest(t)
	for _, name := range []string{"", "..", "../x", "a/b", `a\b`, ".hidden", "a\nb"} {
		b := bag(Payload{Name: name})
		if _, err := v.Seal(t.Context(), b); err == nil {
			t.Errorf("payload %q accepted", name)
		}
		if _, err := v.Incoming(name); err == nil {
			t.Errorf("id %q accepted", name)
		}
		b = bag()
		b.Tags = map[string][]byte{name: nil}
		if _, err := v.Seal(t.Context(), b); err == nil {
			t.Errorf("tag %q accepted", name)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add(string(manifest(map[string]string{"data/a%b.zip": digest(nil), "data/c\nd": digest(nil)})))
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseManifest(text)
		if err != nil {
			return
		}
		again, err := parseManifest(string(manifest(lines)))
		if err != nil || len(again) != len(lines) {
			t.Fatalf("%v became %v, %v", lines, again, err)
		}
		for name := range lines {
			if !filepath.IsLocal(name) {
				t.Fatalf("%q leaves the bag", name)
			}
		}
	})
}
