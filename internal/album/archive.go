package album

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/deflate64"
	"github.com/igwatchd/igwatchd/internal/exportroot"
)

// maxMembers bounds the files of all parts together.
const maxMembers = 2_000_000

// archive is the union of an export's zips, by names without the folder that wraps them.
type archive struct {
	members []*member
	byName  map[string]*member
}

// member is one file of a part. The same name in two parts is two members; the first is found by name.
type member struct {
	name  string
	index int // its place among all members
	zip   *zip.File
	at    io.ReaderAt // the part, for stored files
}

func openArchive(parts []Part) (*archive, error) {
	a := &archive{byName: map[string]*member{}}
	var errs []error
	for _, p := range parts {
		r, err := zip.NewReader(p.R, p.Size)
		if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
			errs = append(errs, fmt.Errorf("open %s: %w", p.Name, err))
			continue
		}
		r.RegisterDecompressor(deflate64.Method, deflate64.Unzip)
		roots, _ := exportroot.Find(func(yield func(string) bool) {
			for _, f := range r.File {
				if !yield(exportroot.Plain(f.Name)) {
					return
				}
			}
		})
		for _, f := range r.File {
			name, _ := roots.Below(exportroot.Plain(f.Name))
			if strings.HasSuffix(name, "/") || !safe(name) || exportroot.Junk(name) || len(a.members) >= maxMembers {
				continue
			}
			m := &member{name: name, zip: f, at: p.R}
			a.members = append(a.members, m)
			if a.byName[name] == nil {
				a.byName[name] = m
			}
		}
	}
	if len(a.members) == 0 {
		return nil, errors.Join(append(errs, errors.New("there is nothing in it"))...)
	}
	slices.SortStableFunc(a.members, func(x, y *member) int { return strings.Compare(x.name, y.name) })
	for i, m := range a.members {
		m.index = i
	}
	return a, nil
}

// safe tells whether a name stays in its folder.
func safe(name string) bool {
	return name != "" && name == path.Clean(name) && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") &&
		!strings.ContainsAny(name, "\\\x00")
}

// prefixes are what lists leave out of, or put before, a file's name.
var prefixes = []string{"your_instagram_activity/", "your_activity_across_facebook/"}

// find returns the file that a list calls uri, or nil. Lists of some years leave folders out.
func (a *archive) find(uri string) *member {
	name := uri
	if name == "" || strings.Contains(name, "://") {
		return nil
	}
	for _, try := range []string{name, unescaped(name)} {
		if m := a.byName[try]; m != nil {
			return m
		}
		for _, p := range prefixes {
			if m := a.byName[p+try]; m != nil {
				return m
			}
			if rest, ok := strings.CutPrefix(try, p); ok {
				for _, q := range append([]string{""}, prefixes...) {
					if m := a.byName[q+rest]; m != nil {
						return m
					}
				}
			}
		}
	}
	return nil
}

func unescaped(name string) string {
	if s, err := url.PathUnescape(name); err == nil {
		return s
	}
	return name
}

// File is a media file that can be read at any place, without unpacking, if Stored says so.
type File struct {
	Index    int    // its place among all files: the same whenever the same parts are opened
	Name     string // in the archive
	Size     int64  // in bytes
	CRC32    uint32
	Modified time.Time
	member   *member
}

// Files returns every file of all parts, in the order of their names.
func (a *Album) Files() iter.Seq[File] {
	return func(yield func(File) bool) {
		for _, m := range a.files.members {
			if !yield(m.file()) {
				return
			}
		}
	}
}

// At returns the file with that Index; ok is false if there is none.
func (a *Album) At(index int) (f File, ok bool) {
	if index < 0 || index >= len(a.files.members) {
		return File{}, false
	}
	return a.files.members[index].file(), true
}

// File returns the bytes behind a medium.
func (m Media) File() File { return m.file.file() }

func (m *member) file() File {
	return File{m.index, m.name, int64(m.zip.UncompressedSize64), m.zip.CRC32, m.zip.Modified, m}
}

// encrypted is the bit of a member's flags that says so (APPNOTE 4.4.4).
const encrypted = 1

// Stored returns a reader over the file's bytes in the zip itself; ok is false if they are packed
// there. Nothing compares the checksum of what is read so.
func (f File) Stored() (r *io.SectionReader, ok bool) {
	z := f.member.zip
	if z.Method != zip.Store || z.CompressedSize64 != z.UncompressedSize64 || z.Flags&encrypted != 0 {
		return nil, false
	}
	at, err := f.member.zip.DataOffset()
	if err != nil {
		return nil, false
	}
	return io.NewSectionReader(f.member.at, at, f.Size), true
}

// Open reads the file from its beginning. The checksum is compared at its end.
func (f File) Open() (io.ReadCloser, error) {
	r, err := f.member.zip.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", f.Name, err)
	}
	return r, nil
}

// Kind tells from a file's first bytes what it is: image/jpeg, image/png, image/webp, image/heic,
// image/gif, video/mp4, audio/mp4 or application/octet-stream. Names in exports sometimes lie.
func (f File) Kind() (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	head := make([]byte, 32)
	n, err := io.ReadFull(r, head)
	if cerr := r.Close(); err == nil || errors.Is(err, io.ErrUnexpectedEOF) || n == 0 && f.Size == 0 {
		err = nil
		_ = cerr // the checksum is not compared in the middle of a file
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", f.Name, err)
	}
	return sniff(head[:n]), nil
}

func sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(head, []byte("GIF8")):
		return "image/gif"
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "image/webp"
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		switch brand := string(head[8:12]); {
		case strings.HasPrefix(brand, "hei") || strings.HasPrefix(brand, "hev") || brand == "mif1" || brand == "msf1":
			return "image/heic"
		case brand == "avif" || brand == "avis":
			return "image/avif"
		case strings.HasPrefix(brand, "M4A"):
			return "audio/mp4"
		}
		return "video/mp4"
	}
	return "application/octet-stream"
}
