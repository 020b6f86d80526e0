package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/igwatchd/igwatchd/internal/fault"
)

// Source is where bags can be read. Names are slash-separated and below one root.
type Source interface {
	// Ready says whether the place can be reached and has room for need more
	// bytes. A folder whose disk is not mounted answers ErrNotMounted.
	Ready(ctx context.Context, need int64) error
	// Get opens a file so that its bytes come from the device or the server and
	// not from a cache, or returns fs.ErrNotExist. An error with a kind, also from
	// Read, says that the place cannot be reached; one without, that this file
	// cannot be read.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	// List returns all files below folder, by their names in it.
	List(ctx context.Context, folder string) (map[string]Stat, error)
}

// Stat is what a place says of a file without reading it.
type Stat = struct {
	Size    int64  // bytes
	Version string // another one after each write: the modification time, or an object's ETag and time
}

// Place is a Source that takes copies.
type Place interface {
	Source
	// Put stores what r yields under name, wholly or not at all: when r fails,
	// what was there before is still there. size bounds the length from above.
	// sum is the SHA-256 to note beside the file, or "".
	Put(ctx context.Context, name string, r io.Reader, size int64, sum string) error
	// Aside keeps a damaged file under another name, if there is room for that.
	Aside(ctx context.Context, name, to string) error
	// Remove takes a file away that says something which is no longer true.
	Remove(ctx context.Context, name string) error
}

// buffers are what files are copied through, of 1 MiB: there are many small ones in a bag.
var buffers = sync.Pool{New: func() any { b := make([]byte, 1<<20); return &b }}

// readSum reads a file wholly and returns its SHA-256. what is set when the file
// is there no more ("missing") or cannot be read ("unreadable"); err when
// nothing can be said about it.
func readSum(ctx context.Context, src Source, name string) (sum string, size int64, what string, err error) {
	h := sha256.New()
	r, err := src.Get(ctx, name)
	if err == nil {
		buf := buffers.Get().(*[]byte)
		size, err = io.CopyBuffer(h, onlyReader{r}, *buf)
		buffers.Put(buf)
		_ = r.Close()
	}
	what, err = judge(ctx, err)
	return hex.EncodeToString(h.Sum(nil)), size, what, err
}

// judge tells a file that is damaged from a place that cannot be reached.
func judge(ctx context.Context, err error) (what string, fatal error) {
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return "missing", nil
	case fault.KindOf(err) != fault.UnknownKind:
		return "", err
	default:
		return "unreadable", nil
	}
}

// readSmall reads a file of at most limit bytes.
func readSmall(ctx context.Context, src Source, name string, limit int64) ([]byte, error) {
	r, err := src.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, nil
}

// onlyReader hides WriterTo from CopyBuffer, and so keeps its buffer in use.
type onlyReader struct{ io.Reader }

// ErrUnproven says that a source's bytes are not what its proof says; nothing
// is copied from such a source.
var ErrUnproven = errors.New("the source is not what was proven")

// proving passes bytes on and ends with ErrUnproven in place of io.EOF unless
// they have the digest and length wanted: a Place then keeps nothing of them. A
// source that cannot be read is unproven too, one out of reach is not.
type proving struct {
	r    io.Reader
	h    interface{ Sum(b []byte) []byte }
	n    int64
	size int64
	want string
}

func newProving(r io.Reader, size int64, want string) *proving {
	h := sha256.New()
	return &proving{r: io.TeeReader(r, h), h: h, size: size, want: want}
}

func (p *proving) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n += int64(n)
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF):
		err = unproven(err)
	case p.n != p.size || hex.EncodeToString(p.h.Sum(nil)) != p.want:
		err = unproven(errors.New("its bytes changed"))
	}
	return n, err
}

// unproven marks what is wrong with a source's file, unless err says that the
// source is out of reach.
func unproven(err error) error {
	if fault.KindOf(err) != fault.UnknownKind || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.Permanent(fmt.Errorf("%w: %w", ErrUnproven, err), "see which copy is whole with: igwatchd verify")
}
