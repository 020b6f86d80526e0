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
// payload is only ever added. The declaration is written last, and taken away
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
		if err := v.file(b, p, data); err != nil {
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
func (v *Vault) file(b Bag, p Payload, data string) error {
	if err := checkName(p.Name); err != nil {
		return err
	}
	target := filepath.Join(data, p.Name)
	info, err := os.Lstat(target)
	switch {
	case err == nil && info.Mode().IsRegular() && info.Size() == p.Size:
		return nil
	case err == nil:
		return fmt.Errorf("another file of that name is in the bag already")
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := disclaim(filepath.Dir(data)); err != nil {
		return err
	}
	return durable.Rename(filepath.Join(v.dir, incoming, b.ID, p.Name), target)
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
		if string(old) != string(content) {
			return errors.New("another file of that name is in the bag already")
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
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
