package inspect

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// The records of a zip, from APPNOTE.TXT 6.3.10 sections 4.3.7 to 4.3.16.
const (
	sigLocal     = 0x04034b50
	sigCentral   = 0x02014b50
	sigEnd       = 0x06054b50
	sigEnd64     = 0x06064b50
	sigLocator64 = 0x07064b50
	sigData      = 0x08074b50

	lenLocal     = 30
	lenCentral   = 46
	lenEnd       = 22
	lenEnd64     = 56
	lenLocator64 = 20
)

// Limits on what a zip may claim. The largest exports seen hold 300 000 files.
const (
	maxEntries   = 2_000_000
	maxDirectory = 512 << 20 // bytes
	maxName      = 4096      // bytes
	maxEntry     = 1 << 40   // bytes, unpacked
	maxRatio     = 200       // unpacked over packed, for the whole part and for large entries
	smallEntry   = 64 << 20  // bytes; below this the ratio does not matter
)

// General purpose flags (APPNOTE 4.4.4).
const (
	flagEncrypted  = 1<<0 | 1<<6 | 1<<13
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11
)

const (
	methodStore   = 0
	methodDeflate = 8
)

// entry is one file or folder of a zip, and later what was found out about it.
type entry struct {
	name         string // as shown: UTF-8
	raw          string // as stored, if that differs
	header, body int64  // offsets of the local header and of the first packed byte
	packed, size int64
	crc          uint32
	modified     uint32 // MS-DOS date and time
	method       uint16
	flags        uint16
	unreadable   bool // the structure forbids reading it

	found
}

func (e *entry) rawName() string {
	if e.raw != "" {
		return e.raw
	}
	return e.name
}

func (e *entry) isFolder() bool { return e.name[len(e.name)-1] == '/' }

// time returns when the entry was made, in the unknown zone of its maker, taken as UTC.
func (e *entry) time() time.Time {
	d, t := e.modified>>16, e.modified&0xffff
	return time.Date(1980+int(d>>9), time.Month(d>>5&15), int(d&31), int(t>>11), int(t>>5&63), int(t&31)*2, 0, time.UTC)
}

// readDirectory reads the central directory. Its entries must fill it exactly.
func readDirectory(r io.ReaderAt, end ending) ([]entry, error) {
	br := bufio.NewReaderSize(io.NewSectionReader(r, end.offset, end.size), 1<<16)
	// The count comes from strangers: memory grows with what is really there.
	entries := make([]entry, 0, min(end.entries, uint64(end.size)/lenCentral))
	fixed := make([]byte, lenCentral)
	var rest []byte
	for i := range end.entries {
		if _, err := io.ReadFull(br, fixed); err != nil {
			return nil, fmt.Errorf("directory ends after %d of %d entries: %w", i, end.entries, err)
		}
		if binary.LittleEndian.Uint32(fixed) != sigCentral {
			return nil, fmt.Errorf("directory entry %d has a wrong signature", i)
		}
		nameLen, extraLen := int(binary.LittleEndian.Uint16(fixed[28:])), int(binary.LittleEndian.Uint16(fixed[30:]))
		n := nameLen + extraLen + int(binary.LittleEndian.Uint16(fixed[32:]))
		if cap(rest) < n {
			rest = make([]byte, n)
		}
		rest = rest[:n]
		if _, err := io.ReadFull(br, rest); err != nil {
			return nil, fmt.Errorf("directory entry %d is cut off: %w", i, err)
		}
		e, err := parseEntry(fixed, rest[:nameLen], rest[nameLen:nameLen+extraLen])
		if err != nil {
			return nil, fmt.Errorf("directory entry %d: %w", i, err)
		}
		entries = append(entries, e)
	}
	if _, err := br.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the directory goes on after its %d entries", end.entries)
	}
	return entries, nil
}

func parseEntry(b, name, extra []byte) (entry, error) {
	e := entry{
		flags:    binary.LittleEndian.Uint16(b[8:]),
		method:   binary.LittleEndian.Uint16(b[10:]),
		modified: uint32(binary.LittleEndian.Uint16(b[14:]))<<16 | uint32(binary.LittleEndian.Uint16(b[12:])),
		crc:      binary.LittleEndian.Uint32(b[16:]),
		packed:   int64(binary.LittleEndian.Uint32(b[20:])),
		size:     int64(binary.LittleEndian.Uint32(b[24:])),
		header:   int64(binary.LittleEndian.Uint32(b[42:])),
	}
	if len(name) == 0 || len(name) > maxName {
		return e, fmt.Errorf("the name is %d bytes long", len(name))
	}
	if bytes.IndexByte(name, 0) >= 0 {
		return e, errors.New("the name has a zero byte in it")
	}
	if disk := binary.LittleEndian.Uint16(b[34:]); disk != 0 && disk != math.MaxUint16 {
		return e, errors.New("the entry lies on another disk")
	}
	if err := widen(extra, &e.size, &e.packed, &e.header); err != nil {
		return e, err
	}
	e.name = decodeName(name, e.flags&flagUTF8 != 0)
	if e.name != string(name) {
		e.raw = string(name)
	}
	// Made on Unix: the upper half of the external attributes is the file mode.
	if mode := binary.LittleEndian.Uint32(b[38:]) >> 16; b[5] == 3 && mode&0o170000 == 0o120000 {
		return e, errors.New("the entry is a symbolic link")
	}
	return e, nil
}

// widen replaces each field that is all ones by its value in the zip64 extra field
// (APPNOTE 4.5.3), which holds just those fields, in this order.
func widen(extra []byte, fields ...*int64) error {
	var wide []byte
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break // other programs' extra fields are not always well-formed
		}
		if id == 1 {
			wide = extra[4 : 4+n]
			break
		}
		extra = extra[4+n:]
	}
	for _, f := range fields {
		if *f != math.MaxUint32 || wide == nil {
			continue
		}
		if len(wide) < 8 {
			return errors.New("the zip64 field is too short")
		}
		if *f = int64(binary.LittleEndian.Uint64(wide)); *f < 0 {
			return errors.New("the zip64 field is out of range")
		}
		wide = wide[8:]
	}
	return nil
}
