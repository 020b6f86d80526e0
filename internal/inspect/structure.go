package inspect

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/igwatchd/igwatchd/internal/words"
)

// again ends what can be mended.
var again = words.Of(" Download this part again.")

// readStructure reads the directory of one zip and holds it against the bytes: the end record
// closes the file, and the entries' headers and bodies tile all of it before the directory. Zip
// readers differ in what they forgive, so a file that passes some of them can still lack an
// entry, hold one that the directory hides, or show two different contents.
//
// complete says that nothing stopped the pass early, not that nothing was found. names is a
// table whose memory can be used.
func readStructure(src *source, names *lookup, p *problems) (t *table, complete bool) {
	t = &table{src: src}
	name, size := src.part.Name, src.part.Size
	if !recognise(src, p) {
		return t, false
	}
	end, err := readEnding(src, size)
	if err != nil {
		explainEnding(src, err, p)
		return t, false
	}
	sizes := sizeCheck{part: name, size: size, problems: p}
	names.reset(int(min(end.entries, uint64(end.size)/lenCentral)))
	read, err := readTable(src, end, func(e *entry) {
		sizes.add(e)
		if why := unsafeName(e.name); why != "" {
			p.add(Error, "entry-unsafe-name", strings.ToValidUTF8(e.name, "\uFFFD"), "The name of this file %s. Instagram makes no such names; somebody may have changed the zip.%s", words.Text(why), again)
		}
		// Also on disks that do not tell upper from lower case no file may overwrite another.
		names.add(sameName(e.name), e.i)
	})
	if err != nil {
		p.add(Error, "part-structure", name, "The zip's table of contents is damaged (%v).%s", err, again)
		return t, false
	}
	if sizes.refused {
		return t, false
	}
	t = read
	if len(t.at) == 0 {
		p.add(Error, "part-no-entries", name, "The zip is well-formed but there is nothing in it.%s", again)
	}
	checkDuplicates(t, names, p)
	checkFolders(t, names, p)
	if err := t.sort(); err != nil {
		p.add(Error, "part-structure", name, "The zip's table of contents is damaged (%v).%s", err, again)
		return t, false
	}
	checkTiling(t, end.offset, p)
	if size == 1<<31 {
		p.add(Question, "part-cut-at-2gib", name, "This part is exactly 2 GiB large, a size at which split or cut-off exports end. "+
			"The zip itself is whole. Look at the download page again: is every part that it offers here?")
	}
	return t, true
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

// sizeCheck refuses claims that would keep us reading for days.
type sizeCheck struct {
	part    string
	size    int64 // of the part
	total   int64 // what all entries claim to unpack to
	refused bool
	*problems
}

func (c *sizeCheck) add(e *entry) {
	switch {
	case c.refused:
		return
	case e.size < 0 || e.packed < 0 || e.size > maxEntry || e.packed > c.size || e.size > smallEntry && e.size/maxRatio > e.packed:
		c.problems.add(Error, "entry-oversized", e.name, "The zip claims that this file is %d bytes large, packed into %d. No picture, video or list is like that.%s",
			e.size, e.packed, again)
		c.refused = true
		return
	}
	c.total += e.size
	if c.total > maxEntry || c.total-smallEntry > c.size*maxRatio {
		c.problems.add(Error, "entry-oversized", c.part, "The zip claims to unpack to more than %d bytes, which no export does.%s", c.total, again)
		c.refused = true
	}
}

// checkFolders looks for files in whose place another name needs a folder.
func checkFolders(t *table, names *lookup, p *problems) {
	c := cursor{table: t}
	last := ""
	for e := range t.entries() {
		dir := path.Dir(strings.TrimSuffix(e.name, "/"))
		if dir == last { // as of most entries
			continue
		}
		last = dir
		for ; dir != "." && dir != "/"; dir = path.Dir(dir) {
			for _, id := range names.find(sameName(dir)) {
				if other, err := c.entry(int(id)); err == nil && !other.isFolder() {
					p.add(Error, "entry-duplicate", other.name, "The zip holds a file of this name, and files in a folder of the same name: unpacking would lose one.%s", again)
				}
			}
		}
	}
}

// checkDuplicates looks for names that are the same. It is called before the table is sorted.
func checkDuplicates(t *table, names *lookup, p *problems) {
	names.sort()
	c := cursor{table: t}
	found := 0
	names.runs(func(ids []uint32) {
		if len(ids) < 2 || found > maxPerCode {
			return
		}
		found++
		path := t.src.part.Name
		if e, err := c.entry(int(ids[len(ids)-1])); err == nil {
			path = e.name
		}
		p.add(Error, "entry-duplicate", path, "%d files in the zip have the same name, or differ only in upper and lower case: unpacking would lose one.%s", len(ids), again)
	})
}
