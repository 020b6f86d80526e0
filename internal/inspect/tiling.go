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

// checkTiling holds every local header against the directory and finds overlaps and gaps;
// stop is where the directory begins.
func checkTiling(t *table, stop int64, p *problems) {
	pos := int64(0)
	local := localReader{src: t.src, stop: stop, problems: p}
	// One entry is kept back, because its descriptor ends before the next one's header.
	var last *entry
	blind := false // where the last entry ends is not known
	finish := func(next int64) {
		if last == nil {
			return
		}
		end := last.body + last.packed
		if last.flags&flagDescriptor != 0 {
			n := descriptorLength(t.src, last, end, next)
			if n == 0 {
				p.add(Error, "entry-header-mismatch", last.name, "The zip says two different things about this file (the descriptor behind it differs).%s", again)
			}
			end += n
		}
		pos, last = max(pos, end), nil
	}
	for e := range t.entries() {
		finish(e.header)
		switch {
		case e.flags&flagEncrypted != 0:
			p.add(Error, "entry-encrypted", e.name, "This file is encrypted. Instagram does not encrypt exports, so this is not the zip it made.%s", again)
			e.mark.unreadable = true
		case e.method != methodStore && e.method != methodDeflate && e.method != methodDeflate64:
			p.add(Error, "entry-method", e.name, "This file is packed in a way (method %d) that exports do not use and that cannot be checked here. "+
				"Use the zip as Instagram delivered it, or unpack this one and zip it again.", e.method)
			e.mark.unreadable = true
		}
		if e.special {
			p.add(Error, "entry-special", e.name, "This is not a file but a link or a device. Instagram packs no such things; somebody has changed the zip.%s", again)
			e.mark.unreadable = true
		}
		err := local.compare(e)
		switch {
		case err == nil && e.header < pos:
			p.add(Error, "entry-overlap", e.name, "This file shares bytes with another one in the zip.%s", again)
			e.mark.unreadable = true
		case e.header >= pos && !blind:
			checkGap(t.src, pos, e.header, p)
		}
		if blind = err != nil; blind {
			p.add(Error, "entry-header-mismatch", e.name, "The zip says two different things about this file (%v).%s", err, again)
			e.mark.unreadable = true
			continue
		}
		last = e
	}
	finish(stop)
	if !blind {
		checkGap(t.src, pos, stop, p)
	}
}

// localReader reads local headers and compares them with the directory.
type localReader struct {
	src      *source
	stop     int64 // where the directory begins
	problems *problems
	buf      []byte
}

// harmlessFlags are the flags by which local header and directory may differ: the degree of
// compression, whether a name is said to be UTF-8, and whether a descriptor follows. The stored
// bytes of the name, the sizes and the checksum are compared wherever they stand, so none of
// these can hide a loss. Encryption is none of them.
const harmlessFlags = 1<<1 | 1<<2 | flagUTF8 | flagDescriptor

// compare sets e.body. Versions, times and most extra fields are not looked at: programs write them
// differently in both places, Info-ZIP among them, and no content depends on them.
func (l *localReader) compare(e *entry) error {
	raw := e.rawName()
	head := lenLocal + len(raw)
	if e.header < 0 || e.header > l.stop-int64(head) {
		return errors.New("it would lie outside of the zip")
	}
	// Most extra fields are read along.
	l.buf = slices.Grow(l.buf[:0], head+64)[:min(int64(head+64), l.stop-e.header)]
	b, rest := l.buf[:head], l.buf[head:]
	if _, err := l.src.ReadAt(l.buf, e.header); err != nil {
		return err
	}
	extraLen := int64(binary.LittleEndian.Uint16(b[28:]))
	e.mark.extra = uint16(extraLen)
	e.body = e.header + int64(head) + extraLen
	flags := binary.LittleEndian.Uint16(b[6:])
	switch {
	case binary.LittleEndian.Uint32(b) != sigLocal:
		return errors.New("no file begins where the directory says")
	case int(binary.LittleEndian.Uint16(b[26:])) != len(raw) || string(b[lenLocal:]) != raw || e.twoNames:
		return errors.New("the names differ")
	case (flags^e.flags)&flagEncrypted != 0:
		return errors.New("one place says that it is encrypted, the other that it is not")
	case (flags^e.flags)&^harmlessFlags != 0:
		return errors.New("the flags differ")
	case binary.LittleEndian.Uint16(b[8:]) != e.method:
		return errors.New("the methods differ")
	case e.body > l.stop-e.packed:
		return errors.New("it would reach into the directory")
	case e.method == methodStore && e.packed != e.size:
		return errors.New("it is not packed, yet has two sizes")
	case e.isFolder() && e.size != 0:
		return errors.New("a folder with content")
	}
	extra := rest[:min(extraLen, int64(len(rest)))]
	if extraLen > int64(len(rest)) {
		extra = make([]byte, extraLen)
		if _, err := l.src.ReadAt(extra, e.body-extraLen); err != nil {
			return err
		}
	}
	if other, ok := unicodePath(b[lenLocal:], extra); ok && other != e.name {
		return errors.New("the names differ")
	}
	if flags != e.flags {
		l.problems.add(Info, "entry-header-differs", e.name, "The zip notes flags of this file differently in two places. Its name, sizes and checksum agree, so nothing is lost by that.")
		e.flags |= flags & flagDescriptor // a descriptor follows if either place says so
	}
	crc := binary.LittleEndian.Uint32(b[14:])
	packed, size := int64(binary.LittleEndian.Uint32(b[18:])), int64(binary.LittleEndian.Uint32(b[22:]))
	if packed == math.MaxUint32 || size == math.MaxUint32 {
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
	if from >= to || src.err() != nil {
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
			"If you can, download this part again and compare. Is the part good enough for you as it is?", to-from)
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
