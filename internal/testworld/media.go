package testworld

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// bigFilmSize is how much of Pad goes into one film, in bytes.
const bigFilmSize = 16 << 20

// nextPart returns the part that has the least so far, for something of about size bytes.
func (p *plan) nextPart(size int64) int {
	least := 0
	if p.ListsApart && len(p.load) > 1 {
		least = 1
	}
	for i, load := range p.load {
		if load < p.load[least] && (i > 0 || !p.ListsApart) {
			least = i
		}
	}
	p.load[least] += size
	return least
}

// newMedium plans a file in dir/YYYYMM/, or directly in dir for messages.
func (p *plan) newMedium(dir, name string, when time.Time, size int64) (*file, medium) {
	if dir[:6] == "media/" {
		dir += when.UTC().Format("200601") + "/"
	}
	f := &file{name: p.place(dir + name), part: p.nextPart(size), modified: p.Generated}
	p.files = append(p.files, f)
	return f, medium{
		URI: f.name, Created: when.Unix(), CrossPost: object{"source_app": "FB"},
		Metadata: object{"camera_metadata": object{"has_camera_metadata": false}},
	}
}

func (p *plan) picture(dir string, when time.Time) medium {
	extension, other := ".jpg", (func(uint64) []byte)(nil)
	if p.OtherPictures {
		extension, other = otherPicture(p.pictures)
	}
	name := fmt.Sprintf("%s_%s_%s_n_%s%s", digits(p.rng, 9), digits(p.rng, 16), digits(p.rng, 19), digits(p.rng, 17), extension)
	f, m := p.newMedium(dir, name, when, 16<<10)
	p.pictures++
	seed, side := p.rng.Uint64(), p.Side
	f.bytes = func() ([]byte, error) { return picture(seed, side) }
	if other != nil {
		f.bytes = func() ([]byte, error) { return other(seed), nil }
	}
	switch p.pictures % 3 {
	case 0:
		m.Metadata = object{
			"photo_metadata":  object{"exif_data": []object{{"latitude": 52.09, "longitude": 5.12}, {"iso": 20, "date_time_original": when.UTC().Format("2006:01:02 15:04:05")}}},
			"camera_metadata": object{"has_camera_metadata": false},
		}
	case 1:
		m.BackupURI = "https://interncache-ldc.fbcdn.net/v/t51.29350-15/" + name
	}
	return m
}

func (p *plan) film(dir string, when time.Time) medium {
	f, m := p.newMedium(dir, "AQ"+base62(p.rng, 60)+"_"+digits(p.rng, 17)+".mp4", when, 16<<10)
	seed, side := p.rng.Uint64(), p.Side
	f.bytes = func() ([]byte, error) {
		var b bytes.Buffer
		err := film(&b, seed, side, 4096)
		return b.Bytes(), err
	}
	return m
}

// bigFilm plans a film of about size bytes that is never in memory as a whole.
func (p *plan) bigFilm(dir string, when time.Time, size int64) medium {
	f, m := p.newMedium(dir, "AQ"+base62(p.rng, 60)+"_"+digits(p.rng, 17)+".mp4", when, size)
	seed, side := p.rng.Uint64(), p.Side
	f.stream = func(w io.Writer) error { return film(w, seed, side, size) }
	return m
}

// films divides Pad.
func (p *plan) films() []int64 {
	var sizes []int64
	for left := p.Pad; left > 0; left -= bigFilmSize {
		sizes = append(sizes, min(left, bigFilmSize))
	}
	return sizes
}

// painted holds small pictures that were painted: tests make the same exports again and again, and painting is most
// of that. It stays below some megabytes.
var painted = struct {
	sync.Mutex
	m map[paint][]byte
}{m: map[paint][]byte{}}

type paint struct {
	seed uint64
	side int // in pixels
}

const (
	paintedMost = 200
	paintedSide = 512
)

// picture paints a JPEG, or returns one that was painted before. Nobody may change its bytes.
func picture(seed uint64, side int) ([]byte, error) {
	painted.Lock()
	b := painted.m[paint{seed, side}]
	painted.Unlock()
	if b != nil {
		return b, nil
	}
	b, err := paintPicture(seed, side)
	if err == nil && side <= paintedSide {
		painted.Lock()
		if len(painted.m) < paintedMost {
			painted.m[paint{seed, side}] = slices.Clip(b)
		}
		painted.Unlock()
	}
	return b, err
}

// tallSide is the longer side of a picture. Instagram keeps none so small as the previews of them are.
func tallSide(side int) int { return max(side*5/4, 200) }

// paintPicture paints a disc before a gradient, in colours and at a place that vary.
func paintPicture(seed uint64, side int) ([]byte, error) {
	rng := rand.New(rand.NewPCG(seed, 1))
	from, to, disc := randomColour(rng), randomColour(rng), randomColour(rng)
	x0, y0, r := rng.IntN(side), rng.IntN(side), side/8+rng.IntN(side/4+1)
	tall := tallSide(side)
	img := image.NewRGBA(image.Rect(0, 0, side, tall))
	for y := range tall {
		row := img.Pix[y*img.Stride : (y+1)*img.Stride]
		ground := blend(from, to, y*255/tall)
		for x := range side {
			c := &ground
			if dx, dy := x-x0, y-y0; dx*dx+dy*dy < r*r {
				c = &disc
			}
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = c.R, c.G, c.B, c.A
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		return nil, fmt.Errorf("paint picture: %w", err)
	}
	return b.Bytes(), nil
}

func randomColour(rng *rand.Rand) color.RGBA {
	return color.RGBA{uint8(rng.UintN(256)), uint8(rng.UintN(256)), uint8(rng.UintN(256)), 255}
}

func blend(a, b color.RGBA, share int) color.RGBA {
	mix := func(x, y uint8) uint8 { return uint8((int(x)*(255-share) + int(y)*share) / 255) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// film writes an MP4 file (ISO/IEC 14496-12) with one frame, a JPEG, and noise behind it that
// no program can compress.
func film(w io.Writer, seed uint64, side int, noise int64) error {
	frame, err := picture(seed, side)
	if err != nil {
		return err
	}
	ftyp := box("ftyp", []byte("isom\x00\x00\x02\x00isommp42"))
	// The index comes first and says where the frame lies: behind ftyp, itself and mdat's header.
	at := len(ftyp) + len(movie(side, len(frame), 0)) + 8
	head := slices.Concat(ftyp, movie(side, len(frame), at), mdatHeader(int64(len(frame))+noise), frame)
	if _, err := w.Write(head); err != nil {
		return err
	}
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	_, err = io.CopyN(w, rand.NewChaCha8(key), noise)
	return err
}

func mdatHeader(size int64) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(size+8)), "mdat"...)
}

// movie is the moov box of a film with one frame that lasts a second.
func movie(side, frameSize, frameAt int) []byte {
	u32, u16 := binary.BigEndian.AppendUint32, binary.BigEndian.AppendUint16
	full := make([]byte, 4) // version and flags
	matrix := slices.Concat(u32(nil, 0x10000), make([]byte, 12), u32(nil, 0x10000), make([]byte, 12), u32(nil, 0x40000000))
	times := slices.Concat(make([]byte, 8), u32(nil, 1000)) // created, changed, ticks per second
	width, height := uint32(side), uint32(tallSide(side))

	mvhd := box("mvhd", full, times, u32(nil, 1000), u32(nil, 0x10000), u16(nil, 0x100), make([]byte, 10), matrix, make([]byte, 24), u32(nil, 2))
	tkhd := box("tkhd", []byte{0, 0, 0, 7}, make([]byte, 8), u32(nil, 1), make([]byte, 4), u32(nil, 1000), make([]byte, 16), matrix, u32(nil, width<<16), u32(nil, height<<16))
	mdhd := box("mdhd", full, times, u32(nil, 1000), u16(nil, 0x55c4), make([]byte, 2))
	hdlr := box("hdlr", full, make([]byte, 4), []byte("vide"), make([]byte, 13))
	entry := box("jpeg", make([]byte, 6), u16(nil, 1), make([]byte, 16), u16(nil, uint16(width)), u16(nil, uint16(height)),
		u32(nil, 0x480000), u32(nil, 0x480000), make([]byte, 4), u16(nil, 1), make([]byte, 32), u16(nil, 24), u16(nil, 0xffff))
	stbl := box("stbl",
		box("stsd", full, u32(nil, 1), entry),
		box("stts", full, u32(nil, 1), u32(nil, 1), u32(nil, 1000)),
		box("stsc", full, u32(nil, 1), u32(nil, 1), u32(nil, 1), u32(nil, 1)),
		box("stsz", full, u32(nil, uint32(frameSize)), u32(nil, 1)),
		box("stco", full, u32(nil, 1), u32(nil, uint32(frameAt))))
	minf := box("minf", box("vmhd", []byte{0, 0, 0, 1}, make([]byte, 8)),
		box("dinf", box("dref", full, u32(nil, 1), box("url ", []byte{0, 0, 0, 1}))), stbl)
	return box("moov", mvhd, box("trak", tkhd, box("mdia", mdhd, hdlr, minf)))
}

func box(name string, content ...[]byte) []byte {
	body := slices.Concat(content...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), []byte(name), body)
}
