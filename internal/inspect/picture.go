package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"

	"github.com/igwatchd/igwatchd/internal/heif"
	"github.com/igwatchd/igwatchd/internal/imagelimit"
)

// Bounds on one picture. Instagram's own are at most a few megapixels and megabytes.
const (
	maxPicture = 24 << 20    // bytes of the file, which is held in memory
	maxPixels  = 50_000_000  // of a JPEG
	maxRaw     = 200_000_000 // bytes that the pixels of a PNG, or of all frames of a GIF, unpack to
	maxMoving  = 60_000_000  // pixels of all frames of a WebP
)

// errDoubtful says that a decoder which forgives much shows a picture, a strict one does not.
const errDoubtful = notDecoded("it opens, but some of its data are wrong")

// errNoProgram says what checks an AVIF.
const errNoProgram = notDecoded("it is an AVIF: to have it checked, install libheif-examples and inspect it again, a stored archive by igwatchd verify")

// errNotDecoded is what findings about files are that cannot be checked here to their end: see [notDecoded].
var errNotDecoded = errors.New("it is of a sort that cannot be decoded here")

// notDecoded says why a file cannot be checked here to its end. It is an errNotDecoded.
type notDecoded string

func (n notDecoded) Error() string { return string(n) }

func (notDecoded) Is(target error) bool { return target == errNotDecoded }

// decodePicture decodes a picture to its end and returns its longer side in pixels. For a plain
// JPEG that is all but the arithmetic, see [jpegScan]; for a PNG and a GIF all of their bytes, see [walkPNG] and
// [walkGIF]; for a WebP all of its frames; for a HEIC all but the arithmetic again, see [heif.Prove]. What takes
// memory waits for its turn.
func decodePicture(ctx context.Context, k kind, b []byte, scan *jpegScan) (longer int, err error) {
	defer func() {
		// Decoders of strangers' bytes have panicked before. A picture that makes one panic is
		// not a good picture, and no reason to stop looking after the account.
		if r := recover(); r != nil {
			err = fmt.Errorf("decoding it failed: %v", r)
		}
	}()
	switch k {
	case kindJPEG:
		return decodeJPEG(ctx, b, scan)
	case kindPNG:
		return walkPNG(b)
	case kindGIF:
		return walkGIF(b)
	case kindWebP:
		return decodeWebP(ctx, b)
	case kindHEIF:
		return proveHEIF(ctx, b)
	}
	return 0, errNotDecoded
}

// decodeJPEG asks image/jpeg about what jpegScan does not accept, if that is not too large.
func decodeJPEG(ctx context.Context, b []byte, scan *jpegScan) (longer int, err error) {
	err = scan.scan(b)
	if err == nil || errors.Is(err, errScans) || errors.Is(err, errUnrefined) {
		return max(scan.width, scan.height), err
	}
	doubt := error(nil)
	if errors.Is(err, errBadScan) {
		doubt = errDoubtful
	}
	p, err := imagelimit.JPEG(bytes.NewReader(b))
	if err != nil {
		return 0, undecodable(err)
	}
	longer = max(p.Width, p.Height)
	if int64(bytes.Count(b, []byte{0xff, 0xda}))*int64(p.Width)*int64(p.Height) > maxScanned {
		return longer, errScans
	}
	if len(scan.bits.b) > keptPicture {
		scan.bits.b = nil
	}
	err = decodeWithin(ctx, p.Memory, func() error {
		_, err := jpeg.Decode(bytes.NewReader(b))
		return err
	})
	if err == nil {
		err = doubt
	}
	return longer, undecodable(err)
}

// proveHEIF reads a HEIC to its last bit, and has an AVIF decoded, where libheif's program is installed.
func proveHEIF(ctx context.Context, b []byte) (longer int, err error) {
	w, h, err := heif.Prove(b)
	if heif.IsAVIF(err) {
		_, err = heif.Convert(ctx, b)
		switch {
		case errors.Is(err, heif.ErrNoProgram):
			err = errNoProgram
		case err != nil && !errors.Is(err, heif.ErrNotProven): // else it says why
			err = notDecoded("a decoder could not open it")
		}
	}
	if errors.Is(err, heif.ErrNotProven) {
		err = notDecoded(err.Error())
	}
	return max(w, h), err
}

// maxScanned bounds the pixels of a JPEG, over all of its scans, that image/jpeg is given.
const maxScanned = 100_000_000

// decodeWithin calls decode when so much memory is free, or not at all.
func decodeWithin(ctx context.Context, memory int64, decode func() error) error {
	release, err := imagelimit.Acquire(ctx, memory)
	if errors.Is(err, imagelimit.ErrTooLarge) {
		return errLarge
	}
	if err != nil {
		return err
	}
	defer release()
	return decode()
}

// undecodable tells features that the decoders lack from damage, and puts both into plain words.
func undecodable(err error) error {
	_, isFormat := errors.AsType[jpeg.FormatError](err)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errCut
	case isFormat:
		return errors.New("its data are wrong")
	}
	_, isJPEG := errors.AsType[jpeg.UnsupportedError](err)
	if isJPEG {
		return fmt.Errorf("%w: %w", errNotDecoded, err)
	}
	return err
}

const errLarge = notDecoded("it is too large to be decoded here")

var errCut = errors.New("it is cut off")
