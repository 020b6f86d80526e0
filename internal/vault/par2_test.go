package vault

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

func TestRecoveryFilesMendABagWithoutAnotherCopy(t *testing.T) {
	v := openTest(t)
	path, ref, b := sealed(t, v)
	for range 2 {
		if err := v.Protect(t.Context(), ref, 5); err != nil {
			t.Fatal(err)
		}
	}
	made, err := os.Stat(filepath.Join(path+recoverySuffix, "recovery.par2"))
	if err != nil {
		t.Fatal(err)
	}
	b.Payload = append(b.Payload, receive(t, v, b.ID, "late.zip", "PK late"))
	if _, err := v.Seal(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	ref = prove(t, path, b)
	if err := v.Protect(t.Context(), ref, 5); err != nil {
		t.Fatal(err)
	}
	if anew, err := os.Stat(filepath.Join(path+recoverySuffix, "recovery.par2")); err != nil || os.SameFile(made, anew) {
		t.Errorf("recovery files do not know of the late part: %v", err)
	}
	validate(t, path)
	if err := os.WriteFile(filepath.Join(path, "evidence.html"), []byte("changes with every verdict"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := flip(filepath.Join(path, "data", "big.zip")); err != nil {
		t.Fatal(err)
	}
	// As docs/restore.md says it.
	cmd := exec.CommandContext(t.Context(), "par2", "repair", "-q", "-B", ref.ID, ref.ID+".par2/recovery.par2")
	cmd.Dir, cmd.Env = filepath.Join(v.dir, ref.Owner), append(os.Environ(), "OMP_WAIT_POLICY=passive")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if proof, err := ReadBack(t.Context(), path, b.Payload); err != nil || len(proof.Damage) > 1 {
		t.Errorf("%+v, %v", proof, err) // par2 leaves the damaged file beside the mended one
	}
	if err := os.Remove(filepath.Join(path, "data", "big.zip.1")); err != nil {
		t.Error(err)
	}
	prove(t, path, b)
	validate(t, path)
}

func TestDamagedBagGetsNoRecoveryFiles(t *testing.T) {
	v := openTest(t)
	path, ref, _ := sealed(t, v)
	if err := flip(filepath.Join(path, "data", "big.zip")); err != nil {
		t.Fatal(err)
	}
	if err := v.Protect(t.Context(), ref, 5); !errors.Is(err, ErrUnproven) {
		t.Errorf("got %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if err := v.Protect(t.Context(), ref, 5); !errors.Is(err, ErrNoPar2) || fault.HintOf(err) == "" {
		t.Errorf("got %v", err)
	}
}
