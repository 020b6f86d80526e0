package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Look says, without reading the payload, in what state a copy's files are: while it returns the Marks of the copy's last
// proof, every file is there with the size and time that it had then. ref.Digest is the digest of that proof. An
// error means that nothing could be said.
func (r *Replica) Look(ctx context.Context, ref Ref) (string, error) {
	if err := ref.check(); err != nil {
		return "", err
	}
	state, err := r.look(ctx, ref)
	if err == nil { // a disk that went away meanwhile has lost nothing
		err = r.place.Ready(ctx, 0)
	}
	if err != nil {
		return "", fmt.Errorf("look at the copy of %s: %w", ref.folder(), err)
	}
	return state, nil
}

// look returns "" where the manifests are not those of the proof.
func (r *Replica) look(ctx context.Context, ref Ref) (string, error) {
	if err := r.place.Ready(ctx, 0); err != nil {
		return "", err
	}
	known, sum, err := r.knownFiles(ctx, ref)
	if err != nil || sum != ref.Digest {
		_, err = judge(ctx, err)
		return "", err
	}
	have, err := r.place.List(ctx, ref.folder())
	if err != nil {
		return "", err
	}
	return marks(have, known), nil
}

// knownFiles returns the files that the copy's manifests speak of, and the digest of the manifest that vouches for all.
func (r *Replica) knownFiles(ctx context.Context, ref Ref) (known map[string]string, sum string, err error) {
	if r.recipients != nil {
		known, sum, err = readManifest(ctx, r.place, path.Join(ref.folder(), encryptedManifest))
		if err == nil {
			known[encryptedManifest] = sum
		}
		return known, sum, err
	}
	bag, err := readManifests(ctx, r.place, ref.folder())
	if err != nil {
		return nil, "", err
	}
	known = bag.sums()
	known[tagManifestFile] = bag.digest
	return known, bag.digest, nil
}

// marks is a digest of names, sizes and versions: of the known files, and of whatever else is in the payload. It is ""
// while a known file is missing.
func marks(have map[string]Stat, known map[string]string) string {
	for name := range known {
		if _, ok := have[name]; !ok {
			return ""
		}
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if known[name] == "" && !strings.HasPrefix(name, "data/") {
			continue // the evidence, recovery files: they may be made anew
		}
		_, _ = fmt.Fprintf(h, "%q %d %q\n", name, have[name].Size, have[name].Version)
	}
	return hex.EncodeToString(h.Sum(nil))
}
