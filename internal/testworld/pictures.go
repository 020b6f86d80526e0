package testworld

import (
	_ "embed"
	"encoding/binary"
	"slices"
)

// Pictures of the kinds that Go cannot make, 160 × 200 pixels of ffmpeg's test pattern, as Debian 12's encoders make
// them:
//
//	ffmpeg -f lavfi -i testsrc2=size=160x200:rate=1 -frames:v 1 t.png
//	ffmpeg -i t.png t.ppm
//	cjpeg -progressive -quality 50 t.ppm > progressive.jpg
//	heif-enc -q 30 t.png -o plain.heic
//	avifenc -s 6 --min 40 --max 50 t.png plain.avif
var (
	//go:embed pictures/progressive.jpg
	progressiveJPEG []byte
	//go:embed pictures/plain.heic
	plainHEIC []byte
	//go:embed pictures/plain.avif
	plainAVIF []byte
)

// otherPicture returns the ending and the maker of the n-th picture of an export with [Export.OtherPictures]. Each file is
// another one, though all of a kind show the same.
func otherPicture(n int) (extension string, paint func(seed uint64) []byte) {
	switch {
	case n == 3:
		return ".avif", func(seed uint64) []byte { return marked(plainAVIF, seed) }
	case n%4 == 1:
		return ".jpg", func(seed uint64) []byte {
			comment := binary.BigEndian.AppendUint64([]byte{0xff, 0xfe, 0, 10}, seed) // ITU-T T.81, B.2.4.5
			return slices.Concat(progressiveJPEG[:2], comment, progressiveJPEG[2:])
		}
	case n%4 == 2:
		return ".heic", func(seed uint64) []byte { return marked(plainHEIC, seed) }
	}
	return ".jpg", nil
}

// marked puts a box that means nothing behind a picture.
func marked(picture []byte, seed uint64) []byte {
	return slices.Concat(picture, box("free", binary.BigEndian.AppendUint64(nil, seed)))
}
