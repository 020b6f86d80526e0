package vault

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/igwatchd/igwatchd/internal/fault"
)

func TestDamagedCopyIsFoundAndRepaired(t *testing.T) {
	harms := map[string]struct {
		name, what string
		harm       func(path string) error
	}{
		"flipped bit":     {"data/big.zip", "changed", flip},
		"cut":             {"data/a (1).zip", "changed", func(p string) error { return os.Truncate(p, 3) }},
		"gone":            {"data/big.zip", "missing", os.Remove},
		"tag file":        {"bag-info.txt", "changed", flip},
		"manifest":        {"manifest-sha256.txt", "changed", flip},
		"tag manifest":    {"tagmanifest-sha256.txt", "changed", flip},
		"no tag manifest": {"tagmanifest-sha256.txt", "missing", os.Remove},
		"no declaration":  {"bagit.txt", "missing", os.Remove},
		"declaration":     {"bagit.txt", "changed", flip},
	}
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		path, ref, _ := sealed(t, v)
		stored, err := k.replica.Store(t.Context(), path, ref)
		whole(t, stored, err)
		copyRef := Ref{ref.Owner, ref.ID, stored.Digest}
		for title, h := range harms {
			before := k.times(t)
			if err := h.harm(k.path(h.name)); err != nil {
				t.Fatal(err)
			}
			proof, err := k.replica.Verify(t.Context(), copyRef)
			found := slices.ContainsFunc(proof.Damage, func(d Damage) bool {
				return strings.TrimSuffix(d.Name, ageSuffix) == h.name && d.What == h.what
			})
			if err != nil || !found {
				t.Errorf("%s: %+v, %v", title, proof.Damage, err)
			}
			archive, err := NewReplica(v.Folder(), ReplicaOptions{})
			if err != nil {
				t.Fatal(err)
			}
			repaired, err := k.replica.Repair(t.Context(), archive, ref)
			whole(t, repaired, err)
			copyRef.Digest = repaired.Digest
			if proof, err := k.replica.Verify(t.Context(), copyRef); err != nil || len(proof.Damage) > 0 {
				t.Errorf("%s: after the repair: %+v, %v", title, proof, err)
			}
			after := k.times(t)
			for name := range after {
				base := strings.TrimSuffix(name, ageSuffix)
				if before[name] != after[name] && base != h.name && base != "bagit.txt" && name != encryptedManifest && !strings.Contains(name, ".damaged-") {
					t.Errorf("%s: %s was written too", title, name)
				}
			}
			if kept := slices.ContainsFunc(slices.Collect(maps.Keys(after)), func(n string) bool {
				return strings.HasPrefix(n, filepath.Base(k.path(h.name))+".damaged-")
			}); kept != (h.what == "changed") && h.name != tagManifestFile { // of which nobody says what it was
				t.Errorf("%s: damaged file kept: %v; %v", title, kept, after)
			}
			for name := range after {
				if strings.Contains(name, ".damaged-") {
					_ = os.Remove(filepath.Join(k.files, name))
				}
			}
		}
	})
}

// flip changes one bit in the middle of a file.
func flip(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	data[len(data)/2] ^= 4
	_ = os.Chmod(path, 0o600)
	f, err := os.OpenFile(path, os.O_WRONLY, 0) // in place: the server's notes about the file stay
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	return errors.Join(err, f.Close())
}

func TestArchiveIsRepairedFromACopy(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		path, ref, b := sealed(t, v)
		stored, err := k.replica.Store(t.Context(), path, ref)
		whole(t, stored, err)
		if err := errors.Join(flip(filepath.Join(path, "data", "big.zip")), os.Remove(filepath.Join(path, "report.json"))); err != nil {
			t.Fatal(err)
		}
		archive, err := NewReplica(v.Folder(), ReplicaOptions{})
		if err != nil {
			t.Fatal(err)
		}
		proof, err := archive.Verify(t.Context(), ref)
		if err != nil || len(proof.Damage) != 2 {
			t.Fatalf("%+v, %v", proof, err)
		}
		repaired, err := archive.Repair(t.Context(), k.replica, Ref{ref.Owner, ref.ID, stored.Digest})
		if k.identity != nil {
			if err == nil || fault.HintOf(err) == "" {
				t.Errorf("repaired without the key: %+v, %v", repaired, err)
			}
			return
		}
		whole(t, repaired, err)
		prove(t, path, b)
		validate(t, path)
	})
}

func TestNothingIsCopiedFromAnUnprovenSource(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		path, ref, _ := sealed(t, v)
		if err := os.Rename(filepath.Join(path, "data", "big.zip"), filepath.Join(path, "data", "gone")); err != nil {
			t.Fatal(err)
		}
		if _, err := k.replica.Store(t.Context(), path, ref); !errors.Is(err, ErrUnproven) || fault.KindOf(err) != fault.PermanentKind {
			t.Errorf("a source with a file missing: %v", err)
		}
		if err := os.Rename(filepath.Join(path, "data", "gone"), filepath.Join(path, "data", "big.zip")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"data/big.zip", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"} {
			harmed := filepath.Join(path, name)
			if err := flip(harmed); err != nil {
				t.Fatal(err)
			}
			if proof, err := k.replica.Store(t.Context(), path, ref); err == nil {
				t.Errorf("%s: %+v", name, proof)
			} else if _, serr := os.Stat(k.path(name)); serr == nil {
				t.Errorf("%s was copied", name)
			}
			if err := flip(harmed); err != nil { // back again
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(k.path("bagit.txt")); err == nil && k.identity == nil {
			t.Error("a copy that was never finished claims to be whole")
		}
		proof, err := k.replica.Store(t.Context(), path, ref)
		whole(t, proof, err)
	})
}

// cramped is a place with no room for a damaged file beside its replacement.
type cramped struct{ Place }

func (c cramped) Ready(ctx context.Context, need int64) error {
	if need > 0 {
		return fault.Temporary(errors.New("no room"), "")
	}
	return c.Place.Ready(ctx, need)
}

func TestDamagedFileGoesWhenThereIsNoRoomForBoth(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		path, ref, _ := sealed(t, openTest(t))
		stored, err := k.replica.Store(t.Context(), path, ref)
		whole(t, stored, err)
		if err := errors.Join(flip(k.path("data/big.zip")), flip(filepath.Join(path, "data", "big.zip"))); err != nil {
			t.Fatal(err)
		}
		k.replica.place = cramped{k.place}
		if proof, err := k.replica.Store(t.Context(), path, ref); err == nil {
			t.Errorf("both are damaged, and: %+v", proof)
		} else if _, serr := os.Stat(k.path("data/big.zip")); serr != nil {
			t.Error("the damaged file went although there is nothing to replace it")
		}
		if err := flip(filepath.Join(path, "data", "big.zip")); err != nil { // the source is whole again
			t.Fatal(err)
		}
		k.replica.place = k.place
		proof, err := k.replica.Store(t.Context(), path, ref)
		whole(t, proof, err)
		if err := flip(k.path("data/big.zip")); err != nil {
			t.Fatal(err)
		}
		before := len(k.times(t))
		k.replica.place = cramped{k.place}
		proof, err = k.replica.Store(t.Context(), path, ref)
		whole(t, proof, err)
		if len(k.times(t)) > before {
			t.Error("a second damaged file was kept")
		}
	})
}

// TestDamagedCopyIsLeftAloneWhenTheSourceIsDamagedToo: what is left of it may be all there is.
func TestDamagedCopyIsLeftAloneWhenTheSourceIsDamagedToo(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		path, ref, _ := sealed(t, v)
		stored, err := k.replica.Store(t.Context(), path, ref)
		whole(t, stored, err)
		if err := errors.Join(flip(k.path("data/big.zip")), flip(filepath.Join(path, "data", "big.zip"))); err != nil {
			t.Fatal(err)
		}
		archive, err := NewReplica(v.Folder(), ReplicaOptions{})
		if err != nil {
			t.Fatal(err)
		}
		before := k.times(t)
		if _, err := k.replica.Repair(t.Context(), archive, ref); !errors.Is(err, ErrUnproven) {
			t.Errorf("repaired: %v", err)
		}
		if after := k.times(t); !maps.Equal(before, after) {
			t.Errorf("it was touched: %v, then %v", before, after)
		}
	})
}
