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

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"github.com/igwatchd/igwatchd/internal/album"
	"github.com/igwatchd/igwatchd/internal/heif"
	"github.com/igwatchd/igwatchd/internal/imagelimit"
)

// Bounds of what is decoded for a small picture. Its memory is bounded by imagelimit.
const (
	maxThumbPixels = 60_000_000
	maxThumbBytes  = 24 << 20  // of the file
	bigPixels      = 8_000_000 // above this, made small in a quicker way
	maxScaling     = 32 << 20  // bytes: the same
	thumbShort     = 360       // pixels of the shorter side
	thumbLong      = 900       // and at most so many of the longer
	thumbQuality   = 78
)

// errNoThumb says that a file is no picture that can be made small.
var errNoThumb = errors.New("no picture that can be decoded here")

var decoders = map[string]struct {
	head   func(io.Reader) (imagelimit.Picture, error)
	decode func(io.Reader) (image.Image, error)
}{
	"image/jpeg": {imagelimit.JPEG, jpeg.Decode}, "image/png": {imagelimit.PNG, png.Decode},
	"image/gif": {imagelimit.GIF, gif.Decode}, "image/webp": {imagelimit.WebP, webp.Decode},
}

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
	if f.Size > maxThumbBytes {
		return nil, errNoThumb
	}
	read := func(do func(io.Reader) error) error { return reading(f, do) }
	if kind == "image/heic" || kind == "image/avif" {
		made, err := converted(ctx, f)
		if err != nil {
			return nil, err
		}
		kind, read = "image/jpeg", func(do func(io.Reader) error) error { return do(bytes.NewReader(made)) }
	}
	d, ok := decoders[kind]
	if !ok {
		return nil, errNoThumb
	}
	var c imagelimit.Picture
	err = read(func(r io.Reader) (err error) {
		c, err = d.head(r)
		return err
	})
	if err != nil || int64(c.Width)*int64(c.Height) > maxThumbPixels {
		return nil, fmt.Errorf("%w: %d × %d pixels, %w", errNoThumb, c.Width, c.Height, errors.Join(err))
	}
	w, h := thumbSize(c.Width, c.Height)
	scaler, scaling := draw.Scaler(draw.BiLinear), 32*int64(w)*int64(c.Height)
	if c.Width*c.Height > bigPixels || scaling > maxScaling { // takes too much otherwise, and shows no difference worth it
		scaler, scaling = draw.ApproxBiLinear, 0
	}
	release, err := imagelimit.Acquire(ctx, c.Memory+scaling+4*int64(w)*int64(h))
	if errors.Is(err, imagelimit.ErrTooLarge) {
		return nil, fmt.Errorf("%w: %w", errNoThumb, err)
	}
	if err != nil {
		return nil, err
	}
	defer release()
	var picture image.Image
	err = read(func(r io.Reader) (err error) {
		picture, err = d.decode(r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoThumb, err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shrunk(picture, scaler, w, h), &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoThumb, err)
	}
	return b.Bytes(), nil
}

// converted has a HEIC or AVIF made into a JPEG. That the program for it is missing is not for ever, and so not kept.
func converted(ctx context.Context, f album.File) (made []byte, err error) {
	err = reading(f, func(r io.Reader) error {
		b, err := io.ReadAll(r)
		if err == nil {
			made, err = heif.Convert(ctx, b)
		}
		return err
	})
	if err != nil && !errors.Is(err, heif.ErrNoProgram) && ctx.Err() == nil {
		err = fmt.Errorf("%w: %w", errNoThumb, err)
	}
	return made, err
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
func shrunk(picture image.Image, scaler draw.Scaler, w, h int) image.Image {
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.RGBA{0xfb, 0xfa, 0xf7, 0xff}), image.Point{}, draw.Src)
	scaler.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Over, nil)
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
