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
	"syscall"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
)

// Copy takes a finished file from elsewhere on this machine. The source is only read.
func Copy(ctx context.Context, src, dir string, progress func(done, total int64)) (File, error) {
	f, err := os.Open(src)
	if err != nil {
		return File{}, fault.WithHint(err, "igwatchd's user must be able to read it")
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	before, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	file, err := receive(ctx, f, filepath.Base(src), before.Size(), dir, progress)
	if err != nil {
		return file, err
	}
	after, err := os.Stat(src)
	if err != nil || after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return File{}, errors.Join(fault.Temporary(fmt.Errorf("%s changed while it was copied", filepath.Base(src)), ""), durable.Remove(file.Path))
	}
	return file, nil
}

// Receive takes a file of size bytes from a stream.
func Receive(ctx context.Context, r io.Reader, name string, size int64, dir string) (File, error) {
	return receive(ctx, r, name, size, dir, nil)
}

func receive(ctx context.Context, r io.Reader, name string, size int64, dir string, progress func(done, total int64)) (File, error) {
	file := File{Started: time.Now()}
	file.Name = unsafe.ReplaceAllString(filepath.Base(name), "_")
	if strings.TrimLeft(file.Name, ". ") != file.Name || file.Name == "" {
		file.Name = "instagram-export-" + short(name) + ".zip"
	}
	if err := room(dir, size); err != nil {
		return File{}, err
	}
	part, err := durable.OpenPart(filepath.Join(dir, "."+short(name)+".part"), 0)
	if err != nil {
		return File{}, err
	}
	if err := part.Reserve(size); err != nil {
		return File{}, errors.Join(err, part.Discard())
	}
	sum := sha256.New()
	buf := make([]byte, bufSize)
	for {
		if err := ctx.Err(); err != nil {
			return File{}, errors.Join(err, part.Discard())
		}
		n, rerr := r.Read(buf)
		if part.Size()+int64(n) > size {
			return File{}, errors.Join(fault.Temporary(fmt.Errorf("%s is longer than announced", file.Name), ""), part.Discard())
		}
		if _, err := part.Write(buf[:n]); err != nil {
			return File{}, errors.Join(err, part.Discard())
		}
		sum.Write(buf[:n])
		if progress != nil {
			progress(part.Size(), size)
		}
		if errors.Is(rerr, io.EOF) {
			break
		}
		if rerr != nil {
			return File{}, errors.Join(fault.Temporary(fmt.Errorf("copy %s: %w", file.Name, rerr), ""), part.Discard())
		}
	}
	file.Path = filepath.Join(dir, file.Name)
	if err := part.Commit(file.Path, size); err != nil {
		return File{}, errors.Join(fault.Temporary(err, ""), durable.Remove(filepath.Join(dir, "."+short(name)+".part")))
	}
	file.Size, file.SHA256, file.Finished = size, hex.EncodeToString(sum.Sum(nil)), time.Now()
	return file, nil
}

// room makes sure that size bytes fit before the first of them is asked for.
func room(dir string, size int64) error {
	free, err := durable.Free(dir)
	if err != nil || size < 0 || free >= uint64(size) {
		return err
	}
	return fault.Temporary(fmt.Errorf("%d MB are needed in %s and %d MB are free: %w", size/1e6+1, dir, free/1e6, syscall.ENOSPC),
		"make room on that disk; igwatchd goes on by itself")
}
