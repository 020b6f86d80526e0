package inspect

import (
	"encoding/binary"
	"errors"
)

// errNotStrict says that a JPEG is not of the sort that jpegScan reads, errBadScan that it is, but
// that there are other bytes in it than those of its picture.
var (
	errNotStrict = errors.New("not a plain JPEG")
	errBadScan   = errors.New("wrong data")
)

// Bounds on the scans of one picture, each of which can go over all of it for a few bytes. Progressive
// pictures have about ten.
const (
	maxScans  = 200
	maxBlocks = 40_000_000 // looked at, over all scans
)

const errScans = notDecoded("it has too many scans")

// errUnrefined says that scans are missing: the picture ends before all of its coefficients have all of their bits.
var errUnrefined = errors.New("its last scans are missing")

// jpegScan proves a JPEG whole (ITU-T T.81) at a multiple of the speed of decoding it: it reads
// every Huffman code of every block of every scan, and finds each scan to end with its last
// byte and the picture with its last scan. What it leaves out is arithmetic that cannot fail:
// turning coefficients into pixels. So it needs eight bytes for each block of a progressive picture, and next to
// nothing for others. It knows baseline and progressive pictures of one to four components, and is strict; whatever it does
// not accept is decoded by image/jpeg, whose word counts then. A test
// holds the two against each other: what jpegScan accepts, image/jpeg must accept, or not know.
type jpegScan struct {
	bits           jpegBits
	width, height  int // in pixels
	mcusX, mcusY   int // minimum coded units in a line and in a column
	maxH, maxV     int // the most blocks of a component in a unit, across and down
	blocks         int // looked at so far
	progressive    bool
	interval       int // units between restart markers, 0 for none
	components     []jpegComponent
	scans          int
	quantised      [4]bool
	codes          [2][4]jpegCodes // DC and AC
	from, to       uint            // spectral selection: the first and the last coefficient
	refines        bool            // successive approximation: one more bit of each coefficient
	bit            uint8           // the lowest bit that the scan gives
	inScan         []*jpegComponent
	store          [4]jpegComponent
	scanComponents [4]*jpegComponent
}

// jpegComponent is one colour.
type jpegComponent struct {
	id, table byte
	h, v      int // blocks in a unit
	dc, ac    *jpegCodes
	// nonzero has, for progressive pictures, a bit for each coefficient of each block that is
	// known not to be zero: later scans refine just these.
	nonzero []uint64
	// known has, for progressive pictures, the lowest bit that is known of each coefficient.
	known [64]uint8
}

// unknown is the known bit of a coefficient that no scan has given yet.
const unknown = 255

// scan reads the picture in b to its end.
func (s *jpegScan) scan(b []byte) error {
	s.bits.busy = 0
	s.components, s.scans, s.blocks, s.interval, s.progressive = nil, 0, 0, 0, false
	s.quantised = [4]bool{}
	for i := range s.codes {
		for j := range s.codes[i] {
			s.codes[i][j].set = false
		}
	}
	for i := range s.store {
		s.store[i].nonzero = s.store[i].nonzero[:0]
	}
	if len(b) < 4 || b[0] != 0xff || b[1] != 0xd8 {
		return errNotStrict
	}
	for at := 2; ; {
		if at+2 > len(b) || b[at] != 0xff { // image/jpeg passes over what is no marker
			return errBadScan
		}
		marker := b[at+1]
		if marker == 0xff { // a fill byte
			at++
			continue
		}
		if marker == 0xd9 {
			if s.scans == 0 {
				return errNotStrict
			}
			return s.ended()
		}
		if at+4 > len(b) {
			return errNotStrict
		}
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || at+2+n > len(b) {
			return errNotStrict
		}
		body := b[at+4 : at+2+n]
		at += 2 + n
		ok := false
		switch {
		case marker == 0xc0, marker == 0xc1, marker == 0xc2:
			ok = s.frame(marker == 0xc2, body)
		case marker == 0xc4:
			ok = s.tables(body)
		case marker == 0xdb:
			ok = s.quantisation(body)
		case marker == 0xdd:
			if ok = len(body) == 2; ok {
				s.interval = int(binary.BigEndian.Uint16(body))
			}
		case marker == 0xda:
			if ok = s.begin(body); ok {
				if s.scans++; s.scans > maxScans {
					return errScans
				}
				length, whole := s.units(b[at:])
				switch {
				case s.blocks > maxBlocks:
					return errScans
				case !whole:
					return errBadScan
				}
				at += length
			}
		case marker >= 0xe0 && marker <= 0xef, marker == 0xfe:
			ok = true
		}
		if !ok {
			return errNotStrict
		}
	}
}

// ended reports what the picture lacks at its end: every component must have come, to its last bit.
func (s *jpegScan) ended() error {
	for i := range s.components {
		for _, bit := range s.components[i].known {
			if bit != 0 {
				return errUnrefined
			}
		}
	}
	return nil
}

// plain reports whether the picture that was read shows nothing but one colour, or a few large squares.
func (s *jpegScan) plain() bool {
	busy, blocks := s.bits.busy, s.blocks
	if s.progressive {
		busy, blocks = 0, 0
		for i := range s.components {
			for _, coefficients := range s.components[i].nonzero {
				if blocks++; coefficients != 0 {
					busy++
				}
			}
		}
	}
	return busy*plainShare < blocks
}

// plainShare is the share of blocks in which something may be seen in a plain picture.
const plainShare = 500

// frame reads the frame header (B.2.2).
func (s *jpegScan) frame(progressive bool, b []byte) bool {
	if s.components != nil || len(b) < 9 || b[0] != 8 || b[5] < 1 || b[5] > 4 || int(b[5])*3+6 != len(b) {
		return false
	}
	s.progressive = progressive
	s.height, s.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if s.width == 0 || s.height == 0 || s.width*s.height > maxPixels {
		return false
	}
	s.components = s.store[:b[5]]
	s.maxH, s.maxV = 1, 1
	for i := range s.components {
		c, d := &s.components[i], b[6+3*i:]
		c.id, c.h, c.v, c.table = d[0], int(d[1]>>4), int(d[1]&15), d[2]
		switch {
		case c.table > 3, c.h < 1, c.h > 4, c.v < 1, c.v > 4:
			return false
		case len(s.components) == 1:
			c.h, c.v = 1, 1
		}
		for k := range c.known {
			c.known[k] = unknown
		}
		s.maxH, s.maxV = max(s.maxH, c.h), max(s.maxV, c.v)
		for _, other := range s.components[:i] {
			if other.id == c.id {
				return false
			}
		}
	}
	s.mcusX, s.mcusY = upTo(s.width, 8*s.maxH), upTo(s.height, 8*s.maxV)
	return true
}

// upTo returns how many pieces of a size cover n.
func upTo(n, size int) int { return (n + size - 1) / size }

// tables reads Huffman tables (B.2.4.2).
func (s *jpegScan) tables(b []byte) bool {
	for len(b) > 0 {
		if len(b) < 17 || b[0]>>4 > 1 || b[0]&15 > 3 {
			return false
		}
		n := 0
		for _, c := range b[1:17] {
			n += int(c)
		}
		if n == 0 || n > 256 || len(b) < 17+n || !s.codes[b[0]>>4][b[0]&15].build(b[1:17], b[17:17+n]) {
			return false
		}
		b = b[17+n:]
	}
	return true
}

// quantisation reads quantisation tables (B.2.4.1). Their content matters to the looks only.
func (s *jpegScan) quantisation(b []byte) bool {
	for len(b) > 0 {
		n := 65
		if b[0]>>4 == 1 {
			n = 129
		}
		if b[0]>>4 > 1 || b[0]&15 > 3 || len(b) < n {
			return false
		}
		s.quantised[b[0]&15] = true
		b = b[n:]
	}
	return true
}
