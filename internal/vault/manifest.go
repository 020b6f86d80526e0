package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// maxManifest bounds a manifest that is read back: enough for 100,000 files.
const maxManifest = 32 << 20

// manifests is what a bag says about its files.
type manifests struct {
	digest        string // of the tag manifest
	payloadDigest string // of the payload manifest
	payload, tags map[string]string
}

// readManifests reads both manifests of the bag in folder.
func readManifests(ctx context.Context, src Source, folder string) (manifests, error) {
	var bag manifests
	var err error
	if bag.tags, bag.digest, err = readManifest(ctx, src, path.Join(folder, tagManifestFile)); err != nil {
		return bag, err
	}
	bag.payload, bag.payloadDigest, err = readManifest(ctx, src, path.Join(folder, manifestFile))
	return bag, err
}

func readManifest(ctx context.Context, src Source, name string) (lines map[string]string, sum string, err error) {
	data, err := readSmall(ctx, src, name, maxManifest)
	if err != nil {
		return nil, "", err
	}
	lines, err = parseManifest(string(data))
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return lines, digest(data), nil
}

// sums returns the digests of all files but the tag manifest itself.
func (m manifests) sums() map[string]string {
	files := maps.Clone(m.tags)
	maps.Copy(files, m.payload)
	return files
}

// order puts the payload first and the declaration last: a copy without it is
// one in the making.
func (m manifests) order() []string {
	names := slices.Sorted(maps.Keys(m.payload))
	for _, name := range slices.Sorted(maps.Keys(m.tags)) {
		if name != declarationFile {
			names = append(names, name)
		}
	}
	return append(names, tagManifestFile, declarationFile)
}

// manifest renders checksum lines as `sha256sum -c` reads them, names encoded as
// RFC 8493, section 2.1.3 wants.
func manifest(lines map[string]string) []byte {
	encode := strings.NewReplacer("%", "%25", "\n", "%0A", "\r", "%0D")
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		b.WriteString(lines[name] + "  " + encode.Replace(name) + "\n")
	}
	return []byte(b.String())
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// manifestDamage turns a manifest that cannot be used into damage, unless the
// place itself cannot be reached.
func manifestDamage(ctx context.Context, name string, err error) (Damage, error) {
	switch {
	case ctx.Err() != nil || fault.KindOf(err) != fault.UnknownKind:
		return Damage{}, err
	case errors.Is(err, fs.ErrNotExist):
		return Damage{name, "missing"}, nil
	default:
		return Damage{name, "changed"}, nil
	}
}

// parseManifest reads `DIGEST  NAME` lines (RFC 8493, section 2.1.3).
func parseManifest(text string) (map[string]string, error) {
	decode := strings.NewReplacer("%25", "%", "%0A", "\n", "%0D", "\r", "%0a", "\n", "%0d", "\r")
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
