package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
)

// Payload is one received file: its digest was computed while it came in.
type Payload struct {
	Name   string
	Size   int64
	SHA256 string       // lower-case hex
	Seen   durable.Seen // what was read back while it came, if it was
}

// Bag is what is to be filed together.
type Bag struct {
	Owner    string
	ID       string
	Payload  []Payload         // files in Incoming(ID), or filed already
	Contents map[string][]byte // small payload files given as bytes, like the mail
	Tags     map[string][]byte // files that speak about the payload, beside data/
	Date     time.Time
	Agent    string // what made the bag, as Bag-Software-Agent
}

// The tag files that BagIt 1.0 names (RFC 8493, section 2).
const (
	declarationFile = "bagit.txt"
	infoFile        = "bag-info.txt"
	manifestFile    = "manifest-sha256.txt"
	tagManifestFile = "tagmanifest-sha256.txt"
	declaration     = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
)

// Seal files b as a BagIt 1.0 bag (RFC 8493) and returns its folder. Called
// again after a crash, or with further parts, it goes on from what is there:
// payload is only ever added. Where a filed part is damaged and a whole one of
// its name is in Incoming(ID), that one is filed, and the damaged one set aside.
// The declaration is written last, and taken away
// before a change; a folder without it is a bag in the making. Seal proves
// nothing: ReadBack does.
func (v *Vault) Seal(ctx context.Context, b Bag) (path string, err error) {
	path = filepath.Join(v.dir, b.Owner, b.ID)
	data := filepath.Join(path, "data")
	for _, name := range []string{b.Owner, b.ID} {
		if err := checkName(name); err != nil {
			return "", err
		}
	}
	if err := durable.MkdirAll(data, 0o750); err != nil {
		return "", fmt.Errorf("make bag: %w", err)
	}
	// What a killed run left half-written would be found as a file that nobody knows.
	if err := errors.Join(durable.RemoveTemporary(data), durable.RemoveTemporary(path)); err != nil {
		return "", fmt.Errorf("make bag: %w", err)
	}
	for _, p := range b.Payload {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := v.file(ctx, b, p, data); err != nil {
			return "", fmt.Errorf("file %s: %w", p.Name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Contents)) {
		if err := putOnce(filepath.Join(data, name), b.Contents[name]); err != nil {
			return "", fmt.Errorf("file %s: %w", name, err)
		}
	}
	// An earlier run may have been killed between a rename and its sync. The
	// payload must be on the device before anything says that it is.
	if err := errors.Join(durable.SyncDir(data), syncUp(data, v.dir)); err != nil {
		return "", err
	}
	if err := writeTags(path, b); err != nil {
		return "", fmt.Errorf("write tag files of %s: %w", path, err)
	}
	if err := durable.SyncDir(path); err != nil {
		return "", err
	}
	// Only an empty folder goes; a part that is being received keeps it.
	_ = os.Remove(filepath.Join(v.dir, incoming, b.ID))
	return path, nil
}

// file moves one part into data, unless an earlier run did.
func (v *Vault) file(ctx context.Context, b Bag, p Payload, data string) error {
	if err := checkName(p.Name); err != nil {
		return err
	}
	target, received := filepath.Join(data, p.Name), filepath.Join(v.dir, incoming, b.ID, p.Name)
	_, err := os.Lstat(target)
	_, none := os.Lstat(received)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case none == nil: // it was given once more: is the filed one still what it was?
		sum, _, err := durable.SHA256(ctx, target)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && sum == p.SHA256 {
			return durable.Remove(received)
		}
		if filed, _, merr := readManifest(ctx, &Folder{dir: filepath.Dir(data)}, manifestFile); err == nil && merr == nil && filed["data/"+p.Name] == sum {
			return errors.New("another file of that name is in the bag already, and it is whole")
		}
		if err := setAside(target); err != nil {
			return err
		}
	default: // whole or not: ReadBack finds out
		return nil
	}
	if err := disclaim(filepath.Dir(data)); err != nil {
		return err
	}
	return durable.Rename(received, target)
}

// setAside keeps a damaged payload file beside the bag's tag files, where it makes no bag invalid.
func setAside(path string) error {
	bag := filepath.Dir(filepath.Dir(path))
	if err := disclaim(bag); err != nil {
		return err
	}
	return durable.Rename(path, filepath.Join(bag, damagedName(filepath.Base(path))))
}

// damagedName is what a damaged file is called once another takes its place.
func damagedName(name string) string {
	return name + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
}

// disclaim takes the declaration away before a bag changes: until it is written
// again the folder is a bag in the making and does not claim to be whole.
func disclaim(path string) error { return durable.Remove(filepath.Join(path, declarationFile)) }

// putOnce writes a payload file that never changes.
func putOnce(path string, content []byte) error {
	if err := checkName(filepath.Base(path)); err != nil {
		return err
	}
	old, err := os.ReadFile(path)
	if err == nil {
		if string(old) == string(content) {
			return nil
		}
		err = setAside(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := disclaim(filepath.Dir(filepath.Dir(path))); err != nil {
		return err
	}
	return durable.WriteFile(path, content, 0o440)
}

// writeTags writes everything beside data/, the declaration last.
func writeTags(path string, b Bag) error {
	lines, octets := map[string]string{}, int64(0)
	for _, p := range b.Payload {
		lines["data/"+p.Name] = p.SHA256
		octets += p.Size
	}
	for name, content := range b.Contents {
		lines["data/"+name] = digest(content)
		octets += int64(len(content))
	}
	tags := map[string][]byte{
		manifestFile: manifest(lines),
		infoFile: []byte("Bag-Software-Agent: " + b.Agent + "\n" +
			"Bagging-Date: " + b.Date.UTC().Format(time.DateOnly) + "\n" +
			"External-Identifier: " + b.ID + "\n" +
			"Source-Organization: " + b.Owner + "\n" +
			fmt.Sprintf("Payload-Oxum: %d.%d\n", octets, len(lines))),
		declarationFile: []byte(declaration),
	}
	for name, content := range b.Tags {
		if err := checkName(name); err != nil {
			return err
		}
		tags[name] = content
	}
	tagLines := map[string]string{}
	for name, content := range tags {
		tagLines[name] = digest(content)
	}
	tags[tagManifestFile] = manifest(tagLines)
	names := slices.Sorted(maps.Keys(tags))
	names = append(slices.DeleteFunc(names, func(n string) bool { return n == declarationFile }), declarationFile)
	for _, name := range names {
		if old, err := os.ReadFile(filepath.Join(path, name)); err == nil && string(old) == string(tags[name]) {
			continue
		}
		if err := disclaim(path); err != nil {
			return err
		}
		if err := durable.WriteFile(filepath.Join(path, name), tags[name], 0o440); err != nil {
			return err
		}
	}
	return nil
}
