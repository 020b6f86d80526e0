package heif

import "encoding/binary"

// coded reads one picture in H.265 (HEVC), intra only, as HEIC pictures are: every bit of every
// coding unit, without computing pixels from them. The picture is whole if its slices cover it, and each
// ends with its last bit.
type coded struct {
	sequences [16]*sequence
	pictures  [64]*picture

	s *sequence
	p *picture
	c cabac

	next    int     // the coding tree block that the next slice must begin with, in the order of decoding
	order   []int32 // of the coding tree blocks: their places in the raster
	tile    []int16 // by place in the raster
	from    []int32 // by place in the raster: where the slice begins that the block belongs to, or -1
	modes   []uint8 // of prediction, by 4 × 4 samples
	depths  []uint8 // of coding units, by 8 × 8 samples
	row, at [contexts]uint8

	slice struct {
		address      int
		qp           int
		luma, color  bool // sample offsets
		deltaIsKnown bool
	}
	cu unit
}

// unit is one coding unit.
type unit struct {
	x, y, size int // size is a log2
	parts      bool
	bypass     bool
	color      [4]uint8
}

// The types of NAL units that matter (section 7.4.2.2).
const (
	nalBroken   = 16 // BLA_W_LP, the first of the types of pictures that need no other
	nalIDR      = 19
	nalIDRAlone = 20
	nalLast     = 31 // of those with slices
	nalSequence = 33
	nalPicture  = 34
)

// parameters reads a NAL unit with parameters, and passes over others that are not part of a picture.
func (d *coded) parameters(nal []byte) error {
	if nal[0]&0x80 != 0 {
		return errData
	}
	switch nal[0] >> 1 & 0x3f {
	case nalSequence:
		id, s, err := readSequence(unescape(nal[2:]))
		if err != nil {
			return err
		}
		d.sequences[id] = s
	case nalPicture:
		id, p, err := readPicture(unescape(nal[2:]))
		if err != nil {
			return err
		}
		d.pictures[id] = p
	}
	return nil
}

// read reads the data of one picture: NAL units, each behind its length, which fill b.
func (d *coded) read(b []byte, lengthSize int) error {
	d.s, d.p, d.next = nil, nil, 0
	for len(b) > 0 {
		if len(b) < lengthSize {
			return errData
		}
		var size [4]byte
		copy(size[4-lengthSize:], b)
		n := int64(binary.BigEndian.Uint32(size[:]))
		b = b[lengthSize:]
		if n < 2 || n > int64(len(b)) {
			return errData
		}
		nal := b[:n]
		b = b[n:]
		kind := nal[0] >> 1 & 0x3f
		if kind > nalLast {
			if err := d.parameters(nal); err != nil {
				return err
			}
			continue
		}
		if nal[0]&0x80 != 0 || nal[0]&1 != 0 || nal[1]>>3 != 0 { // of another layer
			return errUnknown
		}
		if err := d.segment(kind, unescape(nal[2:])); err != nil {
			return err
		}
	}
	if d.s == nil || d.next != len(d.order) {
		return errData
	}
	return nil
}

// begin makes room for a picture.
func (d *coded) begin(p *picture, s *sequence) error {
	laid := *p
	if err := laid.lay(s); err != nil {
		return err
	}
	d.p, d.s = &laid, s
	n := s.unitsX * s.unitsY
	d.order, d.tile, d.from = d.order[:0], make([]int16, n), make([]int32, n)
	for j := range laid.rowCount {
		for i := range laid.columnCount {
			for y := laid.rows[j]; y < laid.rows[j+1]; y++ {
				for x := laid.columns[i]; x < laid.columns[i+1]; x++ {
					at := y*s.unitsX + x
					d.tile[at] = int16(j*laid.columnCount + i)
					d.order = append(d.order, int32(at))
				}
			}
		}
	}
	for i := range d.from {
		d.from[i] = -1
	}
	d.modes = make([]uint8, (s.width>>2)*(s.height>>2))
	d.depths = make([]uint8, (s.width>>3)*(s.height>>3))
	return nil
}

// segment reads a slice segment (section 7.3.6).
func (d *coded) segment(kind byte, b []byte) error {
	r := &bitReader{b: b}
	first := r.flag()
	if kind < nalBroken {
		return errUnknown // a picture that needs others
	}
	r.flag()
	p := d.pictures[r.small(63)]
	if p == nil || d.sequences[p.sequence] == nil {
		return errData
	}
	s := d.sequences[p.sequence]
	if first != (d.s == nil) {
		return errData
	}
	if first {
		if err := d.begin(p, s); err != nil {
			return err
		}
	}
	p = d.p
	dependent, address := false, 0
	if !first {
		dependent = p.dependent && r.flag()
		n := 0
		for 1<<n < len(d.order) {
			n++
		}
		address = int(r.u(n))
	}
	if d.next >= len(d.order) || int(d.order[d.next]) != address {
		return errData
	}
	if !dependent {
		if kind != nalIDR && kind != nalIDRAlone {
			return errUnknown
		}
		if err := d.header(r, address); err != nil {
			return err
		}
	}
	if p.tiles || p.wave {
		if n := r.small(1 << 16); n > 0 {
			width := 1 + r.small(31)
			r.at += n * width
		}
	}
	if p.headerExtension {
		r.at += 8 * r.small(256)
	}
	if r.ended() || !r.flag() { // the bit that ends the header
		return errData
	}
	for r.at&7 != 0 {
		if r.flag() {
			return errData
		}
	}
	if r.ended() {
		return errData
	}
	d.c.b = b
	d.c.begin(r.at >> 3)
	if dependent {
		d.c.states = d.at
	} else {
		d.c.reset(d.slice.qp)
	}
	return d.blocks()
}

// header reads what a slice says of itself, for its segments.
func (d *coded) header(r *bitReader, address int) error {
	s, p := d.s, d.p
	r.u(p.extraBits)
	if r.ue() != 2 {
		return errUnknown // slices that need other pictures
	}
	if p.outputFlag {
		r.flag()
	}
	d.slice.address = address
	d.slice.luma, d.slice.color = false, false
	if s.sao {
		d.slice.luma = r.flag()
		d.slice.color = s.chroma != 0 && r.flag()
	}
	d.slice.qp = p.qp + r.se()
	if p.chromaOffsets {
		r.se()
		r.se()
	}
	off := p.deblockingOff
	if p.deblockingOverride && r.flag() {
		if off = r.flag(); !off {
			r.se()
			r.se()
		}
	}
	if p.acrossSlices && (d.slice.luma || d.slice.color || !off) {
		r.flag()
	}
	return nil
}

// blocks reads coding tree blocks up to the end of a segment (section 7.3.8.1).
func (d *coded) blocks() error {
	s, p := d.s, d.p
	for {
		at := int(d.order[d.next])
		x, y := at%s.unitsX, at/s.unitsX
		tile := d.tile[at]
		newTile := d.next > 0 && d.tile[d.order[d.next-1]] != tile
		newRow := x == 0 || d.tile[at-1] != tile
		d.from[at] = int32(d.slice.address)
		switch {
		case newTile:
			d.c.reset(d.slice.qp)
		case p.wave && newRow && d.next > 0:
			if above := at - s.unitsX + 1; y > 0 && x+1 < s.unitsX && d.tile[above] == tile && d.from[above] == int32(d.slice.address) {
				d.c.states = d.row
			} else {
				d.c.reset(d.slice.qp)
			}
		}
		if err := d.block(x, y); err != nil {
			return err
		}
		if d.c.beyond() {
			return errData
		}
		ends := d.c.terminates()
		if p.wave && (x == 1 && d.tile[at-1] == tile || x > 1 && d.tile[at-1] == tile && d.tile[at-2] != tile) {
			d.row = d.c.states
		}
		d.next++
		if ends {
			d.at = d.c.states
			end, ok := d.c.stop()
			if !ok {
				return errData
			}
			for _, c := range d.c.b[end:] {
				if c != 0 {
					return errData
				}
			}
			return nil
		}
		if d.next == len(d.order) {
			return errData
		}
		following := int(d.order[d.next])
		if p.tiles && d.tile[following] != tile || p.wave && (following%s.unitsX == 0 || d.tile[following-1] != d.tile[following]) {
			if !d.c.terminates() {
				return errData
			}
			end, ok := d.c.stop()
			if !ok {
				return errData
			}
			d.c.begin(end)
		}
	}
}

// sees reports whether the block of samples at x, y has been read and may be looked at from the current coding
// tree block: it is in the same slice and tile (section 6.4.1). It must lie to the left or above.
func (d *coded) sees(fromX, fromY, x, y int) bool {
	if x < 0 || y < 0 {
		return false
	}
	here := (fromY>>d.s.coding)*d.s.unitsX + fromX>>d.s.coding
	there := (y>>d.s.coding)*d.s.unitsX + x>>d.s.coding
	return here == there || d.from[there] == d.from[here] && d.tile[there] == d.tile[here]
}
