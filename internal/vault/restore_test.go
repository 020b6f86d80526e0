package vault

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// validate asks a program that knows BagIt and nothing of igwatchd.
func validate(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "testdata/validate-bag.sh", dir).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestValidatorFindsInvalidBags(t *testing.T) {
	for i, harm := range []func(dir string) error{
		func(d string) error { return flip(d + "/bagit.txt") },
		func(d string) error { return flip(d + "/data/a (1).zip") },
		func(d string) error { return flip(d + "/report.json") },
		func(d string) error { return os.Remove(d + "/data/export-mail.eml") },
		func(d string) error { return os.WriteFile(d+"/data/more", nil, 0o600) },
		func(d string) error { return os.Remove(d + "/bag-info.txt") },
	} {
		dir, _, _ := sealed(t, openTest(t))
		if i == 0 { // they are all alike
			validate(t, dir)
		}
		if err := harm(dir); err != nil {
			t.Fatal(err)
		}
		if exec.CommandContext(t.Context(), "testdata/validate-bag.sh", dir).Run() == nil {
			t.Error("an invalid bag was called valid")
		}
	}
}

// fetchAll brings a copy into a folder, as any client of the place would.
func fetchAll(ctx context.Context, t *testing.T, src Source, folder string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), path.Base(folder))
	files, err := src.List(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	for name := range files {
		r, err := src.Get(ctx, path.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// documented returns the commands of docs/restore.md below a heading.
func documented(t *testing.T, heading string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/restore.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## "+heading+"\n")
	_, block, found := strings.Cut(section, "```sh\n")
	block, _, ended := strings.Cut(block, "```")
	if !found || !ended {
		t.Fatalf("docs/restore.md has no commands below %q", heading)
	}
	return block
}

// TestCopyAloneGivesTheBagBack rehearses the day on which the archive is gone,
// with the very commands of the documentation.
func TestCopyAloneGivesTheBagBack(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		bagPath, ref, b := sealed(t, v)
		proof, err := k.replica.Store(t.Context(), bagPath, ref)
		whole(t, proof, err)
		if err := os.RemoveAll(v.dir); err != nil {
			t.Fatal(err)
		}
		dir, heading := fetchAll(t.Context(), t, k.place, ref.folder()), "A plain copy"
		key := filepath.Join(t.TempDir(), "key.txt")
		if k.identity != nil {
			heading = "An encrypted copy"
			if err := os.WriteFile(key, []byte(k.identity.String()+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-eu")
		cmd.Stdin = strings.NewReader(documented(t, heading))
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "KEY="+key)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if k.identity != nil {
			dir += "-restored"
		}
		validate(t, dir)
		if got, err := ReadBack(t.Context(), dir, b.Payload); err != nil || len(got.Damage) > 0 || got.Digest != ref.Digest {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
