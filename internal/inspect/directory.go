package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/igwatchd/igwatchd/internal/deflate64"
	"github.com/igwatchd/igwatchd/internal/exportroot"
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

// Hosts whose external attributes are a Unix file mode (APPNOTE 4.4.2).
const (
	hostUnix   = 3
	hostDarwin = 19
)

const (
	methodStore     = 0
	methodDeflate   = 8
	methodDeflate64 = deflate64.Method
)

// entry is one file or folder of a zip, as its directory has it. Entries are not kept: there
// can be millions. What was found out about them is in their mark.
type entry struct {
	part, i int    // which part, and its place in the order of bodies
	name    string // as shown: UTF-8
	raw     string // as stored, if that differs
	rel     string // the name below the root
	root    int    // which of the part's roots

	header, body int64 // offsets of the local header and of the first packed byte
	packed, size int64
	crc          uint32
	modified     uint32 // MS-DOS date and time
	method       uint16
	flags        uint16
	special      bool // a link or a device, by its file mode
	twoNames     bool // which of them counts, programs decide differently

	mark *mark
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

// readRecord reads one record of the directory from br and returns its length. buf is reused.
func readRecord(br io.Reader, buf []byte) (e entry, n int, rest []byte, err error) {
	buf = slices.Grow(buf[:0], lenCentral)[:lenCentral]
	if _, err := io.ReadFull(br, buf); err != nil {
		return e, 0, buf, err
	}
	if binary.LittleEndian.Uint32(buf) != sigCentral {
		return e, 0, buf, errors.New("its signature is wrong")
	}
	nameLen, extraLen := int(binary.LittleEndian.Uint16(buf[28:])), int(binary.LittleEndian.Uint16(buf[30:]))
	n = lenCentral + nameLen + extraLen + int(binary.LittleEndian.Uint16(buf[32:]))
	buf = slices.Grow(buf, n-lenCentral)[:n]
	if _, err := io.ReadFull(br, buf[lenCentral:]); err != nil {
		return e, 0, buf, err
	}
	name := buf[lenCentral : lenCentral+nameLen]
	e, err = parseEntry(buf, name, buf[lenCentral+nameLen:lenCentral+nameLen+extraLen])
	return e, n, buf, err
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
	if other, ok := unicodePath(name, extra); ok && other != e.name {
		if e.twoNames = utf8.Valid(name); !e.twoNames { // the other one is in a character set that is not told
			e.name = other
		}
	}
	if e.name != string(name) {
		e.raw = string(name)
	}
	if host := b[5]; host == hostUnix || host == hostDarwin { // the upper half of the external attributes is the file mode
		switch binary.LittleEndian.Uint32(b[38:]) >> 16 & 0o170000 {
		case 0, 0o100000, 0o040000: // not told, file, folder
		default:
			e.special = true
		}
	}
	return e, nil
}

// Extra fields (APPNOTE 4.5).
const (
	extraZip64       = 1
	extraUnicodePath = 0x7075
)

// extraField returns the content of the first extra field of a kind, or nil.
func extraField(extra []byte, kind uint16) []byte {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break // other programs' extra fields are not always well-formed
		}
		if id == kind {
			return extra[4 : 4+n]
		}
		extra = extra[4+n:]
	}
	return nil
}

// unicodePath returns the name in the Unicode Path extra field (APPNOTE 4.6.9), which some programs take instead of
// the other. It counts if its checksum is that of the other name.
func unicodePath(name, extra []byte) (string, bool) {
	field := extraField(extra, extraUnicodePath)
	if len(field) < 5 || field[0] != 1 || binary.LittleEndian.Uint32(field[1:]) != crc32.ChecksumIEEE(name) {
		return "", false
	}
	return exportroot.Plain(string(field[5:])), true
}

// widen replaces each field that is all ones by its value in the zip64 extra field
// (APPNOTE 4.5.3), which holds just those fields, in this order.
func widen(extra []byte, fields ...*int64) error {
	wide := extraField(extra, extraZip64)
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
