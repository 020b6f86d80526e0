package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/igwatchd/igwatchd/internal/durable"
	"github.com/igwatchd/igwatchd/internal/fault"
	"github.com/igwatchd/igwatchd/internal/fetch"
)

// upload is a file that a browser sends in pieces. What was received stays, also
// across crashes, and the browser goes on there.
type upload struct {
	name string // as it will be filed
	size int64  // in bytes; -1: it is not known before the end
	dir  string
	part string
}

// maxUpload bounds one file: Instagram's are 2 to 4 GB.
const maxUpload = 1 << 40

func (d *Daemon) openUpload(name string, size int64) (upload, error) {
	u := upload{name: fetch.TameName(name), size: size}
	if u.name == "" || size < -1 || size == 0 || size > maxUpload {
		return u, fault.Permanent(errors.New("upload: this is no archive file"), "choose the zip files that Instagram gave you")
	}
	var err error
	u.dir, err = d.vault.Incoming("upload-" + short(name, fmt.Sprint(size))[:12])
	u.part = filepath.Join(u.dir, ".part")
	return u, err
}

// Uploaded returns how many bytes of a file were received: where to go on.
func (d *Daemon) Uploaded(name string, size int64) (int64, error) {
	u, err := d.openUpload(name, size)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(u.part)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fault.Temporary(fmt.Errorf("upload: %w", err), "")
	}
	return info.Size(), nil
}

// Upload takes the bytes of a file from offset on. When the last of size bytes is
// there, or r ends and the size was -1, the file is taken as an archive, and the
// export that it belongs to is returned; until then export is empty. One upload
// of a file runs at a time.
func (d *Daemon) Upload(ctx context.Context, name string, size, offset int64, r io.Reader) (done int64, export string, err error) {
	u, err := d.openUpload(name, size)
	if err != nil {
		return 0, "", err
	}
	leave, err := d.uploads.enter(ctx, u.dir)
	if err != nil {
		return 0, "", err
	}
	defer leave()
	if size > 0 {
		if free, err := durable.Free(u.dir); err == nil && free < uint64(size-offset) {
			return 0, "", fault.Temporary(fmt.Errorf("upload: there is no room for %d MB", size/1e6), "make room on that disk, and send the file again")
		}
	}
	p, err := durable.OpenPart(u.part, offset)
	if err != nil {
		return 0, "", fault.Temporary(fmt.Errorf("upload: %w", err), "begin again where the file ends")
	}
	limit := int64(maxUpload)
	if size > 0 {
		limit = size
	}
	_, err = io.Copy(p, io.LimitReader(r, limit-offset))
	done = p.Size()
	if err = errors.Join(err, p.Sync()); err != nil || size > 0 && done < size {
		return done, "", errors.Join(err, p.Close())
	}
	file := filepath.Join(u.dir, u.name)
	if err := p.Commit(file, done); err != nil {
		return done, "", err
	}
	export, err = d.takeUpload(ctx, u, file)
	return done, export, err
}

// takeUpload files what was received. What is no archive is thrown away: the
// person has it still.
func (d *Daemon) takeUpload(ctx context.Context, u upload, file string) (export string, err error) {
	defer func() { err = errors.Join(err, os.RemoveAll(u.dir)) }()
	began := time.Now()
	o, err := d.identify(ctx, file)
	if err != nil {
		return "", err
	}
	o.Route = "upload"
	return d.adopt(ctx, o, func(ctx context.Context, dir string) (fetch.File, error) {
		sum, size, err := durable.SHA256(ctx, file)
		if err != nil {
			return fetch.File{}, err
		}
		to := filepath.Join(dir, u.name)
		if err := durable.Rename(file, to); err != nil {
			return fetch.File{}, err
		}
		return fetch.File{Name: u.name, Path: to, Size: size, SHA256: sum, Started: began, Finished: time.Now()}, nil
	})
}
