package vault

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// memory is a Progress.
type memory struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (m *memory) Checkpoint(_ context.Context, key string) ([]byte, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, found := m.m[key]
	return body, found, nil
}

func (m *memory) SaveCheckpoint(_ context.Context, key string, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[string][]byte{}
	}
	m.m[key] = body
	return nil
}

// kind is one way to keep copies, with the folder in which its files really lie.
type kind struct {
	place    Place
	replica  *Replica
	files    string
	large    int                 // bytes of a file that it takes in several pieces
	identity *age.X25519Identity // nil: not encrypted
}

func newKind(t *testing.T, place Place, files string, encrypted bool) kind {
	t.Helper()
	k := kind{place: place, large: folderLarge, files: filepath.Join(files, "jane.doe", "20261123-abc")}
	o := ReplicaOptions{Name: "test", Progress: &memory{}}
	if encrypted {
		var err error
		if k.identity, err = age.GenerateX25519Identity(); err != nil {
			t.Fatal(err)
		}
		o.Recipients = []string{k.identity.Recipient().String()}
	}
	var err error
	if k.replica, err = NewReplica(place, o); err != nil {
		t.Fatal(err)
	}
	return k
}

// onEveryKind runs one test against every implementation.
func onEveryKind(t *testing.T, test func(t *testing.T, k kind)) {
	t.Helper()
	for _, name := range []string{"dir", "dir, encrypted", "s3", "s3, encrypted"} {
		t.Run(name, func(t *testing.T) {
			encrypted := strings.HasSuffix(name, "encrypted")
			if strings.HasPrefix(name, "s3") {
				g := startGateway(t)
				test(t, newKind(t, g.open(t), g.dir, encrypted).of(6<<20))
				return
			}
			dir := t.TempDir()
			if err := Init(dir); err != nil {
				t.Fatal(err)
			}
			test(t, newKind(t, OpenMarked(dir), dir, encrypted))
		})
	}
}

func (k kind) of(large int) kind { k.large = large; return k }

func (k kind) path(name string) string {
	if k.identity != nil {
		name += ageSuffix
	}
	return filepath.Join(k.files, filepath.FromSlash(name))
}

// inodes tells files that were written anew from those that were left alone.
func (k kind) times(t *testing.T) map[string]string {
	t.Helper()
	times := map[string]string{}
	err := filepath.Walk(k.files, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			times[strings.TrimPrefix(path, k.files+"/")] = info.ModTime().String()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// sealed files a bag with a small part and one that the place takes in several pieces, as far as it does so.
func (k kind) sealed(t *testing.T, v *Vault) (path string, ref Ref, b Bag) {
	t.Helper()
	big := strings.Repeat("0123456789abcdef", k.large/16) + "end"
	b = bag(receive(t, v, "20261123-abc", "a (1).zip", "PK one"), receive(t, v, "20261123-abc", "big.zip", big))
	path, err := v.Seal(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return path, prove(t, path, b), b
}

// sealed is a kind's sealed for those that keep a bag in a folder.
func sealed(t *testing.T, v *Vault) (path string, ref Ref, b Bag) {
	t.Helper()
	return kind{large: folderLarge}.sealed(t, v)
}

// folderLarge is more than is read of a file at once.
const folderLarge = 600 << 10

func prove(t *testing.T, path string, b Bag) Ref {
	t.Helper()
	proof, err := ReadBack(t.Context(), path, b.Payload)
	if err != nil || len(proof.Damage) > 0 {
		t.Fatalf("%+v, %v", proof, err)
	}
	return Ref{b.Owner, b.ID, proof.Digest}
}

func whole(t *testing.T, proof Proof, err error) Proof {
	t.Helper()
	if err != nil || len(proof.Damage) > 0 || len(proof.Digest) != 64 {
		t.Fatalf("%+v, %v", proof, err)
	}
	return proof
}

func TestCopyIsStoredOnceAndProven(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		path, ref, _ := k.sealed(t, v)
		stored, err := k.replica.Store(t.Context(), path, ref)
		whole(t, stored, err)
		if k.identity == nil && stored.Digest != ref.Digest {
			t.Error("the copy's digest is not the bag's")
		}
		copyRef := Ref{ref.Owner, ref.ID, stored.Digest}
		proof, err := k.replica.Verify(t.Context(), copyRef)
		if whole(t, proof, err); proof.Bytes < int64(k.large) || len(proof.Extra) > 0 {
			t.Errorf("%+v", proof)
		}
		before := k.times(t)
		again, err := k.replica.Store(t.Context(), path, ref)
		if whole(t, again, err); again.Digest != stored.Digest || !maps.Equal(before, k.times(t)) {
			t.Errorf("stored twice: %+v, then %+v; %v, then %v", stored, again, before, k.times(t))
		}
		if _, err := k.replica.Verify(t.Context(), Ref{Owner: ref.Owner, ID: ref.ID}); err == nil {
			t.Error("verified against nothing")
		}
		if proof, err := k.replica.Verify(t.Context(), Ref{ref.Owner, ref.ID, digest([]byte("other"))}); err != nil || len(proof.Damage) == 0 {
			t.Errorf("another bag's proof is good for this one: %+v, %v", proof, err)
		}
		if proof, err := k.replica.Verify(t.Context(), Ref{"jane.doe", "none", ref.Digest}); err != nil || proof.Damage[0].What != "missing" {
			t.Errorf("a copy that was never made: %+v, %v", proof, err)
		}
	})
}

func TestBagThatGrowsIsSentInPart(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		v := openTest(t)
		path, ref, b := k.sealed(t, v)
		proof, err := k.replica.Store(t.Context(), path, ref)
		whole(t, proof, err)
		before := k.times(t)
		b.Payload = append(b.Payload, receive(t, v, "20261123-abc", "third.zip", "PK three"))
		if _, err := v.Seal(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		ref = prove(t, path, b)
		grown, err := k.replica.Store(t.Context(), path, ref)
		whole(t, grown, err)
		after := k.times(t)
		for name, at := range before {
			if strings.HasPrefix(name, "data/") && after[name] != at {
				t.Errorf("%s was sent again", name)
			}
			if strings.Contains(name, ".damaged-") {
				t.Errorf("%s: nothing was damaged", name)
			}
		}
		if _, err := os.Stat(k.path("data/third.zip")); err != nil {
			t.Error(err)
		}
		proof, err = k.replica.Verify(t.Context(), Ref{ref.Owner, ref.ID, grown.Digest})
		whole(t, proof, err)
	})
}

func TestWholePayloadIsNeverOverwritten(t *testing.T) {
	onEveryKind(t, func(t *testing.T, k kind) {
		path, ref, _ := sealed(t, openTest(t))
		proof, err := k.replica.Store(t.Context(), path, ref)
		whole(t, proof, err)
		before := k.times(t)
		other := openTest(t)
		b := bag(receive(t, other, "20261123-abc", "big.zip", "PK another"))
		path, err = other.Seal(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if proof, err := k.replica.Store(t.Context(), path, prove(t, path, b)); fault.KindOf(err) != fault.PermanentKind {
			t.Errorf("%+v, %v", proof, err)
		}
		if name := strings.TrimPrefix(k.path("data/big.zip"), k.files+"/"); before[name] != k.times(t)[name] {
			t.Error("it was overwritten")
		}
	})
}
