package inspect

import (
	"bytes"
	"encoding/binary"
)

// jpegBits reads the bits of one entropy-coded segment (ITU-T T.81, F.2.2.5). It gives out zeros behind its end.
type jpegBits struct {
	b   []byte // without the zeros that are stuffed behind each 0xff, and with jpegMargin zeros at its end
	at  uint   // the next bit
	end uint   // how many bits there are

	busy int // blocks of sequential pictures in which something is to be seen
}

// jpegMargin is how many bytes a look at the last bit reads behind it.
const jpegMargin = 8

// load takes the segment at the beginning of b, up to the marker behind it, and returns its length in b. ok is
// false if no marker follows.
func (r *jpegBits) load(b []byte) (length int, ok bool) {
	r.b, r.at = r.b[:0], 0
	for {
		n := bytes.IndexByte(b[length:], 0xff)
		if n < 0 || length+n+1 >= len(b) {
			return 0, false
		}
		if b[length+n+1] != 0 {
			r.b = append(r.b, b[length:length+n]...)
			r.end = uint(len(r.b)) * 8
			r.b = append(r.b, make([]byte, jpegMargin)...)
			return length + n, true
		}
		r.b = append(r.b, b[length:length+n+1]...)
		length += n + 2
	}
}

// next returns the bits from at on, which is not behind the end, from the highest on. At least 57 are real.
func (r *jpegBits) next(at uint) uint64 {
	return binary.BigEndian.Uint64(r.b[at>>3:]) << (at & 7)
}

// ended reports whether the bits were used up to the last byte, neither more nor less.
func (r *jpegBits) ended() bool { return r.at <= r.end && r.end-r.at < 8 }

// The look-up of Huffman codes: by the next lookBits bits, and for longer codes by their limits.
const lookBits = 10

// jpegCodes is one Huffman table (T.81, annex C).
type jpegCodes struct {
	set bool
	dc  bool // no value is too large for DC coefficients
	bit bool // no coefficient has more than one bit, as in scans that refine
	// steps tells by the next bits all there is to know of a short code.
	steps  [1 << lookBits]jpegStep
	values [256]byte
	limit  [17]int // per length: the first code that is longer, as 16 bits
	offset [17]int // per length: what to add to a code to get its value's index
}

// jpegStep is what one code means: how many bits it has together with the bits that belong to it, how far
// the block gets by it, and whether it ends. For a DC coefficient the first of these is enough. 0 is no code.
type jpegStep uint32

const (
	stepFar  = 6       // how far is above the number of bits, five of them: F.1.2.2
	stepZero = 1 << 11 // sixteen zeros and no coefficient
	stepEnd  = 1 << 12 // the block ends, and others with it:
	stepRun  = 13      // that many of the bits say how many: G.1.2.2
)

func (e jpegStep) bits() uint { return uint(e & 0x3f) }
func (e jpegStep) far() uint  { return uint(e >> stepFar & 0x1f) }
func (e jpegStep) end() bool  { return e&stepEnd != 0 }

// run returns how many blocks end, of a step that ends them; next is where its code begins.
func (e jpegStep) run(next uint64) int {
	n := uint(e >> stepRun)
	return 1<<n + int(next<<(e.bits()-n)>>1>>(63-n))
}

// newStep returns the step for a value (F.1.2.2.1, G.1.2.2) whose code has the given length.
func newStep(v byte, length int) jpegStep {
	run, size := jpegStep(v>>4), jpegStep(v&15)
	switch {
	case size > 0:
		return (run+1)<<stepFar | jpegStep(length) + size
	case run == 15:
		return stepZero | 16<<stepFar | jpegStep(length)
	}
	return stepEnd | run<<stepRun | jpegStep(length) + run
}

// build makes the table of the numbers of codes per length, and reports whether they make sense.
func (h *jpegCodes) build(counts, values []byte) bool {
	h.set, h.dc, h.bit = false, true, true
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
			v := values[index]
			h.dc = h.dc && v <= 15
			h.bit = h.bit && v&15 <= 1
			if length <= lookBits {
				from, step := code<<(lookBits-length), newStep(v, length)
				for i := range h.steps[from : from+1<<(lookBits-length)] {
					h.steps[from+i] = step
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

// step returns what the first of these bits mean, or 0.
func (h *jpegCodes) step(bits uint64) jpegStep {
	if e := h.steps[bits>>(64-lookBits)]; e != 0 {
		return e
	}
	return h.long(bits)
}

// long finds a code of more than lookBits bits, and returns 0 if there is none.
func (h *jpegCodes) long(bits uint64) jpegStep {
	next := int(bits >> 48)
	for length := lookBits + 1; length <= 16; length++ {
		if next < h.limit[length] {
			return newStep(h.values[(next>>(16-length)+h.offset[length])&255], length)
		}
	}
	return 0
}
