package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/igwatchd/igwatchd/internal/album"
)

// Bounds of what is decoded for a small picture.
const (
	maxThumbPixels = 60_000_000
	maxThumbBytes  = 128 << 20 // of the file
	bigPixels      = 8_000_000 // above this, one at a time
	thumbShort     = 360       // pixels of the shorter side
	thumbLong      = 900       // and at most so many of the longer
	thumbQuality   = 78
)

// errNoThumb says that a file is no picture that can be made small.
var errNoThumb = errors.New("no picture that can be decoded here")

var decoders = map[string]struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode}, "image/png": {png.DecodeConfig, png.Decode},
	"image/gif": {gif.DecodeConfig, gif.Decode}, "image/webp": {webp.DecodeConfig, webp.Decode},
}

// large is held while a picture of many pixels is in memory.
var large sync.Mutex

// thumbnail makes a JPEG of a picture, the shorter side thumbShort pixels. How it was turned when it
// was taken need not be looked at: Instagram stores pictures upright.
func thumbnail(ctx context.Context, f album.File) (body []byte, err error) {
	defer func() {
		if r := recover(); r != nil { // decoders of strangers' bytes have panicked before
			err = fmt.Errorf("%w: %v", errNoThumb, r)
		}
	}()
	kind, err := f.Kind()
	if err != nil {
		return nil, err
	}
	d, ok := decoders[kind]
	if !ok || f.Size > maxThumbBytes {
		return nil, errNoThumb
	}
	var c image.Config
	err = reading(f, func(r io.Reader) (err error) {
		c, err = d.config(r)
		return err
	})
	if err != nil || c.Width <= 0 || c.Height <= 0 || int64(c.Width)*int64(c.Height) > maxThumbPixels {
		return nil, fmt.Errorf("%w: %d × %d pixels, %w", errNoThumb, c.Width, c.Height, errors.Join(err))
	}
	if c.Width*c.Height > bigPixels {
		large.Lock()
		defer large.Unlock()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var picture image.Image
	err = reading(f, func(r io.Reader) (err error) {
		picture, err = d.decode(r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoThumb, err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shrunk(picture), &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoThumb, err)
	}
	return b.Bytes(), nil
}

// reading calls read with the bytes of a file, from where they lie if they lie there unpacked.
func reading(f album.File, read func(io.Reader) error) error {
	if stored, ok := f.Stored(); ok {
		return read(stored)
	}
	packed, err := f.Open()
	if err != nil {
		return err
	}
	defer packed.Close() //nolint:errcheck // what was decoded is good, or is not
	return read(io.LimitReader(packed, maxThumbBytes))
}

// shrunk makes a picture small, before the colour of the page: what is transparent shows it.
func shrunk(picture image.Image) image.Image {
	b := picture.Bounds()
	w, h := thumbSize(b.Dx(), b.Dy())
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.RGBA{0xfb, 0xfa, 0xf7, 0xff}), image.Point{}, draw.Src)
	scaler := draw.Scaler(draw.BiLinear)
	if b.Dx()*b.Dy() > bigPixels { // takes too long otherwise, and shows no difference worth it
		scaler = draw.ApproxBiLinear
	}
	scaler.Scale(small, small.Bounds(), picture, b, draw.Over, nil)
	return small
}

// thumbSize returns the size of the small picture; pictures do not grow.
func thumbSize(w, h int) (int, int) {
	short, long := min(w, h), max(w, h)
	if short <= thumbShort && long <= thumbLong {
		return w, h
	}
	scale := min(1, float64(thumbShort)/float64(short))
	if float64(long)*scale > thumbLong {
		scale = float64(thumbLong) / float64(long)
	}
	return max(1, int(float64(w)*scale+.5)), max(1, int(float64(h)*scale+.5))
}
