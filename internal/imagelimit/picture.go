package imagelimit

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Picture is what a picture's head says.
type Picture struct {
	Width, Height int
	Memory        int64 // bytes that the decoder of the standard library, or of golang.org/x/image, takes beyond the file
}

var errHead = errors.New("its head makes no sense")

// JPEG reads the head of a JPEG (ITU-T T.81, B.2.2). image/jpeg holds all coefficients of progressive pictures, four
// bytes each, and converts pictures in RGB and CMYK after decoding them.
func JPEG(r io.Reader) (Picture, error) {
	br := bufio.NewReader(r)
	if _, err := br.Discard(2); err != nil {
		return Picture{}, err
	}
	for {
		var b [4]byte
		if _, err := io.ReadFull(br, b[:2]); err != nil {
			return Picture{}, err
		}
		for b[0] != 0xff || b[1] == 0xff || b[1] == 0 { // fill bytes, and what image/jpeg passes over
			c, err := br.ReadByte()
			if err != nil {
				return Picture{}, err
			}
			b[0], b[1] = b[1], c
		}
		if b[1] == 0x01 || b[1] >= 0xd0 && b[1] <= 0xd8 { // markers that stand alone
			continue
		}
		if b[1] == 0xd9 || b[1] == 0xda {
			return Picture{}, errHead
		}
		if _, err := io.ReadFull(br, b[2:]); err != nil {
			return Picture{}, err
		}
		n := int(binary.BigEndian.Uint16(b[2:])) - 2
		if n < 0 {
			return Picture{}, errHead
		}
		if b[1] < 0xc0 || b[1] > 0xcf || b[1] == 0xc4 || b[1] == 0xc8 || b[1] == 0xcc {
			if _, err := br.Discard(n); err != nil {
				return Picture{}, err
			}
			continue
		}
		var frame [6 + 4*3]byte
		if n < 6 || n > len(frame) {
			return Picture{}, errHead
		}
		if _, err := io.ReadFull(br, frame[:n]); err != nil {
			return Picture{}, err
		}
		return jpegFrame(frame[:n], b[1] == 0xc2)
	}
}

func jpegFrame(b []byte, progressive bool) (Picture, error) {
	p := Picture{Width: int(binary.BigEndian.Uint16(b[3:])), Height: int(binary.BigEndian.Uint16(b[1:]))}
	n := int(b[5])
	if p.Width == 0 || p.Height == 0 || n == 0 || len(b) != 6+3*n {
		return Picture{}, errHead
	}
	maxH, maxV, blocks := 1, 1, 0
	for i := range n {
		h, v := int(b[7+3*i]>>4), int(b[7+3*i]&15)
		maxH, maxV, blocks = max(maxH, h), max(maxV, v), blocks+h*v
	}
	if n == 1 {
		maxH, maxV, blocks = 1, 1, 1
	}
	units := int64((p.Width+8*maxH-1)/(8*maxH)) * int64((p.Height+8*maxV-1)/(8*maxV))
	samples := units * int64(blocks) * 64
	p.Memory = samples
	if progressive {
		p.Memory += 4 * samples
	}
	if n == 4 || n == 3 && maxH*maxV == 1 {
		p.Memory += 4 * int64(p.Width) * int64(p.Height)
	}
	return p, nil
}

// PNG reads the head of a PNG.
func PNG(r io.Reader) (Picture, error) {
	var b [29]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Picture{}, err
	}
	p := Picture{Width: int(binary.BigEndian.Uint32(b[16:])), Height: int(binary.BigEndian.Uint32(b[20:]))}
	each := int64(1)
	switch {
	case b[24] == 16:
		each = 8
	case b[25] == 2, b[25] == 4, b[25] == 6:
		each = 4
	}
	if b[28] != 0 { // interlaced: each pass is a picture of its own
		each *= 2
	}
	return p.times(each)
}

// GIF reads the head of a GIF, of which the first frame is decoded.
func GIF(r io.Reader) (Picture, error) {
	var b [10]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Picture{}, err
	}
	p := Picture{Width: int(binary.LittleEndian.Uint16(b[6:])), Height: int(binary.LittleEndian.Uint16(b[8:]))}
	return p.times(2)
}

// WebP reads the head of a WebP (RFC 9649). Lossless pictures, and what is transparent in others, are decoded
// into four bytes a pixel, and once more for a palette.
func WebP(r io.Reader) (Picture, error) {
	var b [30]byte
	if n, err := io.ReadFull(r, b[:]); err != nil && n < 25 {
		return Picture{}, err
	}
	switch string(b[12:16]) {
	case "VP8 ":
		p := Picture{Width: int(binary.LittleEndian.Uint16(b[26:]) & 0x3fff), Height: int(binary.LittleEndian.Uint16(b[28:]) & 0x3fff)}
		return p.times(2)
	case "VP8L":
		size := binary.LittleEndian.Uint32(b[21:])
		p := Picture{Width: int(size&0x3fff) + 1, Height: int(size>>14&0x3fff) + 1}
		return p.times(9)
	case "VP8X":
		u24 := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
		p := Picture{Width: u24(b[24:]) + 1, Height: u24(b[27:]) + 1}
		return p.times(11)
	}
	return Picture{}, errHead
}

func (p Picture) times(each int64) (Picture, error) {
	if p.Width <= 0 || p.Height <= 0 || int64(p.Width) > 1<<31/int64(p.Height) {
		return p, fmt.Errorf("%w: %d × %d pixels", errHead, p.Width, p.Height)
	}
	p.Memory = each * int64(p.Width) * int64(p.Height)
	return p, nil
}
