package durable

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// resident counts the pages of a file that are in memory.
func resident(t *testing.T, f *os.File, size int) (pages int) {
	t.Helper()
	m, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(m) }()
	vec := make([]byte, (size+os.Getpagesize()-1)/os.Getpagesize())
	_, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&m[0])), uintptr(size), uintptr(unsafe.Pointer(&vec[0])))
	if errno != 0 {
		t.Fatal(errno)
	}
	for _, v := range vec {
		pages += int(v & 1)
	}
	return pages
}

// onDevice makes a file of size bytes on a real file system, synced and still in memory.
func onDevice(t *testing.T, size int) (*os.File, []byte) {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "cache") // /tmp may be memory itself
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f, err := os.Create(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(data)
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err != nil {
		t.Fatal(err)
	}
	if resident(t, f, size) == 0 {
		t.Error("what was just written is not in memory: this test shows nothing")
	}
	return f, data
}

// fromDevices is how many bytes this process has read from devices (proc_pid_io(5)).
func fromDevices(t *testing.T) (n int) {
	t.Helper()
	raw, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if _, err := fmt.Sscanf(line, "read_bytes: %d", &n); err == nil {
			return n
		}
	}
	t.Fatalf("no read_bytes in %s", raw)
	return 0
}

func TestReadingBackReadsTheDevice(t *testing.T) {
	const size = 16<<20 + 1234
	f, data := onDevice(t, size)
	before := fromDevices(t)
	sum, n, err := SHA256(t.Context(), f.Name())
	if err != nil || n != size || sum != fmt.Sprintf("%x", sha256.Sum256(data)) {
		t.Fatalf("%s, %d bytes, %v", sum, n, err)
	}
	if got := fromDevices(t) - before; got < size {
		t.Errorf("%d of %d bytes came from the device", got, size)
	}
}

func TestPagesAreDroppedWhereTheCacheCannotBePassed(t *testing.T) {
	const size = 16 << 20
	f, _ := onDevice(t, size)
	dropCache(f)
	if n := resident(t, f, size); n != 0 {
		t.Errorf("%d pages would be read from memory", n)
	}
	if _, err := openDirect("/proc/self/io"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a file without a device: %v", err)
	}
}

// TestDirectReadsOfAnySize: readers need know nothing of blocks.
func TestDirectReadsOfAnySize(t *testing.T) {
	for _, size := range []int{1, 4095, 4096, 4097, 300_000} {
		f, data := onDevice(t, size)
		for _, chunk := range []int{1000, 4096, 4097, 70_000, 1 << 20} {
			d, err := openDirect(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(chunked{d, chunk})
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes in pieces of %d: %d came, %v", size, chunk, len(got), err)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// chunked reads no more than n bytes at once.
type chunked struct {
	r io.Reader
	n int
}

func (c chunked) Read(b []byte) (int, error) { return c.r.Read(b[:min(len(b), c.n)]) }

// received writes data as a transfer does, with a sync after each piece.
func received(t *testing.T, p *Part, data []byte, piece int) {
	t.Helper()
	for len(data) > 0 {
		n := min(piece, len(data))
		if _, err := p.Write(data[:n]); err != nil {
			t.Fatal(err)
		}
		if err := p.Sync(); err != nil {
			t.Fatal(err)
		}
		data = data[n:]
	}
}

func TestPartIsReadBackWhileItComes(t *testing.T) {
	old, data := onDevice(t, 10<<20+77)
	dir := filepath.Dir(old.Name())
	final := filepath.Join(dir, "final")
	begin := func() *Part {
		p, err := OpenPart(filepath.Join(dir, ".part"), 0)
		if err != nil {
			t.Fatal(err)
		}
		p.ReadBehind()
		return p
	}
	p := begin()
	before := fromDevices(t)
	received(t, p, data[:6<<20], 1<<20)
	// A connection broke: a piece of what was synced is thrown away and comes again, with other bytes.
	if err := p.Cut(5<<20 + 3); err != nil {
		t.Fatal(err)
	}
	received(t, p, data[5<<20+3:], 777_777)
	if p.Seen().Holds(final) {
		t.Error("something was seen before the end")
	}
	if err := p.ReadBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit(final, int64(len(data))); err != nil {
		t.Fatal(err)
	}
	seen := p.Seen()
	if seen.SHA256 != fmt.Sprintf("%x", sha256.Sum256(data)) || !seen.Holds(final) {
		t.Errorf("seen: %+v", seen)
	}
	if got := fromDevices(t) - before; got < len(data) {
		t.Errorf("%d of %d bytes came from the device", got, len(data))
	}

	// Another file of the same bytes is another file.
	if err := os.WriteFile(final+"2", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if seen.Holds(final+"2") || seen.Holds(final+"3") || (Seen{}).Holds(final) {
		t.Error("another file was not the one that was seen")
	}
	// So is the same one, once it was written to.
	if err := os.Chmod(final, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(final, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{1}, 1000); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if seen.Holds(final) {
		t.Error("a file that was written to since is still the one that was seen")
	}

	// Bytes that came after the reading end it.
	p = begin()
	received(t, p, data[:1<<20], 1<<20)
	if err := p.ReadBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(data[1<<20:]); err != nil {
		t.Fatal(err)
	}
	if err := p.Commit(final, int64(len(data))); err != nil {
		t.Fatal(err)
	}
	if p.Seen().Holds(final) {
		t.Error("a part of the file was taken for all of it")
	}

	// Whoever waits is not held up by a slow disk for ever.
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	stuck := &behind{more: make(chan struct{}, 1), done: make(chan struct{})}
	if _, err := stuck.wait(ended, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestReaderRestsWhenBytesHurry: no line of a person is that fast, but a disk beside it may be.
func TestReaderRestsWhenBytesHurry(t *testing.T) {
	var p pace
	now := time.Now()
	step := func(size int64, after time.Duration) bool {
		now = now.Add(after)
		return p.hurried(size, now)
	}
	const mb = 1 << 20
	for i, c := range []struct {
		size  int64
		after time.Duration
		fast  bool
	}{
		{0, 0, false},
		{8 * mb, time.Millisecond, false}, // too few to tell
		{40 * mb, 50 * time.Millisecond, true},
		{41 * mb, time.Hour, true}, // still
		{80 * mb, 200 * time.Millisecond, false},
		{160 * mb, 100 * time.Millisecond, true},
		{100 * mb, time.Millisecond, true}, // cut: counted from there
		{140 * mb, 10 * time.Second, false},
	} {
		if got := step(c.size, c.after); got != c.fast {
			t.Errorf("%d: %d bytes after %s: %t", i, c.size, c.after, got)
		}
	}
	for _, c := range []struct {
		asked, size int64
		lags        bool
	}{{0, 10 * mb, false}, {0, 40 * mb, true}, {900 * mb, 1000 * mb, false}, {400 * mb, 1000 * mb, true}, {600 * mb, 1000 * mb, false}} {
		if got := (&behind{goal: c.asked}).lags(c.size); got != c.lags {
			t.Errorf("%d of %d read: %t", c.asked, c.size, got)
		}
	}
}
