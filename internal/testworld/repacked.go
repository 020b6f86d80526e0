package testworld

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"path"
	"strings"
)

// Repacked is what becomes of zips on their way to us: services rename them, people unpack them and pack them
// again, and their programs do so each in its way.
type Repacked struct {
	Folders     string // around everything, such as "Documents/Instagram"
	Name        string // of the zips: "Takeout" makes Takeout.zip, Takeout 2.zip; default: Instagram's
	Together    bool   // all parts in one zip, each in its folder, as Google Drive packs; with WrapRoot or DriveRoot
	Note        bool   // a text beside the outermost folder
	Mac         bool   // what macOS adds
	Backslashes bool   // between folders, as older programs for Windows write
	Deflate64   bool   // how Windows packs large files; all are packed so
}

// methodDeflate64 is the number of the method (APPNOTE 4.4.5).
const methodDeflate64 = 9

// name is that of a part's zip, without its extension.
func (r Repacked) name(instagram string, part int) string {
	switch {
	case r.Name == "":
		return instagram
	case part == 0:
		return r.Name
	}
	return fmt.Sprintf("%s %d", r.Name, part+1)
}

// entry is the name of a file in the zip.
func (r Repacked) entry(name string) string {
	if r.Backslashes {
		return strings.ReplaceAll(name, "/", `\`)
	}
	return name
}

// prepare teaches z to pack Deflate64. Where nothing is repeated, it is Deflate.
func (r Repacked) prepare(z *zip.Writer) {
	z.RegisterCompressor(methodDeflate64, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.HuffmanOnly) })
}

// extra are the files of a part that are no part of the export.
func (r Repacked) extra(root string, part int) (files []*file) {
	add := func(name, content string) {
		up := strings.Repeat("../", strings.Count(path.Join(root, "x"), "/")) // the names are below root
		files = append(files, &file{name: up + name, part: part, bytes: func() ([]byte, error) { return []byte(content), nil }})
	}
	if r.Note {
		add("read me.txt", "My Instagram, before I left.")
	}
	if r.Mac {
		const double = "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "
		add(path.Join(root, ".DS_Store"), "\x00\x00\x00\x01Bud1")
		add(path.Join("__MACOSX", root, "._media"), double)
		add(path.Join(root, "media/posts/._.DS_Store"), double)
	}
	return files
}
