package inspect

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

const again = " Download this part again."

// readStructure reads the directory of one zip and holds it against the bytes: the end record
// closes the file, and the entries' headers and bodies tile all of it before the directory. Zip
// readers differ in what they forgive, so a file that passes some of them can still lack an
// entry, hold one that the directory hides, or show two different contents.
//
// The entries come back in the order of their bodies. complete says that nothing stopped the
// pass early, not that nothing was found.
func readStructure(src *source, p *problems) (entries []entry, complete bool) {
	name, size := src.part.Name, src.part.Size
	if !recognise(src, p) {
		return nil, false
	}
	end, err := readEnding(src, size)
	if err != nil {
		explainEnding(src, err, p)
		return nil, false
	}
	if entries, err = readDirectory(src, end); err != nil {
		p.add(Error, "part-structure", name, "The zip's table of contents is damaged (%v).%s", err, again)
		return nil, false
	}
	if len(entries) == 0 {
		p.add(Error, "part-no-entries", name, "The zip is well-formed but there is nothing in it.%s", again)
	}
	if !checkSizes(name, size, entries, p) {
		return nil, false
	}
	checkNames(entries, p)
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.header, b.header) })
	checkTiling(src, entries, end.offset, p)
	if size == 1<<31 {
		p.add(Question, "part-cut-at-2gib", name, "This part is exactly 2 GiB large, a size at which split or cut-off exports end. "+
			"The zip itself is whole. Look at the download page again: is there a further part?")
	}
	return entries, true
}

// recognise says by the first bytes what a file that is no zip is instead.
func recognise(src *source, p *problems) bool {
	name := src.part.Name
	if src.part.Size == 0 {
		p.add(Error, "part-empty", name, "The file is empty: nothing was downloaded.%s", again)
		return false
	}
	head := make([]byte, min(src.part.Size, 512))
	if _, err := src.ReadAt(head, 0); err != nil {
		return false // remembered by src
	}
	switch trimmed := bytes.ToLower(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")); {
	case bytes.HasPrefix(head, []byte("PK")):
		return true
	case bytes.HasPrefix(trimmed, []byte("<")):
		p.add(Error, "part-is-html", name, "This is a web page with the name of a zip. The download site answers so when the link has expired "+
			"or when it wants you to log in. Open the link in a browser, log in, and download the part again.")
	default:
		if _, err := readEnding(src, src.part.Size); !errors.Is(err, errNoEnd) {
			return true // a zip behind some other bytes: the structure says more
		}
		p.add(Error, "part-not-zip", name, "This file is not a zip archive.%s", again)
	}
	return false
}

func explainEnding(src *source, err error, p *problems) {
	name, size := src.part.Name, src.part.Size
	switch {
	case src.err() != nil: // the disk's fault, told by the caller
	case !errors.Is(err, errNoEnd):
		p.add(Error, "part-structure", name, "The end of the zip is damaged (%v).%s", err, again)
	case size == 1<<31 || size == 1<<31-1:
		p.add(Error, "part-cut-at-2gib", name, "The file ends at exactly 2 GiB and its end is missing: the program or the disk it was stored with "+
			"cannot hold larger files. Download this part again with another browser or to another disk.")
	case hasEnd(src):
		p.add(Error, "part-trailing-bytes", name, "There are bytes after the end of the zip that do not belong to it.%s", again)
	default:
		p.add(Error, "part-truncated", name, "The end of the zip is missing: the download was cut off.%s", again)
	}
}

// hasEnd looks for an end record anywhere in the last megabyte.
func hasEnd(src *source) bool {
	tail := make([]byte, min(src.part.Size, 1<<20))
	if _, err := src.ReadAt(tail, src.part.Size-int64(len(tail))); err != nil {
		return false
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	return at >= 0 && at+lenEnd <= len(tail)
}

// checkSizes refuses claims that would keep us reading for days.
func checkSizes(part string, size int64, entries []entry, p *problems) bool {
	var total int64
	for i := range entries {
		e := &entries[i]
		if e.size < 0 || e.packed < 0 || e.size > maxEntry || e.packed > size ||
			e.size > smallEntry && e.size/maxRatio > e.packed {
			p.add(Error, "entry-oversized", e.name, "The zip claims that this file is %d bytes large, packed into %d. No picture, video or list is like that.%s",
				e.size, e.packed, again)
			return false
		}
		total += e.size
		if total > maxEntry || total-smallEntry > size*maxRatio {
			p.add(Error, "entry-oversized", part, "The zip claims to unpack to more than %d bytes, which no export does.%s", total, again)
			return false
		}
	}
	return true
}

func checkNames(entries []entry, p *problems) {
	names := newNameSet(len(entries))
	for i := range entries {
		e := &entries[i]
		if why := unsafeName(e.name); why != "" {
			p.add(Error, "entry-unsafe-name", strings.ToValidUTF8(e.name, "\uFFFD"), "The name of this file %s. Instagram makes no such names; somebody may have changed the zip.%s", why, again)
		}
		if !names.add(e.name) {
			p.add(Error, "entry-duplicate", e.name, "Two files in the zip have the same name, or differ only in upper and lower case: unpacking would lose one.%s", again)
		}
	}
}

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
		pos = max(pos, bodyEnd+descriptorLength(src, e, bodyEnd, next))
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
// bytes (APPNOTE 4.3.9, with or without its signature, narrow or zip64), or 0.
func descriptorLength(src *source, e *entry, at, next int64) int64 {
	if e.flags&flagDescriptor == 0 || next-at < 12 {
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
