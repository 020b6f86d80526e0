package inspect

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os/exec"
	"runtime"
	"testing"

	"github.com/igwatchd/igwatchd/internal/imagelimit"
)

// vp8l is a lossless WebP of one colour of any size: no transform, no cache, one group of codes, each code of one
// symbol and no bits. A few of the bytes of webpOf, with another size (RFC 9649, section 3).
func vp8l(width, height int) []byte {
	b := webpOf()
	binary.LittleEndian.PutUint32(b[21:], uint32(width-1)|uint32(height-1)<<14)
	return b
}

// TestPictureMemory: whatever a picture says of itself, decoding it allocates no more than a bound. The pictures are
// made here; some of them took up to half a gigabyte once.
func TestPictureMemory(t *testing.T) {
	moving := func(w, h int) []byte {
		g := &gif.GIF{Config: image.Config{Width: w, Height: h}}
		for range 3 {
			g.Image, g.Delay = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.White})), append(g.Delay, 1)
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	arithmetic := blankJPEG(5000, 4000, 4, true)
	arithmetic[bytes.Index(arithmetic, []byte{0xff, 0xc2})+1] = 0xca
	spoiled := func(b []byte) []byte {
		return append(append(bytes.Clone(b[:len(b)-2]), "x"...), b[len(b)-2:]...)
	}
	for _, c := range []struct {
		name string
		kind kind
		b    []byte
		want error
	}{
		{"CMYK, progressive, 20 megapixels", kindJPEG, blankJPEG(5000, 4000, 4, true), nil},
		{"CMYK, 20 megapixels", kindJPEG, blankJPEG(5000, 4000, 4, false), nil},
		{"three colours, progressive, 50 megapixels", kindJPEG, blankJPEG(7000, 7000, 3, true), nil},
		{"grey, 50 megapixels", kindJPEG, blankJPEG(7000, 7000, 1, false), nil},
		{"CMYK, 56 megapixels", kindJPEG, blankJPEG(8000, 7000, 4, false), errNotDecoded},
		{"three colours, progressive, wrong at its end", kindJPEG, spoiled(blankJPEG(5000, 4000, 3, true)), errNotDecoded},
		{"CMYK, wrong at its end", kindJPEG, spoiled(blankJPEG(5000, 4000, 4, false)), errNotDecoded},
		{"three colours, wrong at its end", kindJPEG, spoiled(blankJPEG(3000, 2000, 3, false)), errNotDecoded},
		{"of another coding", kindJPEG, arithmetic, errNotDecoded},
		{"a lossless WebP of 38 bytes, 9 megapixels", kindWebP, vp8l(3000, 3000), nil},
		{"a lossless WebP of 38 bytes, 20 megapixels", kindWebP, vp8l(5000, 4000), errNotDecoded},
		{"a lossless WebP of 38 bytes, 268 megapixels", kindWebP, vp8l(1<<14, 1<<14), errNotDecoded},
		{"a GIF with three frames of 9 megapixels", kindGIF, moving(3000, 3000), nil},
		{"a PNG of 3.6 gigapixels", kindPNG, hugePNG(), errNotDecoded},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := decodePicture(t.Context(), c.kind, c.b, new(jpegScan))
		runtime.ReadMemStats(&after)
		if c.want == nil && err != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > imagelimit.Memory {
			t.Errorf("%s: %d MB allocated", c.name, took>>20)
		}
	}
	for name, b := range map[string][]byte{"CMYK": blankJPEG(40, 30, 4, true), "grey": blankJPEG(40, 30, 1, false), "three colours": blankJPEG(40, 30, 3, true)} {
		if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
			t.Errorf("%s is no right JPEG: %v", name, err)
		}
	}
}

// TestAVIF: an AVIF is whole if libheif's program says so, and asked about without it.
func TestAVIF(t *testing.T) {
	b := heifSample("plain.avif")
	_, err := decodePicture(t.Context(), kindHEIF, b, nil)
	if _, lerr := exec.LookPath("heif-convert"); lerr == nil && err != nil {
		t.Errorf("with libheif's program: %v", err)
	} else if lerr == nil {
		large := bytes.Clone(b)
		binary.BigEndian.PutUint32(large[bytes.Index(large, []byte("ispe"))+8:], 1<<16)
		if _, err := decodePicture(t.Context(), kindHEIF, large, nil); !errors.Is(err, errLarge) {
			t.Errorf("an AVIF that says it is large: %v", err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := decodePicture(t.Context(), kindHEIF, b, nil); !errors.Is(err, errNotDecoded) {
		t.Errorf("without libheif's program: %v", err)
	}
	if _, err := decodePicture(t.Context(), kindHEIF, heicOf(), nil); err != nil {
		t.Errorf("a HEIC needs no program: %v", err)
	}
}

// TestManyLargePictures: large files come into memory one after the other, whichever worker reads them.
func TestManyLargePictures(t *testing.T) {
	tail := append(jpegOf(1), bytes.Repeat([]byte("tail"), 20<<18)...) // 20 MB
	f := contents{}
	for i := range 6 {
		f[fmt.Sprintf("media/posts/202401/%d.jpg", i)] = tail
		f[fmt.Sprintf("media/posts/202401/%d.mp4", i)] = append(mp4Of(1), box("free", make([]byte, 5<<20))...)
	}
	var before, after runtime.MemStats
	raw := zipOf(f)
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := examine(t, part(partName, raw))
	runtime.ReadMemStats(&after)
	if r.Counts.Media != 12 {
		t.Errorf("%+v", r.Counts)
	}
	if got := codes(r, Error); len(got) > 0 && got[0] == "entry-damaged" {
		t.Error(r.Problems)
	}
	if !files.TryAcquire(filesMemory) {
		t.Fatal("memory for pictures was not given back")
	}
	files.Release(filesMemory)
	// An inspection that is ended gives it back too.
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Inspect(ctx, []Part{part(partName, raw)}, func(done, _ int64) {
		if done > 30<<20 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !files.TryAcquire(filesMemory) {
		t.Errorf("%v, or memory for pictures was not given back", err)
	}
	files.Release(filesMemory)
}
