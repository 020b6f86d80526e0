package deflate64

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// packed returns the packed bytes of the files in a zip that 7-Zip 26.02 made (7zz a -mm=Deflate64 -mx=9): a few words,
// 200,000 zeros, and one that repeats what lies 115,000 bytes back and a letter 70,000 times.
func packed(t testing.TB) map[string]*zip.File {
	t.Helper()
	z, err := zip.OpenReader("testdata/7zip.zip")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.Close() })
	files := map[string]*zip.File{}
	for _, f := range z.File {
		if f.Method != Method {
			t.Fatalf("%s is packed with method %d", f.Name, f.Method)
		}
		files[f.Name] = f
	}
	return files
}

func raw(t testing.TB, f *zip.File) []byte {
	t.Helper()
	r, err := f.OpenRaw()
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhat7ZipPacked(t *testing.T) {
	files := packed(t)
	if len(files) != 3 {
		t.Fatal(files)
	}
	reader := NewReader(nil)
	for name, f := range files {
		src := bytes.NewReader(append(raw(t, f), "behind"...))
		reader.Reset(src)
		b, err := io.ReadAll(iotest.HalfReader(reader))
		if err != nil || uint64(len(b)) != f.UncompressedSize64 || crc32.ChecksumIEEE(b) != f.CRC32 {
			t.Errorf("%s: %d bytes of %d, %v", name, len(b), f.UncompressedSize64, err)
		}
		if src.Len() != len("behind") {
			t.Errorf("%s: %d bytes behind its end are left, not %d", name, src.Len(), len("behind"))
		}
	}
}

func TestDamage(t *testing.T) {
	f := packed(t)["far.txt"]
	good := raw(t, f)
	reader := NewReader(nil)
	for n := range good {
		if n > 400 && n%97 != 0 {
			continue
		}
		reader.Reset(bytes.NewReader(good[:n]))
		if _, err := io.Copy(io.Discard, reader); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
		bad := bytes.Clone(good)
		bad[n] ^= 4
		reader.Reset(bytes.NewReader(bad))
		sum := crc32.NewIEEE()
		if _, err := io.Copy(sum, io.LimitReader(reader, 1<<20)); err == nil && sum.Sum32() == f.CRC32 {
			t.Errorf("byte %d changed, and nothing is different", n)
		}
	}
	for name, b := range map[string][]byte{
		"no such kind of block": {7}, "sizes that differ": {1, 5, 0, 5, 0}, "further back than there is anything": {0x4b, 0x04, 0x83, 0x01},
		"no codes":                   {5, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"a stored block that is cut": {1, 5, 0, 250, 255, 1},
	} {
		if _, err := io.ReadAll(NewReader(bytes.NewReader(b))); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
	want := errors.New("the disk")
	if _, err := io.ReadAll(NewReader(bufio.NewReader(iotest.ErrReader(want)))); !errors.Is(err, want) {
		t.Error(err)
	}
}

// TestDeflate reads what both ways of packing have in common: codes for bytes alone, and blocks that are not packed.
func TestDeflate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, level := range []int{flate.HuffmanOnly, flate.NoCompression} {
		for _, n := range []int{0, 1, 100, 70_000, 300_000} {
			b := make([]byte, n)
			for i := range b {
				b[i] = byte(rng.ExpFloat64() * 12)
			}
			var packed bytes.Buffer
			w, err := flate.NewWriter(&packed, level)
			if err == nil {
				_, err = w.Write(b)
			}
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(NewReader(&packed)); err != nil || !bytes.Equal(got, b) {
				t.Errorf("level %d, %d bytes: %d bytes, %v", level, n, len(got), err)
			}
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, z := range packed(f) {
		f.Add(raw(f, z)[:min(400, int(z.CompressedSize64))])
	}
	f.Add([]byte{0x4b, 0x04, 0x83, 0x01})
	reader := NewReader(nil)
	f.Fuzz(func(t *testing.T, b []byte) {
		reader.Reset(bytes.NewReader(b))
		first, err := io.ReadAll(io.LimitReader(reader, 1<<20))
		reader.Reset(bytes.NewReader(b))
		again, err2 := io.ReadAll(io.LimitReader(iotest.OneByteReader(reader), 1<<20))
		if !bytes.Equal(first, again) || (err == nil) != (err2 == nil) {
			t.Fatalf("%d bytes, %v; then %d bytes, %v", len(first), err, len(again), err2)
		}
		// Where Deflate reads a stream that says nothing about the last length and far distances, both read the same.
		plain, err3 := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b)), 1<<20))
		if err == nil && err3 == nil && len(plain) < 258 && len(first) < 258 && !bytes.Equal(plain, first) {
			t.Fatalf("%x, and Deflate has %x", first, plain)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	f := packed(b)["far.txt"]
	bytesPacked := raw(b, f)
	r := NewReader(nil)
	b.SetBytes(int64(f.UncompressedSize64))
	for b.Loop() {
		r.Reset(bytes.NewReader(bytesPacked))
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
