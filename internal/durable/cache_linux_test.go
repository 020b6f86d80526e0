package durable

import (
	"os"
	"path/filepath"
	"testing"
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

func TestReadingBackReadsTheDevice(t *testing.T) {
	dir, err := os.MkdirTemp("/var/tmp", "cache") // /tmp may be memory itself
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	f, err := os.Create(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 16 << 20
	if _, err := f.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if resident(t, f, size) == 0 {
		t.Error("what was just written is not in memory: this test shows nothing")
	}
	r, err := Open(t.Context(), f.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n := resident(t, f, size); n != 0 {
		t.Errorf("%d pages would be read from memory", n)
	}
}
