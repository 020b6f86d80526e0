package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// errNoEnd says that no end record closes the file.
var errNoEnd = errors.New("no end of directory record closes the file")

// ending is what the records at the end of a zip say about its directory.
type ending struct {
	entries uint64
	size    int64 // of the directory, in bytes
	offset  int64 // of the directory
}

// readEnding reads the end record, which must close the file to the byte, and the zip64
// records before it. archive/zip, unzip and others look for it more loosely; what they accept
// beyond this is a file with bytes that belong to no archive.
func readEnding(r io.ReaderAt, size int64) (ending, error) {
	tail := make([]byte, min(size, lenEnd+math.MaxUint16))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil {
		return ending{}, err
	}
	at := -1
	for i := len(tail) - lenEnd; i >= 0; i-- {
		if binary.LittleEndian.Uint32(tail[i:]) != sigEnd || i+lenEnd+int(binary.LittleEndian.Uint16(tail[i+20:])) != len(tail) {
			continue
		}
		if at >= 0 {
			return ending{}, errors.New("two end records fit")
		}
		at = i
	}
	if at < 0 {
		return ending{}, errNoEnd
	}
	b := tail[at:]
	count := binary.LittleEndian.Uint16(b[10:])
	for _, disk := range []uint16{binary.LittleEndian.Uint16(b[4:]), binary.LittleEndian.Uint16(b[6:])} {
		if disk != 0 && disk != math.MaxUint16 {
			return ending{}, errors.New("the archive spans several disks")
		}
	}
	if binary.LittleEndian.Uint16(b[8:]) != count {
		return ending{}, errors.New("the end record contradicts itself about the number of entries")
	}
	end := ending{
		entries: uint64(count),
		size:    int64(binary.LittleEndian.Uint32(b[12:])),
		offset:  int64(binary.LittleEndian.Uint32(b[16:])),
	}
	stop := size - int64(len(tail)) + int64(at) // where the directory has to end
	if bytes.Contains(b[lenEnd:], []byte("PK\x03\x04")) {
		return ending{}, errors.New("a file hides in the words behind the directory")
	}
	end, stop, err := readEnding64(r, end, stop)
	if err != nil {
		return ending{}, err
	}
	if end.offset < 0 || end.size < 0 || end.size > stop || end.offset != stop-end.size {
		return ending{}, errors.New("the directory is not where the end record says: bytes were added or lost")
	}
	if end.entries > maxEntries || end.size > maxDirectory {
		return ending{}, fmt.Errorf("the directory is larger than any export: %d entries, %d bytes", end.entries, end.size)
	}
	return end, nil
}

// readEnding64 replaces the fields of end by those of a zip64 end record, if there is one.
func readEnding64(r io.ReaderAt, end ending, stop int64) (ending, int64, error) {
	if stop < lenLocator64+lenEnd64 {
		return end, stop, nil
	}
	loc := make([]byte, lenLocator64)
	if _, err := r.ReadAt(loc, stop-lenLocator64); err != nil {
		return end, stop, err
	}
	if binary.LittleEndian.Uint32(loc) != sigLocator64 {
		return end, stop, nil
	}
	at := int64(binary.LittleEndian.Uint64(loc[8:]))
	if disks := binary.LittleEndian.Uint32(loc[16:]); disks > 1 {
		return end, stop, errors.New("the archive spans several disks")
	}
	if at < 0 || at > stop-lenLocator64-lenEnd64 || binary.LittleEndian.Uint32(loc[4:]) != 0 {
		return end, stop, errors.New("the zip64 locator points outside")
	}
	b := make([]byte, lenEnd64)
	if _, err := r.ReadAt(b, at); err != nil {
		return end, stop, err
	}
	if binary.LittleEndian.Uint32(b) != sigEnd64 || binary.LittleEndian.Uint64(b[4:]) != uint64(stop-lenLocator64-at-12) {
		return end, stop, errors.New("the zip64 end record is not where its locator says")
	}
	if binary.LittleEndian.Uint32(b[16:]) != 0 || binary.LittleEndian.Uint32(b[20:]) != 0 {
		return end, stop, errors.New("the archive spans several disks")
	}
	wide := ending{
		entries: binary.LittleEndian.Uint64(b[32:]),
		size:    int64(binary.LittleEndian.Uint64(b[40:])),
		offset:  int64(binary.LittleEndian.Uint64(b[48:])),
	}
	if binary.LittleEndian.Uint64(b[24:]) != wide.entries ||
		end.entries != math.MaxUint16 && end.entries != wide.entries ||
		end.size != math.MaxUint32 && end.size != wide.size ||
		end.offset != math.MaxUint32 && end.offset != wide.offset {
		return end, stop, errors.New("the two end records contradict each other")
	}
	return wide, at, nil
}
