package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"testing"
)

func TestWalkBoxes(t *testing.T) {
	good := mp4Of(1)
	index := good[bytes.Index(good, []byte("moov"))-4 : bytes.Index(good, []byte("mdat"))-4]
	ftyp := good[:bytes.Index(good, []byte("moov"))-4]
	data := good[len(ftyp)+len(index):]
	large := slices.Concat([]byte{0, 0, 0, 1}, []byte("mdat"), binary.BigEndian.AppendUint64(nil, uint64(len(data)+8)), data[8:])
	toEnd := slices.Concat(make([]byte, 4), data[4:])
	stray := box("moov", box("trak", box("mdia", box("minf", box("stbl", box("co64", []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0}))))))
	// One chunk of three samples, of 500 bytes together, in data that go on to the end of the file.
	sampled := func(table ...[]byte) []byte {
		moov := func(at uint32) []byte {
			stco := box("stco", []byte{0, 0, 0, 0, 0, 0, 0, 1}, binary.BigEndian.AppendUint32(nil, at))
			return box("moov", box("trak", box("mdia", box("minf", box("stbl", append([][]byte{stco}, table...)...)))))
		}
		at := len(ftyp) + len(moov(0)) + 8
		return slices.Concat(ftyp, moov(uint32(at)), []byte{0, 0, 0, 0}, []byte("mdat"), make([]byte, 500))
	}
	perChunk := box("stsc", []byte{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 1})
	sized := sampled(perChunk, box("stsz", []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 100}))
	alike := sampled(perChunk, box("stsz", []byte{0, 0, 0, 0, 0, 0, 0, 160, 0, 0, 0, 3}))
	// Two chunks, of three samples and of one.
	fewer := func() []byte {
		stbl := func(at uint32) []byte {
			stco := box("stco", []byte{0, 0, 0, 0, 0, 0, 0, 2}, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, at), at+300))
			return box("moov", box("trak", box("mdia", box("minf", box("stbl", stco, perChunk, box("stsz", []byte{0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 4}))))))
		}
		at := len(ftyp) + len(stbl(0)) + 8
		return slices.Concat(ftyp, stbl(uint32(at)), []byte{0, 0, 0, 0}, []byte("mdat"), make([]byte, 400))
	}()
	deep := []byte("x")
	for range 2 * maxBoxDepth {
		deep = box("trak", deep)
	}
	cases := []struct {
		name string
		b    []byte
		kind kind
		good bool
	}{
		{"sizes of samples", sized, kindMP4, true},
		{"the last sample cut", sized[:len(sized)-1], kindMP4, false},
		{"a last chunk with fewer samples", fewer, kindMP4, true},
		{"a last chunk with fewer samples, cut", fewer[:len(fewer)-1], kindMP4, false},
		{"samples of one size", alike, kindMP4, true},
		{"samples of one size, cut", alike[:len(alike)-21], kindMP4, false},
		{"more sizes than there is room", sampled(box("stsz", []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0})), kindMP4, false},
		{"boxes in boxes", slices.Concat(ftyp, box("moov", deep), data), kindMP4, false},
		{"index first", good, kindMP4, true},
		{"index last", slices.Concat(ftyp, data, index), kindMP4, true},
		{"64-bit length", slices.Concat(ftyp, index, large), kindMP4, true},
		{"to the end", slices.Concat(ftyp, index, toEnd), kindMP4, true},
		{"padding", slices.Concat(good, make([]byte, 32)), kindMP4, true},
		{"picture", heicOf(), kindHEIF, true},
		{"cut", good[:len(good)-1], kindMP4, false},
		{"to the end, cut", slices.Concat(ftyp, index, toEnd)[:len(ftyp)+len(index)+4], kindMP4, false},
		{"no data", slices.Concat(ftyp, index), kindMP4, false},
		{"empty data", slices.Concat(ftyp, index, box("mdat")), kindMP4, false},
		{"no index", slices.Concat(ftyp, data), kindMP4, false},
		{"index without track", slices.Concat(ftyp, box("moov", box("mvhd")), data), kindMP4, false},
		{"chunk beyond the end", slices.Concat(ftyp, stray, data), kindMP4, false},
		{"bytes behind", slices.Concat(good, []byte("abc")), kindMP4, false},
		{"box shorter than its header", slices.Concat(good, []byte{0, 0, 0, 7}, []byte("free")), kindMP4, false},
		{"box longer than its parent", slices.Concat(ftyp, box("moov", []byte{0, 0, 1, 0}, []byte("trak")), data), kindMP4, false},
		{"picture without list", slices.Concat(heicOf()[:24], box("mdat", []byte{1})), kindHEIF, false},
		{"only a beginning", ftyp, kindMP4, false},
	}
	for _, c := range cases {
		if err := walkBoxes(bytes.NewReader(c.b), int64(len(c.b)), c.kind); err == nil != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for n := range len(good) {
		if walkBoxes(bytes.NewReader(good[:n]), int64(n), kindMP4) == nil {
			t.Errorf("cut to %d of %d bytes and good", n, len(good))
		}
	}
}

func TestPictures(t *testing.T) {
	for name, c := range map[string]struct {
		kind kind
		b    []byte
		side int
	}{
		"jpeg": {kindJPEG, jpegOf(1), 64}, "png": {kindPNG, pngOf(1), 64}, "gif": {kindGIF, gifOf(4), 16}, "webp": {kindWebP, webpOf(), 1},
	} {
		if sniff(c.b) != c.kind {
			t.Errorf("%s is taken for %d", name, sniff(c.b))
		}
		if side, err := decodePicture(c.kind, c.b, new(jpegScan)); err != nil || side != c.side {
			t.Errorf("%s: %v, longer side %d", name, err, side)
		}
		for n := range len(c.b) {
			if _, err := decodePicture(c.kind, c.b[:n], new(jpegScan)); err == nil {
				t.Errorf("%s cut to %d of %d bytes is good", name, n, len(c.b))
			}
		}
	}
	// A picture that claims to be enormous is not decoded.
	if _, err := decodePicture(kindPNG, hugePNG(), nil); !errors.Is(err, errNotDecoded) {
		t.Errorf("a picture of 3.6 gigapixels: %v", err)
	}
}

// hugePNG has a right header that claims 3.6 gigapixels.
func hugePNG() []byte {
	b := pngOf(1)
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestSniff(t *testing.T) {
	for b, want := range map[string]kind{
		"": kindUnknown, "\x00\x00\x00\x00\x00\x00\x00\x00\x00": kindUnknown, "hello, wörld": kindText, "WEBVTT\n\n": kindText,
		"ID3\x04": kindMP3, "\xff\xfb\x90\x00": kindMP3, "\xff\xf1\x50\x80": kindAAC, "OggS\x00": kindOgg, "RIFF\x00\x00\x00\x00WAVE": kindWAV,
		"#!AMR\n": kindAMR, "\x1a\x45\xdf\xa3": kindWebM, "\x00\x00\x00\x18ftypavif": kindHEIF, "\x00\x00\x00\x18ftypM4A ": kindMP4, "\x00\x00\x00\x08wide": kindMP4,
		"PK\x03\x04": kindUnknown, "hello \xff\xfe and more": kindUnknown,
	} {
		if got := sniff([]byte(b)); got != want {
			t.Errorf("%q: %d, want %d", b, got, want)
		}
	}
}

func FuzzBoxes(f *testing.F) {
	f.Add(mp4Of(1))
	f.Add(heicOf())
	f.Fuzz(func(t *testing.T, b []byte) {
		if walkBoxes(bytes.NewReader(b), int64(len(b)), kindMP4) != nil {
			return
		}
		// What is whole lists its media within itself and cannot be whole with a bit less.
		if !bytes.Contains(b, []byte("moov")) || !bytes.Contains(b, []byte("mdat")) {
			t.Fatal("whole without index or data")
		}
	})
}

func FuzzPicture(f *testing.F) {
	for _, b := range [][]byte{jpegOf(1), pngOf(1), gifOf(2), webpOf()} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k := sniff(b); k.picture() && len(b) < 1<<16 {
			decodePicture(k, b, new(jpegScan))
		}
	})
}
