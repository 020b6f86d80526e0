package vault

import (
	"os"
	"path/filepath"
	"testing"
)

// A process that is killed while it writes a small file leaves a temporary one. That is no damage.
func TestLeftoversOfAKilledRunAreNoDamage(t *testing.T) {
	v := openTest(t)
	b := bag(receive(t, v, "20261123-abc", "a.zip", "PK one"))
	data := filepath.Join(v.dir, b.Owner, b.ID, "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{
		filepath.Join(data, ".export-mail.eml.tmp-123"), filepath.Join(filepath.Dir(data), ".report.json.tmp-9"),
	} {
		if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path, err := v.Seal(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := ReadBack(t.Context(), path, b.Payload)
	if err != nil || len(proof.Damage) != 0 {
		t.Errorf("%+v, %v", proof, err)
	}
	if left, _ := filepath.Glob(filepath.Join(path, ".*.tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
