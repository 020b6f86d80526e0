package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// Copy takes a finished file from elsewhere on this machine into dir, hashed and
// durable. The source is only read. A source that changes meanwhile is a
// temporary error, and nothing of it stays. A file of the same name in dir is
// replaced, so that Copy may run twice. progress may be nil.
func Copy(ctx context.Context, src, dir string, progress func(done, total int64)) (File, error) {
	const hint = "igwatchd's user must be able to read it"
	name := filepath.Base(src)
	info, err := os.Stat(src)
	if err != nil {
		return File{}, fault.WithHint(err, hint)
	}
	if !info.Mode().IsRegular() { // opening a pipe would wait for ever
		return File{}, fault.Permanent(fmt.Errorf("%s is no file", name), "")
	}
	f, err := os.Open(src)
	if err != nil {
		return File{}, fault.WithHint(err, hint)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	before, err := f.Stat()
	if err != nil {
		return File{}, fmt.Errorf("copy %s: %w", name, err)
	}
	unchanged := func() error {
		after, err := os.Stat(src)
		if err == nil && os.SameFile(before, after) && after.Size() == before.Size() && after.ModTime().Equal(before.ModTime()) {
			return nil
		}
		return fault.Temporary(errors.Join(fmt.Errorf("%s changed while it was copied", name), err), "")
	}
	file, err := take(ctx, f, name, before.Size(), dir, progress, unchanged)
	file.Route = "drop"
	return file, noSpace(dir, err)
}

// Receive takes a file of size bytes from a stream into dir, as Copy does.
func Receive(ctx context.Context, r io.Reader, name string, size int64, dir string) (File, error) {
	file, err := take(ctx, r, name, size, dir, nil, func() error { return nil })
	file.Route = "import"
	return file, noSpace(dir, err)
}

// take writes r to dir under a tame name, if it is size bytes long and good says so at the end.
func take(ctx context.Context, r io.Reader, name string, size int64, dir string, progress func(done, total int64), good func() error) (file File, err error) {
	file.Started = time.Now()
	if file.Name = cleanName(name); file.Name == "" {
		file.Name = "instagram-export-" + short(name) + ".zip"
	}
	if err := room(durable.Free, dir, size); err != nil {
		return File{}, err
	}
	part, err := durable.OpenPart(filepath.Join(dir, "."+short(name)+".part"), 0)
	if err != nil {
		return File{}, err
	}
	sum := sha256.New()
	err = part.Reserve(size)
	if err == nil {
		err = pour(ctx, part, sum, r, size, progress)
	}
	if err == nil {
		err = good()
	}
	if err != nil {
		return File{}, errors.Join(fmt.Errorf("copy %s: %w", strings.TrimSpace(file.Name), err), part.Discard())
	}
	file.Path = filepath.Join(dir, file.Name)
	if err := part.Commit(file.Path, size); err != nil {
		return File{}, errors.Join(fault.Temporary(err, ""), part.Discard())
	}
	file.Size, file.SHA256, file.Finished = size, hex.EncodeToString(sum.Sum(nil)), time.Now()
	return file, nil
}

// pour writes exactly size bytes of r to part and sum.
func pour(ctx context.Context, part *durable.Part, sum io.Writer, r io.Reader, size int64, progress func(done, total int64)) error {
	buf := make([]byte, bufSize)
	for {
		if err := ctx.Err(); err != nil {
			return fault.Temporary(err, "")
		}
		n, rerr := r.Read(buf)
		if part.Size()+int64(n) > size {
			return fault.Temporary(errors.New("it is longer than it was said to be"), "")
		}
		if _, err := part.Write(buf[:n]); err != nil {
			return err
		}
		if _, err := sum.Write(buf[:n]); err != nil {
			return err
		}
		if progress != nil {
			progress(part.Size(), size)
		}
		switch {
		case errors.Is(rerr, io.EOF) && part.Size() == size:
			return nil
		case errors.Is(rerr, io.EOF):
			return fault.Temporary(fmt.Errorf("it ends after %d of %d bytes", part.Size(), size), "")
		case rerr != nil:
			return fault.Temporary(rerr, "")
		}
	}
}
