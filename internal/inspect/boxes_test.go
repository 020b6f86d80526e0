package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWalkFilm(t *testing.T) {
	good := mp4Of(1)
	index := good[bytes.Index(good, []byte("moov"))-4 : bytes.Index(good, []byte("mdat"))-4]
	ftyp := good[:bytes.Index(good, []byte("moov"))-4]
	data := good[len(ftyp)+len(index):]
	behind := mp4OfAt(uint32(len(ftyp) + 8)) // the same index, for data that come first
	large := slices.Concat([]byte{0, 0, 0, 1}, []byte("mdat"), binary.BigEndian.AppendUint64(nil, uint64(len(data)+8)), data[8:])
	shifted := mp4OfAt(uint32(len(ftyp) + len(index) + 16))
	toEnd := slices.Concat(make([]byte, 4), data[4:])
	one := box32("stsc", 1, 1, 1, 1)
	noise := bytes.Repeat([]byte{9, 8, 7}, 1000)
	// One track over 3,000 bytes of media data; nil leaves the box out.
	track := func(handler, codec string, stsc, stsz []byte, offsets ...uint32) func(uint32) []byte {
		return func(at uint32) []byte {
			chunks := []uint32{uint32(len(offsets))}
			for _, o := range offsets {
				chunks = append(chunks, at+o)
			}
			return trackOf(handler, codec, stsc, stsz, box32("stco", chunks...))
		}
	}
	three, two := box32("stsc", 1, 1, 3, 1), box32("stsc", 2, 1, 3, 1, 2, 1, 1)
	sizes, alike := box32("stsz", 0, 3, 200, 200, 100), box32("stsz", 100, 4)
	sound := track("soun", "mp4a", one, box32("stsz", 0, 1, 500), 2000)
	blank := func(from, to int) []byte {
		b := bytes.Clone(noise)
		clear(b[from:to])
		return b
	}
	whole := track("vide", "avc1", one, box32("stsz", 0, 1, 3000), 0)
	empty := track("vide", "avc1", box32("stsc", 0), box32("stsz", 0, 0))
	mvex := func(uint32) []byte { return box("mvex", box32("trex", 1, 1, 0, 0, 0)) }
	bare := func(boxes ...[]byte) func(uint32) []byte {
		return func(uint32) []byte { return box("trak", boxes...) }
	}
	moof := box("moof", box32("mfhd", 1))
	cases := []struct {
		name string
		b    []byte
		want string // "", or a part of what is wrong
	}{
		{"index first", good, ""},
		{"index last", slices.Concat(ftyp, data, behind), ""},
		{"64-bit length", slices.Concat(ftyp, shifted, large), ""},
		{"to the end", slices.Concat(ftyp, index, toEnd), ""},
		{"padding", slices.Concat(good, make([]byte, 32)), ""},
		{"QuickTime's zero behind a list of boxes", filmOf(noise, whole, func(uint32) []byte { return make([]byte, 4) }), ""},
		{"sizes of samples", filmOf(noise[:500], track("vide", "avc1", three, sizes, 0)), ""},
		{"the last sample cut", filmOf(noise[:499], track("vide", "avc1", three, sizes, 0)), "beyond its end"},
		{"a last chunk with fewer samples", filmOf(noise[:400], track("vide", "avc1", three, alike, 0, 300)), ""},
		{"a last chunk with fewer samples, cut", filmOf(noise[:399], track("vide", "avc1", three, alike, 0, 300)), "beyond its end"},
		{"two sizes of chunks", filmOf(noise, track("vide", "avc1", two, alike, 0, 300)), ""},
		{"sound beside it", filmOf(noise, track("vide", "avc1", three, sizes, 0), sound), ""},
		{"a text track without samples", filmOf(noise, whole, track("text", "tx3g", box32("stsc", 0), box32("stsz", 0, 0))), ""},
		{"silence that nobody compressed", filmOf(make([]byte, 3000), track("soun", "sowt", one, box32("stsz", 1, 3000), 0)), "contradict"},
		{"silence that nobody compressed, one chunk", filmOf(make([]byte, 3000), track("soun", "sowt", box32("stsc", 1, 1, 3000, 1), box32("stsz", 1, 3000), 0)), ""},

		{"cut", good[:len(good)-1], "cut off"},
		{"to the end, cut", slices.Concat(ftyp, index, toEnd)[:len(ftyp)+len(index)+4], "cut off"},
		{"no data", slices.Concat(ftyp, index), "mdat"},
		{"empty data", slices.Concat(ftyp, index, box("mdat")), "mdat"},
		{"no index", slices.Concat(ftyp, data), "moov"},
		{"two indexes", slices.Concat(good, behind), "two indexes"},
		{"index without track", slices.Concat(ftyp, box("moov", box("mvhd")), data), "no track"},
		{"bytes behind", slices.Concat(good, []byte("abc")), "cut off"},
		{"box shorter than its header", slices.Concat(good, []byte{0, 0, 0, 7}, []byte("free")), "impossible length"},
		{"box longer than its parent", slices.Concat(ftyp, box("moov", []byte{0, 0, 1, 0}, []byte("trak")), data), "cut off"},
		{"only a beginning", ftyp, "moov"},
		{"an empty track", filmOf(noise, bare()), "list of a track"},
		{"a track beside an empty one", filmOf(noise, whole, bare()), "list of a track"},
		{"a track without a handler", filmOf(noise, bare(box("mdia", box("minf", box("stbl"))))), "list of a track"},
		{"a chunk list only", filmOf(noise, func(at uint32) []byte { return trackOf("vide", "avc1", box32("stco", 1, at)) }), "list of a track"},
		{"more sizes than there is room", filmOf(noise, track("vide", "avc1", three, box32("stsz", 0, 256), 0)), "cut off"},
		{"samples, and no chunk", filmOf(noise, track("vide", "avc1", three, sizes)), "contradict"},
		{"chunks, and no sample", filmOf(noise, track("vide", "avc1", three, box32("stsz", 0, 0), 0)), "contradict"},
		{"neither samples nor chunks", filmOf(noise, empty), "no picture and no sound"},
		{"sizes of zero", filmOf(noise, track("vide", "avc1", three, box32("stsz", 0, 3, 0, 0, 0), 0)), "blank"},
		{"a chunk outside the media data", filmOf(noise, func(uint32) []byte {
			return trackOf("vide", "avc1", one, box32("stsz", 0, 1, 20), box32("stco", 1, 4))
		}), "where there are none"},
		{"a chunk beyond the end", filmOf(noise, track("vide", "avc1", one, box32("stsz", 0, 1, 20), 90_000)), "beyond its end"},
		{"all of its data blank", filmOf(make([]byte, 3000), whole), "blank"},
		{"its end blank", filmOf(blank(1500, 3000), whole), "blank"},
		{"its middle blank", filmOf(blank(1000, 2100), whole), "blank"},
		{"blank where nothing lies", filmOf(blank(600, 1900), track("vide", "avc1", three, sizes, 0), sound), ""},

		{"in fragments", filmOf(noise, empty, mvex), "fragments"},
		{"in fragments that follow", slices.Concat(filmOf(noise, empty, mvex), moof, box("mdat", noise)), "fragments"},
		{"fragments behind a whole film", slices.Concat(good, moof, box("mdat", noise)), "fragments"},
		{"a video without pictures beside its sound", filmOf(noise, empty, sound), "is empty"},
	}
	for _, c := range cases {
		_, err := walkFilm(bytes.NewReader(c.b), int64(len(c.b)), make([]byte, 1<<10))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for n := range len(good) {
		if _, err := walkFilm(bytes.NewReader(good[:n]), int64(n), make([]byte, 1<<10)); err == nil {
			t.Errorf("cut to %d of %d bytes and good", n, len(good))
		}
	}
}

// mp4OfAt is the index of mp4Of for media data that begin at a place.
func mp4OfAt(at uint32) []byte {
	return box("moov", box("mvhd", make([]byte, 100)), trackOf("vide", "avc1", box32("stsc", 1, 1, 1, 1), box32("stsz", 0, 1, 1500), box32("stco", 1, at)))
}

// TestZeroRuns: whichever way the bytes come in pieces, the same runs are found.
func TestZeroRuns(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		b := make([]byte, 20_000)
		var want []extent
		for at := 0; at < len(b); {
			n := 1 + rng.IntN(500)
			for i := at; i < min(at+n, len(b)); i++ {
				b[i] = 1
			}
			at = min(at+n, len(b))
			n = rng.IntN(3 * leastZeros)
			if to := min(at+n, len(b)); to-at >= leastZeros {
				want = append(want, extent{100 + int64(at), 100 + int64(to)})
			}
			at += n
		}
		var z zeroRuns
		for at := 0; at < len(b); {
			n := min(1+rng.IntN(6000), len(b)-at)
			z.add(100+int64(at), b[at:at+n])
			at += n
		}
		z.end()
		if !slices.Equal(z.runs, want) {
			t.Fatalf("%v, want %v", z.runs, want)
		}
	}
}

func TestPictures(t *testing.T) {
	for name, c := range map[string]struct {
		kind kind
		b    []byte
		side int
	}{
		"jpeg": {kindJPEG, jpegOf(1), 200}, "png": {kindPNG, pngOf(1), 200}, "gif": {kindGIF, gifOf(4), 200}, "webp": {kindWebP, webpOf(), 1}, "heic": {kindHEIF, heicOf(), 136},
	} {
		if sniff(c.b) != c.kind {
			t.Errorf("%s is taken for %d", name, sniff(c.b))
		}
		if side, err := decodePicture(t.Context(), c.kind, c.b, new(jpegScan)); err != nil || side != c.side {
			t.Errorf("%s: %v, longer side %d", name, err, side)
		}
		for n := range len(c.b) {
			if _, err := decodePicture(t.Context(), c.kind, c.b[:n], new(jpegScan)); err == nil {
				t.Errorf("%s cut to %d of %d bytes is good", name, n, len(c.b))
			}
		}
	}
	// A picture that claims to be enormous is not decoded.
	if _, err := decodePicture(t.Context(), kindPNG, hugePNG(), nil); !errors.Is(err, errNotDecoded) {
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
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := walkFilm(bytes.NewReader(b), int64(len(b)), make([]byte, 1<<10)); err != nil {
			return
		}
		// What is whole lists its media within itself and cannot be whole with a bit less.
		if !bytes.Contains(b, []byte("moov")) || !bytes.Contains(b, []byte("mdat")) {
			t.Fatal("whole without index or data")
		}
	})
}

func FuzzPicture(f *testing.F) {
	for _, b := range [][]byte{jpegOf(1), pngOf(1), gifOf(2), webpOf(), heicOf()} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if k := sniff(b); k.picture() && len(b) < 1<<16 {
			decodePicture(t.Context(), k, b, new(jpegScan))
		}
	})
}
