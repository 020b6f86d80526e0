package vault

import (
	"context"
	"errors"
	"fmt"
	"path"

	"filippo.io/age"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Ref names a bag and says what it must be.
type Ref struct {
	Owner, ID string
	Digest    string // that of the proof the journal keeps
}

func (r Ref) folder() string { return path.Join(r.Owner, r.ID) }

func (r Ref) check() error {
	if err := errors.Join(checkName(r.Owner), checkName(r.ID)); err != nil {
		return err
	}
	if len(r.Digest) != 64 {
		return fault.Permanent(fmt.Errorf("there is no proof of %s to compare with", r.folder()), "")
	}
	return nil
}

// Progress keeps what an encrypted copy's files were made of, across crashes.
// The journal is one.
type Progress interface {
	Checkpoint(ctx context.Context, key string) (body []byte, found bool, err error)
	SaveCheckpoint(ctx context.Context, key string, body []byte) error
}

// ReplicaOptions say how copies are kept in a place.
type ReplicaOptions struct {
	Name       string   // tells replicas apart in Progress
	Recipients []string // age1…: every file is encrypted to them; empty: stored as it is
	Progress   Progress // needed with Recipients
}

// Replica keeps copies of bags in a place: whole bags, or encrypted ones. The
// calls for one bag must not overlap.
type Replica struct {
	place      Place
	name       string
	recipients []age.Recipient
	progress   Progress
}

// NewReplica uses place for copies.
func NewReplica(place Place, o ReplicaOptions) (*Replica, error) {
	r := &Replica{place: place, name: o.Name, progress: o.Progress}
	var err error
	if len(o.Recipients) == 0 {
		return r, nil
	}
	if r.recipients, err = parseRecipients(o.Recipients); err != nil {
		return nil, err
	}
	if r.progress == nil {
		return nil, errors.New("an encrypted replica needs a Progress")
	}
	return r, nil
}

// Ready tells whether the place can be reached: ErrNotMounted while a disk is away.
func (r *Replica) Ready(ctx context.Context) error { return r.place.Ready(ctx, 0) }

// Store copies the bag at bagPath, whose proof is ref.Digest, and reads every
// file of the copy back. Called again it goes on from what is there: what is
// proven is not sent again, what is damaged is set aside and replaced, and a
// whole payload file with another content is never overwritten. Only a proof
// without damage says that the copy is whole.
func (r *Replica) Store(ctx context.Context, bagPath string, ref Ref) (Proof, error) {
	proof, err := r.copyBag(ctx, &Folder{dir: bagPath}, "", ref)
	if err != nil {
		return Proof{}, fmt.Errorf("store a copy of %s: %w", ref.folder(), err)
	}
	return proof, nil
}

// Repair replaces what is damaged or missing in this copy by what from holds;
// source is the proof of that copy. The bytes are checked against it on their
// way: nothing is taken from a source that is not what was proven. An encrypted
// source needs its key, which igwatchd does not have.
func (r *Replica) Repair(ctx context.Context, from *Replica, source Ref) (Proof, error) {
	if from.recipients != nil {
		return Proof{}, fault.Permanent(fmt.Errorf("repair %s: the whole copy is encrypted", source.folder()),
			"only you have the key: docs/restore.md says how to read that copy")
	}
	err := from.place.Ready(ctx, 0)
	var proof Proof
	if err == nil {
		proof, err = r.copyBag(ctx, from.place, source.folder(), source)
	}
	if err != nil {
		return Proof{}, fmt.Errorf("repair %s: %w", source.folder(), err)
	}
	return proof, nil
}

// Verify reads every byte of a copy again. ref.Digest is the digest of this
// copy's last proof; it proves the manifest, and the manifest everything else.
// An error means that nothing could be said, not that the copy is fine.
func (r *Replica) Verify(ctx context.Context, ref Ref) (Proof, error) {
	if err := ref.check(); err != nil {
		return Proof{}, err
	}
	err := r.place.Ready(ctx, 0)
	var proof Proof
	switch {
	case err != nil:
	case r.recipients != nil:
		proof, err = r.verifyEncrypted(ctx, ref)
	default:
		proof, err = r.verifyBag(ctx, ref)
	}
	if err == nil { // a disk that went away meanwhile has damaged nothing
		err = r.place.Ready(ctx, 0)
	}
	if err != nil {
		return Proof{}, fmt.Errorf("verify the copy of %s: %w", ref.folder(), err)
	}
	return proof, nil
}

func (r *Replica) verifyBag(ctx context.Context, ref Ref) (Proof, error) {
	folder := ref.folder()
	bag, err := readManifests(ctx, r.place, folder)
	if err != nil {
		name := tagManifestFile
		if bag.tags != nil {
			name = manifestFile
		}
		damage, err := manifestDamage(ctx, name, err)
		return Proof{Digest: bag.digest, Damage: []Damage{damage}}, err
	}
	proof, err := bag.compare(ctx, r.place, folder, nil)
	if bag.digest != ref.Digest {
		proof.Damage = append(proof.Damage, Damage{tagManifestFile, "changed"})
	}
	return proof, err
}
