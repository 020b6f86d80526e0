package testworld

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Spoiler makes an export wrong in one way, before it is packed: the zips stay well-formed.
// A spoiler that finds nothing to spoil is an error.
type Spoiler struct {
	apply func(e Export, files []*file) ([]*file, error)
}

// Without leaves out the first file whose name contains match; the lists still name it.
func Without(match string) Spoiler {
	return Spoiler{func(_ Export, files []*file) ([]*file, error) {
		i, err := find(files, match)
		if err != nil {
			return nil, err
		}
		return slices.Delete(slices.Clone(files), i, i+1), nil
	}}
}

// WithoutAll leaves out every file whose name contains match.
func WithoutAll(match string) Spoiler {
	return Spoiler{func(_ Export, files []*file) ([]*file, error) {
		if _, err := find(files, match); err != nil {
			return nil, err
		}
		return slices.DeleteFunc(slices.Clone(files), func(f *file) bool { return strings.Contains(f.name, match) }), nil
	}}
}

// EmptyFile takes all bytes of the first file whose name contains match.
func EmptyFile(match string) Spoiler {
	return change(match, func([]byte) ([]byte, error) { return nil, nil })
}

// HalfFile cuts the first file whose name contains match in half: a picture that begins well.
func HalfFile(match string) Spoiler {
	return change(match, func(b []byte) ([]byte, error) { return b[:len(b)/2], nil })
}

// Renamed gives the first file whose name contains match another extension, in the lists too,
// as exports do: a .webp that is a JPEG.
func Renamed(match, extension string) Spoiler {
	return Spoiler{func(e Export, files []*file) ([]*file, error) {
		i, err := find(files, match)
		if err != nil {
			return nil, err
		}
		was := files[i].name
		now := strings.TrimSuffix(was, path.Ext(was)) + extension
		files = slices.Clone(files)
		renamed := *files[i]
		renamed.name = now
		files[i] = &renamed
		for k, f := range files {
			if f.bytes == nil || rank(f) != 0 {
				continue
			}
			list := *f
			list.bytes = func() ([]byte, error) {
				b, err := f.bytes()
				return bytes.ReplaceAll(b, []byte(was), []byte(now)), err
			}
			files[k] = &list
		}
		return files, nil
	}}
}

// URI replaces the first reference in the first list whose name contains match, by "" or an address
// in the web.
func URI(match, uri string) Spoiler {
	return change(match, func(b []byte) ([]byte, error) {
		before, rest, found := bytes.Cut(b, []byte(`"uri": "`))
		_, after, ended := bytes.Cut(rest, []byte(`"`))
		if !found || !ended {
			return nil, errors.New("spoil: the list names no file")
		}
		return slices.Concat(before, []byte(`"uri": "`+uri+`"`), after), nil
	})
}

// Remote makes a list of own things name all its files by an address in the web, and leaves the files out, as exports of
// 2025 do with some stories. list is the list's name without extension, folder that of its files.
func Remote(list, folder string) Spoiler {
	return Spoiler{func(e Export, files []*file) ([]*file, error) {
		local := regexp.MustCompile(`"` + regexp.QuoteMeta(folder) + `[^"]*"`)
		files, err := change("/"+list+".", func(b []byte) ([]byte, error) {
			return local.ReplaceAll(b, []byte(`"https://scontent-lax3-2.cdninstagram.com/v/t51.36329-15/1_n.jpg?_nc_cat=103"`)), nil
		}).apply(e, files)
		if err != nil {
			return nil, err
		}
		return WithoutAll(folder).apply(e, files)
	}}
}

// HalfJPEG cuts the first picture in half.
func HalfJPEG() Spoiler { return HalfFile(".jpg") }

// WrongUser makes the account's own data be those of another account; the zip's name stays.
func WrongUser(username string) Spoiler {
	return Spoiler{func(e Export, files []*file) ([]*file, error) {
		match := "personal_information."
		if e.Layout == LayoutV1 {
			match = "profile.json"
		}
		return change(match, func(b []byte) ([]byte, error) {
			return bytes.ReplaceAll(b, []byte(e.Username), []byte(username)), nil
		}).apply(e, files)
	}}
}

// BrokenJSON cuts the first list whose name contains match in half.
func BrokenJSON(match string) Spoiler { return HalfFile(match + ".json") }

// GapInPosts calls posts_2.json posts_3.json. It needs an export with PostsPerFile.
func GapInPosts() Spoiler {
	return Spoiler{func(_ Export, files []*file) ([]*file, error) {
		i, err := find(files, "posts_2.")
		if err != nil {
			return nil, err
		}
		moved := *files[i]
		moved.name = strings.Replace(moved.name, "posts_2.", "posts_3.", 1)
		files = slices.Clone(files)
		files[i] = &moved
		return files, nil
	}}
}

// Extra adds a file to the first part, for instance one with a name that should not be.
func Extra(name string, body []byte) Spoiler {
	return Spoiler{func(_ Export, files []*file) ([]*file, error) {
		added := &file{name: name, modified: files[0].modified, bytes: func() ([]byte, error) { return body, nil }}
		return append(slices.Clone(files), added), nil
	}}
}

func change(match string, edit func([]byte) ([]byte, error)) Spoiler {
	return Spoiler{func(_ Export, files []*file) ([]*file, error) {
		i, err := find(files, match)
		if err != nil {
			return nil, err
		}
		changed, before := *files[i], files[i].bytes
		if before == nil {
			return nil, fmt.Errorf("spoil: %s is too large to be changed", changed.name)
		}
		changed.bytes = func() ([]byte, error) {
			b, err := before()
			if err != nil {
				return nil, err
			}
			return edit(slices.Clone(b))
		}
		files = slices.Clone(files)
		files[i] = &changed
		return files, nil
	}}
}

func find(files []*file, match string) (int, error) {
	i := slices.IndexFunc(files, func(f *file) bool { return strings.Contains(f.name, match) })
	if i < 0 {
		return 0, fmt.Errorf("spoil: no file's name contains %q", match)
	}
	return i, nil
}

// FlipByte changes one byte in the body of the first stored picture of a zip, as a bad disk or
// transfer does: its CRC is wrong afterwards.
func FlipByte(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("spoil: %w", err)
	}
	defer f.Close()
	_, err = flip(f)
	return err
}

// ZeroCRC does what FlipByte does and sets the CRC to 0 in both headers: archive/zip of Go 1.26
// and others take 0 for "not known" and find nothing wrong.
func ZeroCRC(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("spoil: %w", err)
	}
	defer f.Close()
	crc, err := flip(f)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("spoil: %w", err)
	}
	// The checksum is in the local header, 14 bytes behind its beginning, and in the directory,
	// 16 bytes behind the entry's (APPNOTE 4.3.7 and 4.3.12).
	for _, header := range []struct {
		signature string
		at        int
	}{{"PK\x03\x04", 14}, {"PK\x01\x02", 16}} {
		at := -1
		for i := bytes.Index(b, crc); i >= 0; i = next(b, crc, i) {
			if i >= header.at && bytes.HasPrefix(b[i-header.at:], []byte(header.signature)) {
				at = i
			}
		}
		if at < 0 {
			return errors.New("spoil: checksum not found")
		}
		if _, err := f.WriteAt(make([]byte, 4), int64(at)); err != nil {
			return fmt.Errorf("spoil: %w", err)
		}
	}
	return nil
}

func next(b, want []byte, after int) int {
	if i := bytes.Index(b[after+1:], want); i >= 0 {
		return after + 1 + i
	}
	return -1
}

// flip changes a byte of the first stored file whose checksum stands before its body, and
// returns that checksum as it is stored.
func flip(f *os.File) (crc []byte, err error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("spoil: %w", err)
	}
	r, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("spoil: %w", err)
	}
	for _, entry := range r.File {
		if entry.Method != zip.Store || entry.Flags&8 != 0 || entry.UncompressedSize64 == 0 {
			continue
		}
		at, err := entry.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("spoil: %w", err)
		}
		at += int64(entry.UncompressedSize64 / 2)
		one := make([]byte, 1)
		if _, err := f.ReadAt(one, at); err != nil {
			return nil, fmt.Errorf("spoil: %w", err)
		}
		one[0] ^= 0x20
		if _, err := f.WriteAt(one, at); err != nil {
			return nil, fmt.Errorf("spoil: %w", err)
		}
		return binary.LittleEndian.AppendUint32(nil, entry.CRC32), nil
	}
	return nil, errors.New("spoil: the zip has no stored file")
}

// Truncate cuts n bytes off the end of a file, as a broken download does.
func Truncate(path string, n int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("spoil: %w", err)
	}
	if n < 1 || n > info.Size() {
		return fmt.Errorf("spoil: cannot cut %d of %d bytes", n, info.Size())
	}
	if err := os.Truncate(path, info.Size()-n); err != nil {
		return fmt.Errorf("spoil: %w", err)
	}
	return nil
}

// HTMLPage puts the site's login page in place of a file, as an expired link does.
func HTMLPage(path string) error {
	if err := os.WriteFile(path, []byte(loginPage), 0o644); err != nil {
		return fmt.Errorf("spoil: %w", err)
	}
	return nil
}

// loginPage is what the site shows to somebody it does not know.
const loginPage = `<!DOCTYPE html><html lang="en" class="_9dls"><head><meta charset="utf-8"><title>Login • Instagram</title></head>
<body><form id="loginForm" method="post"><input name="username" aria-label="Phone number, username, or email">
<input name="password" type="password" aria-label="Password"><button type="submit">Log in</button></form></body></html>
`
