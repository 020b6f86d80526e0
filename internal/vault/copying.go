package vault

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// copying is one run over one bag, from a proven source into a place.
type copying struct {
	*Replica
	ref    Ref
	src    Source
	from   string            // the bag's folder in src
	folder string            // and in the place
	order  []string          // the bag's files, what claims to be whole last
	sizes  map[string]Stat   // of the source's files
	have   map[string]Stat   // the place's files
	known  map[string]origin // what the place's files were, when they were last whole
	proof  Proof
}

// copyBag makes the place's copy of a bag what the source's is.
func (r *Replica) copyBag(ctx context.Context, src Source, from string, ref Ref) (Proof, error) {
	if err := ref.check(); err != nil {
		return Proof{}, err
	}
	bag, err := readManifests(ctx, src, from)
	if err != nil {
		return Proof{}, unproven(err)
	}
	if bag.digest != ref.Digest || bag.tags[manifestFile] != bag.payloadDigest {
		return Proof{}, fault.Permanent(ErrUnproven, "see which copy is whole with: igwatchd verify "+ref.ID)
	}
	if err := r.place.Ready(ctx, 0); err != nil {
		return Proof{}, err
	}
	c := &copying{Replica: r, ref: ref, src: src, from: from, folder: ref.folder(), order: bag.order()}
	if c.sizes, err = src.List(ctx, from); err != nil {
		return Proof{}, err
	}
	if c.have, err = r.place.List(ctx, c.folder); err != nil {
		return Proof{}, err
	}
	if err := c.clean(ctx); err != nil {
		return Proof{}, err
	}
	if err := c.recall(ctx); err != nil {
		return Proof{}, err
	}
	if err := c.room(ctx); err != nil {
		return Proof{}, err
	}
	sums := bag.sums()
	sums[tagManifestFile] = bag.digest
	for _, name := range c.order {
		if err := c.ensure(ctx, name, sums[name]); err != nil {
			return Proof{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	c.proof.Digest = bag.digest
	stored := sums
	if r.recipients != nil {
		if c.proof.Digest, err = c.claim(ctx); err != nil {
			return Proof{}, err
		}
		stored = map[string]string{encryptedManifest: c.proof.Digest}
		for _, name := range c.order {
			stored[name+ageSuffix] = c.known[name].Stored
		}
	}
	if c.have, err = r.place.List(ctx, c.folder); err != nil {
		return Proof{}, err
	}
	c.proof.strangers(c.have, stored)
	c.proof.Marks = marks(c.have, stored)
	return c.proof, r.place.Ready(ctx, 0)
}

// clean removes what an interrupted run was writing.
func (c *copying) clean(ctx context.Context) error {
	for name := range maps.Clone(c.have) {
		if unfinished(name) {
			if err := c.place.Remove(ctx, path.Join(c.folder, name)); err != nil {
				return err
			}
			delete(c.have, name)
		}
	}
	return nil
}

// recall finds out what the place's files were when they were last whole: a
// bag's own manifests say so, of encrypted files it is remembered here.
func (c *copying) recall(ctx context.Context) (err error) {
	if c.recipients != nil {
		c.known, err = c.origins(ctx, c.ref)
		return err
	}
	c.known = map[string]origin{}
	old, err := readManifests(ctx, c.place, c.folder)
	if err != nil { // none yet, or damaged: then they speak for nothing
		_, err = manifestDamage(ctx, "", err)
		return err
	}
	for name, sum := range old.sums() {
		c.known[name] = origin{sum, sum}
	}
	c.known[tagManifestFile] = origin{old.digest, old.digest}
	return nil
}

// room asks for the bytes that are not there yet.
func (c *copying) room(ctx context.Context) error {
	var need int64
	for _, name := range c.order {
		if _, ok := c.have[c.stored(name)]; !ok {
			need += c.bound(name)
		}
	}
	return c.place.Ready(ctx, need)
}

func (c *copying) stored(name string) string {
	if c.recipients != nil {
		return name + ageSuffix
	}
	return name
}

// ensure makes the place's copy of one file whole, and reads it back.
func (c *copying) ensure(ctx context.Context, name, want string) error {
	stored, was := c.stored(name), c.known[name]
	if _, ok := c.have[stored]; ok {
		sum, size, what, err := readSum(ctx, c.place, path.Join(c.folder, stored))
		if err != nil {
			return err
		}
		whole := what == "" && sum == was.Stored
		switch {
		case what == "" && sum == want && c.recipients == nil, whole && was.Plain == want:
			c.count(size)
			return nil
		case whole && strings.HasPrefix(name, "data/"):
			return fault.Permanent(errors.New("the copy holds another file of that name, and it is whole"),
				"look at both: igwatchd replaces nothing that was proven")
		case !whole && (was.Stored != "" || c.recipients == nil) && what != "missing":
			// Unless it was never vouched for, which is what a crash leaves behind.
			if err := c.vouch(ctx, name, want); err != nil {
				return err
			}
			if err := c.aside(ctx, name); err != nil {
				return err
			}
		}
	}
	if err := c.disclaim(ctx, stored); err != nil {
		return err
	}
	sum, err := c.put(ctx, name, want)
	if err != nil {
		return err
	}
	if err := c.confirm(ctx, stored, sum); err != nil {
		return err
	}
	c.known[name] = origin{want, sum}
	if c.recipients != nil {
		return c.saveOrigins(ctx, c.ref, c.known)
	}
	return nil
}

// vouch reads the source's file before a damaged one is touched for its sake: two
// damaged copies are better than one that is taken apart.
func (c *copying) vouch(ctx context.Context, name, want string) error {
	sum, _, what, err := readSum(ctx, c.src, path.Join(c.from, name))
	if err == nil && (what != "" || sum != want) {
		err = unproven(errors.New("it is damaged too"))
	}
	return err
}

// put sends one file and returns the digest that its copy must have.
func (c *copying) put(ctx context.Context, name, want string) (string, error) {
	r, err := c.src.Get(ctx, path.Join(c.from, name))
	if err != nil {
		return "", unproven(err)
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	target := path.Join(c.folder, c.stored(name))
	proven := newProving(r, c.sizes[name].Size, want)
	if c.recipients != nil {
		return c.putEncrypted(ctx, target, proven, c.bound(name))
	}
	return want, c.place.Put(ctx, target, proven, c.sizes[name].Size, want)
}

// confirm reads a file back that was just written.
func (c *copying) confirm(ctx context.Context, stored, want string) error {
	sum, size, what, err := readSum(ctx, c.place, path.Join(c.folder, stored))
	if err != nil {
		return err
	}
	if what != "" || sum != want {
		return fault.Temporary(fmt.Errorf("%s reads back other than it was written %s", stored, what),
			"the disk or the server damages what it is given: look at its health")
	}
	c.count(size)
	return nil
}

func (c *copying) count(size int64) {
	c.proof.Files++
	c.proof.Bytes += size
}

// disclaim takes away, before the first change, what says that the copy is
// whole: until the end it is not.
func (c *copying) disclaim(ctx context.Context, stored string) error {
	claim := declarationFile
	if c.recipients != nil {
		claim = encryptedManifest
	}
	if _, ok := c.have[claim]; !ok || stored == claim {
		return nil
	}
	delete(c.have, claim)
	return c.place.Remove(ctx, path.Join(c.folder, claim))
}

// aside keeps a damaged file beside the bag's tag files, where it makes no bag
// invalid. It goes when there is no room for both.
func (c *copying) aside(ctx context.Context, name string) error {
	stored := c.stored(name)
	if err := c.disclaim(ctx, stored); err != nil {
		return err
	}
	to := path.Join(c.folder, damagedName(path.Base(stored)))
	if err := c.place.Aside(ctx, path.Join(c.folder, stored), to); err != nil {
		return err
	}
	if c.place.Ready(ctx, c.bound(name)) == nil {
		return nil
	}
	return c.place.Remove(ctx, to)
}
