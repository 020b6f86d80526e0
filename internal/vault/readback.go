package vault

import (
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Damage is one file of a copy that is not what it was when it was stored.
type Damage struct {
	Name string
	What string // missing | changed | unexpected | unreadable
}

// Proof is the outcome of reading a whole copy back.
type Proof struct {
	Digest string // SHA-256 of the manifest that vouches for all other files
	Files  int
	Bytes  int64
	Damage []Damage // empty: every file is as it was stored
	Extra  []string // files that no manifest speaks of, and that harm nothing
	Marks  string   // what Replica.Look says as long as nobody touches the files
}

// ReadBack reads every file of the bag at path from the device and compares it
// with the bag's manifests, and these with expect, the digests that were
// computed while the payload was received (nil: the manifests alone count). What
// was read back while it came, and is still that very file, is not read once more.
// An error means that it could not be judged, not that the bag is fine.
func ReadBack(ctx context.Context, path string, expect []Payload) (Proof, error) {
	src := &Folder{dir: path}
	bag, err := readManifests(ctx, src, "")
	if err != nil {
		return Proof{}, fmt.Errorf("read back bag %s: %w", path, err)
	}
	seen := map[string]int64{}
	for _, p := range expect {
		name := "data/" + p.Name
		if p.Seen.SHA256 == p.SHA256 && bag.payload[name] == p.SHA256 && p.Seen.Holds(filepath.Join(path, "data", p.Name)) {
			seen[name] = p.Size
		}
	}
	proof, err := bag.compare(ctx, src, "", seen)
	for _, p := range expect {
		if bag.payload["data/"+p.Name] != p.SHA256 {
			proof.Damage = append(proof.Damage, Damage{"data/" + p.Name, "changed"})
		}
	}
	return proof, err
}

// compare reads every file of the bag in folder, but for those that were seen to be right, by size.
func (m manifests) compare(ctx context.Context, src Source, folder string, seen map[string]int64) (Proof, error) {
	proof := Proof{Digest: m.digest}
	known := m.sums()
	known[tagManifestFile] = m.digest
	have, err := src.List(ctx, folder) // before the reading: whoever writes meanwhile changes what is seen later
	if err != nil {
		return proof, err
	}
	proof.Marks = marks(have, known)
	for _, must := range []string{declarationFile, infoFile, manifestFile} {
		if m.tags[must] == "" {
			proof.Damage = append(proof.Damage, Damage{must, "missing"})
		}
	}
	if err := compareAll(ctx, src, folder, m.sums(), seen, &proof); err != nil {
		return proof, err
	}
	if have, err = src.List(ctx, folder); err != nil {
		return proof, err
	}
	proof.strangers(have, known)
	return proof, nil
}

// compareAll reads the files named in sums and adds what it finds to proof.
func compareAll(ctx context.Context, src Source, folder string, sums map[string]string, seen map[string]int64, proof *Proof) error {
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		if size, ok := seen[name]; ok {
			proof.Files++
			proof.Bytes += size
			continue
		}
		sum, size, what, err := readSum(ctx, src, path.Join(folder, name))
		if err != nil {
			return fmt.Errorf("read back %s: %w", name, err)
		}
		if what == "" && sum != sums[name] {
			what = "changed"
		}
		proof.Files++
		proof.Bytes += size
		if what != "" {
			proof.Damage = append(proof.Damage, Damage{name, what})
		}
	}
	return nil
}

// strangers names files that no manifest knows. In a bag's data/ they make the
// bag invalid (RFC 8493, section 3); elsewhere they are allowed.
func (p *Proof) strangers(have map[string]Stat, known map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(have)) {
		switch {
		case known[name] != "":
		case strings.HasPrefix(name, "data/"):
			p.Damage = append(p.Damage, Damage{name, "unexpected"})
		default:
			p.Extra = append(p.Extra, name)
		}
	}
}
