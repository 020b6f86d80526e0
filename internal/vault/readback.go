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
	"strings"

	"github.com/igwatchd/igwatchd/internal/durable"
)

// Damage is one file of a bag that is not what it was when it was filed.
type Damage struct {
	Name string
	What string // missing | changed | unexpected | unreadable
}

// Proof is the outcome of reading a whole bag back.
type Proof struct {
	Digest string // SHA-256 of the tag manifest, which vouches for all other files
	Files  int
	Bytes  int64
	Damage []Damage // empty: every file is as it was filed
}

// maxManifest bounds a manifest that is read back: enough for 100,000 files.
const maxManifest = 32 << 20

// ReadBack reads every file of the bag at path from the device and compares it
// with the bag's manifests, and these with expect, the digests that were
// computed while the payload was received (nil: the manifests alone count). An
// error means that it could not be judged, not that the bag is fine.
func ReadBack(ctx context.Context, path string, expect []Payload) (Proof, error) {
	var proof Proof
	root, err := os.OpenRoot(path)
	if err != nil {
		return proof, fmt.Errorf("read back bag: %w", err)
	}
	defer root.Close() //nolint:errcheck // opened for reading only
	tags, sum, err := readManifest(root, tagManifestFile)
	if err != nil {
		return proof, fmt.Errorf("read back bag %s: %w", path, err)
	}
	proof.Digest = sum
	payload, _, err := readManifest(root, manifestFile)
	if err != nil {
		return proof, fmt.Errorf("read back bag %s: %w", path, err)
	}
	for _, must := range []string{declarationFile, infoFile, manifestFile} {
		if tags[must] == "" {
			proof.Damage = append(proof.Damage, Damage{must, "missing"})
		}
	}
	for _, p := range expect {
		if payload["data/"+p.Name] != p.SHA256 {
			proof.Damage = append(proof.Damage, Damage{"data/" + p.Name, "changed"})
		}
	}
	files := maps.Clone(tags)
	maps.Copy(files, payload)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		what, size, err := compare(ctx, root, path, name, files[name])
		if err != nil {
			return proof, err
		}
		proof.Files++
		proof.Bytes += size
		if what != "" {
			proof.Damage = append(proof.Damage, Damage{name, what})
		}
	}
	entries, err := os.ReadDir(filepath.Join(path, "data"))
	if err != nil {
		return proof, fmt.Errorf("read back bag: %w", err)
	}
	for _, e := range entries {
		if payload["data/"+e.Name()] == "" {
			proof.Damage = append(proof.Damage, Damage{"data/" + e.Name(), "unexpected"})
		}
	}
	return proof, nil
}

func compare(ctx context.Context, root *os.Root, path, name, want string) (what string, size int64, err error) {
	if info, err := root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		return "missing", 0, nil
	} else if err != nil || !info.Mode().IsRegular() {
		return "unreadable", 0, nil //nolint:nilerr // damage, and told as such
	}
	sum, size, err := durable.SHA256(ctx, filepath.Join(path, name))
	switch {
	case ctx.Err() != nil:
		return "", size, ctx.Err()
	case err != nil: // a file that cannot be read is damage, and told as such
		what = "unreadable"
	case sum != want:
		what = "changed"
	}
	return what, size, nil
}

// readManifest parses a manifest of the bag and returns its own digest.
func readManifest(root *os.Root, name string) (lines map[string]string, sum string, err error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, "", err
	}
	if info.Size() > maxManifest {
		return nil, "", fmt.Errorf("%s is larger than %d bytes", name, maxManifest)
	}
	data, err := root.ReadFile(name)
	if err != nil {
		return nil, "", err
	}
	lines, err = parseManifest(string(data))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	return lines, digest(data), nil
}

// parseManifest reads `DIGEST  NAME` lines (RFC 8493, section 2.1.3).
func parseManifest(text string) (map[string]string, error) {
	decode := strings.NewReplacer("%25", "%", "%0A", "\n", "%0D", "\r")
	lines := map[string]string{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		sum, name, ok := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		name = decode.Replace(strings.TrimLeft(name, " *"))
		if !ok || len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" || !filepath.IsLocal(name) {
			return nil, fmt.Errorf("line %d is no checksum line", n)
		}
		if lines[name] != "" {
			return nil, fmt.Errorf("line %d names %s again", n, name)
		}
		lines[name] = sum
	}
	return lines, nil
}
