package durable

import (
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// directBlock is what offsets, lengths and buffers of direct reads are multiples of, in bytes.
const directBlock = 4096

// direct reads a file from its device and not from memory (open(2), O_DIRECT): pages of it that are in the cache
// stay there and are not looked at. What it reads must have been synced.
type direct struct {
	f      *os.File
	at     int64
	bounce []byte // aligned, for readers whose buffers are not
}

// openDirect opens path for direct reads. It returns errors.ErrUnsupported where the file system does not promise
// that they reach the device (statx(2), STATX_DIOALIGN; Linux 6.1): some take O_DIRECT and read the cache.
func openDirect(path string) (*direct, error) {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_DIOALIGN, &st)
	if err != nil || st.Mask&unix.STATX_DIOALIGN == 0 || st.Dio_mem_align == 0 || st.Dio_offset_align == 0 ||
		st.Dio_mem_align > directBlock || st.Dio_offset_align > directBlock {
		return nil, fmt.Errorf("read %s from the device: %w", path, errors.ErrUnsupported)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECT|unix.O_NOFOLLOW, 0)
	if errors.Is(err, unix.EINVAL) {
		err = errors.ErrUnsupported
	}
	if err != nil {
		return nil, fmt.Errorf("read %s from the device: %w", path, err)
	}
	return &direct{f: f}, nil
}

func (d *direct) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if whole := len(b) &^ (directBlock - 1); whole > 0 && d.at%directBlock == 0 && aligned(b) {
		return d.take(d.f.ReadAt(b[:whole], d.at))
	}
	if d.bounce == nil {
		d.bounce = alignedBytes(16 * directBlock)
	}
	skip := d.at % directBlock
	n, err := d.f.ReadAt(d.bounce, d.at-skip)
	if int64(n) <= skip {
		return d.take(0, err)
	}
	n = copy(b, d.bounce[skip:n])
	return d.take(n, nil) // an error is met again by the next read
}

// take moves on by n bytes. The end is reported on its own.
func (d *direct) take(n int, err error) (int, error) {
	d.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (d *direct) Close() error { return d.f.Close() }

func aligned(b []byte) bool { return uintptr(unsafe.Pointer(&b[0]))%directBlock == 0 }

// alignedBytes is a buffer whose address direct reads take.
func alignedBytes(n int) []byte {
	b := make([]byte, n+directBlock)
	skip := int(directBlock - uintptr(unsafe.Pointer(&b[0]))%directBlock)
	return b[skip : skip+n : skip+n]
}
