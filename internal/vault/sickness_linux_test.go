package vault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// TestSickDiskNeverGivesAProof makes a write, sync, read or reservation of storing
// a bag and its copies fail, one after the other, and looks whether anything is
// called proven that is not, and whether it goes on when the disk is well again.
// With SICK_DISK=all or IGWATCHD_LONG=1 each single operation has its turn, else the first and every 41st
// from somewhere on.
func TestSickDiskNeverGivesAProof(t *testing.T) {
	dir, s := sickDisk(t)
	if dir == "" {
		return
	}
	step := 41
	if os.Getenv("SICK_DISK") == "all" || os.Getenv("IGWATCHD_LONG") != "" {
		step = 1
	}
	for _, f := range []struct {
		op    string
		errno syscall.Errno
		stays bool
	}{
		{"write", syscall.ENOSPC, true}, // until room is made
		{"write", syscall.EIO, true},    // one that passes is a short write to the kernel
		{"short", syscall.EIO, true},
		{"sync", syscall.EIO, false},
		{"sync", syscall.ENOSPC, true},
		{"syncdir", syscall.EIO, false},
		{"read", syscall.EIO, false},
		{"reserve", syscall.ENOSPC, true},
		{"reserve", syscall.EOPNOTSUPP, true}, // a file system that cannot; no fault
	} {
		t.Run(fmt.Sprint(f.op, " ", f.errno), func(t *testing.T) {
			next := func(after int) int {
				if after == 0 {
					return 1 + rand.IntN(step)
				}
				return after + step
			}
			for after := 0; ; after = next(after) {
				work := filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-")+fmt.Sprint(after))
				w := newWork(t, work)
				s.set(f.op, after, f.errno, f.stays)
				err := w.storeAll(t.Context())
				struck := s.struck()
				s.set("", 0, 0, false)
				harmless := f.op == "short" || f.errno == syscall.EOPNOTSUPP
				switch {
				case err == nil && struck && !harmless && f.op != "read":
					t.Errorf("operation %d failed and nobody noticed", after)
				case err != nil && harmless:
					t.Errorf("operation %d: %v", after, err)
				case durable.Full(err) && (fault.KindOf(err) != fault.TemporaryKind || fault.HintOf(err) == ""):
					t.Errorf("a full disk is %q: %v", fault.KindOf(err), err)
				case err != nil && f.errno == syscall.ENOSPC && !durable.Full(err) && !errors.Is(err, errDamaged):
					t.Errorf("operation %d: %v does not say that the disk is full", after, err)
				}
				if err != nil {
					err = w.storeAll(t.Context())
				}
				if err != nil {
					t.Errorf("operation %d failed; the disk is well again, and still: %v", after, err)
				}
				w.mustStand(t)
				if !struck {
					validate(t, filepath.Join(w.v.dir, w.bag.Owner, w.bag.ID))
				}
				if err := os.RemoveAll(work); err != nil {
					t.Fatal(err)
				}
				if !struck || harmless && after > 20 {
					if after == 0 {
						t.Error("the disk never failed")
					}
					t.Logf("it has %d such operations", after)
					return
				}
			}
		})
	}
}

var errDamaged = errors.New("read back with damage")

// work is one export on the sick disk, with two copies.
type work struct {
	dir      string
	v        *Vault
	bag      Bag
	replicas map[string]*Replica
	proofs   map[string]Ref
}

func newWork(t *testing.T, dir string) *work {
	t.Helper()
	w := &work{dir: dir, replicas: map[string]*Replica{}, proofs: map[string]Ref{}}
	var err error
	if w.v, err = Open(filepath.Join(dir, "archive")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plain", "encrypted"} {
		place := filepath.Join(dir, name)
		if err := errors.Join(os.Mkdir(place, 0o700), Init(place)); err != nil {
			t.Fatal(err)
		}
		w.replicas[name] = newKind(t, OpenMarked(place), place, name == "encrypted").replica
	}
	w.bag = bag(receive(t, w.v, "20261123-abc", "a.zip", strings.Repeat("PK", 40_000)), receive(t, w.v, "20261123-abc", "b.zip", "PK two"))
	return w
}

// storeAll does what the daemon does; nil means that everything was proven.
func (w *work) storeAll(ctx context.Context) error {
	path, err := w.v.Seal(ctx, w.bag)
	if err != nil {
		return err
	}
	proof, err := ReadBack(ctx, path, w.bag.Payload)
	if err == nil && len(proof.Damage) > 0 {
		err = fmt.Errorf("%w: %+v", errDamaged, proof.Damage)
	}
	if err != nil {
		return err
	}
	ref := Ref{w.bag.Owner, w.bag.ID, proof.Digest}
	w.proofs["archive"] = ref
	for _, name := range []string{"plain", "encrypted"} {
		proof, err := w.replicas[name].Store(ctx, path, ref)
		if err == nil && len(proof.Damage) > 0 {
			err = fmt.Errorf("%w: %+v", errDamaged, proof.Damage)
		}
		if err != nil {
			return err
		}
		w.proofs[name] = Ref{ref.Owner, ref.ID, proof.Digest}
	}
	return nil
}

// mustStand checks every proof that was given, on the disk that is well again.
func (w *work) mustStand(t *testing.T) {
	t.Helper()
	path := filepath.Join(w.v.dir, w.bag.Owner, w.bag.ID)
	if proof, err := ReadBack(t.Context(), path, w.bag.Payload); err != nil || len(proof.Damage) > 0 || proof.Digest != w.proofs["archive"].Digest {
		t.Errorf("archive: %+v, %v", proof, err)
	}
	for name, r := range w.replicas {
		if proof, err := r.Verify(t.Context(), w.proofs[name]); err != nil || len(proof.Damage) > 0 {
			t.Errorf("%s: %+v, %v", name, proof, err)
		}
	}
}

// TestProofSpeaksOfFoldersToo: a process may be killed between a rename and the
// sync of its folder. The next run finds the file there, but only in memory; it
// must not be called proven before the folder is on the device too.
func TestProofSpeaksOfFoldersToo(t *testing.T) {
	dir, s := sickDisk(t)
	if dir == "" {
		return
	}
	w := newWork(t, filepath.Join(dir, "work"))
	if err := w.storeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.v.dir, w.bag.Owner, w.bag.ID)
	for after := range 3 {
		for name, again := range map[string]func() error{
			"seal":  func() error { _, err := w.v.Seal(t.Context(), w.bag); return err },
			"plain": func() error { _, err := w.replicas["plain"].Store(t.Context(), path, w.proofs["archive"]); return err },
			"encrypted": func() error {
				_, err := w.replicas["encrypted"].Store(t.Context(), path, w.proofs["archive"])
				return err
			},
		} {
			s.set("syncdir", after, syscall.EIO, true)
			if err := again(); err == nil {
				t.Errorf("%s: fewer than %d folders were synced", name, after+1)
			}
			s.set("", 0, 0, false)
		}
	}
	if err := w.storeAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}
