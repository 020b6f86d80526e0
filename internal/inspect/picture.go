package inspect

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"io"

	"golang.org/x/image/webp"
)

// Limits on pictures that are decoded. Instagram's own are at most a few megapixels.
const (
	maxPicture = 64 << 20        // bytes
	maxPixels  = 50_000_000      // of one that is read piece by piece
	maxDecoded = 20_000_000      // pixels of one that has to be in memory
	maxScanned = 20 * maxDecoded // pixels of a JPEG, over all of its scans
)

// errDoubtful says that a decoder which forgives much shows a picture, a strict one does not.
const errDoubtful = notDecoded("it opens, but some of its data are wrong")

// errNotDecoded is what findings about files are that cannot be checked here to their end: see [notDecoded].
var errNotDecoded = errors.New("it is of a sort that cannot be decoded here")

// notDecoded says why a file cannot be checked here to its end. It is an errNotDecoded.
type notDecoded string

func (n notDecoded) Error() string { return string(n) }

func (notDecoded) Is(target error) bool { return target == errNotDecoded }

// decodePicture decodes a picture to its end and returns its longer side in pixels. For a plain
// JPEG that is all but the arithmetic, see [jpegScan]; for a PNG all of its bytes, see [walkPNG]; for a GIF the first frame, and the
// structure of all others.
func decodePicture(k kind, b []byte, scan *jpegScan) (longer int, err error) {
	defer func() {
		// Decoders of strangers' bytes have panicked before. A picture that makes one panic is
		// not a good picture, and no reason to stop looking after the account.
		if r := recover(); r != nil {
			err = fmt.Errorf("decoding it failed: %v", r)
		}
	}()
	doubt := error(nil)
	switch k {
	case kindJPEG:
		switch err := scan.scan(b); {
		case err == nil, errors.Is(err, errScans):
			return max(scan.width, scan.height), err
		case errors.Is(err, errBadScan):
			doubt = errDoubtful
		}
	case kindPNG:
		return walkPNG(b)
	}
	var (
		config func(io.Reader) (image.Config, error)
		decode func(io.Reader) (image.Image, error)
	)
	switch k {
	case kindJPEG:
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	case kindGIF:
		if err := walkGIF(b); err != nil {
			return 0, err
		}
		config, decode = gif.DecodeConfig, gif.Decode
	case kindWebP:
		moving, err := walkWebP(b)
		if err != nil {
			return 0, err
		}
		if moving {
			return 0, notDecoded("it moves")
		}
		config, decode = webp.DecodeConfig, webp.Decode
	}
	c, err := config(bytes.NewReader(b))
	if err != nil {
		return 0, undecodable(err)
	}
	if scans := bytes.Count(b, []byte{0xff, 0xda}); k == kindJPEG && int64(scans)*int64(c.Width)*int64(c.Height) > maxScanned {
		return max(c.Width, c.Height), errScans
	}
	if int64(c.Width)*int64(c.Height) > maxDecoded {
		return max(c.Width, c.Height), errLarge
	}
	if _, err = decode(bytes.NewReader(b)); err == nil {
		err = doubt
	}
	return max(c.Width, c.Height), undecodable(err)
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

// walkGIF follows the blocks of a GIF (GIF89a specification, appendix A) to its trailer.
// Decoding every frame would let a small file take any amount of memory.
func walkGIF(b []byte) error {
	r := bytes.NewReader(b)
	skip := func(n int64) error {
		if int64(r.Len()) < n {
			return errCut
		}
		_, err := r.Seek(n, io.SeekCurrent)
		return err
	}
	colors := func(packed byte) int64 {
		if packed&0x80 == 0 {
			return 0
		}
		return 3 << (packed&7 + 1)
	}
	if len(b) < 13 {
		return errCut
	}
	if err := skip(13 + colors(b[10])); err != nil {
		return err
	}
	for {
		block, err := r.ReadByte()
		if err != nil {
			return errCut
		}
		switch block {
		case 0x3b: // trailer
			return nil
		case 0x21: // extension: a label, then sub-blocks
			err = skip(1)
		case 0x2c: // frame: position, colours, code size, then sub-blocks
			var frame [9]byte
			if _, err := io.ReadFull(r, frame[:]); err != nil {
				return errCut
			}
			err = skip(colors(frame[8]) + 1)
		default:
			return fmt.Errorf("a block of unknown type %#x", block)
		}
		for n := byte(1); err == nil && n != 0; {
			if n, err = r.ReadByte(); err != nil {
				return errCut
			}
			err = skip(int64(n))
		}
		if err != nil {
			return err
		}
	}
}

// walkWebP checks that the chunks of a WebP (RFC 9649, section 2) fill it, and tells whether it moves.
func walkWebP(b []byte) (moving bool, err error) {
	if len(b) < 12 || int64(binary.LittleEndian.Uint32(b[4:]))+8 > int64(len(b)) {
		return false, errCut
	}
	for rest := b[12 : binary.LittleEndian.Uint32(b[4:])+8]; len(rest) > 0; {
		if len(rest) < 8 {
			return moving, errCut
		}
		n := int64(binary.LittleEndian.Uint32(rest[4:]))
		if n += n & 1; n > int64(len(rest)-8) {
			return moving, errCut
		}
		moving = moving || string(rest[:4]) == "ANIM"
		rest = rest[8+n:]
	}
	return moving, nil
}
