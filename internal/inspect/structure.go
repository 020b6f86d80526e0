package inspect

import (
	"bytes"
	"cmp"
	"errors"
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
