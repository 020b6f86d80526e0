package imagelimit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"testing"

	"golang.org/x/image/webp"
)

// TestMemory holds what is told of pictures against what their decoders allocate. All of them are made here, as
// Go's encoders make them, but for the WebP, which is one of one pixel with another size.
func TestMemory(t *testing.T) {
	const w, h = 2000, 1500
	area := image.Rect(0, 0, w, h)
	lossless, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(lossless[21:], (w-1)|(h-1)<<14)
	encoded := func(encode func(io.Writer, image.Image) error, img image.Image) []byte {
		var b bytes.Buffer
		if err := encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	asJPEG := func(w io.Writer, img image.Image) error { return jpeg.Encode(w, img, nil) }
	asGIF := func(w io.Writer, img image.Image) error { return gif.Encode(w, img, nil) }
	palette := color.Palette{color.Black, color.White}
	for _, c := range []struct {
		name   string
		head   func(io.Reader) (Picture, error)
		decode func(io.Reader) (image.Image, error)
		b      []byte
	}{
		{"JPEG", JPEG, jpeg.Decode, encoded(asJPEG, image.NewRGBA(area))},
		{"grey JPEG", JPEG, jpeg.Decode, encoded(asJPEG, image.NewGray(area))},
		{"PNG", PNG, png.Decode, encoded(png.Encode, image.NewNRGBA(area))},
		{"deep PNG", PNG, png.Decode, encoded(png.Encode, image.NewNRGBA64(area))},
		{"grey PNG", PNG, png.Decode, encoded(png.Encode, image.NewGray(area))},
		{"PNG with a palette", PNG, png.Decode, encoded(png.Encode, image.NewPaletted(area, palette))},
		{"GIF", GIF, gif.Decode, encoded(asGIF, image.NewPaletted(area, palette))},
		{"WebP", WebP, webp.Decode, lossless},
	} {
		p, err := c.head(bytes.NewReader(c.b))
		if err != nil || p.Width != w || p.Height != h {
			t.Errorf("%s: %+v, %v", c.name, p, err)
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		img, err := c.decode(bytes.NewReader(c.b))
		runtime.ReadMemStats(&after)
		if err != nil || img.Bounds() != area {
			t.Errorf("%s: %v", c.name, err)
		}
		if took := int64(after.TotalAlloc - before.TotalAlloc); took > p.Memory+p.Memory/10+1<<20 {
			t.Errorf("%s: %d bytes allocated, %d told", c.name, took, p.Memory)
		}
	}
}

func TestAcquire(t *testing.T) {
	if _, err := Acquire(t.Context(), Memory+1); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	release, err := Acquire(t.Context(), Memory)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Acquire(ended, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	release()
	release, err = Acquire(t.Context(), Memory)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// FuzzHeads: heads of strangers' pictures neither panic nor tell of a picture without pixels.
func FuzzHeads(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9)), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, head := range []func(io.Reader) (Picture, error){JPEG, PNG, GIF, WebP} {
			if p, err := head(bytes.NewReader(b)); err == nil && (p.Width <= 0 || p.Height <= 0 || p.Memory <= 0) {
				t.Fatalf("%+v", p)
			}
		}
	})
}
