package inspect

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
	"testing"
)

// pngs are one picture of each sort that an encoder makes.
func pngs(t testing.TB) map[string][]byte {
	all := make(map[string][]byte)
	r := image.Rect(0, 0, 23, 17)
	for name, img := range map[string]image.Image{
		"grey": image.NewGray(r), "grey 16": image.NewGray16(r), "colour": image.NewRGBA(r), "colour 16": image.NewNRGBA64(r),
		"alpha": image.NewNRGBA(r), "palette": image.NewPaletted(r, color.Palette{color.Black, color.White, color.Transparent}), "noise": picture(3),
	} {
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		all[name] = b.Bytes()
	}
	return all
}

func TestWalkPNG(t *testing.T) {
	for name, b := range pngs(t) {
		side, err := walkPNG(b)
		if img, derr := png.Decode(bytes.NewReader(b)); err != nil || derr != nil || side != max(img.Bounds().Dx(), img.Bounds().Dy()) {
			t.Errorf("%s: %d, %v, %v", name, side, err, derr)
		}
		for n := 8; n < len(b); n++ {
			if _, err := walkPNG(b[:n]); err == nil {
				t.Errorf("%s cut to %d of %d bytes is accepted", name, n, len(b))
			}
		}
		for at := 8; at < len(b); at++ { // every byte has a checksum
			bad := bytes.Clone(b)
			bad[at] ^= 4
			if _, err := walkPNG(bad); err == nil {
				t.Errorf("%s: byte %d changed, and accepted", name, at)
			}
		}
	}
}

// TestPNGBomb: what follows the pixels is not unpacked. Half of it cannot be, which would be told instead.
func TestPNGBomb(t *testing.T) {
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	if _, err := io.CopyN(z, zeros{}, 8<<20); err != nil {
		t.Fatal(err)
	}
	z.Close()
	spoiled := pixels.Bytes()[pixels.Len()/2:]
	copy(spoiled, bytes.Repeat([]byte{0xff}, len(spoiled)))
	chunk := func(kind string, data []byte) []byte {
		b := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
		b = append(b, data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	for width, want := range map[uint32]string{1: "its pixels do not end where they should", 8<<20 - 1: "its data are wrong"} {
		head := append(binary.BigEndian.AppendUint32(nil, width), 0, 0, 0, 1, 8, 0, 0, 0, 0)
		b := slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", head), chunk("IDAT", pixels.Bytes()), chunk("IEND", nil))
		if _, err := walkPNG(b); err == nil || err.Error() != want {
			t.Errorf("%d pixels: %v", width, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzWalkPNG(f *testing.F) {
	for _, b := range pngs(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 8 || len(b) > 1<<16 {
			return
		}
		side, err := walkPNG(b)
		if err != nil || side > 2000 {
			return
		}
		// What is accepted here, a decoder shows. It may still miss a palette, or refuse a rare sort.
		if _, derr := png.Decode(bytes.NewReader(append([]byte("\x89PNG\r\n\x1a\n"), b[8:]...))); derr != nil {
			_, rare := errors.AsType[png.UnsupportedError](derr)
			_, format := errors.AsType[png.FormatError](derr)
			if !rare && !format {
				t.Errorf("accepted, but image/png says %v", derr)
			}
		}
	})
}
