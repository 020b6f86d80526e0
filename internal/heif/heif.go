// Package heif proves HEIC pictures whole, and tells of AVIF pictures what can be told without decoding them (ISO/IEC
// 23008-12). Its input comes from strangers: whatever it holds, time and memory are bounded by its length and by
// the 50 million pixels that it may announce.
package heif

import (
	"encoding/binary"
	"errors"
)

// What is wrong with a picture. ErrNotProven is what errors are that leave open whether it is whole.
var (
	ErrNotProven = errors.New("it is of a sort that cannot be decoded here")

	errCut    = errors.New("it is cut off")
	errData   = errors.New("its data are wrong")
	errHeader = errors.New("its header makes no sense")
	errMeta   = errors.New("the list of its pictures (meta) is missing")
	errItem   = errors.New("its list of pictures is not complete")
	errBlank  = errors.New("a part of it is blank")

	errUnknown error = notProven("it is of a rare sort of HEIC")
	errLarge   error = notProven("it is too large to be decoded here")
	errMoves   error = notProven("it moves")
	errAVIF    error = notProven("it is an AVIF, which only a decoder can check")
)

// notProven says why it is left open whether a picture is whole. It is an ErrNotProven.
type notProven string

func (n notProven) Error() string { return string(n) }

func (notProven) Is(target error) bool { return target == ErrNotProven }

// maxCoded bounds the pictures that one is put together from. Apple's have some fifty.
const maxCoded = 1000

// Prove reports whether the picture in b is whole, and returns its size in pixels as far as it is known. An error that
// is an [ErrNotProven] leaves that open. HEIC pictures are read to the last bit; AVIF pictures are followed from
// one unit to the next.
func Prove(b []byte) (width, height int, err error) {
	f, err := read(b)
	if err != nil {
		return 0, 0, err
	}
	main, ok := f.items[f.primary]
	if !ok {
		return 0, 0, errItem
	}
	width, height = main.width, main.height
	for _, i := range f.items {
		if _, err := f.content(i); err != nil {
			return width, height, err
		}
	}
	p := prover{file: f}
	err = p.prove(main, 0)
	if err == nil {
		// What makes it transparent belongs to it.
		for _, i := range f.items {
			if i.refers["auxl"] != nil && i.alpha && i.refers["auxl"][0] == main.id {
				if err = p.prove(i, 0); err != nil {
					break
				}
			}
		}
	}
	if err == nil && f.moves {
		err = errMoves
	}
	if err == nil && p.av1 {
		err = errAVIF
	}
	return width, height, err
}

// prover proves items, each once.
type prover struct {
	*file
	coded  int
	pixels int
	av1    bool
}

func (p *prover) prove(i *item, depth int) error {
	b, err := p.content(i)
	if err != nil {
		return err
	}
	if p.coded++; p.coded > maxCoded || depth > 4 {
		return errUnknown
	}
	switch i.kind {
	case "hvc1":
		return p.proveHEVC(i, b)
	case "av01":
		p.av1 = true
		return walkOBUs(b)
	case "grid":
		if len(b) < 8 {
			return errItem
		}
		if n := (int(b[2]) + 1) * (int(b[3]) + 1); n != len(i.refers["dimg"]) {
			return errItem
		}
	case "iden", "iovl":
	default:
		return errUnknown
	}
	if len(i.refers["dimg"]) == 0 {
		return errItem
	}
	for _, id := range i.refers["dimg"] {
		part, ok := p.items[id]
		if !ok {
			return errItem
		}
		if err := p.prove(part, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// proveHEVC reads a picture in H.265 with its configuration (ISO/IEC 14496-15, section 8.3.3).
func (p *prover) proveHEVC(i *item, b []byte) error {
	c := i.config
	if len(c) < 23 || c[0] != 1 {
		return errItem
	}
	var d coded
	lengthSize := int(c[21]&3) + 1
	arrays := int(c[22])
	c = c[23:]
	for range arrays {
		if len(c) < 3 {
			return errItem
		}
		n := int(binary.BigEndian.Uint16(c[1:]))
		c = c[3:]
		for range n {
			if len(c) < 2 || int(binary.BigEndian.Uint16(c)) > len(c)-2 || binary.BigEndian.Uint16(c) < 2 {
				return errItem
			}
			length := int(binary.BigEndian.Uint16(c))
			if err := d.parameters(c[2 : 2+length]); err != nil {
				return err
			}
			c = c[2+length:]
		}
	}
	if err := d.read(b, lengthSize); err != nil {
		return err
	}
	if p.pixels += d.s.width * d.s.height; p.pixels > maxPixels {
		return errLarge
	}
	if i.width != d.s.shownWidth || i.height != d.s.shownHeight {
		return errHeader
	}
	return nil
}
