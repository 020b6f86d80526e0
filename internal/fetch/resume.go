package fetch

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// load takes the last checkpoint up. One that makes no sense is as good as none.
func (t *transfer) load(ctx context.Context) error {
	cp, found, err := t.cps.Load(ctx, t.r.Key)
	if err != nil {
		return fmt.Errorf("load checkpoint: %w", err)
	}
	t.saved = found
	if cp.Offset > 0 && (cp.Total == 0 || cp.Offset <= cp.Total) && cp.Name != "" && cleanName(cp.Name) == cp.Name && restore(cp.Hash) != nil {
		t.cp = cp
	} else {
		t.cp = Checkpoint{Started: time.Now()}
	}
	return nil
}

// restore returns the hash with that state, or nil.
func restore(state []byte) hash.Hash {
	h := sha256.New()
	if u, ok := h.(encoding.BinaryUnmarshaler); !ok || u.UnmarshalBinary(state) != nil {
		return nil
	}
	return h
}

func (t *transfer) whole() bool { return t.cp.Total > 0 && t.cp.Offset == t.cp.Total }

// committed finds a file that got its name before the program was stopped.
func (t *transfer) committed(ctx context.Context) (File, bool, error) {
	if !t.whole() {
		return File{}, false, nil
	}
	final := filepath.Join(t.r.Dir, t.cp.Name)
	if _, err := os.Lstat(final); err != nil {
		return File{}, false, nil //nolint:nilerr // then it is still a part, or to be fetched anew
	}
	sum, size, err := durable.SHA256(ctx, final)
	if err != nil {
		return File{}, false, fault.Temporary(err, "")
	}
	if size != t.cp.Total || sum != hex.EncodeToString(restore(t.cp.Hash).Sum(nil)) {
		return File{}, false, nil // somebody else's, or damaged: fetched under another name
	}
	return t.file(sum), true, durable.Remove(t.path)
}

// open opens the part file at the checkpoint.
func (t *transfer) open() error {
	err := t.toCheckpoint(func(offset int64) (err error) {
		t.part, err = durable.OpenPart(t.path, offset)
		return err
	})
	if err == nil {
		t.part.ReadBehind()
	}
	return err
}

// cut is open for a part that is open.
func (t *transfer) cut() error {
	return t.toCheckpoint(func(offset int64) error { return t.part.Cut(offset) })
}

// toCheckpoint has the part file cut to the checkpoint. Without the bytes that
// the checkpoint speaks of, it begins anew.
func (t *transfer) toCheckpoint(cut func(offset int64) error) error {
	t.resume()
	err := cut(t.cp.Offset)
	if errors.Is(err, durable.ErrShort) {
		t.cp, t.sum = Checkpoint{Started: time.Now()}, sha256.New()
		err = cut(0)
	}
	return err
}

// resume takes the hash up where the checkpoint left it.
func (t *transfer) resume() {
	t.sum, t.synced = sha256.New(), time.Now()
	if t.cp.Offset > 0 {
		t.sum = restore(t.cp.Hash)
	}
}

// restart begins anew. The checkpoint goes first: it must never speak of bytes
// that are not there.
func (t *transfer) restart(ctx context.Context) error {
	if t.saved {
		if err := t.cps.Drop(ctx, t.r.Key); err != nil {
			return fmt.Errorf("drop checkpoint: %w", err)
		}
		t.saved = false
	}
	t.cp, t.sum = Checkpoint{Started: t.cp.Started}, sha256.New()
	return t.part.Cut(0)
}
