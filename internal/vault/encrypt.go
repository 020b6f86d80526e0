package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"strings"

	"filippo.io/age"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// An encrypted copy holds NAME.age for each NAME of the bag, and a manifest of
// the ciphertexts, so that the copy can be checked by everybody (sha256sum -c)
// and read by the owner of the key alone. The manifest is written last: without
// it the copy is one in the making.
const (
	ageSuffix         = ".age"
	encryptedManifest = "encrypted-sha256.txt"
)

// ageExtra bounds what age adds to size bytes: its header and 16 bytes for each 64 KiB.
func ageExtra(size int64) int64 { return size/(64<<10)*16 + 64<<10 }

// parseRecipients reads age1… recipients. Plug-ins are programs and not taken.
func parseRecipients(list []string) ([]age.Recipient, error) {
	recipients, err := age.ParseRecipients(strings.NewReader(strings.Join(list, "\n")))
	if err != nil {
		return nil, fault.Configuration(fmt.Errorf("age_recipients: %w", err),
			"a recipient is the line age1… that age-keygen prints; never the secret key")
	}
	return recipients, nil
}

// origin is what an encrypted file was made of, and what it became.
type origin struct {
	Plain  string `json:"plain"`
	Stored string `json:"stored"`
}

func (r *Replica) progressKey(ref Ref) string { return "replica " + r.name + " " + ref.folder() }

// origins returns what is known of an encrypted copy's files. It is kept here
// and not in the copy, where nobody could tell who wrote it.
func (r *Replica) origins(ctx context.Context, ref Ref) (map[string]origin, error) {
	known := map[string]origin{}
	body, found, err := r.progress.Checkpoint(ctx, r.progressKey(ref))
	if err != nil || !found {
		return known, err
	}
	if err := json.Unmarshal(body, &known); err != nil {
		return nil, fmt.Errorf("read progress: %w", err)
	}
	return known, nil
}

func (r *Replica) saveOrigins(ctx context.Context, ref Ref, known map[string]origin) error {
	body, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return r.progress.SaveCheckpoint(ctx, r.progressKey(ref), body)
}

// bound is the most that a file takes in the place.
func (c *copying) bound(name string) int64 {
	if c.recipients != nil {
		return c.sizes[name].Size + ageExtra(c.sizes[name].Size)
	}
	return c.sizes[name].Size
}

// putEncrypted sends what r yields as a ciphertext and returns its digest.
func (c *copying) putEncrypted(ctx context.Context, target string, r io.Reader, size int64) (string, error) {
	cipher, err := age.EncryptReader(r, c.recipients...)
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	h := sha256.New()
	err = c.place.Put(ctx, target, io.TeeReader(cipher, h), size, "")
	return hex.EncodeToString(h.Sum(nil)), err
}

// claim writes the manifest of an encrypted copy unless it is there, and returns
// its digest.
func (c *copying) claim(ctx context.Context) (string, error) {
	lines := map[string]string{}
	for _, name := range c.order {
		lines[name+ageSuffix] = c.known[name].Stored
	}
	text := manifest(lines)
	want := digest(text)
	name := path.Join(c.folder, encryptedManifest)
	if _, ok := c.have[encryptedManifest]; ok {
		sum, _, _, err := readSum(ctx, c.place, name)
		if err != nil || sum == want {
			return want, err
		}
	}
	if err := c.place.Put(ctx, name, strings.NewReader(string(text)), int64(len(text)), want); err != nil {
		return "", err
	}
	return want, c.confirm(ctx, encryptedManifest, want)
}

func (r *Replica) verifyEncrypted(ctx context.Context, ref Ref) (Proof, error) {
	folder := ref.folder()
	lines, sum, err := readManifest(ctx, r.place, path.Join(folder, encryptedManifest))
	if err != nil {
		damage, err := manifestDamage(ctx, encryptedManifest, err)
		return Proof{Digest: sum, Damage: []Damage{damage}}, err
	}
	proof := Proof{Digest: sum}
	if sum != ref.Digest {
		proof.Damage = append(proof.Damage, Damage{encryptedManifest, "changed"})
	}
	known := maps.Clone(lines)
	known[encryptedManifest] = sum
	have, err := r.place.List(ctx, folder) // before the reading, as in compare
	if err != nil {
		return proof, err
	}
	proof.Marks = marks(have, known)
	if err := compareAll(ctx, r.place, folder, lines, nil, &proof); err != nil {
		return proof, err
	}
	if have, err = r.place.List(ctx, folder); err != nil {
		return proof, err
	}
	proof.strangers(have, known)
	return proof, nil
}
