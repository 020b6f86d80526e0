package inspect

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// offsets finds the records of a zip that has no comment.
type offsets struct {
	end, dir int
	central  []int // per entry
	local    []int
}

func locate(b []byte) offsets {
	o := offsets{end: len(b) - lenEnd}
	o.dir = int(binary.LittleEndian.Uint32(b[o.end+16:]))
	for at := o.dir; at < o.end; {
		o.central = append(o.central, at)
		o.local = append(o.local, int(binary.LittleEndian.Uint32(b[at+42:])))
		at += lenCentral + int(binary.LittleEndian.Uint16(b[at+28:])) + int(binary.LittleEndian.Uint16(b[at+30:])) + int(binary.LittleEndian.Uint16(b[at+32:]))
	}
	return o
}

// rawZip packs one picture per name without descriptors, so that headers can be falsified.
func rawZip(names ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, name := range names {
		content := jpegOf(i + 1)
		h := &zip.FileHeader{Name: name, CRC32: crc32.ChecksumIEEE(content), CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))}
		e, err := w.CreateRaw(h)
		if err != nil {
			panic(err)
		}
		e.Write(content)
	}
	w.Close()
	return b.Bytes()
}

func TestFalsifiedContainers(t *testing.T) {
	put16 := binary.LittleEndian.PutUint16
	put32 := binary.LittleEndian.PutUint32
	cases := []struct {
		name   string
		change func(b []byte, o offsets) []byte
		want   string
	}{
		{"bit flip", func(b []byte, o offsets) []byte { b[o.local[1]+200] ^= 1; return b }, "entry-damaged"},
		{"hole of zeros", func(b []byte, o offsets) []byte { clear(b[o.local[1]+200 : o.local[1]+600]); return b }, "entry-damaged"},
		{"bit flip, checksum 0 in both places", func(b []byte, o offsets) []byte {
			b[o.local[1]+200] ^= 1
			put32(b[o.central[1]+16:], 0)
			put32(b[o.local[1]+14:], 0)
			return b
		}, "entry-damaged"},
		{"local name differs", func(b []byte, o offsets) []byte { b[o.local[1]+lenLocal] ^= 1; return b }, "entry-header-mismatch"},
		{"local checksum differs", func(b []byte, o offsets) []byte { b[o.local[1]+14] ^= 1; return b }, "entry-header-mismatch"},
		{"local method differs", func(b []byte, o offsets) []byte { b[o.local[1]+8] ^= 8; return b }, "entry-header-mismatch"},
		{"local size differs", func(b []byte, o offsets) []byte { b[o.local[1]+18] ^= 1; return b }, "entry-header-mismatch"},
		{"truncated by one byte", func(b []byte, o offsets) []byte { return b[:len(b)-1] }, "part-truncated"},
		{"truncated in the middle", func(b []byte, o offsets) []byte { return b[:len(b)/2] }, "part-truncated"},
		{"100 bytes after the end", func(b []byte, o offsets) []byte { return append(b, make([]byte, 100)...) }, "part-trailing-bytes"},
		{"70 KB after the end", func(b []byte, o offsets) []byte { return append(b, make([]byte, 70_000)...) }, "part-trailing-bytes"},
		{"100 bytes before", func(b []byte, o offsets) []byte { return append(make([]byte, 100), b...) }, "part-structure"},
		{"two entries share one body", func(b []byte, o offsets) []byte {
			// The second becomes a copy of the first, one letter of its name apart.
			copy(b[o.central[1]:o.central[2]], b[o.central[0]:o.central[1]])
			return b
		}, "entry-duplicate entry-overlap entry-hidden"},
		{"strong encryption", func(b []byte, o offsets) []byte { b[o.central[1]+8] |= 1 << 6; b[o.local[1]+6] |= 1 << 6; return b }, "entry-encrypted"},
		{"encrypted headers", func(b []byte, o offsets) []byte { b[o.central[1]+9] |= 1 << 5; b[o.local[1]+7] |= 1 << 5; return b }, "entry-encrypted"},
		{"encrypted in one place", func(b []byte, o offsets) []byte { b[o.local[1]+6] |= 1; return b }, "entry-header-mismatch"},
		{"encryption flag", func(b []byte, o offsets) []byte { b[o.central[1]+8] |= 1; b[o.local[1]+6] |= 1; return b }, "entry-encrypted"},
		{"count 2 of 3", func(b []byte, o offsets) []byte { put16(b[o.end+8:], 2); put16(b[o.end+10:], 2); return b }, "part-structure"},
		{"count 4 of 3", func(b []byte, o offsets) []byte { put16(b[o.end+8:], 4); put16(b[o.end+10:], 4); return b }, "part-structure"},
		{"first entry gone from the directory", func(b []byte, o offsets) []byte {
			gone := o.central[1] - o.central[0]
			put16(b[o.end+8:], 2)
			put16(b[o.end+10:], 2)
			put32(b[o.end+12:], uint32(o.end-o.dir-gone))
			put32(b[o.end+16:], uint32(o.dir))
			return slices.Delete(b, o.central[0], o.central[1])
		}, "entry-hidden"},
		{"unknown method", func(b []byte, o offsets) []byte { b[o.central[1]+10] = 12; b[o.local[1]+8] = 12; return b }, "entry-method"},
		{"entry of a terabyte", func(b []byte, o offsets) []byte {
			put32(b[o.central[1]+24:], 0xfffffff0)
			return b
		}, "entry-oversized"},
		{"symbolic link", func(b []byte, o offsets) []byte {
			b[o.central[1]+5] = 3
			put32(b[o.central[1]+38:], uint32(0o120777)<<16)
			return b
		}, "entry-special"},
		{"symbolic link of a Mac", func(b []byte, o offsets) []byte {
			b[o.central[1]+5] = 19
			put32(b[o.central[1]+38:], uint32(0o120777)<<16)
			return b
		}, "entry-special"},
		{"device", func(b []byte, o offsets) []byte {
			b[o.central[1]+5] = 3
			put32(b[o.central[1]+38:], uint32(0o020666)<<16)
			return b
		}, "entry-special"},
		{"another disk", func(b []byte, o offsets) []byte { put16(b[o.central[1]+34:], 1); return b }, "part-structure"},
		{"web page", func(b []byte, o offsets) []byte {
			return []byte("\n<!DOCTYPE html><html><title>Log in</title></html>")
		}, "part-is-html"},
		{"other file", func(b []byte, o offsets) []byte { return bytes.Repeat([]byte("Rar!"), 100) }, "part-not-zip"},
		{"nothing", func(b []byte, o offsets) []byte { return nil }, "part-empty"},
		{"zip of nothing", func(b []byte, o offsets) []byte { return zipOf(nil) }, "part-no-entries"},
		{"a file behind the directory", func(b []byte, o offsets) []byte {
			hidden := rawZip("media/posts/1/d.jpg")
			hidden = hidden[:locate(hidden).central[0]]
			put16(b[o.end+20:], uint16(len(hidden)))
			return append(b, hidden...)
		}, "part-structure"},
		{"two ends that fit", func(b []byte, o offsets) []byte {
			put16(b[o.end+20:], lenEnd)
			second := slices.Clone(b[o.end:])
			put16(second[20:], 0)
			return append(b, second...)
		}, "part-structure"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := rawZip("media/posts/1/a.jpg", "media/posts/1/b.jpg", "media/posts/1/c.jpg")
			b = c.change(b, locate(b))
			r := examine(t, part(partName, b))
			for _, want := range strings.Fields(c.want) {
				if !slices.Contains(codes(r, Error), want) {
					t.Errorf("no error %s: %+v", want, r.Problems)
				}
			}
			if slices.Contains(r.Checks, CheckStructure) && slices.Contains(r.Checks, CheckEntries) && c.want != "part-no-entries" &&
				!slices.Contains([]string{"entry-hidden"}, c.want) {
				t.Errorf("checks %v were said to be complete", r.Checks)
			}
		})
	}
}

func TestUnsafeNames(t *testing.T) {
	for _, name := range []string{"../../x.jpg", "/etc/x.jpg", `..\..\x.jpg`, `\\server\x.jpg`, `C:\x.jpg`, "C:/x.jpg", "./../x.jpg", "media//x.jpg", "media/./x.jpg", "media/\x01.jpg", "media/\u202egpj.exe", "media/\u0085.jpg"} {
		r := examine(t, part(partName, rawZip("media/a.jpg", name)))
		if !slices.Contains(codes(r, Error), "entry-unsafe-name") {
			t.Errorf("%q: %+v", name, r.Problems)
		}
	}
	for _, pair := range [][2]string{{"media/a.jpg", "media/a.jpg"}, {"media/a.jpg", "media/A.jpg"}, {"media/\u00e9.jpg", "media/e\u0301.jpg"}, {"media/ς.jpg", "media/σ.jpg"}, {"media/a", "media/a. "}, {"media/a", "media/a/b.jpg"}, {"media/a.jpg", `media\a.jpg`}, {"media/a.jpg", "./media/a.jpg"}} {
		r := examine(t, part(partName, rawZip(pair[0], pair[1])))
		if !slices.Contains(codes(r, Error), "entry-duplicate") {
			t.Errorf("%q: %+v", pair, r.Problems)
		}
	}
}

// TestNamesOfOtherPrograms: programs for Windows wrote backslashes, tar begins with the folder that it is started in,
// and who packs on a Mac or a file server packs more than is seen.
func TestNamesOfOtherPrograms(t *testing.T) {
	for what, rename := range map[string]func(string) string{
		"backslashes":    func(s string) string { return strings.ReplaceAll(s, "/", `\`) },
		"the own folder": func(s string) string { return "./" + s },
	} {
		other := contents{}
		for name, b := range wholeExport() {
			other[rename(name)] = b
		}
		r := examine(t, part(partName, zipOf(other)))
		demand(t, r, "", "")
		if r.Counts.Posts != 2 || !slices.Equal(r.Checks, AllChecks) {
			t.Errorf("%s: %+v %v", what, r.Counts, r.Checks)
		}
	}
}

// TestUnicodePath: programs decide differently which of two names counts.
func TestUnicodePath(t *testing.T) {
	field := func(of, name string) []byte {
		b := binary.LittleEndian.AppendUint16(nil, extraUnicodePath)
		b = binary.LittleEndian.AppendUint16(b, uint16(5+len(name)))
		b = binary.LittleEndian.AppendUint32(append(b, 1), crc32.ChecksumIEEE([]byte(of)))
		return append(b, name...)
	}
	const plain = "media/posts/201904/one.jpg"
	for _, c := range []struct {
		name, stored, want string
		extra              []byte
		bad                bool
	}{
		{"the same name", plain, plain, field(plain, plain), false},
		{"another name", plain, plain, field(plain, "media/posts/201904/two.jpg"), true},
		{"a name for another file", plain, plain, field("x", "media/posts/201904/two.jpg"), false},
		{"a name in an unknown character set", "media/posts/201904/caf\x82.jpg", "media/posts/201904/cafè.jpg", field("media/posts/201904/caf\x82.jpg", "media/posts/201904/cafè.jpg"), false},
		{"a field that is cut", plain, plain, field(plain, plain)[:7], false},
	} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		e, err := w.CreateHeader(&zip.FileHeader{Name: c.stored, NonUTF8: true, Extra: c.extra, Modified: modified})
		if err == nil {
			_, err = e.Write(jpegOf(1))
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		for _, where := range []string{"in both places", "in the file's header alone"} {
			z := b.Bytes()
			if where != "in both places" {
				if c.want != c.stored {
					continue
				}
				z = bytes.Clone(z)
				z[locate(z).central[0]+lenCentral+len(c.stored)] ^= 1 // another kind of field
			}
			var p problems
			table, _ := readStructure(&source{ctx: t.Context(), part: part("x.zip", z)}, newLookup(0), &p)
			for e := range table.entries() {
				if e.name != c.want {
					t.Errorf("%s %s: %q", c.name, where, e.name)
				}
			}
			if mismatch := slices.ContainsFunc(p.list, func(p Problem) bool { return p.Code == "entry-header-mismatch" }); mismatch != c.bad {
				t.Errorf("%s %s: %+v", c.name, where, p.list)
			}
		}
	}
}

// What an operating system added counts for nothing, but that it is damaged is said by its name.
func TestDamagedJunk(t *testing.T) {
	for _, name := range []string{".DS_Store", "__MACOSX/media/._one.jpg"} {
		z := zipOf(contents{name: bytes.Repeat([]byte("junk"), 20)})
		z[locate(z).local[0]+lenLocal+len(name)+30] ^= 1 // behind the extra field
		r := examine(t, part("one.zip", zipOf(wholeExport())), part("two.zip", z))
		i := slices.IndexFunc(r.Problems, func(p Problem) bool { return p.Code == "entry-damaged" && p.Severity == Error })
		if i < 0 || r.Problems[i].Path != name {
			t.Errorf("%s: %v", name, r.Problems)
		}
	}
}

func TestDeflate64(t *testing.T) {
	// The zip is one of 7-Zip's; what is in it is checked where it is unpacked.
	z, err := os.ReadFile("../deflate64/testdata/7zip.zip")
	if err != nil {
		t.Fatal(err)
	}
	r := examine(t, part("x.zip", z))
	if c := codes(r, Error); slices.Contains(c, "entry-method") || slices.Contains(c, "entry-damaged") || !slices.Contains(r.Checks, CheckEntries) {
		t.Errorf("%v %v", c, r.Checks)
	}
	for at := locate(z).local[0] + 60; at < 4000; at += 333 {
		bad := bytes.Clone(z)
		bad[at] ^= 0x10
		if c := codes(examine(t, part("x.zip", bad)), Error); !slices.Contains(c, "entry-damaged") {
			t.Errorf("byte %d: %v", at, c)
		}
	}
}

func TestNamesWithoutUTF8Flag(t *testing.T) {
	for stored, want := range map[string]string{
		"media/caf\x82.jpg":              "media/café.jpg", // code page 437
		"media/café.jpg":                 "media/café.jpg", // UTF-8, flag forgotten
		"media/requests_you've_sent.jpg": "media/requests_you've_sent.jpg",
	} {
		b := rawZip(stored)
		o := locate(b)
		b[o.central[0]+9] &^= 8
		b[o.local[0]+7] &^= 8
		var p problems
		table, complete := readStructure(&source{ctx: context.Background(), part: part("x.zip", b)}, newLookup(0), &p)
		for e := range table.entries() {
			if e.name != want {
				t.Errorf("%q: %q, want %q", stored, e.name, want)
			}
		}
		if !complete || len(p.list) > 0 || len(table.at) != 1 {
			t.Errorf("%q: %v", stored, p.list)
		}
	}
}

// TestGap puts bytes between entries that belong to none.
func TestGap(t *testing.T) {
	// archive/zip cannot leave gaps: insert one before the directory and move the pointer.
	raw := zipOf(wholeExport())
	o := locate(raw)
	raw = slices.Insert(raw, o.dir, make([]byte, 40)...)
	binary.LittleEndian.PutUint32(raw[o.end+40+16:], uint32(o.dir+40))
	demand(t, examine(t, part(partName, raw)), "", "part-gap")
}

// TestZip64AndDescriptors reads what archive/zip writes with every size in a zip64 field.
func TestZip64AndDescriptors(t *testing.T) {
	raw := zipOf(wholeExport())
	o := locate(raw)
	// Replace the end record by one that points everywhere through zip64.
	n, size := uint64(len(o.central)), uint64(o.end-o.dir)
	end64 := binary.LittleEndian.AppendUint32(nil, sigEnd64)
	end64 = binary.LittleEndian.AppendUint64(end64, 44)
	end64 = append(end64, 45, 0, 45, 0)
	end64 = append(end64, make([]byte, 8)...)
	for _, v := range []uint64{n, n, size, uint64(o.dir)} {
		end64 = binary.LittleEndian.AppendUint64(end64, v)
	}
	loc := binary.LittleEndian.AppendUint32(nil, sigLocator64)
	loc = append(loc, 0, 0, 0, 0)
	loc = binary.LittleEndian.AppendUint64(loc, uint64(o.end))
	loc = append(loc, 1, 0, 0, 0)
	end := slices.Clone(raw[o.end:])
	copy(end[8:], "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	wide := slices.Concat(raw[:o.end], end64, loc, end)
	demand(t, examine(t, part(partName, wide)), "", "")

	for at, name := range map[int]string{o.end + 24: "count", o.end + 40: "size", o.end + 48: "offset", o.end + 56 + 8: "locator"} {
		bad := slices.Clone(wide)
		bad[at] ^= 1
		r := examine(t, part(partName, bad))
		if !slices.Contains(codes(r, Error), "part-structure") {
			t.Errorf("%s falsified: %+v", name, r.Problems)
		}
	}
}

// TestZip64FieldsAndDescriptors builds an entry by hand whose sizes are in zip64 fields only,
// followed by a descriptor of each of the four lengths.
func TestZip64FieldsAndDescriptors(t *testing.T) {
	content, name := jpegOf(1), "media/a.jpg"
	crc, n := crc32.ChecksumIEEE(content), uint64(len(content))
	le := binary.LittleEndian
	narrow := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, crc), uint32(n)), uint32(n))
	wide := le.AppendUint64(le.AppendUint64(le.AppendUint32(nil, crc), n), n)
	signature := []byte("PK\x07\x08")
	wrong := slices.Clone(narrow)
	wrong[0] ^= 1
	for _, c := range []struct {
		descriptor        []byte
		errors, questions string
	}{
		{narrow, "layout-unknown", ""},
		{slices.Concat(signature, narrow), "layout-unknown", ""},
		{wide, "layout-unknown", ""},
		{slices.Concat(signature, wide), "layout-unknown", ""},
		{nil, "entry-header-mismatch layout-unknown", ""},
		{wrong, "entry-header-mismatch layout-unknown", "part-gap"},
	} {
		flags := byte(flagDescriptor)
		common := slices.Concat([]byte{45, 0, flags, 0, 0, 0, 0, 0, 0, 0}, le.AppendUint32(nil, crc),
			[]byte("\xff\xff\xff\xff\xff\xff\xff\xff"), le.AppendUint16(nil, uint16(len(name))))
		sizes := slices.Concat([]byte{1, 0, 16, 0}, le.AppendUint64(nil, n), le.AppendUint64(nil, n))
		offset := slices.Concat([]byte{1, 0, 24, 0}, sizes[4:], make([]byte, 8))
		local := slices.Concat([]byte("PK\x03\x04"), common, []byte{20, 0}, []byte(name), sizes, content, c.descriptor)
		dir := slices.Concat([]byte("PK\x01\x02\x2d\x00"), common, []byte{28, 0}, make([]byte, 10), []byte("\xff\xff\xff\xff"), []byte(name), offset)
		end := slices.Concat([]byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"), le.AppendUint32(nil, uint32(len(dir))), le.AppendUint32(nil, uint32(len(local))), []byte{0, 0})
		r := examine(t, part(partName, slices.Concat(local, dir, end)))
		demand(t, r, c.errors, c.questions)
		if r.Counts.Media != 1 || !slices.Contains(r.Checks, CheckEntries) {
			t.Errorf("descriptor %x: %+v", c.descriptor, r)
		}
	}
}

// TestAgreesWithArchiveZip holds our own reading of a zip against the standard library's.
func TestAgreesWithArchiveZip(t *testing.T) {
	raw := zipOf(wholeExport())
	compareWithArchiveZip(t, raw)
}

func compareWithArchiveZip(t *testing.T, raw []byte) {
	t.Helper()
	var p problems
	src := &source{ctx: context.Background(), part: part("x.zip", raw)}
	table, complete := readStructure(src, newLookup(0), &p)
	if !complete || slices.ContainsFunc(p.list, func(p Problem) bool { return p.Severity == Error }) {
		return
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil && len(table.at) > 0 && !errors.Is(err, zip.ErrInsecurePath) {
		t.Fatalf("accepted %d entries of what archive/zip refuses: %v", len(table.at), err)
	}
	if err != nil {
		return
	}
	if len(z.File) != len(table.at) {
		t.Fatalf("%d entries, archive/zip has %d", len(table.at), len(z.File))
	}
	(&feed{src: src, tick: func(int64) {}}).run(table, []*reader{newReader(newUnion(nil, newLookup(0), &p), newTally())})
	byName := make(map[string]*entry)
	for e := range table.entries() {
		byName[e.rawName()] = e
	}
	for _, f := range z.File {
		e := byName[f.Name]
		if e == nil || uint64(e.size) != f.UncompressedSize64 || e.crc != f.CRC32 {
			t.Fatalf("%q: %+v differs from %+v", f.Name, e, f.FileHeader)
		}
		if e.isFolder() {
			continue
		}
		theirs := func() error {
			r, err := f.Open()
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(io.Discard, r)
			return err
		}()
		if theirs != nil && e.mark.state != stateDamaged {
			t.Fatalf("%q: archive/zip says %v, we say %d", f.Name, theirs, e.mark.state)
		}
	}
}

func FuzzStructure(f *testing.F) {
	f.Add(zipOf(wholeExport()))
	f.Add(rawZip("a.jpg", "b/c.jpg"))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Inspect(context.Background(), []Part{part(partName, b)}, nil); err != nil {
			t.Fatal(err)
		}
		compareWithArchiveZip(t, b)
	})
}

// brokenDisk fails to read behind a place.
type brokenDisk struct {
	b  []byte
	at int64
}

var errDisk = fmt.Errorf("input/output error: %w", fs.ErrInvalid)

func (d brokenDisk) ReadAt(p []byte, off int64) (int, error) {
	if off <= d.at && d.at < off+int64(len(p)) {
		return 0, errDisk
	}
	return bytes.NewReader(d.b).ReadAt(p, off)
}

// TestBrokenDisk: the disk's faults are errors, never findings about the archive.
func TestBrokenDisk(t *testing.T) {
	b := zipOf(wholeExport())
	for _, known := range []string{"", strings.Repeat("0", 64)} {
		for at := int64(0); at < int64(len(b)); at += 97 {
			p := Part{Name: partName, Size: int64(len(b)), R: brokenDisk{b, at}, SHA256: known}
			if r, err := Inspect(context.Background(), []Part{p}, nil); !errors.Is(err, errDisk) {
				t.Fatalf("byte %d: %v %+v", at, err, r)
			}
		}
	}
	short := Part{Name: partName, Size: int64(len(b)) + 1000, R: bytes.NewReader(b)}
	if _, err := Inspect(context.Background(), []Part{short}, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a part shorter than its size: %v", err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	b := zipOf(wholeExport())
	_, err := Inspect(ctx, []Part{part(partName, b)}, func(done, total int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestProgress(t *testing.T) {
	b := zipOf(wholeExport())
	var last, total int64
	if _, err := Inspect(t.Context(), []Part{part(partName, b)}, func(d, n int64) {
		if d < last || d > n {
			t.Errorf("%d after %d of %d", d, last, n)
		}
		last, total = d, n
	}); err != nil {
		t.Fatal(err)
	}
	if total != int64(len(b)) || last != total {
		t.Errorf("ended at %d of %d", last, total)
	}
}

// sparse is a file of zeros but for its two ends.
type sparse struct {
	head, tail []byte
	size       int64
}

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	n := min(int64(len(p)), s.size-off)
	clear(p[:n])
	if off < int64(len(s.head)) {
		copy(p[:n], s.head[off:])
	}
	if from := s.size - int64(len(s.tail)); off+n > from {
		copy(p[max(from-off, 0):n], s.tail[max(off-from, 0):])
	}
	if n < int64(len(p)) {
		return int(n), io.EOF
	}
	return int(n), nil
}

// TestTwoGiB: parts of just this size are known to be pieces of something larger.
func TestTwoGiB(t *testing.T) {
	raw := rawZip("media/a.jpg")
	o := locate(raw)
	body := o.local[0] + lenLocal + len("media/a.jpg")
	whole := sparse{head: slices.Clone(raw[:body]), tail: slices.Clone(raw[o.dir:]), size: 1 << 31}
	n := uint32(whole.size - int64(len(whole.head)+len(whole.tail)))
	for _, at := range [][]byte{whole.head[18:], whole.head[22:], whole.tail[20:], whole.tail[24:]} {
		binary.LittleEndian.PutUint32(at, n)
	}
	binary.LittleEndian.PutUint32(whole.tail[o.end-o.dir+16:], uint32(body)+n)
	for _, c := range []struct {
		name     string
		r        sparse
		severity Severity
	}{
		{"cut off", sparse{head: raw[:body], size: 1 << 31}, Error},
		{"whole", whole, Question},
	} {
		var p problems
		src := &source{ctx: t.Context(), part: Part{Name: partName, Size: c.r.size, R: c.r}}
		_, complete := readStructure(src, newLookup(0), &p)
		if len(p.list) != 1 || p.list[0].Code != "part-cut-at-2gib" || p.list[0].Severity != c.severity || complete != (c.severity == Question) {
			t.Errorf("%s: %v %+v", c.name, complete, p.list)
		}
	}
}
