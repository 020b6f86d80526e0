package inspect

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"golang.org/x/image/webp"

	"github.com/igwatchd/igwatchd/internal/imagelimit"
)

// Bounds on looking at two files of one name. Between real exports about one in 25 differs.
const (
	maxPairs = 2000    // pictures
	maxMoov  = 8 << 20 // bytes of a film's index
)

// side is the number of cells in a row and a column of a sketch.
const side = 16

// sketch is by what a picture is recognised, also when Instagram made it anew in another size or quality.
type sketch struct {
	width, height int
	cells         [side * side]float64 // the brightness, 0 to 255
}

// decoders are those of the kinds of pictures that can be looked at.
var decoders = map[kind]struct {
	head   func(io.Reader) (imagelimit.Picture, error)
	decode func(io.Reader) (image.Image, error)
}{
	kindJPEG: {imagelimit.JPEG, jpeg.Decode}, kindPNG: {imagelimit.PNG, png.Decode},
	kindGIF: {imagelimit.GIF, gif.Decode}, kindWebP: {imagelimit.WebP, webp.Decode},
}

// sketchOf looks at a picture. An error says that it cannot be looked at here.
func sketchOf(ctx context.Context, b []byte) (s *sketch, err error) {
	defer func() {
		if r := recover(); r != nil { // as in decodePicture
			s, err = nil, fmt.Errorf("decoding it failed: %v", r)
		}
	}()
	d, known := decoders[sniff(b)]
	if !known {
		return nil, errNotDecoded
	}
	p, err := d.head(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if int64(bytes.Count(b, []byte{0xff, 0xda})+1)*int64(p.Width)*int64(p.Height) > maxScanned {
		return nil, errScans
	}
	err = decodeWithin(ctx, p.Memory, func() error {
		img, err := d.decode(bytes.NewReader(b))
		if err == nil {
			s = draw(img)
		}
		return err
	})
	return s, err
}

// draw makes a sketch of a picture.
func draw(img image.Image) *sketch {
	at := img.Bounds()
	s := &sketch{width: at.Dx(), height: at.Dy()}
	const probes = 6 // in each direction of a cell
	for i := range s.cells {
		sum := 0.0
		for p := range probes * probes {
			x := at.Min.X + ((i%side)*probes+p%probes)*at.Dx()/(side*probes)
			y := at.Min.Y + ((i/side)*probes+p/probes)*at.Dy()/(side*probes)
			gray, _ := color.GrayModel.Convert(img.At(x, y)).(color.Gray)
			sum += float64(gray.Y)
		}
		s.cells[i] = sum / (probes * probes)
	}
	return s
}

// shows reports whether b can be the same picture as s, made anew: of the same shape, and bright and dark in
// the same places.
func (s *sketch) shows(b *sketch) bool {
	wide, high := s.width*b.height, b.width*s.height
	if d := wide - high; max(d, -d)*20 > max(wide, high) {
		return false
	}
	var difference, mean, meanB float64
	for i := range s.cells {
		difference += math.Abs(s.cells[i] - b.cells[i])
		mean += s.cells[i]
		meanB += b.cells[i]
	}
	const n = side * side
	mean, meanB = mean/n, meanB/n
	if difference/n > 12 {
		return false
	}
	var spread, spreadB, both float64
	for i := range s.cells {
		spread += (s.cells[i] - mean) * (s.cells[i] - mean)
		spreadB += (b.cells[i] - meanB) * (b.cells[i] - meanB)
		both += (s.cells[i] - mean) * (b.cells[i] - meanB)
	}
	if spread/n < 16 && spreadB/n < 16 { // both are nearly plain
		return true
	}
	return both > 0.7*math.Sqrt(spread*spreadB)
}

// filmLength returns how long a film is, in seconds, as the head of its index says; 0 if that is not known.
func filmLength(r io.ReaderAt, size int64) float64 {
	for at := int64(0); at+8 <= size; {
		head := make([]byte, min(16, size-at))
		if _, err := r.ReadAt(head, at); err != nil {
			return 0
		}
		if binary.BigEndian.Uint32(head) != 1 {
			head = head[:8]
		}
		name, length, err := boxHeader(head)
		if err != nil {
			return 0
		}
		if length == 0 || length > size-at {
			length = size - at
		}
		if name != "moov" {
			at += length
			continue
		}
		moov := make([]byte, min(length-int64(len(head)), maxMoov))
		if _, err := r.ReadAt(moov, at+int64(len(head))); err != nil {
			return 0
		}
		seconds := 0.0
		_ = eachBox(moov, func(name string, b []byte) error { // of what is cut off nothing is needed
			if name == "mvhd" {
				seconds = movieSeconds(b)
			}
			return nil
		})
		return seconds
	}
	return 0
}

// movieSeconds reads the length from a movie header (ISO/IEC 14496-12, section 8.2.2).
func movieSeconds(b []byte) float64 {
	switch {
	case len(b) >= 32 && b[0] == 1:
		return float64(binary.BigEndian.Uint64(b[24:])) / float64(max(1, binary.BigEndian.Uint32(b[20:])))
	case len(b) >= 20 && b[0] == 0:
		return float64(binary.BigEndian.Uint32(b[16:])) / float64(max(1, binary.BigEndian.Uint32(b[12:])))
	}
	return 0
}
