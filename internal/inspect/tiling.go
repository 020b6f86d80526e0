package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// checkTiling holds every local header against the directory and finds overlaps and gaps.
// entries are sorted by their headers' offsets; stop is where the directory begins.
func checkTiling(src *source, entries []entry, stop int64, p *problems) {
	pos := int64(0)
	for i := range entries {
		e := &entries[i]
		switch {
		case e.flags&flagEncrypted != 0:
			p.add(Error, "entry-encrypted", e.name, "This file is encrypted. Instagram does not encrypt exports, so this is not the zip it made.%s", again)
			e.unreadable = true
		case e.method != methodStore && e.method != methodDeflate:
			p.add(Error, "entry-method", e.name, "This file is packed in a way (method %d) that exports do not use and that cannot be checked here.%s", e.method, again)
			e.unreadable = true
		}
		if err := readLocal(src, e, stop); err != nil {
			p.add(Error, "entry-header-mismatch", e.name, "The zip says two different things about this file (%v).%s", err, again)
			e.unreadable = true
			continue
		}
		if e.header < pos {
			p.add(Error, "entry-overlap", e.name, "This file shares bytes with another one in the zip.%s", again)
			e.unreadable = true
		} else {
			checkGap(src, pos, e.header, p)
		}
		next := stop
		if i+1 < len(entries) {
			next = entries[i+1].header
		}
		bodyEnd := e.body + e.packed
		if e.flags&flagDescriptor != 0 {
			n := descriptorLength(src, e, bodyEnd, next)
			if n == 0 {
				p.add(Error, "entry-header-mismatch", e.name, "The zip says two different things about this file (the descriptor behind it differs).%s", again)
			}
			bodyEnd += n
		}
		pos = max(pos, bodyEnd)
	}
	checkGap(src, pos, stop, p)
}

// readLocal reads the local header of e, sets e.body, and compares it with the directory.
func readLocal(src *source, e *entry, stop int64) error {
	raw := e.rawName()
	b := make([]byte, lenLocal+len(raw))
	if e.header < 0 || e.header > stop-int64(len(b)) {
		return errors.New("it would lie outside of the zip")
	}
	if _, err := src.ReadAt(b, e.header); err != nil {
		return err
	}
	extraLen := int64(binary.LittleEndian.Uint16(b[28:]))
	e.body = e.header + int64(len(b)) + extraLen
	switch {
	case binary.LittleEndian.Uint32(b) != sigLocal:
		return errors.New("no file begins where the directory says")
	case int(binary.LittleEndian.Uint16(b[26:])) != len(raw) || string(b[lenLocal:]) != raw:
		return errors.New("the names differ")
	case binary.LittleEndian.Uint16(b[6:]) != e.flags:
		return errors.New("the flags differ")
	case binary.LittleEndian.Uint16(b[8:]) != e.method:
		return errors.New("the methods differ")
	case e.body > stop-e.packed:
		return errors.New("it would reach into the directory")
	case e.method == methodStore && e.packed != e.size:
		return errors.New("it is not packed, yet has two sizes")
	case e.isFolder() && e.size != 0:
		return errors.New("a folder with content")
	}
	crc := binary.LittleEndian.Uint32(b[14:])
	packed, size := int64(binary.LittleEndian.Uint32(b[18:])), int64(binary.LittleEndian.Uint32(b[22:]))
	if packed == math.MaxUint32 || size == math.MaxUint32 {
		extra := make([]byte, extraLen)
		if _, err := src.ReadAt(extra, e.body-extraLen); err != nil {
			return err
		}
		if err := widen(extra, &size, &packed); err != nil {
			return err
		}
	}
	// With a descriptor after the body the header may leave the three empty, not contradict.
	later := e.flags&flagDescriptor != 0
	if crc != e.crc && (!later || crc != 0) {
		return errors.New("the checksums differ")
	}
	if packed != e.packed && (!later || packed != 0) || size != e.size && (!later || size != 0) {
		return errors.New("the sizes differ")
	}
	return nil
}

// descriptorLength returns the length of the data descriptor behind a body: 12, 16, 20 or 24
// bytes (APPNOTE 4.3.9, with or without its signature, narrow or zip64), or 0 if none of these
// is there with the values of the directory.
func descriptorLength(src *source, e *entry, at, next int64) int64 {
	if next-at < 12 {
		return 0
	}
	b := make([]byte, min(24, next-at))
	if _, err := src.ReadAt(b, at); err != nil {
		return 0
	}
	signed := binary.LittleEndian.AppendUint32(nil, sigData)
	crc := binary.LittleEndian.AppendUint32(nil, e.crc)
	narrow := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(crc[:4:4], uint32(e.packed)), uint32(e.size))
	wide := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(crc[:4:4], uint64(e.packed)), uint64(e.size))
	for _, want := range [][]byte{slices.Concat(signed, wide), wide, slices.Concat(signed, narrow), narrow} {
		if bytes.HasPrefix(b, want) {
			return int64(len(want))
		}
	}
	return 0
}

// checkGap reports bytes that belong to no entry, and whether a file hides there.
func checkGap(src *source, from, to int64, p *problems) {
	if from >= to {
		return
	}
	where := fmt.Sprintf("%s, bytes %d to %d", src.part.Name, from, to)
	hidden, err := contains(io.NewSectionReader(src, from, to-from), []byte("PK\x03\x04"))
	switch {
	case err != nil:
		p.add(Error, "part-structure", where, "Bytes between two files of the zip could not be read (%v).%s", err, again)
	case hidden:
		p.add(Error, "entry-hidden", where, "There is a file in the zip that its table of contents does not list. Unpacking would leave it out.%s", again)
	default:
		p.add(Question, "part-gap", where, "There are %d bytes in the zip that belong to no file. Nothing that is listed is missing, but zips from Instagram have not been seen like that. "+
			"If you can, download this part again and compare.", to-from)
	}
}

func contains(r io.Reader, want []byte) (bool, error) {
	buf := make([]byte, 1<<16)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		if bytes.Contains(buf[:kept+n], want) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		keep := min(len(want)-1, kept+n)
		copy(buf, buf[kept+n-keep:kept+n])
		kept = keep
	}
}
