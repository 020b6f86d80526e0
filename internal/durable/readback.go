package durable

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/igwatchd/igwatchd/internal/readahead"
)

// Open opens the file at path so that what is read comes from its device and not
// from memory: the file is synced, and read past the cache; where the file system
// does not promise that, its pages are dropped first (measured with mincore: none
// stays). Reading ends with ctx. The error may be that of the sync, when the
// device could not take what was written.
func Open(ctx context.Context, path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read back: %w", err)
	}
	if err := syncForReading(f); err != nil {
		_ = f.Close()
		return nil, classify(fmt.Errorf("read back: sync %s: %w", path, err))
	}
	if past, err := openDirect(path); err == nil {
		return device{readahead.New(onlyReader{ctx, past}), past}, f.Close()
	}
	dropCache(f)
	inOrder(f)
	return device{readahead.New(onlyReader{ctx, f}), f}, nil
}

// device is a file that is read ahead.
type device struct {
	io.ReadCloser // of what is ahead
	f             io.Closer
}

func (d device) Close() error { return errors.Join(d.ReadCloser.Close(), d.f.Close()) }

// SHA256 reads the file at path back from its device, like Open, and returns the
// digest in lower-case hex and the length in bytes.
func SHA256(ctx context.Context, path string) (sum string, size int64, err error) {
	f, err := Open(ctx, path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	h := sha256.New()
	size, err = io.CopyBuffer(h, f, make([]byte, 1<<20))
	if err != nil {
		return "", size, fmt.Errorf("read back %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}

// onlyReader ends a long read when ctx ends, and hides WriterTo from CopyBuffer.
type onlyReader struct {
	ctx context.Context
	f   io.Reader
}

func (r onlyReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.f.Read(b)
}
