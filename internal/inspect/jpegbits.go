package inspect

import "encoding/binary"

// jpegBits reads the bits of entropy-coded segments (ITU-T T.81, F.2.2.5). It gives out zeros
// beyond their end; left is negative then.
type jpegBits struct {
	b    []byte
	at   int    // the next byte to be taken
	bits uint64 // the next bits, from the highest one
	left int    // how many of them are real
}

// fill makes at least 56 bits be there, or all until the next marker.
func (r *jpegBits) fill() {
	if r.left < 0 {
		return
	}
	if r.at+8 <= len(r.b) {
		v := binary.BigEndian.Uint64(r.b[r.at:])
		if (^v-0x0101010101010101)&v&0x8080808080808080 == 0 { // none of the eight bytes is 0xff
			r.bits |= v >> r.left
			n := (63 - r.left) >> 3
			r.at += n
			r.left += n * 8
			r.bits &= ^uint64(0) << (64 - r.left)
			return
		}
	}
	for r.left <= 56 && r.at < len(r.b) {
		c := r.b[r.at]
		if c == 0xff {
			if r.at+1 >= len(r.b) || r.b[r.at+1] != 0 {
				return // a marker
			}
			r.at++
		}
		r.at++
		r.bits |= uint64(c) << (56 - r.left)
		r.left += 8
	}
}

// take returns the next n bits, at most 16.
func (r *jpegBits) take(n uint) int {
	if r.left < 32 {
		r.fill()
	}
	v := r.bits >> (64 - n)
	r.bits <<= n
	r.left -= int(n)
	return int(v)
}

// skip passes over n bits.
func (r *jpegBits) skip(n int) {
	for n > 0 {
		if r.left < 32 {
			r.fill()
		}
		some := min(n, 32)
		r.bits <<= some
		r.left -= some
		n -= some
	}
}

// ended reports whether the bits of the segment were used up to the last byte, neither more nor less, and
// gets ready for the next segment.
func (r *jpegBits) ended() bool {
	r.fill()
	ok := r.left >= 0 && r.left < 8 && r.at+1 < len(r.b) && r.b[r.at] == 0xff
	r.bits, r.left = 0, 0
	return ok
}

// The look-up of Huffman codes: by the next lookBits bits, and for longer codes by their limits.
const lookBits = 10

// jpegCodes is one Huffman table (T.81, annex C).
type jpegCodes struct {
	set bool
	// short tells by the next bits the value of a code and, in the low byte, its length.
	short [1 << lookBits]uint16
	// steps tells for AC codes of sequential pictures all there is to know: how many bits code
	// and coefficient have together, how far the block gets by them, and whether it ends.
	steps  [1 << lookBits]uint16
	values [256]byte
	limit  [17]int // per length: the first code that is longer, as 16 bits
	offset [17]int // per length: what to add to a code to get its value's index
}

const (
	stepBits = 0x3f   // of an entry of steps
	stepFar  = 6      // how far is above these bits, five of them
	stepZero = 0x0800 // sixteen zeros and no coefficient
	stepEnd  = 0x4000 // the block ends
	stepBad  = 0x8000 // no code of sequential pictures
)

// build makes the table of the numbers of codes per length, and reports whether they make sense.
func (h *jpegCodes) build(counts, values []byte) bool {
	h.set = false
	clear(h.short[:])
	clear(h.steps[:])
	copy(h.values[:], values)
	code, index := 0, 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		h.offset[length] = index - code
		for range n {
			if code >= 1<<length {
				return false
			}
			if length <= lookBits {
				v := values[index]
				from := code << (lookBits - length)
				for i := from; i < from+1<<(lookBits-length); i++ {
					h.short[i] = uint16(v)<<8 | uint16(length)
					h.steps[i] = step(v, length)
				}
			}
			code++
			index++
		}
		h.limit[length] = code << (16 - length)
		code <<= 1
	}
	h.set = true
	return true
}

// step returns the entry of steps for an AC value whose code has the given length.
func step(v byte, length int) uint16 {
	run, size := uint16(v>>4), uint16(v&15)
	switch {
	case size > 0:
		return (run+1)<<stepFar | uint16(length) + size
	case run == 15:
		return stepZero | 16<<stepFar | uint16(length)
	case run == 0:
		return stepEnd | uint16(length)
	}
	return stepBad | uint16(length)
}

// long finds a code of more than lookBits bits and returns its value and length, or length 0.
func (h *jpegCodes) long(bits uint64) (v byte, length int) {
	next := int(bits >> 48)
	for length = lookBits + 1; length <= 16; length++ {
		if next < h.limit[length] {
			return h.values[(next>>(16-length)+h.offset[length])&255], length
		}
	}
	return 0, 0
}

// value reads one code. ok is false if the next bits are none.
func (h *jpegCodes) value(r *jpegBits) (v byte, ok bool) {
	if r.left < 32 {
		r.fill()
	}
	e := h.short[r.bits>>(64-lookBits)]
	v, length := byte(e>>8), int(e&0xff)
	if length == 0 {
		if v, length = h.long(r.bits); length == 0 {
			return 0, false
		}
	}
	r.bits <<= length
	r.left -= length
	return v, r.left >= 0
}
