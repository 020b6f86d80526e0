package durable

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// SHA256 reads the file at path back from its device and returns the digest in
// lower-case hex and the length in bytes. The file is synced and its pages are
// dropped from the cache first, so that the answer speaks of the disk and not
// of memory (measured with mincore: no page stays).
func SHA256(ctx context.Context, path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, fmt.Errorf("read back: %w", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	dropCache(f)
	h := sha256.New()
	size, err = io.CopyBuffer(h, onlyReader{ctx, f}, make([]byte, 1<<20))
	if err != nil {
		return "", size, fmt.Errorf("read back %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// onlyReader ends a long read when ctx ends, and hides WriterTo from CopyBuffer.
type onlyReader struct {
	ctx context.Context
	f   *os.File
}

func (r onlyReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.f.Read(b)
}
